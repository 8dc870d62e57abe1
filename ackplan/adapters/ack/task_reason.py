"""Why a task failed: its `error`, else what the answer tells of the parts that the task had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ackplan.adapters.ack.answer_fields import shown
from ackplan.adapters.ack.error_bodies import one_line
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.states import End, task_end

_MOST: Final = 5
_ALARMS: Final = frozenset({"error", "err", "fatal", "critical"})
_WORDS: Final = {
    End.CANCELED: "it was canceled",
    End.PAUSED: "it is paused, and goes on only when somebody resumes it",
}


def reason(fields: JsonObject, end: End | None) -> tuple[str, str]:
    """The code and the words of a task's failure; both empty where it did not fail or nothing tells why."""
    error = fields.get("error")
    facts: JsonObject = error if isinstance(error, Mapping) else {"message": error}
    code, message = shown(facts, "code"), shown(facts, "message")
    if end in {None, End.SUCCESS} or code or message:
        return code, message
    parts = list(dict.fromkeys(part for part in _parts(fields) if part))[:_MOST]
    return "", one_line("; ".join([*([_WORDS[end]] if end in _WORDS else []), *parts]))


def _parts(fields: JsonObject) -> Iterator[str]:
    """What the answer says of failed parts: its results, its stages, its events, and of the whole."""
    for name, whose in (("task_result", "data"), ("stages", "name")):
        for part in objects(fields.get(name)):
            end = task_end(shown(part, "status") or shown(part, "state"))
            if end not in {None, End.SUCCESS}:
                yield _said(part, whose)
    for event in objects(fields.get("events")):
        if shown(event, "level").lower() in _ALARMS:
            yield ": ".join(filter(None, (shown(event, "reason"), shown(event, "message"))))
    yield shown(fields, "message")


def _said(part: JsonObject, whose: str) -> str:
    what = shown(part, whose)
    error = part.get("error")
    inner: JsonObject = error if isinstance(error, Mapping) else {"message": error}
    why = (shown(part, "code"), shown(part, "message"), shown(inner, "code"), shown(inner, "message"))
    words = " ".join(filter(None, why)) or shown(part, "status") or shown(part, "state")
    return f"{what}: {words}" if what else words


def objects(value: Json) -> list[JsonObject]:
    """The objects of a list; none where it is something else."""
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []
