"""A schema complete in itself: what it refers to in other files is put under its own `$defs`."""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.core.catalog.api import Catalog
from ackplan.core.catalog.offers import offered
from ackplan.core.catalog.schemas import POLICY, PRICES, SPEC, WORKSPACES, Schemas

# What only a file says, and no schema inside of one.
_OF_A_FILE = frozenset({"$id", "$schema"})


def names(catalog: Catalog) -> dict[str, str]:
    """What can be asked for, and the file that holds it: what people write, every kind, every operation with a body."""
    files = {"spec": SPEC, "policy": POLICY, "workspaces": WORKSPACES, "prices": PRICES}
    files.update({kind.name: kind.schema_file for kind in catalog.kinds})
    for operation in catalog.operations.values():
        if len(operation.bodies) == 1:
            files[operation.id.replace("_", "-")] = operation.bodies[0]
    return files


def bundle(catalog: Catalog, file: str) -> dict[str, object]:
    """The schema of `file` with all that it refers to; its references lead nowhere else."""
    schemas = catalog.schemas
    root = schemas.read(file)
    own = root.get("$defs", {})
    definitions = {name: _object(schema, file, file) for name, schema in own.items()}
    for other in sorted(_needed(schemas, file) - {file}):
        embedded = _object(schemas.read(other), other, file)
        definitions[_label(other)] = {key: value for key, value in embedded.items() if key not in _OF_A_FILE}
    if file == SPEC:
        definitions["partial"] = {**definitions["partial"], "properties": offered(catalog)}
    return {**_object(root, file, file), "$defs": definitions}


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


def _referred(schema: object) -> list[str]:
    if isinstance(schema, Mapping):
        here = [schema[k].split("#")[0] for k in ("$ref", "$dynamicRef") if isinstance(schema.get(k), str)]
        return [name for name in here if name] + [n for value in schema.values() for n in _referred(value)]
    if isinstance(schema, list):
        return [name for item in schema for name in _referred(item)]
    return []


def _rewritten(schema: object, file: str, root: str) -> object:
    """References turned to point into the bundle. A secret is a reference object in the spec, text in a body."""
    if isinstance(schema, list):
        return [_rewritten(item, file, root) for item in schema]
    return _object(schema, file, root) if isinstance(schema, Mapping) else schema


def _object(schema: Mapping[str, object], file: str, root: str) -> dict[str, object]:
    result = {key: _rewritten(value, file, root) for key, value in schema.items() if key != "$dynamicAnchor"}
    if "$ref" in result:
        result["$ref"] = _pointer(str(result["$ref"]), file, root)
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
