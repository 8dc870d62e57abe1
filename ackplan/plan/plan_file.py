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
    return error("ACK6001", "Not a plan file", f"{file} does not exist", "ackplan plan --out FILE")


def not_a_plan(file: str, why: str) -> Diagnostic:
    return error("ACK6001", "Not a plan file", f"{file}: {why}", "Make one: ackplan plan --out FILE")


def of_another_version(detail: str) -> Diagnostic:
    return error("ACK6002", "Plan file of another version", detail, "Plan again")


def of_another_format(number: object) -> Diagnostic:
    return of_another_version(f"format {number!r}, this ackplan reads {FORMAT}")


def altered(detail: str) -> Diagnostic:
    return error("ACK6003", "Plan file was altered", detail, "Plan again")


def too_large(most: int) -> Diagnostic:
    detail = f"it would have more than {most:,} bytes, which no ackplan reads back; nothing was written"
    cure = "Plan in parts (--target, --exclude), or split the fleet over several workspaces"
    return error("ACK6011", "Plan file would be too large", detail, cure)


def refuse_constant(constant: str) -> Any:
    """For readers of JSON: NaN and Infinity are none."""
    raise ValueError(f"{constant} is no number of JSON")
