"""The first page of a board: every workspace in a row, what it needs at a glance, and the names of all clusters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ackplan import __version__
from ackplan.core.language import phrase, spoken
from ackplan.core.provenance import link_of
from ackplan.record.notes import Author
from ackplan.render.board.markup import (
    age,
    anchor,
    badge,
    badges,
    by,
    endpoint_of,
    facts,
    job,
    joined,
    page,
    text,
    when,
)
from ackplan.render.board.shapes import SANDBOX, CheckData, RunData, WorkspaceData, WorldData
from ackplan.render.board.statuses import WorkspaceStatus
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import and_more, counted

NOBODY = Author()
_COLUMNS = ("Status", "Workspace", "Clusters", "Account", "Last run", "Drift", "Plans")
_RANKS = {status.value: rank for rank, status in enumerate(WorkspaceStatus)}
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A workspace of the first page: the name of its page, and its data without clusters and versions."""

    page: str
    data: WorkspaceData


def script(name: str, value: object) -> str:
    """A script that hands a value to the function of this name of the board's own script."""
    return f"{name}({json.dumps(value, separators=(',', ':')).translate(_UNSAFE)});\n"


def names_script(names: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The names of all clusters, by the page that each is on."""
    return script("ackplanNames", [[each, *of] for each, of in names])


def fleet_page(rows: Sequence[BoardRow], now: str, author: Author = NOBODY) -> str:
    """The page. `now` is when the store was read, by `author`."""
    clusters = sum(row.data["clusters"] for row in rows)
    headline = phrase(", ").join([counted(len(rows), "workspace"), counted(clusters, "cluster")])
    several = len({row.data["store"] for row in rows}) > 1
    body = "".join(_row(row, several=several) for row in sorted(rows, key=_rank))
    top = "".join(f'<th scope="col">{phrase(title)}' for title in _COLUMNS)
    return page(
        f"{phrase('Board')}{phrase(': ')}{headline}",
        "",
        ("clusters.js",),
        f"""<body class="board" data-page="fleet" data-made="{text(now)}">
<a class="skip" href="#workspaces">{phrase("Skip to the workspaces")}</a>
<header id="head">
<div class="title"><h1>{phrase("Board")}</h1><p id="headline">{headline}</p><span class="tools"></span></div>
<dl id="facts">{_facts(rows, now, author)}</dl>
<p class="summary">{_summary(rows)}</p>
</header>
<main>
<div id="bar" hidden></div>
<div class="scroll"><table id="workspaces" class="cards" aria-label="{phrase("Workspaces")}">
<thead><tr>{top}
<tbody>{body}
</table></div>
<section id="hits" aria-label="{phrase("Clusters")}" hidden></section>
</main>
</body>
""",
    )


def _rank(row: BoardRow) -> tuple[int, str]:
    return _RANKS[row.data["statuses"][0]], row.page


def _facts(rows: Sequence[BoardRow], now: str, author: Author) -> str:
    stores = sorted({row.data["store"] for row in rows})
    shown = ", ".join(map(text, stores[:3])) + and_more(len(stores) - 3)
    maker = joined(text(printable(author.who)), job(link_of(author.job)))
    return facts({"Store": shown, "As of": f"{when(now)} UTC", "Made by": maker, "ackplan": __version__})


def _summary(rows: Sequence[BoardRow]) -> str:
    """How many workspaces have each status."""
    counts = {status: sum(status.value in row.data["statuses"] for row in rows) for status in WorkspaceStatus}
    return " ".join(badge(status.tone, f"{number:,} {status.words}") for status, number in counts.items() if number)


def _row(row: BoardRow, *, several: bool) -> str:
    data = row.data
    store = f'<span class="sub">{text(data["store"])}</span>' if several else ""
    cells = (
        (_RANKS[data["statuses"][0]], badges(data["statuses"])),
        ("", anchor(f"workspaces/{row.page}.html", data["name"]) + store),
        (data["clusters"], _counts(data)),
        ("", _world(data["world"])),
        (data["run"]["when"] if data["run"] else "", _run(data["run"], data["interrupted"])),
        (_check_age(data["check"]), _check(data["check"], data["unchecked"])),
        (
            len(data["plans"]),
            phrase("{plans} pending", plans=counted(len(data["plans"]), "plan")) if data["plans"] else "",
        ),
    )
    shown = "".join(_cell(title, value, cell) for title, (value, cell) in zip(_COLUMNS, cells, strict=True))
    return f"<tr>{shown}</tr>\n"


def _pending(plans: int) -> str:
    return phrase("{plans} pending", plans=counted(plans, "plan")) if plans else ""


def _cell(title: str, value: object, cell: str) -> str:
    """A cell; `value` is what its column is sorted by, where that is not its text."""
    sorted_by = "" if value == "" else f' data-v="{text(value)}"'
    return f'<td data-label="{phrase(title)}"{sorted_by}>{cell}'


def _counts(data: WorkspaceData) -> str:
    inside = phrase("and {number:,} inside of them", number=data["nested"])
    inside = f'<span class="sub">{inside}</span>' if data["nested"] else ""
    return f"{data['clusters']:,}{inside}"


def _world(world: WorldData) -> str:
    endpoint = text(endpoint_of(world))
    account = text(world["account"]) or (phrase("sandbox") if world["endpoint"] == SANDBOX else "")
    regions = text(", ".join(world["regions"]))
    return account + "".join(f'<span class="sub">{part}</span>' for part in (endpoint, regions) if part)


def _run(run: RunData | None, interrupted: str) -> str:
    stopped = badge("interrupted", spoken(interrupted)) if interrupted else ""
    if run is None:
        return stopped
    failed = badge("failed", phrase("exit {code}", code=run["exit"])) if run["exit"] else ""
    told = joined(text(run["what"]), text(by(run["who"])), job(run["job"]))
    return joined(when(run["when"]), failed, stopped) + f'<span class="sub">{told}</span>'


def _check_age(check: CheckData | None) -> str | float:
    return check["age"] if check else ""


def _check(check: CheckData | None, unchecked: str) -> str:
    if check is None:
        return text(phrase(unchecked))
    if check["total"]:
        moved = counted(check["total"], "cluster")
        moved = phrase("{clusters} of {number:,} drifted", clusters=moved, number=check["looked"])
    else:
        moved = phrase("none of {number:,} drifted", number=check["looked"])
    seen = badge("drift", moved) if check["total"] and check["holds"] else text(moved)
    old = phrase("{age} old", age=age(check["age"]))
    told = joined(old, text(phrase(unchecked)), by=phrase(": "))
    return f'{seen}<span class="sub">{told}</span>'
