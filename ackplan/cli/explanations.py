"""What each diagnostic means, why it is one and what to do: the sections of docs/diagnostics.md, by their codes."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Mapping
from importlib import resources

from ackplan.core import language, messages
from ackplan.core.language import phrase

_SECTION = re.compile(r"^### (ACK\d{4})\n\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^- (What|Why|Do): ", re.MULTILINE)


@functools.cache
def explanations() -> Mapping[str, str]:
    """The section of each code, in Markdown."""
    return {code: text.strip() for code, text in _SECTION.findall(_page())}


def plain(section: str) -> str:
    """A section as text for a terminal: the summary, then what, why and what to do."""
    summary, _, rest = section.partition("\n\n")
    return f"{summary.replace('**', '')}\n\n{_ITEM.sub(lambda item: f'{item[1]}:'.ljust(6), rest)}".replace(
        "\n  ", "\n      "
    )


def _page() -> str:
    for folder in ("docs", "../docs"):
        page = resources.files("ackplan") / folder / "diagnostics.md"
        if page.is_file():
            return page.read_text(encoding="utf-8")
    raise FileNotFoundError("docs/diagnostics.md")


def from_messages(code: str, *, markdown: bool) -> str:
    """What the messages of the language that was chosen say of a code: each cause, with its cure.

    Names that a finding fills in stand in brackets.
    """
    table = messages.table(language.current())
    variants = [message for name, message in table.items() if name.startswith(f"{code}.")]
    causes = variants or [table[code]]
    head = f"### {code}\n\n{table[code].summary}" if markdown else f"{code}{phrase(': ')}{table[code].summary}"
    pairs = dict.fromkeys((_open(cause.detail), _open(cause.cure)) for cause in causes)
    parts = [_part(detail, cure) for detail, cure in pairs if detail or cure]
    return "\n\n".join([head, *parts])


def _part(detail: str, cure: str) -> str:
    lines = [phrase("What: {text}", text=detail) if detail else "", phrase("Do: {text}", text=cure) if cure else ""]
    return "\n".join(filter(None, lines))


def _open(template: str) -> str:
    """A template with the names of its arguments in the place of them."""
    pieces = []
    for text, name, spec, _ in string.Formatter().parse(template):
        shown = f"<{name}>" if name else ""
        words = _open((spec or "").rpartition("|")[2])
        pieces += [text, words.replace("#", shown) if words not in {"", ","} else shown]
    return "".join(pieces)
