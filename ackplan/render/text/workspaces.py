"""Many workspaces on a terminal: a table of all, then what happens in each, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.core.language import phrase, sentences
from ackplan.render.facts import fleet_words
from ackplan.render.facts.safe import pad, printable, shortened, width
from ackplan.render.facts.words import and_more, colon, stop
from ackplan.render.text.origin import made_lines
from ackplan.render.text.style import Style, diagnostic_line
from ackplan.workspaces.result import Caution, Ending, FleetResult, WorkspaceResult

# Of one workspace; JSON and pages have more.
_CHANGES, _FINDINGS = 20, 10
_TONES = {Ending.FAILED: "error", Ending.INTERRUPTED: "warning", Ending.SKIPPED: "warning", Ending.APPLIED: "good",
          Ending.CHANGED: "~", Ending.DRIFTED: "drift", Ending.UNCHANGED: "dim"}  # fmt: skip
_MARKS = {"create": "+", "scale": "~", "update": "~", "drifted": "~", "replace": "-/+", "delete": "-", "adopt": "<=",
          "forget": ".", "record": ".", "blocked": "!"}  # fmt: skip


def fleet_text(fleet: FleetResult, *, color: bool) -> str:
    """All of it."""
    style = Style(color)
    parts = ["\n".join(_table(fleet, style)) if fleet.results else ""]
    parts += ["\n".join(_workspace(result, style)) for result in fleet_words.ranked(fleet)]
    parts.append("\n".join(fleet_words.omissions(fleet)))
    title = style("bold", fleet_words.title(fleet) + colon())
    parts.append(sentences(title, fleet_words.headline(fleet) + stop()))
    made = "\n".join(filter(None, made_lines(fleet.provenance)))
    return "\n\n".join(filter(None, [*parts, style("dim", made) if made else ""]))


def progress_text(result: WorkspaceResult, number: int, total: int) -> str:
    """One line as a workspace ends."""
    time = f" ({result.seconds:.1f}s)" if result.seconds else ""
    return f"[{number}/{total}] {result.name}{phrase(': ')}{fleet_words.outcome(result)}{time}"


def _table(fleet: FleetResult, style: Style) -> Iterator[str]:
    results = fleet_words.ranked(fleet)
    heads = [phrase(head) for head in ("WORKSPACE", "FOLDER", "TIME", "RESULT")]
    names = max(width(heads[0]), *(width(result.name) for result in results))
    folders = max(width(heads[1]), *(width(_folder(result)) for result in results))
    yield f"  {pad(heads[0], names)}  {pad(heads[1], folders)}  {pad(heads[2], 6)}  {heads[3]}"
    for result in results:
        tone = _TONES[result.ending]
        row = f"{pad(result.name, names)}  {pad(_folder(result), folders)}  {pad(fleet_words.time_text(result), 6)}"
        yield f"{style(tone, fleet_words.MARKS[result.ending])} {row}  {style(tone, fleet_words.outcome(result))}"


def _folder(result: WorkspaceResult) -> str:
    return shortened(result.entry.path, 60)


def _workspace(result: WorkspaceResult, style: Style) -> Iterator[str]:
    changes, findings = result.plan.changes[:_CHANGES], result.diagnostics[:_FINDINGS]
    if not changes and not findings and not result.said:
        return
    about = fleet_words.world(result)
    yield style("bold", result.name) + (f" ({about})" if about and changes else "")
    for change in changes:
        mark = _MARKS.get(change.tone, "~")
        yield f"  {style(mark, mark)} {printable(change.name)}{phrase(': ')}{fleet_words.change_text(change)}"
    more = fleet_words.more_changes(result, len(changes))
    if more:
        yield f"    {more}"
    yield from (_caution(caution, style) for caution in result.plan.cautions)
    yield from (f"  {diagnostic_line(finding, style)}" for finding in findings)
    if result.findings > len(findings):
        rest = result.findings - len(findings)
        yield "    " + phrase("and {number:# more finding|# more findings}", number=rest)
    if result.said and result.ending is Ending.FAILED:
        yield from (f"  | {printable(line)}" for line in result.said.splitlines()[-_FINDINGS:])


def _caution(caution: Caution, style: Style) -> str:
    names, more = fleet_words.caution_names(caution, _CHANGES)
    listed = ", ".join(names) + and_more(more)
    text = printable(caution.text + phrase(": ") + listed if names else caution.text)
    tone = "error" if caution.tone == "danger" else "warning"
    return f"  {style(tone, phrase('Caution'))}{phrase(': ')}{text}"
