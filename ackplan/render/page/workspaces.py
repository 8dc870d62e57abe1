"""Many workspaces as one page of HTML that needs nothing else, no script included: a table, then each workspace.

The page's policy lets it load, run, send and embed nothing. All texts are escaped; none is markup.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Iterator
from importlib import resources

from ackplan.core import language
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.language import phrase
from ackplan.render.facts import fleet_words
from ackplan.render.facts.plan_origin import job, origin
from ackplan.render.facts.rule_findings import RuleFindings, by_code, by_rule
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import and_more, counted, duration, stop
from ackplan.workspaces.result import Caution, ClusterChange, Ending, FleetResult, WorkspaceResult

_TONES = {
    Ending.FAILED: "failed",
    Ending.INTERRUPTED: "interrupted",
    Ending.SKIPPED: "skipped",
    Ending.CHANGED: "update",
    Ending.DRIFTED: "drift",
    Ending.APPLIED: "done",
    Ending.UNCHANGED: "none",
}
_OPEN = frozenset({Ending.FAILED, Ending.INTERRUPTED})
# Pages of few workspaces show all of it at once.
_FEW, _NAMES = 8, 20
_STYLES = ("theme", "workspaces")


def fleet_html(fleet: FleetResult) -> str:
    """The page."""
    style = "\n".join(
        resources.files("ackplan.render").joinpath("page", f"{n}.css").read_text("utf-8") for n in _STYLES
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "trusted-types 'none'; require-trusted-types-for 'script'"
    )
    title = f"{fleet_words.title(fleet)}{phrase(': ')}{fleet_words.headline(fleet)}"
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{language.tag()}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>",
            *_body(fleet),
            "</main>\n</body>\n</html>",
        ]
    )


def _body(fleet: FleetResult) -> Iterator[str]:
    results = fleet_words.ranked(fleet)
    yield f"<h1>{_text(fleet_words.title(fleet))}</h1>\n<p>{_text(fleet_words.headline(fleet))}{stop()}</p>"
    at_once = counted(fleet.jobs, "workspace")
    facts = [phrase("{workspaces} at a time, {time}", workspaces=at_once, time=duration(max(1, fleet.seconds)))]
    facts += [phrase("commit {id}", id=fleet.commit)] if fleet.commit and not fleet.provenance.commit else []
    if fleet.index:
        kept = {"place": fleet.index.location, "digest": fleet.index.digest}
        facts.append(phrase("plans in {place}, SHA-256 {digest}", **kept))
    yield f'<p class="quiet">{_text(phrase("; ").join(facts))}</p>'
    yield from _origin(fleet)
    dangers = [(result, caution) for result in results for caution in result.plan.cautions if caution.tone == "danger"]
    if dangers:
        items = (f"<li>{_link(result)}{phrase(': ')}{_caution(caution)}</li>" for result, caution in dangers)
        yield f'<div class="alert" data-tone="danger"><ul>{"".join(items)}</ul></div>'
    left_out = list(fleet_words.omissions(fleet))
    if left_out:
        yield f'<div class="alert" data-tone="warning"><ul>{_items(map(_text, left_out))}</ul></div>'
    if results:
        yield f"<h2>{phrase('Workspaces')}</h2>"
        yield "".join(_table(results))
        yield f"<h2>{phrase('What happens in each')}</h2>"
        yield from (_workspace(result, opened=len(results) <= _FEW) for result in results)


def _origin(fleet: FleetResult) -> Iterator[str]:
    """Who made it when, from which commit, and in which CI job."""
    address = html.escape(job(fleet.provenance))
    link = f' <a href="{address}" rel="noreferrer">{phrase("CI job")}</a>' if address else ""
    if said := origin(fleet.provenance):
        yield f'<p class="quiet">{_text(said)}{link}</p>'


def _table(results: Iterable[WorkspaceResult]) -> Iterator[str]:
    head = f'{_head("Workspace", "Folder", "Result")}<th scope="col" class="time">{phrase("Time")}</th>'
    yield f'<table class="fleet"><thead><tr>{head}</tr></thead><tbody>\n'
    for result in results:
        time = fleet_words.time_text(result)
        yield (
            f'<tr data-tone="{_TONES[result.ending]}"><td>{_link(result)}</td>'
            f'<td class="folder quiet"><code>{_text(result.entry.path)}</code></td>'
            f'<td class="result">{_text(fleet_words.outcome(result))}</td><td class="time quiet">{time}</td></tr>\n'
        )
    yield "</tbody></table>"


def _workspace(result: WorkspaceResult, *, opened: bool) -> str:
    is_open = " open" if result.ending in _OPEN or (opened and result.ending is not Ending.UNCHANGED) else ""
    return (
        f'<details id="{_text(result.name)}" data-tone="{_TONES[result.ending]}"{is_open}><summary>'
        f'<span class="name">{_text(result.name)}</span>'
        f'<span class="result">{_text(fleet_words.outcome(result))}</span></summary>'
        f"<div>{''.join(_parts(result))}</div></details>"
    )


def _parts(result: WorkspaceResult) -> Iterator[str]:
    plan, entry = result.plan, result.entry
    about = [fleet_words.world(result), phrase("folder {path}", path=entry.path)]
    about += [phrase("profile {name}", name=entry.profile) if entry.profile else ""]
    about += [phrase("depends on {names}", names=", ".join(entry.depends_on)) if entry.depends_on else ""]
    about += [phrase("{clusters} looked at", clusters=counted(plan.clusters, "cluster")) if plan.clusters else ""]
    yield f'<p class="quiet">{_text(phrase("; ").join(filter(None, about)))}</p>'
    if result.kept:
        location, digest = _text(result.kept.location), _text(result.kept.digest)
        yield f"<p>{phrase('Plan')} <code>{location}</code>, SHA-256 <code>{digest}</code></p>"
    if plan.changes:
        rows = "".join(_changes(plan.changes))
        head = f"<tr>{_head('Cluster', 'What', 'Why')}</tr>"
        yield f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        more = fleet_words.more_changes(result, len(plan.changes))
        yield f'<p class="quiet">{_text(more)}</p>' if more else ""
    if plan.cautions:
        yield f"<ul>{_items(map(_caution, plan.cautions))}</ul>"
    if result.diagnostics:
        yield f"<ul>{_items(_findings(result.diagnostics))}</ul>"
    if result.said and result.ending is Ending.FAILED:
        yield f"<pre>{html.escape(chr(10).join(map(printable, result.said.splitlines())))}</pre>"


def _changes(changes: Iterable[ClusterChange]) -> Iterator[str]:
    """A row for all clusters to which the same happens for the same reason."""
    alike: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        alike.setdefault((change.tone, fleet_words.change_text(change)), []).append(change.name)
    for (tone, why), names in alike.items():
        listed = " ".join(f'<span class="name">{_text(name)}</span>' for name in names)
        number = f' <span class="quiet">{counted(len(names), "cluster")}</span>' if len(names) > 1 else ""
        yield (
            f'<tr data-tone="{_text(tone)}"><td class="names">{listed}</td>'
            f'<td class="result">{_text(phrase(tone))}{number}</td><td class="why">{_text(why)}</td></tr>'
        )


def _findings(diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """Each rule and each sort once, with all that were found of it behind a click; errors before warnings."""
    others, rules = by_rule(diagnostics)
    alone, sorts = by_code(others)
    yield from map(_finding, sorted(alone, key=lambda each: not each.is_error))
    for group in (*sorts, *rules):
        yield _finding(group.first) if len(group.findings) == 1 else _group(group)


def _group(group: RuleFindings) -> str:
    kind = "error" if group.first.is_error else "warning"
    title = f"{_text(group.first.code)} {_text(group.rule or group.first.summary)}"
    names = " ".join(f'<span class="name">{_text(name)}</span>' for name in group.clusters)
    number = _text(group.counted or counted(len(group.findings), "finding"))
    lines = _items(map(_finding, group.findings))
    return (
        f'<span class="kind" data-tone="{kind}">{phrase(kind)}</span> {title}{phrase(": ")}{number} {names}'
        f'<details class="more"><summary>{phrase("each with what to do")}</summary><ul>{lines}</ul></details>'
    )


def _caution(caution: Caution) -> str:
    names, more = fleet_words.caution_names(caution, _NAMES)
    listed = ", ".join(names) + and_more(more)
    tail = f"{phrase(': ')}<code>{_text(listed)}</code>" if names else ""
    return f'<span class="kind" data-tone="{_text(caution.tone)}">{_text(caution.text)}</span>{tail}'


def _finding(finding: Diagnostic) -> str:
    kind = "error" if finding.is_error else "warning"
    place = f"<code>{_text(str(finding.span))}</code> " if finding.span else ""
    line = _text(finding.line().removeprefix(f"{finding.span}: "))
    return f'<span class="kind" data-tone="{kind}">{phrase(kind)}</span> {place}{line}'


def _head(*titles: str) -> str:
    return "".join(f'<th scope="col">{phrase(title)}</th>' for title in titles)


def _link(result: WorkspaceResult) -> str:
    return f'<a class="name" href="#{_text(result.name)}">{_text(result.name)}</a>'


def _items(items: Iterable[str]) -> str:
    return "".join(f"<li>{item}</li>" for item in items)


def _text(text: str) -> str:
    return html.escape(printable(text))
