"""Kinds and operations as values: what is derived from them, and paths that ids fill by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from ackplan.core import catalog
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.schemas import DEFINITIONS, OPERATIONS, SPEC, Schemas, installed

KINDS = {kind.name: kind for kind in catalog.DEFAULT.families[0].kinds}
NODE_POOL = dataclasses.replace(
    catalog.DEFAULT.operation("get_cluster"),
    path="/clusters/{cluster_id}/nodepools/{nodepool_id}",
    places=frozenset({"cluster_id", "nodepool_id"}),
)


def test_each_id_fills_the_place_of_its_name():
    assert NODE_POOL.path_of({"nodepool_id": "np1", "cluster_id": "c1"}) == "/clusters/c1/nodepools/np1"
    assert catalog.DEFAULT.operation("get_task").path_of({"task_id": "T-1"}) == "/tasks/T-1"
    assert catalog.DEFAULT.operation("create_cluster").path_of({}) == "/clusters"


def test_an_id_that_looks_like_a_place_is_not_filled_again():
    ids = {"cluster_id": "{nodepool_id}", "nodepool_id": "np1"}
    assert NODE_POOL.path_of(ids) == "/clusters/{nodepool_id}/nodepools/np1"


@pytest.mark.parametrize(
    "ids", [{}, {"cluster_id": "c1"}, {"cluster_id": "c1", "nodepool_id": "np1", "id": "x"}, {"id": "x"}]
)
def test_a_name_too_few_or_too_many_is_an_error(ids):
    with pytest.raises(ValueError, match="get_cluster takes"):
        NODE_POOL.path_of(ids)


def test_the_places_of_every_operation_are_those_of_its_path():
    for operation in catalog.DEFAULT.operations.values():
        assert operation.path_of({name: f"<{name}>" for name in operation.places}).count("<") == operation.path.count(
            "{"
        )


def test_a_kind_is_itself_and_prints_as_its_name():
    managed = KINDS["managed"]
    assert catalog.DEFAULT.kind("managed") is managed
    assert f"{managed} {managed!r}" == "managed managed"
    assert len({*KINDS.values()}) == 4
    with pytest.raises(KeyError):
        catalog.DEFAULT.kind("swarm")


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_kind_says_which_parameters_name_a_cluster_and_its_region(kind):
    assert (kind.name_parameter.name, kind.region_parameter.name) == ("name", "region_id")
    assert (kind.region_of({"region_id": "cn-a"}), kind.region_of({}), kind.region_of({}, "x")) == ("cn-a", "", "x")


def test_what_counts_workers_and_masters():
    counts = {name: kind.count_parameter and kind.count_parameter.name for name, kind in KINDS.items()}
    assert counts == {
        "dedicated": "num_of_nodes",
        "managed": "num_of_nodes",
        "edge": "num_of_nodes",
        "serverless": None,
    }
    masters = {name: kind.masters_parameter and kind.masters_parameter.name for name, kind in KINDS.items()}
    assert masters == {"dedicated": "master_count", "managed": None, "edge": None, "serverless": None}
    assert KINDS["dedicated"].masters({}) == 3
    assert KINDS["dedicated"].masters({"master_count": 5}) == 5
    assert KINDS["managed"].masters({"master_count": 5}) == 0


def test_what_a_kind_compares_apart_and_what_only_another_cluster_has():
    managed = KINDS["managed"]
    assert {"name", "num_of_nodes", "cluster_type"} <= managed.apart
    assert not managed.apart & managed.replacing & {"vpcid"}
    assert "vpcid" in managed.replacing
    assert managed.sights.keys() <= managed.parameters.keys()


def test_a_catalog_of_other_schemas_is_another_one():
    newer = {"operations.json": {"version": "2099-01-01", "operations": []}}
    other = catalog.Catalog(Schemas(lambda name: newer.get(name) or installed(name)))
    assert (catalog.DEFAULT.version, other.version, other.operations) == ("2015-12-15", "2099-01-01", {})
    assert other.own_keys.keys() == catalog.DEFAULT.own_keys.keys()


def test_a_kind_leads_to_its_catalog_and_nothing_is_read_twice():
    files: list[str] = []
    other = catalog.Catalog(Schemas(lambda name: files.append(name) or installed(name)))
    assert files == []
    assert all(kind.catalog is other for kind in other.kinds)
    assert other.kind("managed") is not KINDS["managed"]
    assert len(files) == len({*files})


def test_a_reference_names_a_definition_an_anchor_a_property_or_a_file():
    schemas, pool = catalog.DEFAULT.schemas, "create-node-pool.schema.json"
    size = "#/$defs/properties/properties/scaling_group/properties/desired_size"
    assert schemas.follow(f"{pool}{size}", "scale.schema.json")[0]["x-ack-effect"] == "scale"
    assert schemas.follow(size, pool) == schemas.follow(f"{pool}{size}", "")
    assert schemas.follow("#secret", "definitions.schema.json")[0]["minLength"] == 8
    assert schemas.follow("definitions.schema.json#/$defs/tag", pool)[1] == "definitions.schema.json"
    assert schemas.follow(pool, "")[0] == schemas.read(pool)


def test_a_kind_is_known_by_its_constants():
    managed = {"cluster_type": "ManagedKubernetes"}
    assert catalog.DEFAULT.kind_of(managed) is KINDS["managed"]
    assert catalog.DEFAULT.kind_of({**managed, "profile": "Edge"}) is KINDS["edge"]
    assert catalog.DEFAULT.kind_of({"cluster_type": ["odd"]}) is None
    assert catalog.DEFAULT.kind_of_live({**managed, "profile": "Serverless"}) is None


def _keywords(schema: object) -> Iterator[str]:
    """Every key of a schema, at any depth."""
    if isinstance(schema, dict):
        yield from schema
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in inner:
        yield from _keywords(part)


def test_every_annotation_of_the_schemas_has_a_type():
    operations = installed(OPERATIONS)["operations"]
    bodies = (file for entry in operations for key in ("bodies", "bodies_today") for file in entry.get(key, ()))
    files = {*bodies, SPEC, DEFINITIONS}
    annotations = {key for file in files for key in _keywords(installed(file)) if key.startswith("x-ack-")}
    assert annotations <= {key for key in Schema.__annotations__ if key.startswith("x-ack-")}


def test_a_number_of_nodes_is_a_number():
    counting = KINDS["managed"].count_parameter
    assert counting.count(3) == 3
    assert counting.count(counting.read("3")) == 3
    with pytest.raises(TypeError, match="num_of_nodes is no number"):
        counting.count("three")


@pytest.mark.parametrize(
    ("kind", "name", "shown", "value"),
    [
        ("pooled-managed", "maintenance_window.weekly_period", {"maintenance_window": {"weekly_period": "Monday,Friday"}}, "Monday,Friday"),
        ("serverless", "vswitch_id", {"vswitch_id": "vsw-one,vsw-two"}, "vsw-one"),
    ],
)  # fmt: skip
def test_a_text_with_commas_is_one_value_where_values_have_commas(kind, name, shown, value):
    assert catalog.DEFAULT.kind(kind).sights[name].value(shown) == value
