"""Types of resources, and the registry that hands them to whoever plans, executes and keeps records.

Each layer asks more of a type than the one below it: here only what everyone may know. `ackplan.resources` puts the
types together; no layer below it knows one of them by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from ackplan.core import catalog
from ackplan.core.address import Address
from ackplan.core.catalog import Catalog, Kind


class Kinds(Protocol):
    """Where kinds are looked up by their names: a catalog, or a registry of several types."""

    def kind(self, name: str) -> Kind:
        """The kind of this name. Raises LookupError where there is none."""
        ...


CLUSTER_KINDS: Kinds = catalog.DEFAULT
"""The kinds of clusters, which are all that a fleet has where nothing else is said."""


class ResourceType(Protocol):
    """A type of resources: clusters, or something inside of them. Its name is the `type` of their addresses."""

    @property
    def name(self) -> str: ...

    @property
    def catalog(self) -> Catalog:
        """The API that its calls are of."""
        ...

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Its kinds by their names, which no other type has."""
        ...


T_co = TypeVar("T_co", bound=ResourceType, covariant=True)


class Registry(Generic[T_co]):
    """The types that a run knows, each after those that its resources are inside of."""

    def __init__(self, *types: T_co) -> None:
        self._types = {each.name: each for each in types}
        self._kinds = {name: kind for each in types for name, kind in each.kinds.items()}

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._types.values())

    def type_of(self, address: Address) -> T_co:
        """The type of the resource at this address. Raises LookupError where it is not known."""
        return self._types[address.type]

    def kind(self, name: str) -> Kind:
        return self._kinds[name]
