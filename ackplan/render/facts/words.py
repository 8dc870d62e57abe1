"""The words and symbols for actions and reasons, once for every format that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ackplan.core import language
from ackplan.core.actions import Action, Reason
from ackplan.core.language import phrase

REFUSED = "!"

# The symbols that Terraform has, where it has one; a change of the record alone is the smallest of them.
MARKS: Mapping[Action, str] = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.ADOPT: "<=",
    Action.FORGET: ".",
    Action.RECORD: ".",
    Action.NOOP: REFUSED,
}
# How fine an expected time is told, in seconds: below so many, in steps of so many.
_GRAINS = ((10, 1), (60, 5), (600, 30), (3600, 60), (float("inf"), 300))
# What a plan without changes says that does not look at everything.
NARROWED = "No changes in what this plan looks at"
LEGEND: Mapping[str, str] = {
    "+": "create",
    "~": "update in place",
    "-/+": "destroy and then create replacement",
    "-": "destroy",
    "<=": "adopt",
    ".": "change the record only",
    REFUSED: "can't be done",
}
DONE: Mapping[Action, str] = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.REPLACE: "replaced",
    Action.DELETE: "destroyed",
    Action.ADOPT: "adopted",
    Action.FORGET: "forgotten",
    Action.RECORD: "recorded",
    Action.NOOP: "left alone",
}

_HEADLINES: Mapping[Action, str] = {
    Action.CREATE: "will be created",
    Action.UPDATE: "will be updated in place",
    Action.REPLACE: "must be replaced",
    Action.DELETE: "will be destroyed",
    Action.ADOPT: "will be adopted; nothing is called",
    Action.FORGET: "will be forgotten; nothing is called",
    Action.RECORD: "will be brought up to date in the record; nothing is called",
    Action.NOOP: "can't be created",
}
_SPECIAL_HEADLINES: Mapping[tuple[Action, Reason], str] = {
    (Action.CREATE, Reason.VANISHED): "will be created again",
    (Action.UPDATE, Reason.ADOPTION): "will be adopted and updated in place",
    (Action.UPDATE, Reason.UNFINISHED): "will be finished",
    (Action.RECORD, Reason.UNFINISHED): "will be finished",
    (Action.REPLACE, Reason.REQUESTED): "will be replaced",
    (Action.NOOP, Reason.MISTAKEN): "is left alone",
    (Action.NOOP, Reason.CANNOT_UPDATE): "is left alone",
    (Action.NOOP, Reason.UNSEEN): "is left alone",
}


def headline(action: Action, reason: Reason, *, blocked: bool) -> str:
    """What is said of a cluster, behind its name. What is blocked would be done, and is not."""
    said = _SPECIAL_HEADLINES.get((action, reason), _HEADLINES[action])
    would = said.replace("will be", "would be").replace("must be", "would have to be")
    return phrase(would if blocked else said)


def duration(seconds: float) -> str:
    """Seconds in words: `45s`, `10m`, `1m30s`, `1h5m`. Never finer than a second, from an hour on than a minute."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    text = f"{hours}h" * (hours > 0) + f"{minutes}m" * (minutes > 0) + f"{left}s" * (left > 0 and not hours)
    return text or "0s"


def estimate(seconds: float) -> str:
    """A time that is only expected, in words, as fine as such a time is known: `15s`, `1m30s`, `20m`, `1h5m`."""
    grain = next(grain for most, grain in _GRAINS if seconds < most)
    return duration(round(seconds / grain) * grain)


def counted(number: int, noun: str) -> str:
    """`1 cluster`, `3 clusters`."""
    if language.current() == language.ENGLISH:
        return f"{number} {plural(noun, number)}"
    return phrase(f"# {noun}").replace("#", str(number))


def counted_resources(nested: Iterable[bool]) -> str:
    """`2 clusters`; `2 resources` where one of them is inside of a cluster (`nested`)."""
    flags = list(nested)
    return counted(len(flags), noun_of(flags))


def noun_of(nested: Iterable[bool]) -> str:
    """What resources are called together."""
    return "resource" if any(nested) else "cluster"


def and_more(number: int) -> str:
    """What follows a list of names that leaves so many out; empty where it has all."""
    return phrase(" and {number} more", number=number) if number > 0 else ""


def colon() -> str:
    """What stands between a name and what is said of it, without a blank."""
    return phrase(": ").strip()


def stop() -> str:
    """The end of a sentence, without a blank."""
    return phrase(". ").strip()


def plural(noun: str, number: int) -> str:
    english = language.current() == language.ENGLISH
    return noun + "s" * (number != 1) if english else phrase(noun)
