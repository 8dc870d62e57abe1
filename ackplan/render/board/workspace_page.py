"""The page of one workspace, and the script with the history of each of its clusters, which it loads afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ackplan.app.cluster_history import ClusterEvent
from ackplan.core.language import phrase, spoken
from ackplan.render.board.fleet_page import script
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
    table,
    text,
    when,
)
from ackplan.render.board.shapes import CheckData, ClusterData, DriftedData, LockData, MoveData, RunData, WorkspaceData
from ackplan.render.facts.words import counted, stop
from ackplan.render.page.compact import Texts

_PART = 250
_EVENTS = tuple(event.value for event in ClusterEvent)


def history_script(data: WorkspaceData) -> str:
    """The versions, and for each cluster in its order what they did to it; each text stands once."""
    texts = Texts()
    versions = [
        [each["serial"], texts(each["when"]), texts(each["who"]), texts(each["what"]), texts(each["job"])]
        for each in data["versions"]
    ]
    histories = [
        [
            [event["version"], _EVENTS.index(event["event"]), *_numbers(event["parameters"], texts)]
            for event in cluster["history"]
        ]
        for cluster in _ordered(data)
    ]
    return script("ackplanHistory", {"texts": [*texts.numbers], "versions": versions, "clusters": histories})


def _numbers(parameters: Sequence[MoveData], texts: Texts) -> Iterator[int]:
    for each in parameters:
        yield from (texts(each["name"]), texts(each["before"]), texts(each["after"]))


def workspace_page(data: WorkspaceData, name: str, now: str) -> str:
    """The page of this file name. `now` is when the store was read."""
    sections = (
        ("", _notices(data)),
        ("Calls in flight", _calls(data)),
        ("Drift", _drift(data["check"])),
        ("Plans that can be applied", _plans(data)),
        ("Versions of the record", _versions(data)),
        ("Clusters", _clusters(data)),
    )
    shown = "".join(
        f"<section>{f'<h2>{phrase(title)}</h2>' if title else ''}{content}</section>\n"
        for title, content in sections
        if content
    )
    return page(
        f"{data['name']}{phrase(': ')}{phrase('Board').lower()}",
        "../",
        (f"{name}.js",),
        f"""<body class="board" data-page="workspace" data-made="{text(now)}">
<a class="skip" href="#clusters">{phrase("Skip to the clusters")}</a>
<header id="head">
<div class="title"><h1>{text(data["name"])}</h1><p id="headline">{badges(data["statuses"])}</p>\
<span class="tools">{anchor("../index.html", phrase("All workspaces"))}</span></div>
<dl id="facts">{_facts(data, now)}</dl>
</header>
<main>
{shown}</main>
</body>
""",
    )


def _facts(data: WorkspaceData, now: str) -> str:
    world = data["world"]
    inside = phrase("and {number:,} inside of them", number=data["nested"]) if data["nested"] else ""
    clusters = joined(counted(data["clusters"], "cluster"), inside)
    recorded = phrase("{clusters}, serial {serial}", clusters=clusters, serial=data["serial"])
    return facts(
        {
            "Store": text(data["store"]),
            "Account": text(world["account"]),
            "Endpoint": text(endpoint_of(world)),
            "Regions": text(", ".join(world["regions"])),
            "Recorded": recorded if data["serial"] else phrase("nothing yet"),
            "Last run": _run(data["run"]),
            "As of": f"{when(now)} UTC",
        }
    )


def _run(run: RunData | None) -> str:
    if run is None:
        return ""
    counts = _listed_counts(run["counts"])
    code = "" if run["exit"] is None else phrase("exit {code}", code=run["exit"])
    ending = joined(code, counts and phrase("steps: {counts}", counts=counts), by=phrase("; "))
    who = text(by(run["who"]))
    return joined(when(run["when"]), text(run["what"]), who, job(run["job"]), text(ending and f"({ending})"))


def _listed_counts(counts: Mapping[str, int]) -> str:
    return phrase(", ").join(f"{number:,} {phrase(name)}" for name, number in counts.items() if number)


def _notices(data: WorkspaceData) -> str:
    """What has to be known before anything else."""
    shown = "".join(
        f'<div class="alert" data-tone="{tone}" role="listitem"><p><b>{text(title)}</b> {told}</p></div>'
        for tone, title, told in _notice(data)
    )
    return f'<div id="alerts" role="list" aria-label="{phrase("What to know")}">{shown}</div>' if shown else ""


def _notice(data: WorkspaceData) -> Iterator[tuple[str, str, str]]:
    for fault in data["faults"]:
        yield "error", phrase("It can't be read."), text(spoken(fault))
    if data["interrupted"]:
        calls = counted(len(data["calls"]), "call") if data["calls"] else ""
        command = f"<code>ackplan apply --workspace {text(data['workspace'])}</code>"
        next_one = phrase(
            "{calls:# in flight. }The next apply goes on with it: {command}", calls=calls, command=command
        )
        yield "interrupted", spoken(data["interrupted"]).capitalize() + stop(), next_one
    if data["lock"]:
        yield _locked(data["lock"])
    run = data["run"]
    if run and run["exit"]:
        yield "failed", phrase("The last run ended with exit {code}.", code=run["exit"]), _run(run)
    if data["unchecked"]:
        yield "no-op", phrase("No fresh check for drift:"), text(phrase(data["unchecked"]))


def _locked(lock: LockData) -> tuple[str, str, str]:
    held = "Held." if lock["hold"] else "A run has the lock." if lock["lives"] else "Whoever had the lock died."
    tone = "record" if lock["hold"] else "update" if lock["lives"] else "interrupted"
    since = phrase("by {who} since {time}", who=text(lock["who"]), time=when(lock["since"]))
    told = joined(text(lock["what"]), since, phrase("lock {id}", id=text(lock["id"])))
    return tone, phrase(held), joined(told, job(lock["job"]))


def _calls(data: WorkspaceData) -> str:
    rows = (
        (
            text(call["cluster"]),
            f"<code>{text(call['operation'])}</code>" if call["operation"] else "",
            when(call["sent"]),
            phrase("answered" if call["answered"] else "no answer is known"),
            text(call["request"]),
            text(call["task"]),
            text(call["run"]),
        )
        for call in data["calls"]
    )
    return table("Calls in flight", _CALLS, rows) if data["calls"] else ""


_CALLS = ("Cluster", "Call", "Sent", "Answer", "Request", "Task", "Run")


def _drift(check: CheckData | None) -> str:
    if check is None:
        return ""
    part = "" if check["complete"] else phrase(" It was narrowed, and did not look at all.")
    old = "" if check["holds"] else phrase(" The record was written since.")
    looked = counted(check["looked"], "cluster")
    seen = phrase("{number:,} of {clusters} drifted.", number=check["total"], clusters=looked)
    who = joined(text(by(check["who"])), job(check["job"]))
    ago = phrase(", {age} before this page was made", age=age(check["age"]))
    checked = joined(phrase("Checked"), when(check["when"]), who) + ago
    told = f'<p>{seen}{part}{old}</p><p class="quiet">{checked}</p>'
    rows = (
        (
            text(cluster["name"]),
            badge("danger", phrase("gone"))
            if cluster["gone"]
            else joined(
                *(_moved(each) for each in cluster["parameters"]), *map(text, map(spoken, cluster["notes"])), by="<br>"
            ),
        )
        for cluster in check["drifted"]
    )
    more = check["total"] - len(check["drifted"])
    unkept = phrase("and {number:,} more: the check kept no more of them", number=more)
    rest = f'<p class="quiet">{unkept}</p>' if more > 0 else ""
    return told + (table("What drifted", ("Cluster", "What changed"), rows) if check["drifted"] else "") + rest


def _moves(cluster: DriftedData) -> str:
    notes = [text(spoken(note)) for note in cluster["notes"]]
    return joined(*map(_moved, cluster["parameters"]), *notes, by="<br>")


def _moved(move: MoveData) -> str:
    values = f"<del>{text(move['before'])}</del> → <ins>{text(move['after'])}</ins>"
    return f'<code>{text(move["name"])}</code>: <span class="value">{values}</span>'


def _plans(data: WorkspaceData) -> str:
    rows = (
        (
            f"<code>ackplan apply --workspace {text(data['workspace'])} {text(plan['name'])}</code>",
            joined(when(plan["when"]), f'<span class="sub">{phrase("{age} old", age=age(plan["age"]))}</span>'),
            joined(text(plan["who"]), job(plan["job"])),
            text(_listed_counts({**plan["actions"], "blocked": plan["blocked"]}))
            + ("" if plan["complete"] else "<br>" + phrase("narrowed: not all")),
        )
        for plan in data["plans"]
    )
    return table("Plans that can be applied", ("To apply it", "When", "By", "Changes"), rows) if data["plans"] else ""


def _versions(data: WorkspaceData) -> str:
    rows = (
        (
            str(version["serial"]),
            when(version["when"]),
            text(version["who"]),
            joined(text(version["what"]), job(version["job"])),
            phrase("not known: no older version was read")
            if version["first"]
            else text(_listed_counts(version["counts"])),
        )
        for version in data["versions"]
    )
    return (
        table("Versions of the record", ("Serial", "When", "By", "What", "Clusters"), rows) if data["versions"] else ""
    )


def _clusters(data: WorkspaceData) -> str:
    """By what they are and where, so that each row is short: there may be very many.

    They stand in parts, of which a browser lays out those alone that are seen.
    """
    if not data["entries"]:
        return ""
    marks = _marks(data)
    groups = "".join(_listed(title, [*group], marks) for title, group in groupby(_ordered(data), key=_group))
    return f'<div id="find" hidden></div><div id="clusters">{groups}</div>'


def _listed(title: str, clusters: Sequence[ClusterData], marks: dict[str, str]) -> str:
    parts = (clusters[first : first + _PART] for first in range(0, len(clusters), _PART))
    tables = "".join(
        f'<table aria-label="{text(title)}">{"".join(_cluster(each, marks) for each in part)}</table>\n'
        for part in parts
    )
    return f'<div class="group"><h3>{text(title)}</h3>\n{tables}</div>'


def _ordered(data: WorkspaceData) -> list[ClusterData]:
    """The clusters as they are listed: what is recorded first, by kind and region."""
    return sorted(data["entries"], key=lambda each: (not each["recorded"], each["kind"], each["region"], each["name"]))


def _group(cluster: ClusterData) -> str:
    if not cluster["recorded"]:
        return phrase("No longer recorded")
    return joined(phrase(cluster["kind"]), cluster["region"], by=phrase(", "))


def _cluster(cluster: ClusterData, marks: dict[str, str]) -> str:
    mark = f" {marks[cluster['name']]}" if cluster["name"] in marks else ""
    return f"\n<tr><td>{text(cluster['name'])}<td>{text(cluster['id'])}{mark}"


def _marks(data: WorkspaceData) -> dict[str, str]:
    check = data["check"]
    drifted = {each["name"] for each in check["drifted"]} if check and check["holds"] else set()
    flying = {call["cluster"] for call in data["calls"]}
    return {
        name: joined(
            badge("drift", phrase("drifted")) * (name in drifted),
            badge("update", phrase("in flight")) * (name in flying),
        )
        for name in drifted | flying
    }
