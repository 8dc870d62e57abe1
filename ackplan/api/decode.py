"""Turns answers into the values of `ackplan.model.answers`, or says what is wrong with them.

Nothing of an answer is believed: every field is checked for its type and its length. A list with one wrong element is
wrong as a whole: a cluster that silently fell out of a list would be created a second time. Unknown fields are kept.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from ackplan.api.error_bodies import one_line, request_id
from ackplan.api.exchange import Answer
from ackplan.api.operations import ID
from ackplan.api.secrecy import without_secrets
from ackplan.model.answers import Accepted, Attached, AttachedInstance, Cluster, Node, Task

_LONGEST: Final = 1024
_DEEPEST: Final = 100
# Control and format characters, line and paragraph separators, halves of pairs: they move a terminal or turn a text.
_CONTROL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Malformed(Exception):
    """The answer is not of the shape that the operation has; says what is wrong, never a value of it."""


def value(answer: Answer) -> Any:
    """The JSON value of an answer; None for an empty one."""
    if not answer.body.strip():
        return None
    try:
        text = answer.body.decode("utf-8-sig")
        decoded = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise Malformed("the answer is nested too deeply") from None
    except ValueError:
        raise Malformed(f"the answer is not JSON but {_kind(answer)}") from None
    if "\\ud" in text.lower():
        _check_text(decoded)
    _check_depth(decoded)
    return decoded


def clusters(answer: Answer) -> tuple[Cluster, ...]:
    """The answer to `GET /clusters` (guide 2.10): a list, or an object that wraps one."""
    return tuple(cluster_of(item) for item in _list(value(answer), "clusters", "page_info"))


def cluster(answer: Answer, asked: str) -> Cluster:
    """The answer to `GET /clusters/{id}` (guide 2.9), for the cluster that was asked for."""
    found = cluster_of(value(answer))
    if found.cluster_id != asked:
        raise Malformed("the answer is about another cluster")
    return found


def cluster_of(item: Any) -> Cluster:
    fields = _object(item, "a cluster")
    return Cluster(
        cluster_id=_id(fields, "cluster_id"),
        name=_name(fields),
        state=_text(fields, "state", required=True),
        region_id=_text(fields, "region_id"),
        size=_count(fields, "size"),
        cluster_type=_text(fields, "cluster_type") or None,
        attributes=without_secrets(fields),
    )


def nodes(answer: Answer) -> tuple[list[Node], int | None]:
    """One page of `GET /clusters/{id}/nodes`, and how many nodes there are on all pages (None: not told)."""
    decoded = value(answer)
    total = None
    if isinstance(decoded, Mapping) and decoded.get("page") is not None:
        total = _count(_object(decoded["page"], "page"), "total_count")
    return [_node(item) for item in _list(decoded, "nodes")], total


def _node(item: Any) -> Node:
    fields = _object(item, "a node")
    if not fields.get("instance_id") and not fields.get("node_name"):
        raise Malformed("a node has neither an id nor a name")
    return Node(
        instance_id=_text(fields, "instance_id"),
        name=_text(fields, "node_name"),
        role=_text(fields, "instance_role"),
        state=_text(fields, "state"),
        created=_text(fields, "creation_time"),
        instance_type=_text(fields, "instance_type"),
    )


def task(answer: Answer, asked: str) -> Task:
    """The answer to `GET /tasks/{id}`; the older state `failed` becomes `fail`."""
    fields = _object(value(answer), "a task")
    if _text(fields, "task_id") not in {"", asked}:
        raise Malformed("the answer is about another task")
    state = _text(fields, "state", required=True)
    error = fields.get("error")
    error = error if isinstance(error, Mapping) else {"message": error}
    return Task(
        task_id=asked,
        cluster_id=_text(fields, "cluster_id"),
        task_type=_text(fields, "task_type"),
        state="fail" if state == "failed" else state,
        created=_text(fields, "created"),
        updated=_text(fields, "updated"),
        error_code=_text(error, "code"),
        error_message=_message(error),
    )


def created(answer: Answer) -> Accepted:
    """The answer to a create call (guide 2.1): it has to name the new cluster."""
    fields = _object(value(answer), "what was accepted")
    return _accepted(fields, answer, _id(fields, "cluster_id"))


def accepted(answer: Answer) -> Accepted:
    """The answer to a call that scales (guide 2.3, 3.5)."""
    return _known_accepted(_object(value(answer), "what was accepted"), answer)


def accepted_or_empty(answer: Answer) -> Accepted:
    """The answer to remove and delete (guide 2.11, 2.12): empty, or what today's API says."""
    decoded = value(answer)
    return _known_accepted({} if decoded is None else _object(decoded, "what was accepted"), answer)


def _known_accepted(fields: Mapping[str, Any], answer: Answer) -> Accepted:
    return _accepted(fields, answer, _optional_id(fields, "cluster_id"))


def _accepted(fields: Mapping[str, Any], answer: Answer, cluster_id: str | None) -> Accepted:
    task_id = _optional_id(fields, "task_id")
    return Accepted(request_id(fields, answer.headers), cluster_id, task_id, answer.retries)


def attached(answer: Answer) -> Attached:
    """The answer to attach (guide 2.6)."""
    fields = _object(value(answer), "what was attached")
    instances = tuple(_attached_instance(item) for item in _list(fields.get("list"), "list"))
    task_id = _optional_id(fields, "task_id")
    return Attached(request_id(fields, answer.headers), instances, task_id, answer.retries)


def _attached_instance(item: Any) -> AttachedInstance:
    fields = dict(_object(item, "an attached instance"))
    if isinstance(fields.get("code"), int):
        fields["code"] = str(fields["code"])
    return AttachedInstance(
        instance_id=_text(fields, "instanceId", required=True),
        code=_text(fields, "code", required=True),
        message=_message(fields),
    )


def script(answer: Answer) -> str:
    """The answer to attachscript (guide 2.7): a JSON string."""
    decoded = value(answer)
    if not isinstance(decoded, str) or not decoded:
        raise Malformed("the script is not a text")
    return decoded


def config(answer: Answer) -> str:
    """The answer to user_config (guide 2.5): `{config}`."""
    found = _object(value(answer), "the kubeconfig's answer").get("config")
    if not isinstance(found, str) or not found:
        raise Malformed('"config" is not a text')
    return found


def mapping(answer: Answer) -> Mapping[str, Any]:
    """An answer that is an object, as it is."""
    return _object(value(answer), "the answer")


def _object(item: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise Malformed(f"{what} is not an object")
    return item


def _list(item: Any, wrapper: str, pages: str = "") -> list[Any]:
    """A list, plain or wrapped. One that says itself that it is only a page of more is refused."""
    if isinstance(item, Mapping):
        page = item.get(pages)
        item = item.get(wrapper)
        if isinstance(page, Mapping) and isinstance(item, list):
            total = _count(page, "total_count")
            if total is not None and total > len(item):
                raise Malformed(f'"{wrapper}" has {len(item)} of {total}: the list is not whole')
    if not isinstance(item, list):
        raise Malformed(f'"{wrapper}" is not a list')
    return item


def _text(fields: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    """A short text without control characters; empty where it may be absent and is."""
    found = fields.get(name)
    if found is None and not required:
        return ""
    if not isinstance(found, str) or (required and not found):
        raise Malformed(f'"{name}" is not a text')
    if len(found) > _LONGEST:
        raise Malformed(f'"{name}" is longer than {_LONGEST} characters')
    if not found.isprintable() and _CONTROL.intersection(map(unicodedata.category, found)):
        raise Malformed(f'"{name}" has control characters')
    return found


def _name(fields: Mapping[str, Any]) -> str:
    """A cluster's name: anything at all, for one strange name must not hide all other clusters. Shown with care."""
    found = fields.get("name")
    if not isinstance(found, str) or not found or len(found) > _LONGEST:
        raise Malformed('"name" is not a short text')
    return found


def _message(fields: Mapping[str, Any]) -> str:
    """What a server says in words, made fit to be shown; empty where it says nothing."""
    found = fields.get("message")
    return one_line(found) if isinstance(found, str) else ""


def _id(fields: Mapping[str, Any], name: str) -> str:
    found = _text(fields, name, required=True)
    if not ID.fullmatch(found):
        raise Malformed(f'"{name}" is not an id')
    return found


def _optional_id(fields: Mapping[str, Any], name: str) -> str | None:
    return _id(fields, name) if fields.get(name) else None


def _count(fields: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 0 on, or a text that is one; None where it is absent."""
    found = fields.get(name)
    if found is None or found == "":
        return None
    if isinstance(found, str) and re.fullmatch(r"[0-9]{1,9}", found):
        return int(found)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 10**9:
        raise Malformed(f'"{name}" is not a number of things')
    return found


def _check_text(decoded: Any) -> None:
    """Half a surrogate pair can be in no text that is to be written anywhere."""
    try:
        json.dumps(decoded, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("the answer has text that is not Unicode") from None


def _check_depth(decoded: Any) -> None:
    level = [decoded]
    for _ in range(_DEEPEST):
        level = [
            part
            for item in level
            if isinstance(item, dict | list)
            for part in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise Malformed("the answer is nested too deeply")


def _no_number(_name: str) -> NoReturn:
    raise ValueError


def _kind(answer: Answer) -> str:
    head = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return "markup (XML or HTML)" if head == b"<" else "something else"
