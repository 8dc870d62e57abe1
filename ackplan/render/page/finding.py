"""An error or a warning on a page, with what to do about it."""

from __future__ import annotations

from ackplan.core.diagnostics import Diagnostic
from ackplan.render.facts.safe import printable
from ackplan.render.page.compact import Data, compact


def finding_data(diagnostic: Diagnostic) -> Data:
    """What it says, printable. `subject` is its cluster and its parameter."""
    return compact(
        {
            "severity": diagnostic.severity.value,
            "code": printable(diagnostic.code),
            "cluster": printable(diagnostic.cluster),
            "subject": printable(": ".join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)),
            "summary": printable(diagnostic.summary),
            "detail": printable(diagnostic.detail),
            "cure": printable(diagnostic.cure),
            "place": printable(str(diagnostic.span)) if diagnostic.span else "",
        }
    )
