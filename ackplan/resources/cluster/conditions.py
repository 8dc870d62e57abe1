"""What states of live clusters mean for a plan: each that is not running is said, none is asked for what it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ackplan.core.actions import Action, Reason
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.core.states import condition
from ackplan.plan.model import Change, Step
from ackplan.spec.desired import Wanted

_RUNNING: Final = "running"


def conditions(changes: Iterable[Change], wanted: Mapping[str, Wanted]) -> Iterator[Diagnostic]:
    """A warning for each cluster that is not running, where nothing else in the plan says so."""
    for change in changes:
        state = change.live_state
        if state in {"", _RUNNING} or change.reason is Reason.CREATE_FAILED or _told(change):
            continue
        spec = wanted.get(change.name)
        yield warning(
            "ACK2030",
            state=state,
            says=condition(state).says,
            span=spec.span if spec else None,
            cluster=change.name,
        )


def _told(change: Change) -> bool:
    """Whether a refusal or a note that every format shows has the state."""
    said = [fault.detail for fault in change.blocked] + [
        note for note in change.notes if change.action is not Action.NOOP
    ]
    return any(change.live_state in text for text in said)


def unfit(wanted: Wanted, live: Cluster, steps: Iterable[Step]) -> Iterator[Diagnostic]:
    """Why a cluster in this state can't have these steps: one that stays as it is takes no change of its nodes."""
    known = live.condition
    asked = [step.traits.nodes for step in steps if step.traits.nodes]
    if known.works or known.busy or not asked:
        return
    yield error(
        "ACK2031",
        state=live.state,
        says=known.says,
        actions=", ".join(dict.fromkeys(asked)),
        span=wanted.span,
        cluster=wanted.name,
    )


def state_notes(live: Cluster) -> Iterator[str]:
    """What a reviewer should know of the state of a live cluster that is planned for."""
    if not live.condition.known:
        yield f"the live state is {live.state}, {live.condition.says}: apply waits for another"
    elif live.busy:
        yield f"the cluster is busy ({live.state}): apply waits, and checks the size again before it acts"
    elif live.state != "running":
        yield f"the live state is {live.state}: {live.condition.says}"
