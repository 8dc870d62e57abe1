"""How many workers come and go, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ackplan.core.language import phrase
from ackplan.plan.worker_totals import WorkerTotals
from ackplan.render.facts.safe import printable

_NAMES = 3


def workers_text(totals: WorkerTotals) -> str:
    """`12 workers added, 4 removed`; empty where none comes or goes."""
    return phrase("; ").join(_parts(totals.added, totals.removed, totals.uncounted))


def moved_text(added: int, removed: int) -> str:
    """The same of the numbers alone."""
    return "".join(_parts(added, removed, ()))


def _parts(added: int, removed: int, uncounted: Sequence[str]) -> Iterator[str]:
    if added and removed:
        yield phrase("{added:# worker|# workers} added, {removed} removed", added=added, removed=removed)
    elif added:
        yield phrase("{added:# worker|# workers} added", added=added)
    elif removed:
        yield phrase("{removed:# worker|# workers} removed", removed=removed)
    if uncounted:
        names = phrase(", ").join(map(printable, uncounted[:_NAMES]))
        more = len(uncounted) - _NAMES
        named = phrase("{names} and {count} more", names=names, count=more) if more > 0 else names
        yield phrase("workers not known: {names}", names=named)
