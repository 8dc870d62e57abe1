"""Reads the bodies of failed calls: the API's JSON (old and new spelling) and XML, a gateway's HTML, or nothing.

Whoever sits between us and the API may have written such a body, so nothing in it is trusted: sizes are bounded,
XML with a document type is refused unread, and what is shown of it is one short line of printable text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ackplan.core.error_codes import Meaning, error_code
from ackplan.core.json_types import Json, JsonObject

_MAX_MESSAGE: Final = 500
_MAX_CODE: Final = 128
_MAX_MARKUP: Final = 64 * 1024
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,1000})", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
# A refusal as plain text: `code=415, message=Unsupported Media Type`.
_PLAIN = re.compile(
    r"\s*code\s*[=:]\s*([A-Za-z0-9_.-]{1,128})\s*[,;]?\s*message\s*[=:]\s*(.*)", re.DOTALL | re.IGNORECASE
)
# Where the code is a status, the message may quote the error of a service behind the API, with its code.
_INNER = re.compile(r"\bCode: ([A-Za-z][A-Za-z0-9_.]{1,127})(?![A-Za-z0-9_.])")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error body says. `code` is empty where the body is not the API's own."""

    code: str
    message: str
    request_id: str = ""
    decoded: Json = None


def read_error(text: str) -> ErrorBody:
    """Reads an error body. Never raises: what can't be read comes without a code and with what could be told."""
    head = text.lstrip("\ufeff \t\r\n")[:1]
    if not head:
        return ErrorBody("", "the answer is empty")
    if head == "{":
        return _from_json(text)
    if head == "<":
        return _from_xml(text) or ErrorBody("", one_line(_page(text[:_MAX_MARKUP])) or "a page without text")
    plain = _PLAIN.fullmatch(text[:_MAX_MARKUP])
    return ErrorBody(plain[1], one_line(plain[2]) or "no reason is given") if plain else ErrorBody("", one_line(text))


def request_id(fields: JsonObject, headers: Mapping[str, str]) -> str:
    """The request id, from the body in any of its spellings or from the headers; empty where there is none."""
    for value in (
        *(fields.get(name) for name in ("RequestId", "requestId", "request_id")),
        *(headers.get(name) for name in ("x-acs-request-id", "x-request-id")),
    ):
        if isinstance(value, str) and _REQUEST_ID.fullmatch(value):
            return value
    return ""


def one_line(text: str, longest: int = _MAX_MESSAGE) -> str:
    """One line of printable text, shortened."""
    if len(text) <= longest and text.isprintable():
        return " ".join(text.split())
    words = "".join(c if c.isprintable() else " " for c in text[: 8 * longest]).split()
    line = " ".join(words)
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def _from_json(text: str) -> ErrorBody:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return ErrorBody("", "the answer is not whole JSON")
    error = _from_fields(fields)
    return ErrorBody(error.code, error.message or "no reason is given", error.request_id, fields)


def _from_fields(fields: JsonObject) -> ErrorBody:
    code = fields.get("code") or fields.get("Code")
    message = fields.get("message") or fields.get("Message")
    said = one_line(message) if isinstance(message, str) else ""
    code_text = one_line(str(code), _MAX_CODE) if isinstance(code, str | int) and code is not True else ""
    return ErrorBody(_inner(code_text, said), said, request_id(fields, {}))


def _inner(code: str, message: str) -> str:
    """The code; for a mere status that which the message quotes. What may decide on a repetition or a loss may not."""
    inner = _INNER.search(message) if code.isdecimal() else None
    decides = inner and error_code(inner[1]).meaning in {Meaning.NO_CLUSTER, Meaning.THROTTLED, Meaning.NAME_EXISTS}
    return inner[1] if inner and not decides else code


def _from_xml(text: str) -> ErrorBody | None:
    """An `<Error>` of the API; None where it is anything else."""
    if len(text) > _MAX_MARKUP:
        return None
    from xml.parsers import expat

    reader = _XmlError()
    try:
        reader.read(text)
    except (expat.ExpatError, _NotAnError):
        return None
    error = _from_fields(reader.fields)
    return error if error.code else None


class _NotAnError(Exception):
    """This XML is not an error of the API."""


class _XmlError:
    """Collects the texts of an `<Error>`'s children. Stops at a document type and at any other root."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []

    def read(self, text: str) -> None:
        from xml.parsers import expat

        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(text.lstrip("\ufeff \t\r\n"), True)

    def _refuse(self, *_: object) -> None:
        raise _NotAnError

    def _start(self, name: str, _attributes: object) -> None:
        if not self._path and name != "Error":
            raise _NotAnError
        self._path.append(name)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) == 2:
            name = self._path[1]
            self.fields[name] = self.fields.get(name, "") + text


def _page(text: str) -> str:
    """What a gateway's page says: its title, else its text."""
    title = _TITLE.search(text)
    import html

    return html.unescape(title[1] if title else _TAG.sub(" ", _HIDDEN.sub(" ", text)))
