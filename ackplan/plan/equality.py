"""Whether a plan made now is the one that was reviewed: what a pipeline asks before it bothers whoever approves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ackplan.plan.codec import encode
from ackplan.plan.model import Plan

_NAMES = 12


def parted(reviewed: Plan, now: Plan) -> tuple[str, ...]:
    """What sets the two plans apart, in words; nothing where they would do the same to the same clusters."""
    return tuple(_parted(reviewed, now))


def _parted(reviewed: Plan, now: Plan) -> Iterator[str]:
    if reviewed.mode != now.mode:
        yield f"it was made as {reviewed.mode}, this one is {now.mode}"
    if reviewed.pins.spec_digest != now.pins.spec_digest:
        yield "the spec says something else"
    if (reviewed.pins.lineage, reviewed.pins.serial) != (now.pins.lineage, now.pins.serial):
        yield f"the record is at serial {now.pins.serial}, it was made on {reviewed.pins.serial}"
    elif reviewed.pins.record != now.pins.record:
        yield f"the record says something else, at the same serial {now.pins.serial}"
    before, after = _changes(reviewed), _changes(now)
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if names:
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield f"other changes for {', '.join(names[:_NAMES])}{more}"


def _changes(plan: Plan) -> dict[str, str]:
    """What is done to each cluster that something is done to, and how it looked; notes say how long ago things were."""
    acting: dict[str, Any] = {change["cluster"]: {**change, "notes": []} for change in encode(plan)["changes"]}
    return {
        change.name: json.dumps([acting[change.name], plan.pins.live.get(change.name)], sort_keys=True)
        for change in (*plan.acting, *plan.blocked)
    }
