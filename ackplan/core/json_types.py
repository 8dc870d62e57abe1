"""The types of data that came from JSON or YAML, or goes there, where no shape is fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

# A value: nested as deep as it may be, to be read only. What is read has lists, what ackplan holds may have tuples.
Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | None"
# An object.
JsonObject: TypeAlias = Mapping[str, Json]
