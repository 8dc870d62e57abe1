"""What a step does, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ackplan.core import language
from ackplan.core.call import Pinned
from ackplan.core.language import phrase
from ackplan.core.work import Attach, Detach, Modify, Naming, ScaleIn, ScaleOut, Upgrade, releases
from ackplan.plan.model import Step
from ackplan.render.facts import words
from ackplan.render.facts.safe import printable

_PAUSES: Final = {
    "FirstBatch": "pauses after the first batch",
    "EveryBatch": "pauses after every batch",
    "NotPause": "does not pause",
}


def in_short(step: Step) -> str:
    """What a step does, as a graph has it: its name, or the words for that in another language."""
    return step.traits.name if language.current() == language.ENGLISH else phrase(step.traits.verb.infinitive)


def what(step: Step) -> str:
    """What a step does, in words."""
    match step.work:
        case ScaleOut(_, size):
            return phrase("add {sizes}", sizes=_sizes(size))
        case ScaleIn(_, size, _) as work:
            return phrase("remove {sizes}, {instances}", sizes=_sizes(size), instances=_instances(work))
        case Attach() | Detach() as work:
            return f"{phrase(step.traits.name)} {_instances(work)}"
        case Modify() if step.part:
            return printable(phrase("change {part}", part=step.part.replace("_", " ")))
        case Upgrade() as work:
            return printable(phrase("upgrade to {version}{rolling}", version=work.version, rolling=_rolling(work)))
    return phrase(step.traits.verb.infinitive)


def _rolling(work: Upgrade) -> str:
    """How many nodes at once, and when it pauses, where the call says that."""
    policy = (work.call.body or {}).get("rolling_policy")
    if not isinstance(policy, Mapping):
        return ""
    most, minutes = policy.get("max_parallelism"), policy.get("batch_interval")
    at_once = words.counted(most, "node") if isinstance(most, int) else ""
    between = words.counted(minutes, "minute") if isinstance(minutes, int) and minutes else ""
    said = [phrase("at most {nodes} at once", nodes=at_once) if at_once else ""]
    said += [phrase(_PAUSES.get(str(policy.get("pause_policy", "")), ""))]
    said += [phrase("{minutes} between batches", minutes=between) if between else ""]
    return f" ({phrase(', ').join(filter(None, said))})" if any(said) else ""


def _sizes(size: Pinned) -> str:
    return words.counted(size.moved, "worker") + phrase(": ") + f"{size.before} -> {size.after}"


def _instances(work: Naming) -> str:
    """The instances, and what becomes of them or of their disks."""
    named, number = ", ".join(map(printable, work.instances)), len(work.instances)
    body = work.call.body or {}
    if isinstance(work, Attach):
        formatted = phrase(", data disks formatted") if body.get("format_disk") is True else ""
        disks = phrase("system disk replaced" if number == 1 else "system disks replaced")
        return f"{named} ({disks}{formatted})"
    kept = f"{'instance' if number == 1 else 'instances'} {'released' if releases(work.call) else 'kept'}"
    return f"{named} ({phrase(kept)})"
