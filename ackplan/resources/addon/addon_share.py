"""What a plan says of add-ons: besides what their parameters become, what the API does not let them become.

Some can't be taken out of a cluster, none is brought back to an older version, and only versions of the catalogue are
installed. What was upgraded outside of ackplan is said and left, as the version of a cluster is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ackplan.core.actions import Side
from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.plan.chain import Chain
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change
from ackplan.plan.offered import Offered
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.nested.share import NestedShare
from ackplan.resources.nested.steps import Update
from ackplan.spec.desired import Wanted

_UNINSTALL: Final = "Uninstall"
_VERSION: Final = "version"
_NUMBERS = re.compile(r"v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,9})")
_NOTHING: Final = Offered()


class AddonShare(NestedShare):
    """The share of add-ons. They go with their cluster, and many come with it: those are taken over unasked."""

    goes_along = True

    def differences(self, desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Iterator[ParameterChange]:
        """Without versions that are newer than the spec has them since somebody upgraded them outside."""
        return (change for change in super().differences(desired, recorded, live) if not _is_ahead(change))

    def extend(self, chain: Chain, desired: Wanted, todo: Update | None) -> tuple[Diagnostic, ...]:
        del chain
        pinned = desired.parameters.get(_VERSION)
        if not isinstance(pinned, str) or (todo is not None and all(c.name != _VERSION for c in todo.changes)):
            return ()
        offered = self.sides.offers.get(desired.name, _NOTHING)
        has = str(todo.live.shown.get(_VERSION, "")) if todo is not None else ""
        span, name = desired.span_of(_VERSION), desired.name
        if has and is_older(pinned, has):
            return (error("ACK2026", live=has, said=pinned, span=span, cluster=name, parameter=_VERSION),)
        if offered.complete and pinned not in offered.versions:
            choices = ", ".join(each for each in offered.versions if each != has)
            return (error("ACK2027", said=pinned, offered=choices, span=span, cluster=name, parameter=_VERSION),)
        return ()

    def hindrances(self, name: str, live: LiveResource | None, what: str) -> tuple[Diagnostic, ...]:
        """The catalogue says what can be done to an add-on; one whose actions it does not tell is not refused."""
        del live, what
        actions = self.sides.offers.get(name, _NOTHING).actions
        if not actions or _UNINSTALL in actions:
            return ()
        return (error("ACK2025", cluster=name),)

    def cautions(self, changes: Sequence[Change]) -> Iterator[Diagnostic]:
        for change in changes:
            live, recorded = self.live.get(change.name), change.recorded
            if change.desired is None or recorded is None or live is None or live.id != recorded.cluster_id:
                continue
            for each in super().differences(change.desired, recorded, live):
                if _is_ahead(each):
                    span, newer = change.desired.span_of(_VERSION), str(each.before)
                    yield warning("ACK2028", live=newer, said=str(each.after), span=span, cluster=change.name)


def _is_ahead(change: ParameterChange) -> bool:
    """Whether a version moved outside to a newer one than the spec and the record have."""
    before, after = change.before, change.after
    moved = change.name == _VERSION and change.side is Side.LIVE
    return moved and isinstance(before, str) and isinstance(after, str) and is_older(after, before)


def is_older(version: str, other: str) -> bool:
    """Whether a version of an add-on is older than another, by the numbers that both begin with: `v1.9.3.10-7dfca203`.

    Of others nothing is said.
    """
    mine, theirs = _NUMBERS.match(version), _NUMBERS.match(other)
    return mine is not None and theirs is not None and _parts(mine[1]) < _parts(theirs[1])


def _parts(numbers: str) -> tuple[int, ...]:
    return tuple(map(int, numbers.split(".")))
