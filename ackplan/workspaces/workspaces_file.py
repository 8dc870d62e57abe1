"""Reads `workspaces.yaml`: a file of a stranger's pull request, bounded as specs are, every fault with its place.

What can't be told from the file alone (a folder that is not there) is a fault of that workspace, not of the file.
"""

from __future__ import annotations

import functools
import os
import urllib.parse
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePosixPath

from ackplan.core import catalog
from ackplan.core.catalog.schemas import WORKSPACES
from ackplan.core.diagnostics import Diagnostic, Failure, Span, error, ordered
from ackplan.core.json_types import Json, JsonObject, mapping, texts
from ackplan.documents import schema_words
from ackplan.documents.files import display, outside, read_bounded
from ackplan.documents.tree import Map, locate
from ackplan.documents.tree import Path as Place
from ackplan.documents.yaml import parse
from ackplan.plan import graph
from ackplan.policy.faults import Validator, Violation, compiled, faults
from ackplan.workspaces.model import FILE, USUAL_STATE, WorkspaceEntry, Workspaces, is_store

_MOST_FAULTS = 200


def read_workspaces(root: Path) -> Workspaces:
    """The workspaces of the repository at `root`. Raises Failure with everything that is wrong."""
    path = root / FILE
    name = display(path)
    if not os.path.lexists(path):
        raise Failure(error("ACK8001.missing", file=name))
    leaving = list(outside(path, root))
    data, fault = (b"", leaving[0]) if leaving else read_bounded(path, name)
    if fault is not None:
        raise Failure(fault)
    return parsed(data, name, root)


def parsed(data: bytes, name: str, root: Path) -> Workspaces:
    """The same of a file's bytes; `name` is what messages call it. Raises Failure with everything that is wrong."""
    roots, findings = parse(data, name)
    if not findings and (len(roots) != 1 or not isinstance(roots[0], Map)):
        findings = [error("ACK8001.shape", span=Span(name, 1, 1))]
    if findings or not isinstance(roots[0], Map):
        raise Failure(*findings)
    reader = _ListingReader(roots[0], name, root)
    wrong = ordered(dict.fromkeys(reader.check()))
    if wrong:
        raise Failure(*wrong)
    return Workspaces(root, reader.entries)


@functools.cache
def _validator() -> Validator:
    return compiled(catalog.DEFAULT.schemas.read(WORKSPACES))


class _ListingReader:
    """Reads one document. `entries` are those that the schema has nothing against."""

    def __init__(self, document: Map, file: str, root: Path) -> None:
        self._document = document
        self._file = file
        self._root = root
        self.entries: dict[str, WorkspaceEntry] = {}

    def check(self) -> Iterator[Diagnostic]:
        schema = catalog.DEFAULT.schemas.read(WORKSPACES)
        refused = list(faults(_validator(), schema, self._document, _MOST_FAULTS))
        yield from map(self._refused, refused)
        bodies = self._document.get("workspaces")
        if not isinstance(bodies, Map) or any(fault.absolute_path == ("state",) for fault in refused):
            return
        state = str(self._document.get("state", ""))
        wrong = {fault.absolute_path[1:3] for fault in refused}
        sound = {name: self._sound(name, body, wrong) for name, body in bodies.items()}
        self.entries = {n: _entry(n, body, state, bodies.key_span(n)) for n, body in sound.items() if "path" in body}
        yield from self._store_faults(("state",), state, Path())
        for entry in self.entries.values():
            yield from self._entry_faults(entry, sound[entry.name], bodies)
        yield from self._shared_records()
        yield from self._circle()

    def _refused(self, fault: Violation) -> Diagnostic:
        detail = fault.rule or fault.described()
        if fault.unwanted:
            names = mapping(fault.schema.get("properties", {})) if isinstance(fault.schema, Mapping) else {}
            near = schema_words.suggestion(str(fault.absolute_path[-1]), names)
            detail = _ROLE if fault.absolute_path[-1] == "role" else f"is not known here: {near or _all(names)}"
        return self._wrong("ACK8002", fault.absolute_path, at_key=fault.at_key, detail=detail)

    def _wrong(self, code: str, where: Place, *, at_key: bool = False, **arguments: str) -> Diagnostic:
        span = locate(self._document, where, Span(self._file, 1, 1), at_key=at_key)
        return error(code, span=span, parameter=".".join(map(str, where)), **arguments)

    @staticmethod
    def _sound(name: str, body: Json, wrong: Set[Place]) -> JsonObject:
        """What of an entry the schema has nothing against; `wrong` are names, or names and keys, that it refuses."""
        if not isinstance(body, Map) or (name,) in wrong:
            return {}
        return {key: value for key, value in body.items() if (name, key) not in wrong}

    def _entry_faults(self, entry: WorkspaceEntry, body: JsonObject, bodies: Map) -> Iterator[Diagnostic]:
        where: Place = ("workspaces", entry.name)
        yield from self._leaving((*where, "path"), entry.path, Path())
        if not _inside(self._root, self._root / entry.path):
            return
        for key, paths in (("files", entry.files), ("var_files", entry.var_files)):
            for number, path in enumerate(paths):
                yield from self._leaving((*where, key, number), path, Path(entry.path))
        if "state" in body:
            yield from self._store_faults((*where, "state"), entry.state, Path(entry.path))
        for number, needed in enumerate(entry.depends_on):
            if needed not in bodies:
                near = schema_words.suggestion(needed, bodies) or f"there are: {schema_words.listed(list(bodies))}"
                yield self._wrong("ACK8004", (*where, "depends_on", number), needed=needed, near=near)

    def _store_faults(self, where: Place, state: str, folder: Path) -> Iterator[Diagnostic]:
        if is_store(state):
            try:
                url = urllib.parse.urlsplit(state)
                secret = url.password is not None or "password" in urllib.parse.parse_qs(url.query)
            except ValueError:
                secret = False  # what opens the store says what is wrong with its address
            if secret:
                yield self._wrong("ACK8007", where)
        elif state:
            yield from self._leaving(where, state_folder(state), folder)

    def _leaving(self, where: Place, path: str, folder: Path) -> Iterator[Diagnostic]:
        if Path(path).is_absolute() or not _inside(self._root, self._root / folder / path):
            yield self._wrong("ACK8003", where, path=path)

    def _shared_records(self) -> Iterator[Diagnostic]:
        """Two workspaces with one record would each delete what the other one created."""
        first: dict[tuple[str, str], WorkspaceEntry] = {}
        for entry in self.entries.values():
            other = first.setdefault((self._kept_in(entry), entry.record), entry)
            if other is not entry:
                path = ("workspaces", entry.name)
                yield self._wrong(
                    "ACK8006", path, at_key=True, other=other.name, place=str(other.span), record=entry.record
                )

    def _kept_in(self, entry: WorkspaceEntry) -> str:
        if is_store(entry.state):
            return entry.state.partition("?")[0].rstrip("/")
        return os.path.realpath(self._root / entry.path / state_folder(entry.state or USUAL_STATE))

    def _circle(self) -> Iterator[Diagnostic]:
        needs = {entry.name: entry.depends_on for entry in self.entries.values()}
        names = graph.circle(graph.of_needs(needs))
        if names:
            yield self._wrong("ACK8005", ("workspaces", names[0], "depends_on"), circle=" -> ".join(names))


def _entry(name: str, body: JsonObject, state: str, span: Span) -> WorkspaceEntry:
    profile, region, endpoint = (str(body.get(key, "")) for key in ("profile", "region", "endpoint"))
    files, var_files, depends_on = (texts(body.get(key, ())) for key in ("files", "var_files", "depends_on"))
    path, record = str(PurePosixPath(str(body["path"]))), str(body.get("record", name))
    kept = str(body.get("state", state))
    return WorkspaceEntry(name, path, profile, region, endpoint, kept, record, files, var_files, depends_on, span)


_ROLE = "a role is taken on by a profile: let profile name one of the mode RamRoleArn, which has ram_role_arn"


def state_folder(state: str) -> str:
    """The folder that a state names which is no store."""
    return state.removeprefix("file:").removeprefix("//") if state.lower().startswith("file:") else state


def _inside(root: Path, path: Path) -> bool:
    """Whether a path stays in the repository, with and without its links."""
    try:
        lexical = Path(os.path.normpath(path)).is_relative_to(os.path.normpath(root))
        return lexical and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
    except (OSError, ValueError):
        return False


def _all(names: Mapping[str, object]) -> str:
    return f"there are: {', '.join(names)}"
