"""Finds policies, and holds a plan against them. What they find becomes part of the plan, as its other errors are."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ackplan.app.support_reads import read_support
from ackplan.core import tracing
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error, has_errors, ordered
from ackplan.documents.files import below, display, outside, read_bounded
from ackplan.documents.yaml import parse
from ackplan.plan.model import Plan
from ackplan.policy import PolicyInput, Rule, judge, read, rego
from ackplan.record import Record
from ackplan.spec.desired import Wanted

if TYPE_CHECKING:
    from ackplan.app.host import Host
    from ackplan.execute.ports import ApiReader

BUILT_IN = "builtin:"
PACKS = ("recommended", "pinned")
_YAML = (".yaml", ".yml")
_REGO = ".rego"
_DATA = ("data.json", "data.yaml", "data.yml")

# Values of rules by path, for modules (name, source), data, input, and the paths of the rules.
Engine = Callable[[Sequence[tuple[str, str]], Mapping[str, Any], Any, Sequence[str]], Mapping[str, Any]]


@dataclass(slots=True)
class Policies:
    """All policies of a plan: rules of YAML files, Rego modules (name, source) with their data."""

    rules: list[Rule] = field(default_factory=list)
    modules: list[tuple[str, str]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judges:
    """What judging needs of the world: the time, a Rego engine, and the plan's JSON, which Rego policies read."""

    now: datetime.datetime
    engine: Engine
    document: Callable[[Plan, Record], Any]


def load(names: Sequence[str], folder: Path) -> Policies:
    """The policies that `names` name: files, folders, or `builtin:NAME`. Raises Failure with every fault in them."""
    found = Policies()
    for name in dict.fromkeys(names):
        if name.startswith(BUILT_IN):
            _built_in(found, name)
        else:
            _named(found, folder / name)
    if has_errors(found.notes):
        raise Failure(*ordered(dict.fromkeys(found.notes)))
    return found


def _built_in(found: Policies, name: str) -> None:
    pack = name.removeprefix(BUILT_IN)
    data = pkgutil.get_data("ackplan.policy", f"packs/{pack}.yaml") if pack in PACKS else None
    if data is None:
        found.notes.append(error("ACK2100.pack", name=name, packs=", ".join(BUILT_IN + known for known in PACKS)))
        return
    rules, faults = read(data, name, built_in=True)
    found.rules += rules
    found.notes += faults


def _named(found: Policies, path: Path) -> None:
    """A file, or every policy below a folder; tests of Rego policies are none."""
    try:
        if not path.is_dir():
            path.lstat()
            _file(found, path, path.parent)
            return
        files = [file for file in below(path, (*_YAML, ".json", _REGO)) if _is_policy(file)]
    except (OSError, ValueError) as fault:
        found.notes.append(error("ACK2100.fault", name=display(path), fault=getattr(fault, "strerror", None) or fault))
        return
    if not any(file.name not in _DATA for file in files):
        found.notes.append(error("ACK2100.empty", name=display(path)))
    for file in files:
        leaving = list(outside(file, path))
        found.notes += leaving
        if not leaving:
            _file(found, file, path)


def _is_policy(file: Path) -> bool:
    if file.suffix == ".json":
        return file.name in _DATA
    return not file.name.endswith("_test.rego")


def _file(found: Policies, path: Path, top: Path) -> None:
    name = display(path)
    if path.suffix not in {*_YAML, _REGO} and path.name not in _DATA:
        found.notes.append(error("ACK2100.ending", name=name))
        return
    data, fault = read_bounded(path, name)
    if fault is not None:
        found.notes.append(fault)
    elif path.name in _DATA:
        _merge_data(found, name, data, path.relative_to(top).parts[:-1])
    elif path.suffix == _REGO:
        found.modules.append((name, data.decode("utf-8", "replace")))
    else:
        rules, faults = read(data, name)
        found.rules += rules
        found.notes += faults


def _merge_data(found: Policies, name: str, data: bytes, place: tuple[str, ...]) -> None:
    """Data of Rego policies, under the path of its folder, as a bundle of OPA has it."""
    roots, faults = parse(data, name)
    found.notes += faults
    if faults:
        return
    if len(roots) != 1 or not isinstance(roots[0], dict):
        found.notes.append(error("ACK2100.data", name=name))
        return
    target = found.data
    for part in place:
        target = target.setdefault(part, {})
    target.update(json.loads(json.dumps(roots[0])))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a plan is judged with: what is recorded, what is live, and an API to ask, None where nobody is to be.

    `wanted` may be empty for a plan whose spec is not at hand: places are then unknown.
    """

    record: Record
    api: ApiReader | None = None
    live: Sequence[Cluster] = ()
    wanted: Mapping[str, Wanted] = field(default_factory=dict)


async def judged(host: Host, names: Sequence[str], plan: Plan, by: Evidence) -> Plan:
    """The plan with what the named policies find. Raises Failure for policies that are wrong, and ApiError."""
    with tracing.span("hold against policies"):
        policies = load(names, host.inputs.folder)
        support = await read_support(by.api, plan, by.live, policies.rules)
        judges = host.judges()
        case = PolicyInput(plan, by.wanted, by.record.entries, judges.now, support)
        return held(case, by.record, policies, judges)


def held(case: PolicyInput, record: Record, policies: Policies, judges: Judges) -> Plan:
    """The plan with what the policies find. Raises Failure where one of them is broken."""
    plan = case.plan
    found, judged = judge(policies.rules, case)
    more, others = _held_by_rego(case, record, policies, judges)
    by_weight = sorted(ordered((*found, *more)), key=lambda diagnostic: not diagnostic.is_error)
    notes = (*plan.diagnostics, *policies.notes, *by_weight)
    return dataclasses.replace(plan, diagnostics=notes, policies=(*judged, *others))


def _held_by_rego(case: PolicyInput, record: Record, policies: Policies, judges: Judges) -> Any:
    if not policies.modules:
        return (), ()
    asked = rego.queries(policies.modules)
    silent = () if asked else tuple(rego.nothing(name) for name, _ in policies.modules)
    paths = list(dict.fromkeys([path for query in asked for path in (query.path, query.exceptions)]))
    values = judges.engine(policies.modules, policies.data, judges.document(case.plan, record), paths)
    found, judged = rego.judge(asked, values, case)
    return (*silent, *found), judged
