"""What a plan file holds, and what is said of one that can't be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.plan import untrusted
from ackplan.plan.model import Plan
from ackplan.record import Record

# The first format does not pin what the record held: it can be shown, and not applied. The second holds what
# `show --format json` prints of the plan besides; of the third that is made when it is asked for.
FORMAT = 3
OLD_FORMATS = (1, 2)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """The plan, the record that it was made on (None in one of format 1), and the ackplan that wrote the file.

    `shown` is the JSON of the plan where the file holds it. `digest` is of all that stands before it.
    """

    plan: Plan
    record: Record | None
    version: str
    digest: str
    shown: untrusted.Data | None = None


def missing(file: str) -> Diagnostic:
    return error("ACK6001.missing", file=file)


def not_a_plan(file: str, why: str) -> Diagnostic:
    return error("ACK6001.other", file=file, why=why)


def unpinned(file: str) -> Diagnostic:
    return error("ACK6002.unpinned", file=file)


def of_another_format(number: object) -> Diagnostic:
    return error("ACK6002.format", number=repr(number), readable=FORMAT)


def too_large(most: int) -> Diagnostic:
    return error("ACK6011", most=most)


def refuse_constant(constant: str) -> Any:
    """For readers of JSON: NaN and Infinity are none."""
    raise ValueError(f"{constant} is no number of JSON")
