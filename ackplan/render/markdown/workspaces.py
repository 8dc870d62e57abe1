"""Many workspaces as Markdown, for one comment below a pull request: what needs somebody first, never too long.

A table has all its rows or says how many more there are; details of workspaces that find no room are left out whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ackplan.core.language import phrase
from ackplan.render.facts import fleet_words
from ackplan.render.facts.words import and_more, colon, counted
from ackplan.render.markdown.comment_parts import LIMIT, BoundedPage, finding_item, made_line, size_of
from ackplan.render.markdown.markup import code, code_tag, codes, fence, folded, prose, row, table
from ackplan.workspaces.result import Caution, Ending, FleetResult, WorkspaceResult

# Of one workspace, of a list of names, and of the cautions at the top.
_CHANGES, _FINDINGS, _NAMES, _CAUTIONS = 40, 10, 12, 20
# Room for what is left out, and for the details below the table.
_CLOSING, _DETAILS = 1_500, 15_000
# Words, numbers, commas: nothing that Markdown or HTML could be made of, nor a link or a reference of GitHub's.
_WORDS = re.compile(
    r"(?!.*GH-)[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9 ,;:'()\u4e00-\u9fff\u3001\u3002\uff08\uff09\uff0c\uff1a\uff1b-]*"
)
_KINDS = {"danger": "CAUTION", "warning": "WARNING"}
_ELSEWHERE = (
    "All of it: `ackplan fleet plan --format html` as a page, `--format json` for programs; "
    "of one workspace `ackplan fleet plan --workspaces NAME`."
)


def fleet_markdown(fleet: FleetResult, limit: int = LIMIT) -> str:
    """GitHub's Markdown, at most `limit` bytes of UTF-8 (at least 4,000), without a line end at its end."""
    footer = made_line(fleet.provenance)
    page = BoundedPage(limit - _CLOSING - size_of(footer))
    page.add(f"### ackplan{phrase(': ')}{fleet_words.title(fleet).lower()}{phrase(': ')}{fleet_words.headline(fleet)}")
    results = fleet_words.ranked(fleet)
    for text in _cautions(results):
        page.add(text, phrase("some warnings"))
    if results:
        _table(page, results, max(limit - _DETAILS, limit // 2))
    omissions = "\n".join(f"- {_words(text, 1_000)}" for text in fleet_words.omissions(fleet))
    if omissions:
        page.add(omissions, phrase("what was not looked at"))
    _details(page, results)
    if page.missing:
        missing = phrase("; ").join(dict.fromkeys(page.missing))
        left_out = phrase("Left out, for a comment can't be longer")
        page.parts.append(f"**{left_out}{colon()}** {missing}{phrase('. ')}{phrase(_ELSEWHERE)}")
    return "\n\n".join(filter(None, [*page.parts, footer]))


def _cautions(results: Sequence[WorkspaceResult]) -> Iterator[str]:
    """What could hurt, with the workspaces in which it does."""
    every = [(result, caution) for result in results for caution in result.plan.cautions]
    dangers = [(result, caution) for result, caution in every if caution.tone == "danger"]
    if not dangers:
        return
    lines = [f"> - {code(result.name)}{phrase(': ')}{_caution(caution)}" for result, caution in dangers[:_CAUTIONS]]
    if len(dangers) > _CAUTIONS:
        rest = phrase("and {count} more, each with its workspace below", count=len(dangers) - _CAUTIONS)
        lines.append(f"> - {rest}")
    yield "\n".join([f"> [!{_KINDS['danger']}]", *lines])


def _caution(caution: Caution) -> str:
    names, more = fleet_words.caution_names(caution, _NAMES)
    listed = codes(names) + and_more(more)
    return f"**{_words(caution.text)}{colon()}** {listed}" if names else f"**{_words(caution.text)}**"


def _table(page: BoundedPage, results: Sequence[WorkspaceResult], room: int) -> None:
    """One row a workspace, as many as there is room for: what needs somebody stands first."""
    rows: list[str] = []
    for result in results:
        line = row(code(result.name), code(result.entry.path, 80), _outcome(result), fleet_words.time_text(result))
        room -= size_of(line) + 1
        if room < 0:
            break
        rows.append(line)
    page.add(table(map(phrase, ("workspace", "folder", "result", "time")), rows))
    rest = results[len(rows) :]
    if rest:
        sorts = (f"{sum(r.ending is ending for r in rest)} {phrase(ending.value)}" for ending in fleet_words.ORDER
                 if any(r.ending is ending for r in rest))  # fmt: skip
        more = phrase("and {workspaces}", workspaces=counted(len(rest), "more workspace"))
        page.parts.append(more + phrase(": ") + phrase(", ").join(sorts))
        page.missing.append(phrase("{rows} of the table", rows=counted(len(rest), "row")))


def _outcome(result: WorkspaceResult) -> str:
    text = _words(fleet_words.outcome(result), 200)
    return text if result.ending is Ending.UNCHANGED or text.startswith("`") else f"**{text}**"


def _words(text: str, limit: int = 300) -> str:
    """The text as it is where it is words and numbers alone, in code otherwise."""
    return text if len(text) <= limit and _WORDS.fullmatch(text) else code(text, limit)


def _in_html(text: str) -> str:
    return text if _WORDS.fullmatch(text) else code_tag(text)


def _details(page: BoundedPage, results: Sequence[WorkspaceResult]) -> None:
    left_out: list[str] = []
    for result in results:
        text = "\n\n".join(_parts(result))
        if text and not page.add(folded(f"{code_tag(result.name)} {_in_html(fleet_words.outcome(result))}", text)):
            left_out.append(result.name)
    if left_out:
        names = codes(left_out[:_NAMES]) + and_more(len(left_out) - _NAMES)
        page.missing.append(phrase("what happens in {names}", names=names))


def _parts(result: WorkspaceResult) -> Iterator[str]:
    plan = result.plan
    changes = plan.changes[:_CHANGES]
    if changes:
        about = fleet_words.world(result)
        if about:
            yield _words(about)
        rows = (row(code(c.name), prose(phrase(c.tone)), _words(fleet_words.change_text(c))) for c in changes)
        more = fleet_words.more_changes(result, len(changes))
        yield table(map(phrase, ("cluster", "what", "why")), rows) + (f"\n\n{more}" if more else "")
    if plan.cautions:
        yield "\n".join(f"- {_caution(caution)}" for caution in plan.cautions)
    if result.diagnostics:
        shown = result.diagnostics[:_FINDINGS]
        rest = result.findings - len(shown)
        yield "\n".join(
            [*map(finding_item, shown), *([f"- {phrase('and {count} more', count=rest)}"] if rest > 0 else [])]
        )
    if result.said and result.ending is Ending.FAILED:
        yield fence("\n".join(result.said.splitlines()[-_FINDINGS:])[-2_000:])
