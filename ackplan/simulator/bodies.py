"""Reads a request's body and holds it against the schema of its operation.

A call that names its action (`x-acs-action`) comes from one of today's clients, whose typed bodies are wider than the
guide's: parameters that the guide does not know are passed over then, as the API does, and the few that the guide
requires and those clients can't send may be missing. Every other call is held to the guide.

Bodies are JSON; the older client's typed calls send forms, whose texts are read as what the schema expects.
Messages name parameters and never quote values: a value could be a secret.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from typing import NoReturn

from jsonschema import ValidationError

from ackplan.simulator import bundle, faulty, forms, refusals, todays
from ackplan.simulator.group import ITEMS
from ackplan.simulator.json_types import Json, JsonObject, inner, text
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming
from ackplan.simulator.today import ordering, unset_values

MAX_BYTES = 1 << 20
_MAX_DEPTH = 16
_MAX_ITEMS = 1000
# Required by the guide, and not among the parameters of today's typed calls.
_WAIVED = {"scale_out": {"worker_data_disk"}, "scale": {"num_of_nodes"}, "attach_script": {"options"}}
# Known to today's API and not to the guide.
_NEWER = {"create_cluster": {"deletion_protection"}}
_SECRETS = frozenset({"login_password", "password"})


def parse(request: Incoming, operation: str) -> JsonObject:
    """The body as an object; empty for one that has none. A bare list stands under `ITEMS`.

    Raises Refusal 400.
    """
    if not request.body.strip():
        if bundle.is_list(operation):
            raise Refusal(400, "InvalidRequestBody", "There is no body.")
        return {}
    if request.header("content-type").lower().startswith("application/x-www-form-urlencoded"):
        form = forms.read(request.body, schema_name, operation)
        _check_bounds(form)
        return form
    try:
        body = json.loads(request.body.decode("utf-8"), parse_constant=_no_constant, parse_float=_number)
    except (ValueError, RecursionError):
        raise Refusal(400, "InvalidRequestBody", "The body is not JSON in UTF-8.") from None
    if bundle.is_list(operation):
        body = {ITEMS: body} if isinstance(body, list) else None
    if not isinstance(body, dict):
        raise Refusal(400, "InvalidRequestBody", "The body is not a JSON object, or not the list that is expected.")
    _check_bounds(body)
    return body


def _check_bounds(value: Json) -> None:
    """No value may be so deep or so long that looking at it takes noticeable time."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        if any(isinstance(part, list) and len(part) > _MAX_ITEMS for part in level):
            raise Refusal(400, "InvalidRequestBody", f"The body has a list of more than {_MAX_ITEMS} items.")
        level = [part for parent in level for part in _parts(parent)]
    if level:
        raise Refusal(400, "InvalidRequestBody", f"The body is more than {_MAX_DEPTH} levels deep.")


def _parts(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _number(written: str) -> float:
    """A number that may be written `3.0` and means a whole one."""
    number = float(written)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def check(body: Mapping[str, Json], operation: str, *, today: bool) -> Mapping[str, Json]:
    """The body without what is passed over. Raises Refusal 400, which names the parameter.

    `today`: the call comes from one of today's clients.
    """
    if ordering.is_ordered(operation, body):
        ordered = ordering.check(body, lenient=today)
        _check_networks(ordered)
        _check_ports(ordered)
        return ordered
    name = schema_name(body, operation)
    if bundle.is_todays(name):
        return todays.check(body, name, lenient=today or unset_values.is_blank(body, operation))
    newer: JsonObject = {key: _boolean(key, body[key]) for key in _NEWER.get(operation, ()) if key in body}
    if unset_values.is_typed(body, name):
        newer |= ordering.more(body, name) if operation == ordering.CREATE else {}
        body, today = unset_values.meant(body, name), True
    body = {key: value for key, value in body.items() if key not in newer}
    if today:
        body = _known(body, name, operation)
    else:
        _refuse_unknown(body, name)
    faults = [] if bundle.passes(name, body) else bundle.validator(name).iter_errors(body)
    for fault in sorted(faults, key=lambda fault: [str(part) for part in fault.absolute_path]):
        if not _excused(fault, operation, body, today=today):
            faulty.refuse(fault)
    _check_networks(body)
    _check_ports(body)
    if operation == "attach_script":
        _check_options(body)
    return {**body, **newer}


def _boolean(name: str, value: Json) -> bool:
    """A value that a form may hold as text."""
    if str(value).lower() not in {"true", "false"}:
        raise refusals.invalid(name, "a boolean is expected")
    return str(value).lower() == "true"


def redacted(body: Mapping[str, Json]) -> JsonObject:
    """A body without its secrets."""
    return {key: "***" if key in _SECRETS else _redacted_part(part) for key, part in body.items()}


def _redacted_part(value: Json) -> Json:
    if isinstance(value, Mapping):
        return redacted(value)
    if isinstance(value, list):
        return [_redacted_part(part) for part in value]
    return value


def schema_name(body: Mapping[str, Json], operation: str) -> str:
    """The schema of a body; where there are several, the one whose `cluster_type` and `profile` the body has."""
    candidates = bundle.bodies(operation)
    if len(candidates) == 1:
        return candidates[0]
    if "cluster_type" not in body:
        raise refusals.missing("cluster_type")
    given = (body["cluster_type"], "Edge" if body.get("profile") == "Edge" else None)
    for name in candidates:
        constants = bundle.properties(name)
        profile = inner(constants, "profile").get("const") if "profile" in constants else None
        wanted = (inner(constants, "cluster_type")["const"], profile)
        if given == wanted:
            return name
    raise refusals.invalid("cluster_type", "there is no such type of cluster")


def _refuse_unknown(body: Mapping[str, Json], name: str) -> None:
    unknown = sorted(set(body) - set(bundle.properties(name)))
    if unknown:
        raise faulty.unknown(unknown[0])


def _known(body: Mapping[str, Json], name: str, operation: str) -> Mapping[str, Json]:
    """Nothing that the schema does not know gets any further, but for the parameter that the older scale call has."""
    known = set(bundle.properties(name))
    if operation == "scale":
        _check_count(body)
        known.add("count")
    return {key: value for key, value in body.items() if key in known}


def _check_count(body: Mapping[str, Json]) -> None:
    """The older scale call with the number of workers to add, as typed calls send it; in a form it is text."""
    if "count" in body and not re.fullmatch(r"[1-9][0-9]{0,4}", str(body["count"])):
        raise refusals.invalid("count", "a number of at least 1 is expected")


def _excused(fault: ValidationError, operation: str, body: Mapping[str, Json], *, today: bool) -> bool:
    path = list(fault.absolute_path)
    if operation == "remove_nodes" and path[:1] == ["nodes"]:
        return fault.validator == "pattern" and fault.instance != ""  # nodes may go by their names
    if not today or fault.validator != "required" or path or (operation == "scale" and "count" not in body):
        return False
    absent = {name for name in faulty.wanted(fault) if name not in body}
    return absent <= _WAIVED.get(operation, set())


def _check_networks(body: Mapping[str, Json]) -> None:
    """Pods, services and the VPC don't overlap, what is made unasked among them (guide 2.1)."""
    made = {} if {"vpcid", "vpc_id"} & set(body) else bundle.made_networks()
    given = {name: text(body, name) for name in ("container_cidr", "service_cidr") if name in body}
    networks = {name: _network(name, written) for name, written in {**made, **given}.items()}
    for name, other in itertools.permutations(sorted(networks), 2):
        if name in given and networks[name].overlaps(networks[other]):
            raise refusals.invalid(name, f"it overlaps the network of {other}")


def _network(name: str, written: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(written, strict=False)
    except ValueError:
        raise refusals.invalid(name, "it is not an IPv4 network") from None


def _check_ports(body: Mapping[str, Json]) -> None:
    low, _, high = str(body.get("node_port_range", "30000-32767")).partition("-")
    if int(low) > int(high):
        raise refusals.invalid("node_port_range", "its lower end is above its upper end")


def _check_options(body: Mapping[str, Json]) -> None:
    """`options` is a text that holds JSON (guide 2.7)."""
    try:
        options = json.loads(text(body, "options", "{}"), parse_constant=_no_constant)
        _check_bounds(options)
    except (ValueError, RecursionError):
        raise refusals.invalid("options", "it does not hold JSON") from None
    for fault in bundle.validator("attach-script", "#/$defs/options").iter_errors(options):
        path = ".".join(["options", *map(str, fault.absolute_path)])
        raise refusals.invalid(path[:64], faulty.reason(fault))
