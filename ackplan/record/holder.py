"""Who holds the lock of a workspace, as every store writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ackplan.core.diagnostics import printable


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, or held it when it was killed. `since` is UTC; `who` is `user@host`.

    `job` is where the CI job can be looked at that runs the command; empty outside of CI. `hold`: no process has it;
    somebody holds it until it is released, and `what` says why.
    """

    id: str
    who: str
    pid: int
    what: str
    since: str
    job: str = ""
    hold: bool = False

    def __str__(self) -> str:
        if not self.id:
            return "the holder left no name"
        job = f", {self.job}" if self.job else ""
        if self.hold:
            return f"lock {self.id}: held by {self.who} since {self.since}: {self.what}{job}"
        return f"lock {self.id}: {self.who}, process {self.pid}, {self.what}, since {self.since}{job}"


def encode_holder(holder: Holder) -> dict[str, str | int]:
    """As JSON data. A holder outside of CI is written as earlier versions read it."""
    return {key: value for key, value in asdict(holder).items() if value or key not in {"job", "hold"}}


def decode_holder(fields: object) -> Holder | None:
    """The holder that was written down; None for what is none."""
    if not isinstance(fields, Mapping):
        return None
    try:
        texts = {key: printable(str(fields[key])) for key in ("id", "who", "what", "since")}
        job, hold = printable(str(fields.get("job", ""))), fields.get("hold") is True
        return Holder(**texts, pid=int(fields["pid"]), job=job, hold=hold)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError):
        return None
