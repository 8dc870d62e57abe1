"""Reads bodies that are forms: the older Python client's typed calls send them.

Each text is read as what the schema expects. Lists come as repeated names, as `name.1`, or as a bracketed text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from ackplan.simulator import bundle
from ackplan.simulator.json_types import Json, JsonObject
from ackplan.simulator.refusals import Refusal


def read(body: bytes, schema_of: Callable[[Mapping[str, Json], str], str], operation: str) -> JsonObject:
    """A form as an object; `schema_of` finds the schema by the values' texts. Raises Refusal 400."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise Refusal(400, "InvalidRequestBody", "The body is not a form in UTF-8.") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(re.sub(r"\.[0-9]+$", "", name), []).append(value)
    name = schema_of({key: texts[-1] for key, texts in values.items()}, operation)
    return {key: _value(texts, bundle.types(name, key)) for key, texts in values.items()}


def _value(texts: list[str], types: frozenset[str]) -> Json:
    text = texts[-1]
    if "array" in types:
        return _list(text) if len(texts) == 1 and text.startswith("[") else texts
    if "boolean" in types and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if "string" in types:
        return text
    if "integer" in types and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    return text


def _list(text: str) -> Json:
    """`["a", "b"]`, or `['a', 'b']`, which is how the older Python client writes a list into a form."""
    for candidate in (text, text.replace("'", '"')):
        try:
            value: Json = json.loads(candidate)
            return value
        except (ValueError, RecursionError):
            continue
    return text
