"""Rules that no schema can say: between clusters, between networks, within a range."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span, error, warning
from ackplan.core.json_types import JsonObject
from ackplan.core.language import phrase, spoken
from ackplan.documents.misspelt import meant_by
from ackplan.documents.schema_words import Meant, shown, suggestion
from ackplan.spec.desired import Wanted


def check_fleet(fleet: Mapping[str, Wanted], *, complete: bool) -> list[Diagnostic]:
    """Every fault that shows only when the clusters are seen together or a value is read for what it means.

    Where `complete` is false some clusters are missing for faults of their own, and nothing is said of names that
    may be theirs.
    """
    faults: list[Diagnostic] = []
    meant = Meant(fleet, 0.7)
    for wanted in fleet.values():
        faults += check_cluster(wanted)
        if wanted.depends_on and complete:
            faults += _dependencies(wanted, fleet, meant)
    faults += _renamings(fleet)
    faults += _attached_twice(fleet)
    return [*_told_once(faults), *_circles(fleet)]


def check_cluster(wanted: Wanted) -> list[Diagnostic]:
    """What is wrong with a cluster by itself. Values that the schemas have refused are passed over."""
    faults = [*_identity(wanted)]
    values = map(wanted.parameters.get, _read(wanted.kind))
    if not _sound(wanted.kind, tuple(value if isinstance(value, str | None) else "" for value in values)):
        faults += _values(wanted)
        faults += _networks(wanted)
    faults += _misspelt(wanted)
    if wanted.own:
        faults += _lifecycle(wanted)
        faults += _scale_in(wanted)
        faults += _workers(wanted)
    return faults


def _fault(wanted: Wanted, parameter: str, message: str, **arguments: str) -> Diagnostic:
    span = wanted.span_of(parameter.split(".", maxsplit=1)[0])
    return error(message, span=span, cluster=wanted.name, parameter=parameter, **arguments)


def _identity(wanted: Wanted) -> Sequence[Diagnostic]:
    name = wanted.kind.name_parameter.name
    if wanted.parameters.get(name) == wanted.name:
        return ()
    return (_fault(wanted, name, "ACK1201", name=shown(wanted.parameters.get(name))),)


def _port_range(value: str) -> str:
    low, _, high = value.partition("-")
    if low.isdecimal() and high.isdecimal() and int(low) > int(high):
        return f"{value} starts above its end"
    return ""


@functools.lru_cache(4096)
def _cidr(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=True)
    except ValueError as fault:
        return str(fault)
    return ""


_CHECKS: dict[str, Callable[[str], str]] = {"port-range": _port_range, "cidr": _cidr}


@functools.cache
def _checked(kind: Kind) -> tuple[tuple[str, Callable[[str], str]], ...]:
    """The parameters of a kind whose values are read for what they mean."""
    parameters = kind.parameters.items()
    return tuple((name, _CHECKS[p.schema["x-ack-check"]]) for name, p in parameters if "x-ack-check" in p.schema)


@functools.cache
def _read(kind: Kind) -> tuple[str, ...]:
    """The parameters of a kind that `_values` and `_networks` read."""
    return tuple(dict.fromkeys((*(name for name, _ in _checked(kind)), *kind.disjoint)))


@functools.lru_cache(4096)
def _sound(kind: Kind, values: tuple[str | None, ...]) -> bool:
    """Whether nothing is wrong with these values of what is read, as they are in most clusters of a fleet."""
    parameters = dict(zip(_read(kind), values, strict=True))
    return not any(_complaints(kind, parameters)) and not any(_overlaps(kind, parameters))


def _complaints(kind: Kind, parameters: JsonObject) -> Iterator[tuple[str, str]]:
    for name, check in _checked(kind):
        value = parameters.get(name)
        complaint = check(value) if isinstance(value, str) else ""
        if complaint:
            yield name, complaint


def _values(wanted: Wanted) -> Iterator[Diagnostic]:
    for name, complaint in _complaints(wanted.kind, wanted.parameters):
        yield _fault(wanted, name, "ACK1103.value", reason=complaint)


def _misspelt(wanted: Wanted) -> Iterator[Diagnostic]:
    """Values that no schema refuses, for the API gets new ones, and that come near a known one."""
    for name in _with_known_values(wanted.kind):
        value = wanted.parameters.get(name)
        if near := meant_by(value, wanted.kind.parameters[name].schema):
            span = wanted.span_of(name)
            yield warning("ACK1209", value=shown(value), near=near, span=span, cluster=wanted.name, parameter=name)


@functools.cache
def _with_known_values(kind: Kind) -> tuple[str, ...]:
    """The parameters of a kind whose known values are listed."""
    return tuple(name for name, parameter in kind.parameters.items() if "x-ack-known" in parameter.schema)


def _told_once(faults: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """The faults; what is misspelt at one place for several clusters is said once, of none of them."""
    places = Counter(fault.span for fault in faults if fault.code == "ACK1209")
    told = set[Span | None]()
    for fault in faults:
        if fault.code != "ACK1209" or places[fault.span] == 1:
            yield fault
        elif fault.span not in told:
            told.add(fault.span)
            yield dataclasses.replace(fault, cluster="")


@functools.lru_cache(4096)
def _network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(value)


@functools.lru_cache(4096)
def _overlap(left: str, right: str) -> bool:
    a, b = _network(left), _network(right)
    return a.version == b.version and a.overlaps(b)


def _overlaps(kind: Kind, parameters: JsonObject) -> Iterator[tuple[str, str]]:
    for left, right in itertools.combinations(_disjoint(kind, parameters), 2):
        if _overlap(left.network, right.network):
            at, other = (left, right) if right.made else (right, left)
            yield at.parameter, phrase("{one} and {other}", one=at.network, other=spoken(str(other)))


@dataclass(frozen=True, slots=True)
class _Range:
    """The network of a parameter; `made`: it is not written down, the create call makes it along with a VPC."""

    parameter: str
    network: str
    made: bool

    def __str__(self) -> str:
        made = ", made where it is left out" if self.made else ""
        return f"{self.parameter} {self.network}{made}"


def _disjoint(kind: Kind, parameters: JsonObject) -> Iterator[_Range]:
    """The networks of a cluster that are known: those given, and those made with a VPC where none is given."""
    named = {name: kind.parameters[name].schema for name in kind.disjoint}
    given = {name for name in named if parameters.get(name) is not None}
    vpc = any("x-ack-check" not in named[name] for name in given)
    for name, schema in named.items():
        value = parameters.get(name)
        if name not in given and not vpc:
            yield _Range(name, schema["x-ack-made"], made=True)
        elif schema.get("x-ack-check") and isinstance(value, str) and not _cidr(value):
            yield _Range(name, value, made=False)


def _networks(wanted: Wanted) -> Iterator[Diagnostic]:
    for name, networks in _overlaps(wanted.kind, wanted.parameters):
        yield _fault(wanted, name, "ACK1202", networks=networks)


def check_nested(nested: Mapping[str, Wanted], clusters: Mapping[str, Wanted]) -> Iterator[Diagnostic]:
    """What is wrong between resources inside of clusters and others."""
    fleet = {**clusters, **nested}
    yield from _attached_twice(nested)
    yield from _circles(nested)
    for wanted in nested.values():
        yield from _lifecycle(wanted)
        yield from _scale_in(wanted)
        if wanted.depends_on:
            yield from _dependencies(wanted, fleet, Meant(fleet, 0.7))


def _dependencies(wanted: Wanted, fleet: Mapping[str, Wanted], meant: Meant) -> Iterator[Diagnostic]:
    for name in wanted.depends_on:
        if name not in fleet:
            yield _fault(wanted, "depends_on", "ACK1203", name=name, near=meant.suggestion(name))


def _renamings(fleet: Mapping[str, Wanted]) -> Iterator[Diagnostic]:
    """A name that a cluster had may be no other's: neither still a cluster's, nor an earlier one of two."""
    first: dict[str, str] = {}
    for wanted in fleet.values():
        old = wanted.own.get("renamed_from") if wanted.own else None
        if not isinstance(old, str):
            continue
        other = old if old in fleet else first.setdefault(old, wanted.name)
        if other != wanted.name or old in fleet:
            if old in fleet:
                yield _fault(wanted, "renamed_from", "ACK1210.still_there", name=old)
            else:
                yield _fault(wanted, "renamed_from", "ACK1210.claimed_twice", name=old, other=other)


def _lifecycle(wanted: Wanted) -> Iterator[Diagnostic]:
    parameters = wanted.kind.parameters
    for name in sorted(wanted.lifecycle.ignore_changes):
        if name not in parameters:
            near, at = suggestion(name, parameters), "lifecycle.ignore_changes"
            yield _fault(wanted, at, "ACK1204", name=name, kind=str(wanted.kind), near=near)


def _scale_in(wanted: Wanted) -> Iterator[Diagnostic]:
    named = wanted.scale_in.nodes if wanted.scale_in else None
    for instance in named or ():
        if instance in wanted.attached:
            yield _fault(wanted, "scale_in", "ACK1205", instance=instance)


def _workers(wanted: Wanted) -> Iterator[Diagnostic]:
    """The limit on workers is one on all of them, however they come to the cluster."""
    counting, attached = wanted.kind.count_parameter, len(wanted.attached)
    if counting is None or not attached:
        return
    number, most = wanted.parameters.get(counting.name), counting.schema["maximum"]
    if isinstance(number, int) and number <= most < number + attached:
        yield error(
            "ACK1208",
            counting=counting.name,
            number=number,
            attached=attached,
            most=most,
            span=wanted.span_of("attach"),
            cluster=wanted.name,
            parameter="attach",
        )


def _attached_twice(fleet: Mapping[str, Wanted]) -> Iterator[Diagnostic]:
    owners: dict[str, Wanted] = {}
    for wanted in fleet.values():
        for instance in wanted.attached if wanted.attach else ():
            first = owners.setdefault(instance, wanted)
            if first is not wanted or wanted.attached.count(instance) > 1:
                place = first.span_of("attach")
                yield _fault(wanted, "attach", "ACK1206", instance=instance, other=first.name, place=str(place))


def _circles(fleet: Mapping[str, Wanted]) -> list[Diagnostic]:
    """One error a circle of `depends_on`, faults by walking without recursion."""
    done: set[str] = set()
    faults = []
    for start, wanted in fleet.items():
        if not wanted.depends_on:
            continue
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(wanted.depends_on)}
        while path:
            name = next(reversed(path))
            after = next(path[name], None)
            if after is None:
                done.add(name)
                path.popitem()
            elif after in path:
                names = list(path)
                faults.append(_circle(fleet, [*names[names.index(after) :], after]))
                done.update(path)
                path.clear()
            elif after in fleet and after not in done:
                path[after] = iter(fleet[after].depends_on)
    return faults


def _circle(fleet: Mapping[str, Wanted], names: list[str]) -> Diagnostic:
    return _fault(fleet[names[0]], "depends_on", "ACK1207", circle=" -> ".join(names))
