"""Merging a kubeconfig into another: the new cluster, user and context come in under one name, the rest stays."""

from __future__ import annotations

import json
from typing import Any

from ackplan.diagnostics import Failure, error
from ackplan.spec.load import parse

MAX_BYTES = 4 * 1024 * 1024
_SECTIONS = {"clusters": "cluster", "users": "user", "contexts": "context"}


def merged(existing: bytes | None, fetched: str, name: str, file: str) -> str:
    """The text of `existing` (of `file`) with the fetched config in it as `name`, which becomes the current context.

    JSON is YAML: kubectl reads what this writes. Raises Failure for a file that is no kubeconfig.
    """
    base = _read(existing or b"{}", file)
    new = _read(fetched.encode(), "the answer of the API")
    result = {"apiVersion": "v1", "kind": "Config", "preferences": {}, **base}
    for section, item in _SECTIONS.items():
        entries = [e for e in result.get(section) or [] if not (isinstance(e, dict) and e.get("name") == name)]
        first = next((e for e in new.get(section) or [] if isinstance(e, dict)), None)
        if first is None or not isinstance(first.get(item), dict):
            raise _wrong("the answer of the API", f"no {section} in it")
        content = dict(first[item])
        if section == "contexts":
            content.update(cluster=name, user=name)
        result[section] = [*entries, {"name": name, item: content}]
    result["current-context"] = name
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _read(data: bytes, file: str) -> dict[str, Any]:
    documents, faults = parse(data, file)
    if faults or len(documents) != 1 or not isinstance(documents[0], dict):
        raise _wrong(file, "it is not one YAML mapping")
    return documents[0]


def _wrong(file: str, why: str) -> Failure:
    return Failure(error("ACK4003", "Not a kubeconfig", f"{file}: {why}"))
