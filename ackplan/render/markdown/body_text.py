"""Bodies of calls as JSON for people to read, without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.core.json_types import Json
from ackplan.core.values import content_key
from ackplan.render.facts.formatting import redacted
from ackplan.render.markdown.markup import json_text


@dataclass(slots=True)
class BodyTexts:
    """Writes bodies on several lines, keys sorted; a parameter that many of them have alike is written once."""

    _made: dict[tuple[str, object], str] = field(default_factory=dict)

    def __call__(self, body: Json) -> str:
        if not isinstance(body, Mapping) or not body:
            return json_text(redacted(body))
        return "{\n" + ",\n".join([self._parameter(name, body[name]) for name in sorted(body)]) + "\n}"

    def _parameter(self, name: str, value: Json) -> str:
        key = (name, content_key(value))
        text = self._made.get(key)
        if text is None:
            # The braces of the mapping around it, and their lines, stand in the body once.
            text = self._made[key] = json_text(redacted({name: value}))[2:-2]
        return text
