"""Plan files: JSON with a digest of every byte before it, compressed. Reading one trusts nothing.

A file holds the plan with the three sides of its changes, and the record that it was made on; what can be derived of
them it does not hold. The same plan always gives the same bytes, but for `made`: when and by whom it was made, of which
commit. `zcat` shows them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from ackplan import __version__
from ackplan.core.diagnostics import Failure, error
from ackplan.core.provenance import decode_provenance, encode_provenance
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.plan import plan_file_old, untrusted
from ackplan.plan.codec import apart_from_changes, checked, decode_apart
from ackplan.plan.lean import decode_lean, encode_lean
from ackplan.plan.model import Plan
from ackplan.plan.new_parameters import NewParameters
from ackplan.plan.plan_file import (
    FORMAT,
    PlanFile,
    not_a_plan,
    of_another_format,
    refuse_constant,
    too_large,
)
from ackplan.record import Record
from ackplan.record.codec import as_data, decode_data, encode_cluster

# Of the text; a file of it is much smaller.
MAX_TEXT = 256 * 1024 * 1024
# Of a file of any format.
MAX_BYTES = plan_file_old.MAX_BYTES
_LEVEL = 1
# With the header and trailer of gzip, which then has neither a name nor a time.
_GZIP = 31
_MAGIC = b"\x1f\x8b"
_HEAD = re.compile(rb'\{"ackplan_plan":([0-9]{1,9}),')
_SEAL: Final = ',"sha256":"'
_SEAL_BYTES = len(_SEAL) + 64 + len('"}\n')
_CHUNK = 1024 * 1024
_CHANGES = 500

_text = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode


def encode_file(plan: Plan, record: Record) -> Iterator[bytes]:
    """A plan file in pieces, for the whole need not be in memory. Raises Failure where it could not be read back."""
    digest, size, machine = hashlib.sha256(), _SEAL_BYTES, zlib.compressobj(_LEVEL, wbits=_GZIP)
    for data in _pieces(plan, record, __version__):
        digest.update(data)
        size += len(data)
        if size > MAX_TEXT:
            raise Failure(too_large(MAX_TEXT))
        yield machine.compress(data)
    yield machine.compress(_seal(digest.hexdigest()))
    yield machine.flush()


def is_written(file: PlanFile) -> bool:
    """Whether the text of the file is, byte for byte, what is written of its plan and record."""
    digest = hashlib.sha256()
    for data in _pieces(file.plan, file.record or Record(""), file.version):
        digest.update(data)
    return digest.hexdigest() == file.digest


def _seal(digest: str) -> bytes:
    return f'{_SEAL}{digest}"}}\n'.encode()


def _pieces(plan: Plan, record: Record, version: str) -> Iterator[bytes]:
    """The text as far as its digest."""
    recorded = record.entries
    changes = (_text(encode_lean(change, recorded.get(change.name))) for change in plan.changes)
    entries = (f"{_text(name)}:{_text(encode_cluster(entry))}" for name, entry in record.clusters.items())
    apart = as_data(dataclasses.replace(record, clusters={}))
    yield f'{{"ackplan_plan":{FORMAT},"ackplan_version":{_text(version)},'.encode()
    if plan.provenance:
        yield _bytes(f'"made":{_text(encode_provenance(plan.provenance))},')
    yield b'"plan":'
    yield _bytes(_text(apart_from_changes(plan)) + ',"changes":[')
    yield from _joined(changes)
    yield _bytes(f'],"record":{_text(apart)},"clusters":{{')
    yield from _joined(entries)
    yield b"}"


def _joined(texts: Iterable[str]) -> Iterator[bytes]:
    """The texts with commas between them, many at a time."""
    rest, comma = iter(texts), ""
    while some := list(islice(rest, _CHANGES)):
        yield _bytes(comma + ",".join(some))
        comma = ","


def _bytes(text: str) -> bytes:
    """Half a surrogate pair, which a name in a record can have, too."""
    return text.encode("utf-8", "surrogatepass")


def decode_file(data: bytes, file: str, kinds: Kinds = CLUSTER_KINDS) -> PlanFile:
    """What the file holds. Raises Failure for a file that is not a plan, was altered, or is of a newer version."""
    if not data.startswith(_MAGIC):
        return plan_file_old.decode_file(data.decode("utf-8", "replace"), file)
    text = _unpacked(data, file)
    end = len(text) - _SEAL_BYTES
    digest = hashlib.sha256(memoryview(text)[: max(end, 0)]).hexdigest()
    if text[max(end, 0) :] != _seal(digest):
        raise Failure(error("ACK6003.digest", file=file))
    try:
        document = json.loads(text.decode("utf-8", "surrogatepass"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise Failure(not_a_plan(file, "it is not JSON")) from None
    del text
    try:
        return _content(document, digest, kinds)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as fault:
        raise Failure(not_a_plan(file, f"{type(fault).__name__} in it")) from None


def _unpacked(data: bytes, file: str) -> bytes:
    """The text of a compressed file, as far as it is one of ours and of a size that we write. Raises Failure."""
    parts: list[bytes] = []
    machine, size = zlib.decompressobj(_GZIP), 0
    while not machine.eof:
        try:
            part = machine.decompress(data, _CHUNK)
        except zlib.error:
            raise Failure(_broken(parts, file)) from None
        if not parts:
            _check_head(part, file)
        if not part and not machine.eof:
            raise Failure(_broken(parts, file))
        parts.append(part)
        size += len(part)
        if size > MAX_TEXT:
            raise Failure(not_a_plan(file, f"its text has more than {MAX_TEXT:,} bytes"))
        data = machine.unconsumed_tail
    if machine.unused_data:
        raise Failure(error("ACK6003.longer", file=file))
    return b"".join(parts)


def _broken(parts: list[bytes], file: str) -> Any:
    if not parts:
        return not_a_plan(file, "it can't be decompressed")
    return error("ACK6003.cut", file=file)


def _check_head(part: bytes, file: str) -> None:
    head = _HEAD.match(part)
    if head is None:
        raise Failure(not_a_plan(file, "it was not written by ackplan plan --out"))
    if int(head[1]) != FORMAT:
        raise Failure(of_another_format(int(head[1])))


def _content(document: untrusted.Data, digest: str, kinds: Kinds) -> PlanFile:
    record = decode_data({**document["record"], "clusters": document["clusters"]}, kinds)
    entries = document["changes"]
    if not isinstance(entries, list):
        raise TypeError("list expected")
    recorded, new = record.entries, NewParameters()
    changes = tuple(decode_lean(entry, recorded.get(entry["cluster"]), kinds, new) for entry in entries)
    plan = checked(decode_apart(document["plan"], changes))
    if "made" in document:
        plan = dataclasses.replace(plan, provenance=decode_provenance(document["made"]))
    journal = (plan.pins.journal,) if plan.pins.journal else ()
    for pinned in (plan.pins.record, *journal, plan.pins.spec_digest, *plan.pins.spec_files.values()):
        untrusted.digest(pinned)
    return PlanFile(plan, record, untrusted.name(document["ackplan_version"]), digest)
