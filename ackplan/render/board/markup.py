"""Parts of a board's pages. Every text is escaped here; a link leads where `data.link` let it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from string import Template

from ackplan.core import language
from ackplan.core.language import phrase
from ackplan.render.board.shapes import SANDBOX, WorldData
from ackplan.render.board.statuses import WorkspaceStatus
from ackplan.render.facts.words import counted

# The pages' own files alone: no other host, no inline script, no text that becomes markup or a script.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "trusted-types 'none'; require-trusted-types-for 'script'"
)


def text(words: object) -> str:
    """The words as they are to be read."""
    return html.escape(str(words))


def page(title: str, root: str, scripts: Iterable[str], body: str) -> str:
    """A whole page. `root` leads from it to the folder of the board; `scripts` are what it loads besides."""
    loaded = "".join(f'<script defer src="{text(name)}"></script>\n' for name in (f"{root}board.js", *scripts))
    parts = {
        "language": language.tag(),
        "policy": POLICY,
        "title": text(title),
        "root": root,
        "scripts": loaded,
        "body": body,
    }
    return Template(_frame()).substitute(parts)


@cache
def _frame() -> str:
    return resources.files("ackplan.render").joinpath("board", "board.html").read_text(encoding="utf-8")


def badge(tone: str, words: str) -> str:
    return f'<span class="badge" data-tone="{tone}">{text(words)}</span>'


def badges(statuses: Iterable[str]) -> str:
    known = (WorkspaceStatus(status) for status in statuses)
    return " ".join(badge(status.tone, status.words) for status in known)


def anchor(address: str, words: str, *, outside: bool = False) -> str:
    """A link; `outside` is one that leaves the board, which is not told where it was followed."""
    more = ' rel="noopener noreferrer" target="_blank"' if outside else ""
    return f'<a href="{text(address)}"{more}>{text(words)}</a>'


def by(who: str) -> str:
    """By whom; empty for nobody."""
    return phrase("by {who}", who=who) if who else ""


def endpoint_of(world: WorldData) -> str:
    """The endpoint, as people call it."""
    return phrase(world["endpoint"]) if world["endpoint"] == SANDBOX else world["endpoint"]


def job(address: str) -> str:
    """The link to a CI job, where there is one."""
    return anchor(address, phrase("CI job"), outside=True) if address else ""


def when(moment: str) -> str:
    """A time as it is read: in UTC, to the minute."""
    shown = moment[:16].replace("T", " ") if len(moment) >= 16 else moment
    return f'<time datetime="{text(moment)}">{text(shown)}</time>' if moment else ""


def age(seconds: float) -> str:
    """How old something was when the store was read, in the largest whole unit."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return phrase("less than a minute")


def facts(named: Mapping[str, str]) -> str:
    """Names and markup, those that say something, for a `dl`."""
    return "".join(f"<div><dt>{text(phrase(name))}</dt><dd>{told}</dd></div>" for name, told in named.items() if told)


def joined(*parts: str, by: str = " ") -> str:
    """Those parts that say something."""
    return by.join(part for part in parts if part)


def table(name: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a name for those who do not see it. Cells are markup; each knows what its column is called."""
    titles = [text(phrase(title)) for title in head]
    cells = (
        "".join(f'<td data-label="{title}">{cell}' for title, cell in zip(titles, row, strict=True)) for row in rows
    )
    top = "".join(f'<th scope="col">{title}' for title in titles)
    body = "".join(f"<tr>{row}" for row in cells)
    return f'<table class="cards" aria-label="{text(phrase(name))}"><thead><tr>{top}<tbody>{body}</table>'
