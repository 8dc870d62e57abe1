"""Kinds that are told apart by the same parameters: those of the guide, and those of today's clusters."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from ackplan.core.catalog.kinds import Kind
from ackplan.core.json_types import JsonObject


@dataclass(frozen=True, eq=False)
class Family:
    """Kinds of one generation. `section` is the key of a spec's cluster that tells it; empty for the guide's own."""

    section: str
    kinds: tuple[Kind, ...]

    @functools.cached_property
    def discriminators(self) -> Mapping[str, frozenset[str]]:
        """The parameters that tell its kinds apart, each with the values it may take."""
        values: dict[str, set[str]] = {}
        for kind in self.kinds:
            for name, constant in kind.constants.items():
                values.setdefault(name, set()).add(constant)
        return {name: frozenset(constants) for name, constants in values.items()}

    def kind_of(self, values: JsonObject) -> Kind | None:
        """The kind whose constants these create parameters hold; of several, the one with most of them."""
        constants = (values.get(name) for name in self.discriminators)
        return self._kind_by(tuple(value if isinstance(value, str) else None for value in constants))

    @functools.cache  # noqa: B019 - families live as long as the process
    def _kind_by(self, constants: tuple[str | None, ...]) -> Kind | None:
        values = dict(zip(self.discriminators, constants, strict=True))
        fitting = [
            kind for kind in self.kinds if all(values.get(name) == value for name, value in kind.constants.items())
        ]
        return max(fitting, key=lambda kind: len(kind.constants), default=None)

    def kind_of_live(self, attributes: JsonObject) -> Kind | None:
        """The kind of a live cluster; None where no spec can say what it is, as with a profile that no kind has."""
        kind = self.kind_of(attributes)
        if kind is None:
            return None
        also = kind.root.get("x-ack-live-values", {})
        others = [name for name in self.discriminators if name not in kind.constants and attributes.get(name)]
        return kind if all(attributes[name] in also.get(name, ()) for name in others) else None


def families_of(kinds: tuple[Kind, ...]) -> tuple[Family, ...]:
    """The families that these kinds are of, the guide's first."""
    sections = dict.fromkeys(("", *(kind.section_key for kind in kinds)))
    return tuple(Family(section, tuple(k for k in kinds if k.section_key == section)) for section in sections)
