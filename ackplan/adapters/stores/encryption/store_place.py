"""Where in a store something belongs. It is written inside of what is encrypted: age itself does not say it.

Without it whoever may write to a store could put an old entry, or that of another workspace, in the place of one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

_END: Final = b"\n"
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A place by its sort; `epoch` and `number` count within it, and `name` is that of an object."""

    sort: str
    workspace: str = ""
    epoch: int = 0
    number: int = 0
    name: str = ""

    def __str__(self) -> str:
        words = {"workspace": self.workspace, "epoch": self.epoch, "number": self.number, "": self.name}
        return ", ".join([self.sort, *(f"{key} {value}".strip() for key, value in words.items() if value)])


def with_place(data: bytes, place: StorePlace) -> bytes:
    """The data with its place before it."""
    return json.dumps(asdict(place)).encode() + _END + data


def without_place(data: bytes) -> tuple[bytes, StorePlace]:
    """Data and the place that it was written for. Raises ValueError."""
    head, end, _ = data[:_LONGEST].partition(_END)
    match json.loads(head) if end else None:
        case {"sort": str(sort), "workspace": str(of), "epoch": int(epoch), "number": int(number), "name": str(name)}:
            return data[len(head) + len(_END) :], StorePlace(sort, of, epoch, number, name)
    raise ValueError("it does not say where it belongs")
