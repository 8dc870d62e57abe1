"""`ackplan explain CODE`: what a diagnostic means, and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options
from ackplan.core import language
from ackplan.core.language import phrase

_CODE = re.compile(r"(?:ACK)?(\d{4})", re.IGNORECASE)


@click.command("explain", cls=Command)
@options()
@format_option("text", "markdown")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
def command(settings: Settings, codes: tuple[str, ...]) -> None:
    """Say what the code of an error or a warning means, why it is one, and what to do.

    \b
    ackplan explain ACK2001
    """
    from ackplan.cli.explanations import explanations, from_messages, plain

    sections = explanations()
    chosen = [_code(code, sections.keys()) for code in codes]
    if language.current() != language.ENGLISH:
        texts = [from_messages(code, markdown=settings.format == "markdown") for code in chosen]
    elif settings.format == "markdown":
        texts = [f"### {code}\n\n{sections[code]}" for code in chosen]
    else:
        texts = [f"{code}: {plain(sections[code])}" for code in chosen]
    click.echo("\n\n".join(texts))


def _code(text: str, sections: Collection[str]) -> str:
    """The code that is meant. Raises UsageError for one that there is not."""
    match = _CODE.fullmatch(text.strip().rstrip(":."))
    code = f"ACK{match[1]}" if match else text
    if code not in sections:
        import difflib

        near = difflib.get_close_matches(code.upper(), sorted(sections), 2, 0.8)
        meant = phrase(" Did you mean {names}?", names=phrase(" or ").join(near))
        unlike = phrase(" A code is ACK and four digits.")
        raise click.UsageError(phrase("No diagnostic has the code {text!r}.", text=text) + (meant if near else unlike))
    return code
