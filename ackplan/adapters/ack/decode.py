"""Turns answers into the values of `ackplan.core.answers`, or says what is wrong with them.

What a decision hangs on is checked for its type and its length; a list with one cluster that can't be told is wrong as
a whole: a cluster that silently fell out of a list would be created a second time. What is only shown may come in any
type, or be absent. Unknown fields are kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NoReturn

from ackplan.adapters.ack.answer_fields import (
    Malformed,
    amount,
    id_if_any,
    id_of,
    items,
    listed,
    mapping_of,
    name_of,
    shown,
    text,
    total_of,
)
from ackplan.adapters.ack.error_bodies import request_id
from ackplan.adapters.ack.exchange import Answer
from ackplan.adapters.ack.redact import without_secrets
from ackplan.adapters.ack.task_parts import task_of
from ackplan.core.answers import Accepted, Attached, AttachedInstance, Cluster, Kubeconfig, LogLine, Node, Task
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.states import spelled

_DEEPEST: Final = 100


def value(answer: Answer) -> Json:
    """The JSON value of an answer; None for an empty one."""
    if not answer.body.strip():
        return None
    try:
        text = answer.body.decode("utf-8-sig")
        decoded: Json = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise Malformed("the answer is nested too deeply") from None
    except ValueError:
        raise Malformed(f"the answer is not JSON but {_kind(answer)}") from None
    if "\\ud" in text.lower():
        _check_text(decoded)
    if text.count("{") + text.count("[") > _DEEPEST:
        _check_depth(decoded)
    return decoded


def _told(answer: Answer) -> Json:
    """The JSON value of an answer that has to say something: null, but not nothing."""
    if not answer.body.strip():
        raise Malformed("the answer is empty")
    return value(answer)


def clusters(answer: Answer) -> tuple[tuple[Cluster, ...], int | None]:
    """The answer to `GET /clusters` (guide 2.10), and how many there are on all pages (None: not told).

    A list, an object that wraps one, or that wraps the only one; null is an empty list.
    """
    decoded = _told(answer)
    if not isinstance(decoded, Mapping):
        return tuple(map(cluster_of, items(decoded, "clusters"))), None
    total = total_of(decoded.get("page_info"))
    if isinstance(decoded.get("clusters"), Mapping):
        return (cluster_of(decoded["clusters"]),), total
    return tuple(map(cluster_of, listed(decoded, "clusters"))), total


def cluster(answer: Answer, cluster_id: str) -> Cluster:
    """The answer to `GET /clusters/{id}` (guide 2.9), for the cluster that was asked for."""
    found = cluster_of(value(answer))
    if found.cluster_id != cluster_id:
        raise Malformed("the answer is about another cluster")
    return found


def cluster_of(item: Json) -> Cluster:
    fields = mapping_of(item, "a cluster")
    return Cluster(
        cluster_id=id_of(fields, "cluster_id"),
        name=name_of(fields),
        state=spelled(text(fields, "state", required=True)),
        region_id=text(fields, "region_id"),
        size=amount(fields.get("size")),
        cluster_type=shown(fields, "cluster_type") or None,
        attributes=without_secrets(fields),
    )


def nodes(answer: Answer) -> tuple[list[Node], int | None]:
    """One page of `GET /clusters/{id}/nodes`, and how many nodes there are on all pages (None: not told)."""
    decoded = _told(answer)
    if not isinstance(decoded, Mapping):
        return [_node(item) for item in items(decoded, "nodes")], None
    return [_node(item) for item in listed(decoded, "nodes")], total_of(decoded.get("page"))


def _node(item: Json) -> Node:
    fields = mapping_of(item, "a node")
    return Node(
        instance_id=text(fields, "instance_id"),
        name=text(fields, "node_name"),
        role=text(fields, "instance_role"),
        state=shown(fields, "state"),
        created=shown(fields, "creation_time"),
        instance_type=shown(fields, "instance_type"),
        charge_type=shown(fields, "instance_charge_type"),
        source=shown(fields, "source"),
        status=shown(fields, "node_status"),
        error=shown(fields, "error_message"),
    )


def task(answer: Answer, task_id: str) -> Task:
    """The answer to `GET /tasks/{id}`; its state in the one spelling that each end has here."""
    fields = mapping_of(value(answer), "a task")
    if shown(fields, "task_id") not in {"", task_id}:
        raise Malformed("the answer is about another task")
    return task_of(fields, task_id)


def tasks(answer: Answer) -> tuple[list[Task], int | None]:
    """One page of `GET /clusters/{id}/tasks`, and how many there are on all pages (None: not told)."""
    fields = mapping_of(_told(answer), "the tasks")
    entries = [mapping_of(item, "a task") for item in listed(fields, "tasks")]
    return [task_of(entry, id_of(entry, "task_id")) for entry in entries], total_of(fields.get("page_info"))


def logs(answer: Answer) -> tuple[LogLine, ...]:
    """The answer to `GET /clusters/{id}/logs`, as far as it has lines."""
    lines = [line for line in items(_told(answer), "logs") if isinstance(line, Mapping)]
    return tuple(LogLine(shown(f, "created"), shown(f, "log_level"), shown(f, "cluster_log")) for f in lines)


def created(answer: Answer) -> Accepted:
    """The answer to a create call (guide 2.1): it has to name the new cluster."""
    fields = mapping_of(value(answer), "what was accepted")
    return _accepted(fields, answer, id_of(fields, "cluster_id"))


def accepted(answer: Answer) -> Accepted:
    """The answer to a call that scales (guide 2.3, 3.5)."""
    return _known_accepted(mapping_of(value(answer), "what was accepted"), answer)


def accepted_or_empty(answer: Answer) -> Accepted:
    """The answer to remove and delete (guide 2.11, 2.12): empty, or what today's API says."""
    decoded = value(answer)
    return _known_accepted({} if decoded is None else mapping_of(decoded, "what was accepted"), answer)


def accepted_any(answer: Answer, new_id: str) -> Accepted:
    """The answer to a changing call of today, which may be empty; `new_id` is the field that names what was made."""
    decoded = value(answer)
    fields = {} if decoded is None else mapping_of(decoded, "what was accepted")
    return _accepted(fields, answer, id_of(fields, new_id) if new_id else id_if_any(fields, "cluster_id"))


def _known_accepted(fields: JsonObject, answer: Answer) -> Accepted:
    return _accepted(fields, answer, id_if_any(fields, "cluster_id"))


def _accepted(fields: JsonObject, answer: Answer, cluster_id: str | None) -> Accepted:
    task_id = id_if_any(fields, "task_id")
    return Accepted(request_id(fields, answer.headers), cluster_id, task_id, answer.retries)


def attached(answer: Answer) -> Attached:
    """The answer to attach (guide 2.6)."""
    fields = mapping_of(value(answer), "what was attached")
    instances = tuple(_attached_instance(item) for item in items(fields.get("list"), "list"))
    task_id = id_if_any(fields, "task_id")
    return Attached(request_id(fields, answer.headers), instances, task_id, answer.retries)


def _attached_instance(item: Json) -> AttachedInstance:
    fields = mapping_of(item, "an attached instance")
    return AttachedInstance(
        instance_id=text(fields, "instanceId", required=True),
        code=shown(fields, "code"),
        message=shown(fields, "message"),
    )


def script(answer: Answer) -> str:
    """The answer to attachscript (guide 2.7): a JSON string."""
    decoded = value(answer)
    if not isinstance(decoded, str) or not decoded:
        raise Malformed("the script is not a text")
    return decoded


def config(answer: Answer) -> Kubeconfig:
    """The answer to user_config (guide 2.5): `{config}`, today with `expiration`."""
    fields = mapping_of(value(answer), "the kubeconfig's answer")
    config = fields.get("config")
    if not isinstance(config, str) or not config:
        raise Malformed('"config" is not a text')
    return Kubeconfig(config, shown(fields, "expiration"))


def mapping(answer: Answer) -> JsonObject:
    """An answer that is an object, as it is."""
    return mapping_of(value(answer), "the answer")


def _check_text(decoded: Json) -> None:
    """Half a surrogate pair can be in no text that is to be written anywhere."""
    try:
        json.dumps(decoded, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("the answer has text that is not Unicode") from None


def _check_depth(decoded: Json) -> None:
    level: list[Json] = [decoded]
    for _ in range(_DEEPEST):
        inner = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [item for parts in inner for item in parts if type(item) is dict or type(item) is list]
        if not level:
            return
    raise Malformed("the answer is nested too deeply")


def _no_number(_name: str) -> NoReturn:
    raise ValueError


def _kind(answer: Answer) -> str:
    head = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return "markup (XML or HTML)" if head == b"<" else "something else"
