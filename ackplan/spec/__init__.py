"""The spec: read from YAML with positions, filled in, checked. Knows nothing of the record or of what is live."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ackplan.core.diagnostics import Diagnostic, Span, has_errors, made_printable, ordered
from ackplan.core.json_types import Json, JsonObject

if TYPE_CHECKING:
    from ackplan.core.catalog import Kind
    from ackplan.documents.tree import Map
    from ackplan.spec.desired import Wanted
    from ackplan.spec.fleet import Fleet
    from ackplan.spec.sections import Section


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the spec is and what its variables are set to. `environment` holds `ACKPLAN_VAR_*` by variable name.

    `placed` says where those `variables` stand that are from files, and which word stands there.

    `sections` are the keys of a cluster under which other resources stand, each with what they are; those of today's
    clusters may be given as a function, which is called only where the spec has such a cluster. `edited` has what is to
    be read in place of files, by the names that messages give them.
    """

    folder: Path
    paths: Sequence[str] = ()
    variables: JsonObject = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, tuple[Span, str]] = field(default_factory=dict, kw_only=True)
    sections: Mapping[str, Section] | Callable[[], Mapping[str, Section]] = field(default_factory=dict)
    edited: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spec:
    """A fleet that was read and checked. Without errors among `diagnostics`, `clusters` holds all of it.

    `sources` are the digests of the very bytes that were parsed, by the files' paths from the folder.
    `account` is the one that the fleet must be in; empty where the spec does not say.
    `nested` is what is inside of clusters, by its short name. `partial` are those of either that lack nothing but
    values of variables, without what these are of.
    """

    clusters: Mapping[str, Wanted]
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    nested: Mapping[str, Wanted] = field(default_factory=dict)
    partial: Mapping[str, Wanted] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()

    def without_values(self) -> Spec:
        """The same for whoever needs no values of variables: clusters that lack some are there without them.

        `lacking` are those variables. Where anything else is wrong it is this very spec.
        """
        from ackplan.spec.without_values import NO_VALUE, names_of_variables

        left = tuple(d for d in self.diagnostics if d.code != NO_VALUE or d.cluster not in self.partial)
        if not self.partial or has_errors(left):
            return self
        clusters, nested = dict(self.clusters), dict(self.nested)
        for name, wanted in self.partial.items():
            (nested if "/" in name else clusters)[name] = wanted
        lacking = names_of_variables(self.diagnostics)
        return dataclasses.replace(self, clusters=clusters, nested=nested, diagnostics=left, lacking=lacking)

    def digest(self) -> str:
        """Tells whether two readings want the same; independent of layout, comments and file names."""
        every = sorted({**self.clusters, **self.nested}.items())
        wanted = {name: [each.kind.name, each.parameters, each.own] for name, each in every}
        meant = [wanted, self.account] if self.account else wanted
        return hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()


def body_faults(file: str, body: Json) -> tuple[str, ...]:
    """The parameters of a request body, secrets as references, that the schema in `file` does not allow."""
    from ackplan.spec import schema_validators

    return schema_validators.body_faults(file, body)


def sources(inputs: Inputs) -> dict[str, str]:
    """What `Spec.sources` of the files as they are now would be; those that can't be read are left out."""
    from ackplan.documents.files import digest, read_bounded
    from ackplan.spec import fleet

    digests = {}
    for path in fleet.find(inputs.paths, inputs.folder)[0]:
        data, fault = read_bounded(path, str(path))
        if fault is None:
            digests[path] = digest(data)
    return _from_folder(digests, inputs.folder)


def _from_folder(digests: Mapping[Path, str], folder: Path) -> dict[str, str]:
    return {os.path.relpath(path, folder): digest for path, digest in digests.items()}


def _sections(inputs: Inputs, merged: Fleet) -> Mapping[str, Section]:
    """The sections that clusters of this fleet may have."""
    from ackplan.core import catalog

    if not callable(inputs.sections):
        return inputs.sections
    todays = {family.section for family in catalog.DEFAULT.families} - {""}
    bodies = (*merged.templates.values(), *merged.clusters.values())
    needed = any(isinstance(body, dict) and not todays.isdisjoint(body) for body in bodies)
    return inputs.sections() if needed else {}


def read(inputs: Inputs) -> Spec:
    """Reads, fills in and checks the fleet. Never raises for what is in the files: every fault is a diagnostic."""
    from ackplan.documents.files import display
    from ackplan.spec import account, fleet, resolve, rules, sections, validate, variables, wanted, without_values

    paths, found = fleet.find(inputs.paths, inputs.folder)
    documents, faults, digests = fleet.read_documents(paths if not found else (), inputs.edited)
    found += faults
    whole = not found
    for document in documents:
        found += validate.check_document(document)
    merged, faults = fleet.merge(documents)
    values, unset = variables.values_of(merged.variables, inputs.variables, inputs.environment, inputs.placed)
    held_by = _sections(inputs, merged)
    kinds = {key: section.kind for key, section in held_by.items()}
    resolved = resolve.resolve(merged, values, complete=whole, sections=kinds)
    meant, misfilled = account.account_of(merged, values)
    uses = variables.without_echoes(unset, (*resolved.diagnostics, *misfilled))
    found += [*faults, *unset, *variables.with_near_names(uses, inputs.environment, merged.variables)]
    misnamed = {diagnostic.parameter for diagnostic in found if diagnostic.code == "ACK1107"}
    clusters: dict[str, Wanted] = {}
    nested: dict[str, Wanted] = {}
    partial: dict[str, Wanted] = {}
    lacking = without_values.lacking_values(resolved.diagnostics)
    for name, body in resolved.clusters.items():
        start = functools.partial(merged.clusters.key_span, name)
        said = resolve.named() if f"clusters.{name}" in misnamed else frozenset()
        skip, held = said | resolved.faulty.get(name, set()), sections.of_cluster(held_by, body)
        kind, faults = validate.check_cluster(name, body, start, skip=skip, sections=held.keys())
        found += faults
        unsound = {fault.parameter.split(".")[0] for fault in faults} | resolved.faulty.get(name, set())
        if kind is not None and not unsound:
            clusters[name] = wanted.build(name, kind, body, start)
            for key in sorted(held.keys() & body.keys()) if held else ():
                inside, faults = sections.read(clusters[name], held[key], key, body)
                nested |= inside
                found += faults
        elif kind is not None:
            part = wanted.build(name, kind, body, start, without=unsound)
            found += (fault for fault in rules.check_cluster(part) if fault.parameter.split(".")[0] not in unsound)
            if name in lacking and not has_errors(faults):
                partial |= _partly(name, kind, body, start, unsound, held)
    complete = whole and len(clusters) == len(merged.clusters)
    found += rules.check_fleet(clusters, complete=complete)
    found += rules.check_nested(nested, clusters) if complete else ()
    faulty, files = ordered(dict.fromkeys(map(made_printable, found))), tuple(map(display, paths))
    return Spec(clusters, faulty, files, _from_folder(digests, inputs.folder), meant, nested, partial)


def _partly(
    name: str, kind: Kind, body: Map, start: Callable[[], Span], unsound: set[str], held: Mapping[str, Section]
) -> dict[str, Wanted]:
    """The cluster and what is inside of it without what lacks values; nothing where what is needed lacks one."""
    from ackplan.spec import sections, without_values

    cluster = without_values.cluster_without(name, kind, body, start, unsound)
    if cluster is None:
        return {}
    partial = {name: cluster}
    for key in sorted(held.keys() & body.keys()):
        inside = without_values.inside_without(name, held[key], body[key]) if key in unsound else None
        if key not in unsound:
            inside, faults = sections.read(cluster, held[key], key, body)
            inside = None if has_errors(faults) else inside
        if inside is None:
            return {}
        partial |= inside
    return partial
