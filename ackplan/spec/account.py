"""The account that a spec is for, where it names one."""

from __future__ import annotations

import re

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.json_types import JsonObject
from ackplan.documents.schema_words import shown
from ackplan.spec.fleet import Fleet
from ackplan.spec.variables import fill

_ID = re.compile(r"[0-9]{1,32}")


def account_of(fleet: Fleet, variables: JsonObject) -> tuple[str, list[Diagnostic]]:
    """The account with its variables filled in (empty: none is named), and what is wrong with these.

    One that is written out is held against the schema, as all that a file holds.
    """
    place, faults = fleet.account_place, list[Diagnostic]()
    if place is None:
        return "", []
    value = fill(fleet.account, variables, place, faults.append)
    if isinstance(value, str | int) and not isinstance(value, bool) and _ID.fullmatch(str(value)):
        return str(value), faults
    if isinstance(fleet.account, str) and "${" in fleet.account and not faults:
        faults = [error("ACK1028", account=fleet.account, value=shown(value), span=place[0].value_span(place[1]))]
    return "", faults
