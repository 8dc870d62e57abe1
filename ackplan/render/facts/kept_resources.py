"""What the deletion of a cluster leaves in the account and what it takes along, in words."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.core.catalog.deletion import leavings
from ackplan.core.language import phrase, spoken
from ackplan.core.work import Delete
from ackplan.plan.model import Change, Step


def notes_of(change: Change) -> tuple[str, ...]:
    """The notes of a change, and what its deletion leaves; of the guide's clusters no call can say that."""
    return (*map(spoken, change.notes), *(note for step in change.steps for note in _notes(change, step)))


def _notes(change: Change, step: Step) -> Iterator[str]:
    call = step.call
    if not isinstance(step.work, Delete) or call is None or change.address.parent is not None:
        return
    if not (call.query or change.kind.section_key):
        return
    try:
        left = leavings(change.kind.catalog, call.query, call.operation)
    except ValueError:  # of a refused change in a file of somebody else: nothing of it is sent
        yield phrase("its deletion says {query}", query=str(dict(call.query)))
        return
    if left.everything:
        yield phrase("its deletion keeps all cloud resources that were made for it")
        return
    kept = phrase(", ").join(map(phrase, [*left.kept, *left.named])) or phrase("nothing")
    yield phrase("its deletion keeps {kept}", kept=kept)
    removed = phrase(", ").join(map(phrase, [*left.removed, "what else was made for it"]))
    yield phrase("its deletion removes {removed}", removed=removed)
