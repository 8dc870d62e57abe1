"""What `GET /clusters/{id}` adds to the list: the parameters of the stack that the cluster was created from."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from ackplan.core.answers import Cluster

_STACK: Final = "parameters"
# What has a default in every stack, and means something for instances that are paid in advance.
_PREPAID: Final = ("Period", "PeriodUnit", "AutoRenew", "AutoRenewPeriod")
_NOTHING: Final = frozenset({"", "None", "null", "***"})


def detailed(listed: Cluster, told: Cluster) -> Cluster:
    """The cluster as it is told of by itself, with what only the list has; its stack's texts read as what they mean."""
    more = {name: value for name, value in told.attributes.items() if value not in (None, "")}
    attributes = {**listed.attributes, **more, _STACK: stack_values(told.attributes.get(_STACK))}
    size = told.size if told.size is not None else listed.size
    return dataclasses.replace(told, attributes=attributes, size=size)


def stack_values(parameters: Any) -> dict[str, Any]:
    """The stack's parameters that have a value. Lists stand in them as JSON, or with commas; nothing as `None`."""
    if not isinstance(parameters, Mapping):
        return {}
    read = {name: _read(value) for name, value in parameters.items() if isinstance(name, str)}
    postpaid = tuple(role for role in ("Master", "Worker") if read.get(f"{role}InstanceChargeType") != "PrePaid")
    unpaid = {f"{role}{name}" for role in postpaid for name in _PREPAID}
    return {name: value for name, value in read.items() if value is not None and name not in unpaid}


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.strip() in _NOTHING:
        return None
    if not value.lstrip().startswith("["):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None
