"""The record as JSON text: sorted, indented, made for git. Reading trusts nothing; a newer version is refused."""

from __future__ import annotations

import codecs
import hashlib
import json
import math
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from ackplan.core.address import parse, parse_whole
from ackplan.core.catalog import DEFAULT, Kind
from ackplan.core.catalog.deletion import deletion_query, leavings
from ackplan.core.catalog.timeouts import DURATION
from ackplan.core.diagnostics import Diagnostic, Failure, Span, error
from ackplan.core.json_types import JsonObject
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.core.work import TRAITS, Delete
from ackplan.core.world import decode_world, encode_world
from ackplan.documents.strict_json import Oddity, oddities
from ackplan.record.model import CLUSTERS_ONLY, VERSION, Record, RecordedCluster

MAX_BYTES = 256 * 1024 * 1024
MAX_LINEAGE = 100
# What every reader of JSON takes for a whole number.
MAX_SERIAL = 2**53 - 1
# What may stand in the path of a signed call; empty where only the answer of a create will tell.
CLUSTER_ID = re.compile(r"[A-Za-z0-9_-]{0,128}")
_BOM = "\ufeff"
_MOST_FAULTS = 20
# As in a spec.
_MAX_DEPTH = 64
_HALF = re.compile("[\ud800-\udfff]")
_MOMENT = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", re.ASCII)
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")


def encode(record: Record) -> str:
    """The text of the record, with a line end. The same record always gives the same text."""
    text = json.dumps(as_data(record), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    # Half a surrogate pair, which JSON can name and UTF-8 can't hold, stays as JSON names it.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def as_data(record: Record) -> dict[str, Any]:
    """The record as JSON data."""
    document: dict[str, Any] = {
        "version": VERSION if record.nested else CLUSTERS_ONLY,
        "lineage": record.lineage,
        "serial": record.serial,
        "clusters": {name: encode_cluster(cluster) for name, cluster in record.clusters.items()},
    }
    if record.nested:
        document["resources"] = {str(parse(name)): encode_cluster(entry) for name, entry in record.nested.items()}
    return {**document, "world": encode_world(record.world)} if record.world else document


def digest(record: Record) -> str:
    """Tells one content from another, whatever their serials say; independent of how the file is laid out."""
    return hashlib.sha256(json.dumps(as_data(record), sort_keys=True).encode()).hexdigest()


def encode_cluster(cluster: RecordedCluster) -> dict[str, Any]:
    encoded: dict[str, Any] = {
        "cluster_id": cluster.cluster_id,
        "kind": cluster.kind.name,
        "parameters": dict(cluster.parameters),
        "own": dict(cluster.own),
        "attached": list(cluster.attached),
        "created": cluster.created,
    }
    if cluster.partial:
        encoded["partial"] = True
    if cluster.accepted_at:
        encoded["accepted_at"] = cluster.accepted_at
    return encoded


def decode(text: str, file: str, kinds: Kinds = CLUSTER_KINDS) -> Record:
    """The record in `text`. Raises Failure, saying where and what to do, for anything that is not one."""
    try:
        document = json.loads(
            text.removeprefix(_BOM), object_pairs_hook=_distinct, parse_constant=_refuse, parse_float=_finite
        )
    except _OddError:
        raise Failure(*(_odd(file, oddity) for oddity in islice(oddities(text), _MOST_FAULTS))) from None
    except (ValueError, RecursionError) as fault:
        raise _broken(text, file, fault) from None
    if not isinstance(document, dict):
        raise Failure(_shape(file, "the file does not hold a mapping"))
    version = document.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise Failure(error("ACK3002", version=version, version_2=VERSION, span=Span(file, 1, 1)))
    return _decode_document(document, file, kinds)


class _OddError(ValueError):
    """Something that a reader of JSON would take in silence."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The mapping of these keys. Another reader might take the first of two, where this one takes the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _OddError
    return found


def _refuse(constant: str) -> Any:
    raise _OddError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _OddError(text)
    return value


def _odd(file: str, oddity: Oddity) -> Diagnostic:
    return error("ACK3001.odd", what=oddity.what, span=Span(file, oddity.line, oddity.column))


def decode_bytes(data: bytes, file: str, kinds: Kinds = CLUSTER_KINDS) -> Record:
    """The record in a file's bytes: UTF-8, which an editor may have begun with a mark. Raises Failure."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        encoding = "UTF-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "another encoding"
        place = Span(file, data.count(b"\n", 0, fault.start) + 1, 1)
        raise Failure(error("ACK3001.encoding", encoding=encoding, byte=fault.start, span=place)) from None
    return decode(text, file, kinds)


def _broken(text: str, file: str, fault: Exception) -> Failure:
    line, column = getattr(fault, "lineno", 1), getattr(fault, "colno", 1)
    marked = [n for n, row in enumerate(text.splitlines(), 1) if row.startswith(_CONFLICT)]
    if marked:
        return Failure(error("ACK3003", span=Span(file, marked[0], 1)))
    return Failure(error("ACK3001.json", reason=getattr(fault, "msg", fault), file=file, span=Span(file, line, column)))


def _shape(file: str, detail: str) -> Diagnostic:
    return error("ACK3001.shape", detail=detail, file=file, span=Span(file, 1, 1))


def _decode_document(document: Mapping[str, Any], file: str, kinds: Kinds) -> Record:
    try:
        record = decode_data(document, kinds)
        _expect(record.lineage != "", "lineage is not text")
    except ValueError as wrong:
        raise Failure(_shape(file, str(wrong))) from None
    return record


def decode_data(document: Mapping[str, Any], kinds: Kinds = CLUSTER_KINDS) -> Record:
    """The record in JSON data; one that was never written has no lineage yet. Raises ValueError for what is none."""
    version = document.get("version")
    _expect(
        type(version) is int and version in {CLUSTERS_ONLY, VERSION}, f"version is not {CLUSTERS_ONLY} or {VERSION}"
    )
    values: Any = (document.get(key) for key in ("lineage", "serial", "clusters"))
    lineage, serial, clusters = values
    _expect(isinstance(serial, int) and not isinstance(serial, bool), "serial is not a number")
    _expect(0 <= serial < MAX_SERIAL, f"serial is not a number from 0 to {MAX_SERIAL}")
    _expect(isinstance(lineage, str) and len(lineage) <= MAX_LINEAGE, "lineage is not text")
    _expect(isinstance(clusters, dict), "clusters is not a mapping")
    decoded = {name: decode_cluster(name, value) for name, value in clusters.items()}
    _expect(not any("/" in name for name in decoded), "clusters has a name with a slash, which no cluster can have")
    nested = _decode_nested(document.get("resources", {}), kinds) if version == VERSION else {}
    return Record(lineage, serial, decoded, decode_world(document.get("world")), nested)


def _decode_nested(resources: object, kinds: Kinds) -> dict[str, RecordedCluster]:
    """The section `resources`, whose keys are whole addresses. Raises ValueError."""
    if not isinstance(resources, dict):
        raise ValueError("resources is not a mapping")
    nested = {}
    for address, value in resources.items():
        nested[_short(address)] = decode_cluster(address, value, kinds, section="resources")
    return nested


def _short(address: str) -> str:
    """The short form of a whole address of something inside of a cluster. Raises ValueError."""
    try:
        return parse_whole(address).short
    except ValueError:
        raise ValueError(f"resources.{address} is no address") from None


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(otherwise)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _well_formed(own: Mapping[str, Any]) -> bool:
    """Whether those of ackplan's own keys that the planner reads in the record are what it expects."""
    lifecycle, timeouts = own.get("lifecycle", {}), own.get("timeouts", {})
    return (
        isinstance(lifecycle, dict)
        and isinstance(lifecycle.get("prevent_destroy", False), bool)
        and _texts(lifecycle.get("ignore_changes", []))
        and _texts(own.get("depends_on", []))
        and isinstance(timeouts, dict)
        and all(isinstance(value, str) and DURATION.fullmatch(value) for value in timeouts.values())
        and _says_what_stays(own)
    )


def _says_what_stays(own: JsonObject) -> bool:
    """Whether what it says of its deletion can be sent."""
    operation = TRAITS[Delete].operation
    query = deletion_query(DEFAULT, own, operation)
    try:
        return not query or bool(leavings(DEFAULT, query, operation))
    except ValueError:
        return False


def _is_shallow(value: Any) -> bool:
    """Whether it can be written again: what is read may be nested more deeply than what writes it can bear."""
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        if not level:
            return True
        parts = [part.values() if type(part) is dict else part for part in level]
        level = [item for items in parts for item in items if type(item) is dict or type(item) is list]
    return False


def _kind(name: object, kinds: Kinds) -> Kind | None:
    try:
        return kinds.kind(name) if isinstance(name, str) else None
    except LookupError:
        return None


def decode_cluster(
    name: str, value: Any, kinds: Kinds = CLUSTER_KINDS, *, section: str = "clusters"
) -> RecordedCluster:  # fmt: skip
    """One entry of `clusters` or `resources`. Raises ValueError for what is not one."""
    _expect(isinstance(value, dict), f"{section}.{name} is not a mapping")
    _expect(name.isascii() or not _HALF.search(name), f"{section}.{name}: the name is not Unicode")
    kind = _kind(value.get("kind"), kinds)
    own, attached = value.get("own", {}), value.get("attached", [])
    checks = {
        "cluster_id": isinstance(value.get("cluster_id"), str) and bool(CLUSTER_ID.fullmatch(value["cluster_id"])),
        "kind": kind is not None,
        "parameters": isinstance(value.get("parameters"), dict) and _is_shallow(value["parameters"]),
        "own": isinstance(own, dict) and (not own or (_well_formed(own) and _is_shallow(own))),
        "attached": _texts(attached),
        "created": isinstance(value.get("created", True), bool),
        "partial": isinstance(value.get("partial", False), bool),
        "accepted_at": "accepted_at" not in value or bool(_MOMENT.fullmatch(str(value["accepted_at"]))),
    }
    for key, holds in checks.items():
        _expect(holds, f"{section}.{name}.{key} has the wrong type or is missing")
    assert kind is not None  # noqa: S101 - checked with the others
    return RecordedCluster(
        cluster_id=value["cluster_id"],
        kind=kind,
        parameters=value["parameters"],
        own=own,
        attached=tuple(attached),
        created=value.get("created", True),
        partial=value.get("partial", False),
        accepted_at=value.get("accepted_at", ""),
    )
