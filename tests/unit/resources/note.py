"""A toy type of resources, a note inside of a cluster: the whole of what a new type has to bring.

It has an API of two methods of its own, kept in a file, and registers with nothing: whoever opens a project hands it in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ackplan.core import catalog
from ackplan.core.answers import Accepted
from ackplan.core.call import Call
from ackplan.core.catalog import Catalog
from ackplan.core.catalog.schemas import Schemas
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.execute.step_run import StepContext
from ackplan.plan.live_sides import LiveResource
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.types import ResourceTypes

_BODY = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "x-ack-kind": "note",
    "x-ack-title": "note",
    "x-ack-resource": "ackplan_note",
    "x-ack-section": "none",
    "x-ack-calls": {"create": "create_note", "modify": "modify_note", "delete": "delete_note"},
    "type": "object",
    "required": ["text"],
    "$ref": "#/$defs/properties",
    "$defs": {
        "properties": {
            "properties": {
                "text": {"type": "string", "maxLength": 100, "x-ack-effect": "modify", "x-ack-live": ["text"]},
                "paper": {"enum": ["white", "yellow"], "x-ack-effect": "replace", "x-ack-live": ["paper"]},
            }
        }
    },
}


def _operation(name: str, method: str, path: str, *bodies: str) -> dict[str, object]:
    shared = {"section": "none", "changes": True, "expected_seconds": 1}
    return {"id": name, "method": method, "path": path, "bodies": list(bodies), **shared}


_FILES: Mapping[str, Mapping[str, object]] = {
    "note.schema.json": _BODY,
    "operations.json": {
        "version": "1",
        "operations": [
            _operation("create_note", "POST", "/notes", "note.schema.json"),
            _operation("modify_note", "PUT", "/notes/{id}", "note.schema.json"),
            _operation("delete_note", "DELETE", "/notes/{id}"),
        ],
    },
}
API = Catalog(Schemas(lambda name: _FILES.get(name) or catalog.DEFAULT.schemas.read(name)), "create_note")  # type: ignore[arg-type]


class Notes:
    """The API: notes of clusters, in a file. `hook` is called before and after each change."""

    def __init__(self, file: Path, hook: Callable[[str], None] = lambda _moment: None) -> None:
        self._file = file
        self._hook = hook
        self.calls: list[str] = []

    def list_notes(self, cluster_id: str) -> dict[str, dict[str, object]]:
        """The notes of a cluster by name, each with its `id`."""
        notes: dict[str, dict[str, object]] = self._read().get(cluster_id, {})
        return notes

    def put_note(self, cluster_id: str, name: str, values: Mapping[str, object] | None) -> str:
        """Makes, changes or, without values, removes a note. Its id, which it keeps."""
        self._hook("before")
        notes = self._read()
        mine = notes.setdefault(cluster_id, {})
        known = mine.pop(name, None)
        note_id = str(known["id"]) if known else f"note-{sum(map(len, notes.values())) + len(self.calls) + 1}"
        if values is not None:
            mine[name] = {"id": note_id, **values}
        self.calls.append(f"{'put' if values is not None else 'remove'} {name}")
        spare = self._file.with_suffix(f".{os.getpid()}")
        spare.write_text(json.dumps(notes))
        spare.replace(self._file)
        self._hook("after")
        return note_id

    def _read(self) -> dict[str, dict[str, dict[str, object]]]:
        known: dict[str, dict[str, dict[str, object]]] = json.loads(self._file.read_text() or "{}")
        return known


class NoteType(NestedType):
    """Notes, which stand under `notes` in a cluster of the spec."""

    def __init__(self, notes: Notes) -> None:
        super().__init__("note", "notes", API)
        self._notes = notes

    async def live_in(self, api: ApiReader, cluster_id: str, region: str) -> Mapping[str, LiveResource]:
        listed = self._notes.list_notes(cluster_id)
        return {
            name: LiveResource(str(note["id"]), name, "kept", {key: note[key] for key in note if key != "id"})
            for name, note in listed.items()
        }

    async def send(self, context: StepContext, call: Call, body: Mapping[str, object]) -> Accepted:
        name = context.step.address.name
        try:
            known = self._notes.list_notes(context.parent_id).get(name, {})
            merged = {**{key: known[key] for key in known if key != "id"}, **body}
            note_id = self._notes.put_note(context.parent_id, name, merged if call.operation != "delete_note" else None)
        except ConnectionError as fault:
            raise ApiError("ConnectionLost", str(fault), uncertain=True, operation=call.operation) from None
        return Accepted("", note_id)


def types(notes: Notes) -> ResourceTypes:
    """Clusters, and notes inside of them."""
    return ResourceTypes(NoteType(notes))
