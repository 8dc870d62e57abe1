"""The option `--policy`."""

from __future__ import annotations

import os

import click

from ackplan.cli.options import Decorator

_BUILT_IN = "builtin"
_ENDINGS = (".yaml", ".yml", ".rego")


class _Policy(click.types.StringParamType):
    """A policy; in the environment several stand with the system's separator between them, as in PATH."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """The policies in a variable. `builtin:PACK` is one; blanks part what can't be one name."""
        packs = rv.replace(f"{_BUILT_IN}:", f"{_BUILT_IN}\0")
        parts = [part.replace("\0", ":") for part in packs.split(os.pathsep) if part]
        return [name for part in parts for name in _parted(part)]


def _parted(part: str) -> list[str]:
    words = part.split()
    several = all(word.endswith(_ENDINGS) or word.startswith(f"{_BUILT_IN}:") for word in words)
    return words if several or f" {_BUILT_IN}:" in f" {part}" else [part]


def policy_option() -> Decorator:
    """Adds `--policy`; the command gets a tuple under the name `policy`."""
    return click.option(
        "--policy",
        multiple=True,
        envvar="ACKPLAN_POLICY",
        type=_Policy(),
        show_envvar=True,
        metavar="FILE",
        help="Hold the plan against a policy: a .yaml or .rego file, a folder, or builtin:PACK (recommended, pinned).",
    )
