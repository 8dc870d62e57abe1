"""Steps that clusters and node pools have alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ackplan.core.actions import Side
from ackplan.core.json_types import items, texts
from ackplan.core.work import Attach
from ackplan.plan.chain import Chain
from ackplan.record import RecordedCluster
from ackplan.spec.desired import AttachGroup, Wanted


def attach(chain: Chain, groups: Sequence[AttachGroup], instances: Sequence[str], side: Side) -> None:
    """One step for each group that has instances to attach."""
    missing = set(instances)
    for number, group in enumerate(groups, 1):
        chosen = tuple(instance for instance in group.instances if instance in missing)
        if not chosen or chain.entry is None:
            continue
        chain.entry = dataclasses.replace(chain.entry, attached=(*chain.entry.attached, *chosen))
        body = {"instances": list(chosen), **group.body}
        chain.add(Attach(chain.call(Attach, body), chosen), label=str(number), side=side)


def teams_own(wanted: Wanted, recorded: RecordedCluster) -> frozenset[str]:
    """The instances that spec or record show to be the team's own."""
    groups = items(recorded.own.get("attach") or ())
    once = [i for group in groups if isinstance(group, dict) for i in texts(group.get("instances") or ())]
    return frozenset((*wanted.attached, *recorded.attached, *once))
