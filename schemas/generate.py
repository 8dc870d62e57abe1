"""Writes operations.json from openapi.yaml, so that the contract is written down once.

The client and the simulator read the JSON: it takes a fraction of the time that the YAML does.

    python schemas/generate.py            writes operations.json
    python schemas/generate.py --check    exit code 1 where it is stale
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

CONTRACT: Final = Path(__file__).with_name("openapi.yaml")
OUTPUT: Final = Path(__file__).with_name("operations.json")

_METHODS: Final = ("get", "put", "post", "delete")
# The order of the generated file: as the guide has it, calls that change something first.
_ORDER: Final = (
    "create_cluster",
    "scale_out",
    "scale",
    "attach",
    "attach_script",
    "remove_nodes",
    "delete_cluster",
    "kubeconfig",
    "certs",
    "get_cluster",
    "list_clusters",
    "get_task",
    "list_nodes",
    "modify_cluster",
    "modify_cluster_tags",
    "tag_resources",
    "untag_resources",
    "list_tag_resources",
    "list_cluster_resources",
    "get_control_plane_log",
    "update_control_plane_log",
    "get_audit",
    "update_audit",
    "get_endpoints",
    "migrate_cluster",
    "update_kms",
)


def operations(contract: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of operations.json. Raises KeyError for an operation that says less than it has to."""
    found = {entry["id"]: entry for entry in _entries(contract)}
    return [found.pop(name) for name in _ORDER] + list(found.values())


def _entries(contract: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in contract["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _entry(contract, method, path, item[method])


def _entry(contract: Mapping[str, Any], method: str, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
    status = next(status for status in said["responses"] if status.startswith("2"))
    answer = _followed(contract, said["responses"][status])
    entry = {
        "id": said["operationId"],
        "summary": said["summary"],
        "action": said["x-ack-action"],
        "section": said["x-ack-section"],
        "method": method.upper(),
        "path": path,
        "also": list(said.get("x-ack-also", ())),
        "query": _query(contract, said),
        "bodies": _bodies(said),
        "bodies_today": [part["$ref"] for part in said.get("x-ack-bodies-today", ())],
        "changes": said["x-ack-changes"],
        "status": int(status),
        "answer": answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2],
        "empty_answer": answer.get("x-ack-may-be-empty", False),
        "secret_answer": said.get("x-ack-secret-answer", False),
        "expected_seconds": said["x-ack-expected-seconds"],
        "expected_seconds_by_body": said.get("x-ack-expected-seconds-by-body", {}),
        "task_types": list(said.get("x-ack-task-types", ())),
    }
    optional = {"also", "query", "bodies", "bodies_today", "empty_answer", "secret_answer", "expected_seconds_by_body"}
    optional.add("task_types")
    return {name: value for name, value in entry.items() if value or name not in optional}


def _followed(contract: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the contract, or what it refers to within the contract."""
    found: Any = contract
    if "$ref" not in part:
        return part
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    followed: Mapping[str, Any] = found
    return followed


def _query(contract: Mapping[str, Any], said: Mapping[str, Any]) -> list[str]:
    parameters = [_followed(contract, part) for part in said.get("parameters", ())]
    return [parameter["name"] for parameter in parameters if parameter["in"] == "query"]


def _bodies(said: Mapping[str, Any]) -> list[str]:
    if "requestBody" not in said:
        return []
    schema = said["requestBody"]["content"]["application/json"]["schema"]
    return [part["$ref"] for part in schema.get("oneOf", [schema])]


def render() -> str:
    """The whole of operations.json."""
    contract = yaml.safe_load(CONTRACT.read_text("utf-8"))
    document = {
        "$comment": "Written by schemas/generate.py from openapi.yaml; changes belong there.",
        "version": contract["info"]["version"],
        "operations": operations(contract),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Writes the file, or with `--check` only says whether it is up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python schemas/generate.py [--check]\n")
        return 64
    text = render()
    if not arguments:
        OUTPUT.write_text(text, "utf-8")
    elif not OUTPUT.exists() or OUTPUT.read_text("utf-8") != text:
        sys.stderr.write(f"{OUTPUT.name} is stale: python schemas/generate.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
