"""Answers as the guide has them (1.2, 1.4): JSON or XML as Accept asks, XML unless it asks for JSON.

Every answer names its request in `x-acs-request-id`; answers to changing calls and errors do so in the body too. Error
bodies have the fields of old and of new clients.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from ackplan.simulator.refusals import Refusal

_HOST = "cs.aliyuncs.com"
_JSON = "application/json;charset=utf-8"
_XML = "text/xml;charset=utf-8"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, content type, body, and headers of its own."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def wants_json(accept: str) -> bool:
    """Whether an Accept header prefers JSON to XML. Anything that names neither means XML (guide 1.4)."""
    weights = {"json": 0.0, "xml": 0.0}
    for part in accept.lower().split(","):
        media, *options = (piece.strip() for piece in part.split(";"))
        name = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}.get(media)
        if name:
            weights[name] = max(weights[name], _weight(options))
    return weights["json"] > 0 and weights["json"] >= weights["xml"]


def _weight(options: list[str]) -> float:
    for option in options:
        if option.startswith("q="):
            try:
                return float(option[2:])
            except ValueError:
                return 0.0
    return 1.0


def success(status: int, payload: object, *, as_json: bool) -> Answer:
    """An answer that holds `payload`, a JSON value."""
    if as_json:
        return Answer(status, _JSON, _json(payload))
    return Answer(status, _XML, _xml("Response", payload))


def failure(refusal: Refusal, request_id: str, *, as_json: bool) -> Answer:
    """An error answer."""
    if as_json:
        fields = {"code": refusal.code, "message": refusal.message, "requestId": request_id, "status": refusal.status}
        older = {"Code": refusal.code, "Message": refusal.message, "RequestId": request_id, "HostId": _HOST}
        return Answer(refusal.status, _JSON, _json({**fields, **older}))
    fields = {"Code": refusal.code, "Message": refusal.message, "HostId": _HOST, "RequestId": request_id}
    return Answer(refusal.status, _XML, _xml("Error", fields))


def _json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")


def _xml(root: str, payload: object) -> bytes:
    element = ElementTree.Element(root)
    _fill(element, payload)
    document: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return document


def _fill(element: ElementTree.Element, value: object) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            _fill(ElementTree.SubElement(element, _tag(name)), part)
    elif isinstance(value, list | tuple):
        for part in value:
            _fill(ElementTree.SubElement(element, "Item"), part)
    elif value is not None:
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        element.text = _NOT_XML.sub("\ufffd", text)


def _tag(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name) else "Item"
