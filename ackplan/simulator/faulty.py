"""What is wrong with a body, as the API says it. Messages name parameters and never quote values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

from jsonschema import ValidationError

from ackplan.simulator import refusals
from ackplan.simulator.json_types import Json, inner, objects, texts
from ackplan.simulator.refusals import Refusal


def unknown(name: str) -> Refusal:
    """A parameter that the call does not have."""
    return refusals.invalid(name[:64], "there is no such parameter")


def refuse(fault: ValidationError) -> NoReturn:
    path = [str(part) for part in fault.absolute_path]
    if fault.validator == "required" and "x-ack-rule" not in _schema(fault):
        absent = next(name for name in wanted(fault) if name not in _given(fault))
        raise refusals.missing(".".join([*path, absent]))
    if fault.validator == "additionalProperties":
        strangers = sorted(set(_given(fault)) - set(inner(_schema(fault), "properties")))
        raise unknown(".".join([*path, strangers[0]]))
    raise refusals.invalid(".".join(path)[:64] or _named_in(fault), reason(fault))


def _schema(fault: ValidationError) -> Mapping[str, Json]:
    return fault.schema if isinstance(fault.schema, Mapping) else {}


def wanted(fault: ValidationError) -> list[str]:
    """What a `required` asks for."""
    return fault.validator_value if isinstance(fault.validator_value, list) else []


def _given(fault: ValidationError) -> Mapping[str, Json]:
    return fault.instance if isinstance(fault.instance, Mapping) else {}


def _named_in(fault: ValidationError) -> str:
    """The parameters that a rule about several of them speaks of."""
    schema = _schema(fault)
    branches = objects(schema, "oneOf") if "oneOf" in schema else [schema]
    wanted = [name for branch in branches for name in texts(branch, "required")]
    return ", ".join(wanted) or "body"


def reason(fault: ValidationError) -> str:
    schema = _schema(fault)
    if "x-ack-rule" in schema:
        return str(schema["x-ack-rule"])
    if fault.validator == "pattern" and "x-ack-form" in schema:
        return f"it is not {schema['x-ack-form']}"
    return f"it does not meet {fault.validator}: {json.dumps(fault.validator_value)[:200]}"
