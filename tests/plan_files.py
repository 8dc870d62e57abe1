"""Plan files taken apart and put together again, for those who forge them: the digest always fits."""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ackplan import __version__
from ackplan.plan import codec
from ackplan.plan.model import Plan, replaced
from ackplan.plan.plan_file_codec import decode_file, encode_file
from ackplan.record.codec import as_data, decode_data
from ackplan.render.terraform.former_words import in_former_words
from ackplan.render.terraform.plan import plan_json

Document = dict[str, Any]


def text_of(data: bytes) -> str:
    """The text of a plan file without its digest."""
    return gzip.decompress(data).decode().rpartition(',"sha256":')[0] + "}"


def unpacked(data: bytes) -> bytes:
    """What a file holds: that of a plan file is compressed."""
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def packed(text: str) -> bytes:
    """A plan file of this text, which lacks the digest alone."""
    content = text.removesuffix("}").encode("utf-8", "surrogatepass")
    seal = f',"sha256":"{hashlib.sha256(content).hexdigest()}"}}\n'
    return gzip.compress(content + seal.encode(), 1, mtime=0)


def sealed(document: Mapping[str, Any]) -> bytes:
    """A plan file of format 1 or 2."""
    return resealed(json.dumps(document, sort_keys=True, ensure_ascii=False))


def resealed(text: str) -> bytes:
    """The same of its text, which lacks the digest alone."""
    content = text.removesuffix("}").encode("utf-8", "surrogatepass")
    return content + f', "sha256": "{hashlib.sha256(content).hexdigest()}"}}\n'.encode()


def taken_apart(data: bytes) -> Document:
    """The plan and the record in a plan file, with nothing left out."""
    found = decode_file(data, "it.plan")
    assert found.record is not None
    return copy.deepcopy({"plan": codec.encode(found.plan), "record": as_data(found.record)})


def put_together(document: Document, original: bytes) -> bytes:
    """As ackplan would write it; raises what reading does for what can't be read."""
    plan, record = codec.decode(document["plan"]), decode_data(document["record"])
    genuine = decode_file(original, "it.plan").plan
    desired = {change.name: change.desired for change in genuine.changes}
    changes = (replaced(c, desired=desired.get(c.name), recorded=record.clusters.get(c.name)) for c in plan.changes)
    fields = {**{name: getattr(plan, name) for name in Plan.__slots__}, "provenance": genuine.provenance}
    whole = Plan(**{**fields, "changes": tuple(changes)})
    return b"".join(encode_file(whole, record))


def put_together_by_hand(document: Document, original: bytes) -> bytes:
    """With all that ackplan would leave out, and whatever can't be read."""
    lean = {change["cluster"]: change.get("desired") for change in json.loads(text_of(original))["changes"]}
    plan = {**document["plan"]}
    changes = [{**change, "desired": lean.get(change["cluster"])} for change in plan.pop("changes", ())]
    whole = {"ackplan_plan": 3, "ackplan_version": __version__, "plan": plan, "changes": changes}
    if "record" in document:
        whole["record"] = record = copy.copy(document["record"])
        whole["clusters"] = record.pop("clusters", {}) if isinstance(record, dict) else {}
    return packed(json.dumps(whole, separators=(",", ":"), ensure_ascii=False))


def put_together_as_before(document: Document, original: bytes) -> bytes:
    """A file of format 2, its JSON made anew of the plan wherever that can be done."""
    whole = {"ackplan_plan": 2, "json": {}, **document}
    try:
        plan, record = codec.decode(document["plan"]), decode_data(document["record"])
        sides = (replaced(c, recorded=record.clusters.get(c.name)) for c in plan.changes)
        plan = Plan(**{**{name: getattr(plan, name) for name in Plan.__slots__}, "changes": tuple(sides)})
        whole["json"] = in_former_words(plan_json(plan, record, former=True))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        pass
    return sealed(whole)
