"""Says of a live cluster what a spec would say of it, as far as the API and the record tell.

What nothing tells, and the rules ask for, is written as a placeholder that no plan sends, or as a value that is marked
as assumed. Nothing is made up in silence, and a secret is only ever a reference.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.sight import at, is_reserved
from ackplan.core.diagnostics import Diagnostic, Failure, Span
from ackplan.core.json_types import JsonObject
from ackplan.core.size import Size
from ackplan.core.values import ABSENT
from ackplan.documents.tree import Laid
from ackplan.record import RecordedCluster
from ackplan.resources.workers import MASTER, count_live
from ackplan.spec import rules, validate, wanted

NOT_SHOWN = "not shown by the API: write what the cluster was created with"
ASSUMED = "assumed, the API does not show it: check it"
NODES = "as the nodes have it now"
REFERENCE = "the API shows no passwords: set this variable before workers are added"
_CREATED_WITH = "init_version"
# A name that no rule has anything against.
_PLAIN_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_NOTHING: Final[JsonObject] = {}


@dataclass(frozen=True, slots=True)
class Described:
    """A cluster as a spec would have it. `notes` are said of its parameters, `remarks` of the whole.

    `inside` are the sections of what is inside of it, by their keys.
    """

    name: str
    kind: catalog.Kind
    parameters: Mapping[str, Any]
    own: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    inside: JsonObject = field(default_factory=dict)

    @property
    def region(self) -> str:
        return self.kind.region_of(self.parameters)

    @property
    def unfilled(self) -> int:
        """How many placeholders it has."""
        return sum(self.kind.parameters[name].is_placeholder(value) for name, value in self.parameters.items())

    def body(self, region: str | None = None) -> dict[str, Any]:
        """What stands below the cluster's name in a spec that has this region for all clusters."""
        filled = {self.kind.name_parameter.name}
        if region is not None and self.region == region:
            filled.update(p.name for p in (self.kind.region_parameter,) if p)
        order = [name for name in self.kind.parameters if name in self.parameters and name not in filled]
        return {**self.kind.body({name: self.parameters[name] for name in order}), **self.own, **self.inside}


def visible(
    kind: catalog.Kind, live: Cluster, nodes: Sequence[Node], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The create parameters that a live cluster and its nodes show, and that are compared with them.

    `known` are those of the spec or the record: one of several values that are shown is taken as they have it.
    """
    found: dict[str, Any] = dict(kind.constants)
    if kind.masters_parameter is not None:
        found[kind.masters_parameter.name] = sum(node.role == MASTER for node in nodes)
    sights, given = kind.sights, known or {}
    for name, parameter in kind.parameters.items():
        value = _visible(sights[name], live, given.get(name, ABSENT)) if name in sights else None
        if parameter.fill == "name":
            found[name] = live.name
        elif value is not None:
            found[name] = value
        elif parameter.effect is Effect.SCALE and (live.size is not None or nodes):
            workers, _ = count_live(live.size, kind.masters(found), nodes or None)
            found[name] = Size(workers or 0).made
    return found


def _visible(sight: catalog.Sight, live: Cluster, known: Any) -> Any:
    """What a live cluster shows of a parameter, as it is known where that says the same; None for nothing."""
    value = sight.value(live.attributes, sight.parameter.canonical(known))
    if value == sight.parameter.canonical(known):
        return known
    return None if value == [] and known is ABSENT else value


def shown(kind: catalog.Kind, live: Cluster, nodes: Sequence[Node]) -> dict[str, Any]:
    """The create parameters that are not compared with a live cluster, and yet can be read off it and its nodes."""
    found = {}
    for name, parameter in kind.parameters.items():
        told = (parameter.read(at(live.attributes, place)) for place in parameter.shown)
        value = next((value for value in told if value not in (None, "", [])), None)
        if parameter.nodes is not None:
            value = _types(parameter.nodes, nodes) or value
        if value not in (None, []):
            found[name] = value
    return found


def _types(role: str, nodes: Sequence[Node]) -> list[str]:
    """The instance types of the nodes of a role, each once; of masters that differ one for each of them."""
    types = sorted(node.instance_type for node in nodes if node.role == role and node.instance_type)
    distinct = sorted(set(types))
    return types if role == MASTER and len(distinct) > 1 else distinct


def from_live(
    kind: catalog.Kind,
    live: Cluster,
    nodes: Sequence[Node],
    recorded: RecordedCluster | None,
    inside: JsonObject = _NOTHING,
) -> Described:
    """What is live, with what only the record knows. Raises Failure where no spec can say it.

    `inside` are the sections of what is inside of it: a kind of today's clusters is told by one.
    """
    known = visible(kind, live, nodes, recorded.parameters if recorded else None)
    notes = dict(_notes(kind, live, nodes))
    if recorded is None or recorded.kind is not kind:
        values: JsonObject = {**shown(kind, live, nodes), **known}
        chosen = _chosen(kind, values) if kind.section_key else values
        return completed(Described(live.name, kind, chosen, notes=notes, inside=inside))
    present = {node.instance_id for node in nodes}
    counting = kind.count_parameter
    if counting is not None and counting.name in known:
        attached = sum(instance in present for instance in recorded.attached)
        known[counting.name] = Size(known[counting.name], attached=attached).made
    kept = {name: value for name, value in recorded.parameters.items() if name in kind.parameters}
    if recorded.partial:
        kept = {**shown(kind, live, nodes), **kept}
    else:
        notes = {}
        known = {name: value for name, value in known.items() if name in kept or name in kind.constants}
    return completed(Described(live.name, kind, {**kept, **known}, recorded.own, notes, inside=inside))


def _chosen(kind: catalog.Kind, values: JsonObject) -> JsonObject:
    """Those of these values that somebody chose: the API has the others by itself."""
    traits = kind.parameters
    return {name: v for name, v in values.items() if name in kind.constants or traits[name].unset(v) != v}


def _notes(kind: catalog.Kind, live: Cluster, nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """What is to be said of values that were read off a live cluster."""
    first = live.attributes.get(_CREATED_WITH)
    for name, parameter in kind.parameters.items():
        if parameter.nodes is not None and any(node.role == parameter.nodes for node in nodes):
            yield name, NODES
        elif _CREATED_WITH in parameter.places and first not in (None, "", live.attributes.get(parameter.places[0])):
            yield name, f"it was created with {first}"
        elif parameter.reserved and isinstance(tags := live.attributes.get(name), list):
            keys = [str(tag.get("key")) for tag in tags if isinstance(tag, Mapping)]
            reserved = sorted(key for key in keys if is_reserved(key, parameter.reserved))
            if reserved:
                yield name, f"without what the services put there: {', '.join(reserved)}"


def completed(described: Described) -> Described:
    """The same with stand-ins for what the rules ask for, and without what no spec can hold.

    Raises Failure where that does not make it valid.
    """
    if described.own or described.inside or not _PLAIN_NAME.fullmatch(described.name):
        return _completed(described)
    naming = described.kind.name_parameter.name
    done = _completed_once(_Alike(described))
    parameters = {**done.parameters, naming: described.name}
    return dataclasses.replace(done, name=described.name, parameters=parameters)


class _Alike:
    """A cluster that is equal to each that is the same but for its name."""

    def __init__(self, described: Described) -> None:
        self.described = described
        parameters = {n: v for n, v in described.parameters.items() if n != described.kind.name_parameter.name}
        said = (
            str(described.kind),
            described.kind.section_key,
            list(parameters.items()),
            list(described.notes.items()),
            described.remarks,
        )
        self._text = json.dumps(said, default=repr)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alike) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@functools.lru_cache(maxsize=64)
def _completed_once(alike: _Alike) -> Described:
    """Clusters of one sort lack the same: to find out what takes longer than all else that is said of them."""
    return _completed(alike.described)


def _completed(described: Described) -> Described:
    for _ in described.kind.parameters:
        faults = _faults(described)
        if not faults:
            break
        described = _mended(described, faults)
    else:
        raise Failure(*_faults(described))
    return _noted(described)


def fitted(described: Described, known: JsonObject) -> Described:
    """The same with those of the `known` values that the rules ask for. Raises Failure where that is not enough."""
    for _ in described.kind.parameters:
        asked = [name for fault in _faults(described) if fault.code == "ACK1101" for name in _names_in(fault)]
        tops = {name.partition(".")[0] for name in asked}
        more = {n: v for n, v in known.items() if n.partition(".")[0] in tops and n not in described.parameters}
        if not more:
            break
        described = dataclasses.replace(described, parameters={**described.parameters, **more})
    return completed(described)


def _names_in(fault: Diagnostic) -> Sequence[str]:
    return re.findall(r"[a-z_][a-z_.]*", f"{fault.parameter} {fault.detail}")


def _faults(described: Described) -> list[Diagnostic]:
    """What is wrong with it as a cluster of a spec."""
    body = Laid()
    body.update(described.body())
    body.update({described.kind.name_parameter.name: described.name})

    def start() -> Span:
        return Span(described.name, 1, 1)

    kind, faults = validate.check_cluster(described.name, body, start, sections=described.inside.keys())
    if kind is None or faults:
        return faults
    return rules.check_fleet({described.name: wanted.build(described.name, kind, body, start)}, complete=False)


def _mended(described: Described, faults: Sequence[Diagnostic]) -> Described:
    """One round: what is missing is stood in for, what is not allowed is left out. Raises Failure for what can't be.

    What would be stood in for, and is compared with the live cluster, can't be left out: the next plan would find it.
    """
    kind, parameters, notes = described.kind, dict(described.parameters), dict(described.notes)
    remarks, stuck = list(described.remarks), []
    for fault in faults:
        names = [kind.named_in(name) for name in fault.parameter.split(" or ")]
        fill = next((n for n in names if n in kind.parameters and kind.parameters[n].stand_in is not None), None)
        if fault.code == "ACK1101" and fill is not None:
            parameters[fill] = kind.parameters[fill].stand_in
            notes[fill] = _why(kind.parameters[fill])
        elif names[0] in parameters and names[0] not in kind.constants and not _settled(kind.parameters[names[0]]):
            del parameters[names[0]]
            remarks.append(f"{names[0]} is left out, for no spec can have it: {fault.detail or fault.summary}")
        elif names[0] in parameters or names[0] not in described.parameters:
            stuck.append(fault)
    if stuck or parameters == described.parameters:
        raise Failure(*(stuck or faults))
    return dataclasses.replace(described, parameters=parameters, notes=notes, remarks=tuple(remarks))


def _settled(parameter: Parameter) -> bool:
    """Whether a spec without this parameter's live value is one of another cluster."""
    return parameter.live is not None and (parameter.stand_in is not None or parameter.fill is not None)


def _why(parameter: Parameter) -> str:
    """Why a stand-in stands where it does."""
    if parameter.secret:
        return REFERENCE
    return NOT_SHOWN if parameter.is_placeholder(parameter.stand_in) else ASSUMED


def _noted(described: Described) -> Described:
    """With a note on placeholders that the record has, too."""
    known = described.kind.parameters
    left = {name: NOT_SHOWN for name, value in described.parameters.items() if known[name].is_placeholder(value)}
    return dataclasses.replace(described, notes={**left, **described.notes})
