"""What `doctor` found as text: a line a check, and below it what is wrong with its cure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ackplan.app.doctor import Check, CheckStatus
from ackplan.core.language import phrase, spoken
from ackplan.render.facts.safe import pad, printable, width
from ackplan.render.text.style import Style, diagnostic_line

_TONES = {
    CheckStatus.OK: "good",
    CheckStatus.WARNING: "warning",
    CheckStatus.FAILED: "error",
    CheckStatus.SKIPPED: "dim",
}
_WORDS = {
    CheckStatus.OK: "OK",
    CheckStatus.WARNING: "warning",
    CheckStatus.FAILED: "failed",
    CheckStatus.SKIPPED: "skipped",
}


def checkup_text(checks: Sequence[Check], *, color: bool) -> str:
    """All checks, then in one line how it stands, without a line end at its end."""
    style = Style(color)
    column = max(width(_name(check)) for check in checks)
    return "\n".join(
        [*(line for check in checks for line in _lines(check, column, style)), "", _verdict(checks, style)]
    )


def _lines(check: Check, column: int, style: Style) -> Iterator[str]:
    word = style(_TONES[check.status], pad(phrase(_WORDS[check.status]), 7))
    yield f"{word}  {pad(_name(check), column)}  {printable(spoken(check.said))}".rstrip()
    for finding in check.findings:
        yield f"         {diagnostic_line(finding, style)}"


def _name(check: Check) -> str:
    return phrase(f"{check.name} (check)").removesuffix(" (check)")


def _verdict(checks: Sequence[Check], style: Style) -> str:
    count = sum(check.status is CheckStatus.FAILED for check in checks)
    if count:
        return style("error", phrase("{number:# check|# checks} failed.", number=count))
    warned = sum(check.status is CheckStatus.WARNING for check in checks)
    return style("good", phrase("No problems found.")) + (
        phrase(" {number:# warning|# warnings}.", number=warned) if warned else ""
    )
