"""Bodies of one content are held against their schema once, each by its own name: no rule between values reads that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ackplan.core import catalog
from ackplan.spec import body_faults

FILE = "create-managed.schema.json"
BODY: dict[str, Any] = {
    "name": "shop",
    "cluster_type": "ManagedKubernetes",
    "region_id": "cn-beijing",
    "snat_entry": True,
    "num_of_nodes": 3,
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "login_password": {"env": "PASSWORD"},
}
_INSIDE = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("if", "then", "else", "not")


def test_a_wrong_name_is_found_beside_a_right_one() -> None:
    assert body_faults(FILE, BODY) == ()
    assert "name" in body_faults(FILE, {**BODY, "name": "-"})
    assert "name" in body_faults(FILE, {**BODY, "name": 7})
    assert body_faults(FILE, {**BODY, "name": "other"}) == ()


@pytest.mark.parametrize("size", [True, 120.5, "120", [120], None])
def test_another_value_is_no_content_that_was_right(size: object) -> None:
    assert body_faults(FILE, BODY) == ()
    assert "worker_system_disk_size" in body_faults(FILE, {**BODY, "worker_system_disk_size": size})


def test_what_is_missing_is_missed_after_a_whole_one() -> None:
    assert body_faults(FILE, BODY) == ()
    for name in BODY:
        assert body_faults(FILE, {key: value for key, value in BODY.items() if key != name}), name


def test_no_rule_between_values_reads_the_name() -> None:
    operations = catalog.DEFAULT.operations.values()
    for file in sorted({f for operation in operations for f in (*operation.bodies, *operation.bodies_today)}):
        rules = catalog.DEFAULT.schemas.read(file)["$defs"].get("rules", {})
        assert "name" not in set(_read({k: v for k, v in rules.items() if k != "required"}, file)), file


def _read(schema: Mapping[str, Any], file: str) -> Iterator[str]:
    """The names in a body that a rule looks at."""
    yield from schema.get("properties", {})
    yield from schema.get("required", ())
    for needed in schema.get("dependentRequired", {}).items():
        yield from (needed[0], *needed[1])
    if "$ref" in schema:
        other, _, place = schema["$ref"].partition("#/")
        found: Any = catalog.DEFAULT.schemas.read(other or file)
        for key in place.split("/"):
            found = found[key]
        yield from _read(found, other or file)
    inner = [each for key in _INSIDE for each in schema.get(key, ())]
    for each in (*inner, *(schema[key] for key in _BRANCHES if key in schema)):
        yield from _read(each, file)
