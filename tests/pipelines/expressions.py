"""The part of GitHub's expressions that our workflows use: names, text, comparisons, `!`, `&&`, `||`, status checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|!|\(|\)|[A-Za-z_][\w.-]*)")
_WORDS = {"&&": "and", "||": "or", "!": "not", "==": "==", "!=": "!=", "(": "(", ")": ")"}


def evaluated(expression: str, context: Mapping[str, Any]) -> Any:
    """The value of an expression. Raises ValueError for what is beyond this part."""
    source, names, at = [], {}, 0
    while at < len(expression.rstrip()):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise ValueError(f"{expression!r} at {at}")
        at = match.end()
        token = match[1]
        if token in _WORDS:
            source.append(_WORDS[token])
        else:
            names[f"v{len(names)}"] = _value(token, context)
            source.append(f"v{len(names) - 1}")
            if callable(names[source[-1]]):
                continue
    return eval(" ".join(source), {"__builtins__": {}}, names)


def _value(token: str, context: Mapping[str, Any]) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    found: Any = context
    for part in token.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found


def filled(text: str, context: Mapping[str, Any]) -> str:
    """A text with each `${{ ... }}` in it replaced by its value."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _text(evaluated(found[1], context)), text)


def holds(condition: Any, context: Mapping[str, Any]) -> bool:
    """Whether an `if` lets a job or a step run. Without a status check it also wants all to be well so far."""
    text = str(condition).strip().removeprefix("${{").removesuffix("}}").strip()
    value = bool(evaluated(text, context)) if text else True
    asks = any(f"{name}(" in text for name in ("always", "cancelled", "failure"))
    return value and (asks or bool(context["well"]))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
