"""Options whose variable is set for a whole job: what one command can't take of it leaves that command as it is."""

from __future__ import annotations

from typing import Final

import click

# What some command or other can print.
_FORMATS: Final = frozenset({"text", "json", "markdown", "html", "dot", "mermaid", "svg", "sarif", "junit", "github"})


class FormatOption(click.Option):
    """`--format`; where its variable asks for what this command does not print, but another does, it is not set."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        value = super().resolve_envvar_value(ctx)
        own = self.type.choices if isinstance(self.type, click.Choice) else ()
        return None if value in _FORMATS and value not in own else value


class _Verbosity(click.IntRange):
    """How often `-v` was given; a variable may also be switched on, as those of other options."""

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        switch = isinstance(value, str) and not value.strip().isdecimal()
        return super().convert(int(click.BOOL.convert(value, param, ctx)) if switch else int(value), param, ctx)


VERBOSITY: Final = _Verbosity(0)
