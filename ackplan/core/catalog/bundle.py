"""A schema complete in itself: what it refers to in other files is put under its own `$defs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackplan.core.catalog.api import Catalog
from ackplan.core.catalog.offers import offered
from ackplan.core.catalog.schemas import POLICY, SPEC, Schemas


def names(catalog: Catalog) -> dict[str, str]:
    """What can be asked for, and the file that holds it: spec, policy, every kind, every operation with a body."""
    files = {"spec": SPEC, "policy": POLICY}
    files.update({kind.name: kind.schema_file for kind in catalog.kinds})
    for operation in catalog.operations.values():
        if len(operation.bodies) == 1:
            files[operation.id.replace("_", "-")] = operation.bodies[0]
    return files


def bundle(catalog: Catalog, file: str) -> dict[str, Any]:
    """The schema of `file` with all that it refers to; its references lead nowhere else."""
    schemas = catalog.schemas
    needed = _needed(schemas, file)
    root = _rewritten(schemas.read(file), file, file)
    definitions = dict(root.get("$defs", {}))
    for other in sorted(needed - {file}):
        definitions[_label(other)] = _rewritten(schemas.read(other), other, file)
    for embedded in (_label(other) for other in needed - {file}):
        for keyword in ("$id", "$schema"):
            definitions[embedded].pop(keyword, None)
    if file == SPEC:
        definitions["partial"] = {**definitions["partial"], "properties": offered(catalog)}
    return {**root, "$defs": definitions}


def _label(file: str) -> str:
    return file.removesuffix(".schema.json")


def _needed(schemas: Schemas, file: str) -> set[str]:
    files: set[str] = set()
    pending = [file]
    while pending:
        name = pending.pop()
        if name not in files:
            files.add(name)
            pending += _referred(schemas.read(name))
    return files


def _referred(schema: Any) -> list[str]:
    if isinstance(schema, Mapping):
        here = [schema[k].split("#")[0] for k in ("$ref", "$dynamicRef") if isinstance(schema.get(k), str)]
        return [name for name in here if name] + [n for value in schema.values() for n in _referred(value)]
    if isinstance(schema, list):
        return [name for item in schema for name in _referred(item)]
    return []


def _rewritten(schema: Any, file: str, root: str) -> Any:
    """References turned to point into the bundle. A secret is a reference object in the spec, text in a body."""
    if isinstance(schema, list):
        return [_rewritten(item, file, root) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    result = {key: _rewritten(value, file, root) for key, value in schema.items() if key != "$dynamicAnchor"}
    if "$ref" in result:
        result["$ref"] = _pointer(result["$ref"], file, root)
    if "$dynamicRef" in result:
        result.pop("$dynamicRef")
        secret = (
            "#/$defs/secret_reference"
            if root == SPEC
            else _pointer("definitions.schema.json#/$defs/secret", file, root)
        )
        result["$ref"] = secret
    return result


def _pointer(reference: str, file: str, root: str) -> str:
    name, _, pointer = reference.partition("#")
    name = name or file
    return f"#{pointer}" if name == root else f"#/$defs/{_label(name)}{pointer}"
