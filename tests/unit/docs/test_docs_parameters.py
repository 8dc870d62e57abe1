"""The parameter reference says what the schemas say, all of it and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ackplan.core import catalog
from ackplan.core.catalog.parameters import parameters_of
from ackplan.core.catalog.terraform_names import attributes_of
from tests.unit.docs.pages import generated


@pytest.fixture(scope="module")
def generator(root: Path) -> ModuleType:
    return generated(root, "parameters")


@pytest.fixture(scope="module")
def sections(generator: ModuleType) -> dict[str, str]:
    """The parts of the reference by their headings."""
    parts = re.split(r"^## (.*)\n", generator.render(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


_OTHERS = ("policy.schema.json", "prices.schema.json", "workspaces.schema.json")


def cells(section: str, name: str) -> list[str]:
    (line,) = [line for line in section.splitlines() if line.startswith(f"| `{name}` |")]
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_reference_is_up_to_date(generator):
    assert generator.OUTPUT.read_text("utf-8") == generator.render(), "stale: python docs/parameters.py"


def test_check_tells_a_stale_file_and_writing_mends_it(generator, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(generator, "OUTPUT", tmp_path / "parameters.md")
    assert generator.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    generator.OUTPUT.write_text(generator.render() + "more\n", "utf-8")
    assert generator.main(["--check"]) == 1


def test_an_unknown_argument_is_wrong_usage(generator, monkeypatch, tmp_path):
    monkeypatch.setattr(generator, "OUTPUT", tmp_path / "parameters.md")
    assert generator.main(["--chekc"]) == 64
    assert not generator.OUTPUT.exists()


@pytest.mark.parametrize("kind", catalog.DEFAULT.kinds, ids=lambda kind: kind.name)
def test_a_kind_has_a_row_for_each_of_its_parameters(kind, generator, sections):
    check_rows(sections[generator.heading(kind)], kind.parameters, attributes_of(kind))


def test_node_pools_have_a_row_for_each_of_their_parameters(generator, sections):
    body = "create-node-pool.schema.json"
    properties = catalog.DEFAULT.schemas.read(body)["$defs"]["properties"]["properties"]
    attributes = attributes_of(generator.pool_kind())
    check_rows(sections["Node pools"], parameters_of(catalog.DEFAULT.schemas, properties, body), attributes)


def check_rows(section, parameters, attributes):
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == len(parameters)
    for parameter in parameters.values():
        row = cells(section, parameter.name)
        assert len(row) == 8
        assert row[4] == parameter.effect.value
        assert f"`{attributes[parameter.name][0].name}`" in row[5]
        assert row[5].startswith("(") == (attributes[parameter.name][0].type is None)
        assert row[6] == parameter.schema["description"]
        assert (row[3] != "") == parameter.has_default
        assert ("secret" in row[1]) == parameter.secret


@pytest.mark.parametrize(
    ("heading", "name", "expected"),
    [
        ("Dedicated clusters", "num_of_nodes", ["integer, 0 to 300", "yes", "", "scale", "(`worker_number`)"]),
        ("Dedicated clusters", "master_count", ["`3` or `5`", "", "`3`", "replace", "(`master_count`)"]),
        ("Dedicated clusters", "master_period", ["integer", "by rule", "", "replace", "`master_period`"]),
        ("Managed clusters", "key_pair", ["text that is not empty", "one of", "", "replace", "(`key_name`)"]),
        ("Managed clusters", "vpcid", ["a VPC id such as vpc-2zegvl5etah5requ09nec", "by rule", "", "replace", "`vpc_id`"]),
        ("Edge clusters", "worker_system_disk_size", ["integer, 1 to 32768", "yes", "", "replace", "`worker_disk_size`"]),
        ("Edge clusters", "endpoint_public_access", ["`true`", "", "`true`", "replace", "`slb_internet_enabled`"]),
        ("Serverless clusters", "nat_gateway", ["boolean, or the same as text", "", "", "replace", "`new_nat_gateway`"]),
        ("Serverless clusters", "region_id", ["a region id such as cn-beijing", "filled: the spec's `region`", "", "replace"]),
        ("Managed clusters with node pools", "tags", ["list, at most 20: mapping of `key`, `value`", "", "", "modify", "`tags`"]),
        ("Managed clusters with node pools", "rrsa_config.enabled", ["boolean", "", "`false`", "modify", "`enable_rrsa`"]),
        ("Dedicated clusters with node pools", "control_plane_config.key_pair", ["text that is not empty", "one of", ""]),
        ("Dedicated clusters with node pools", "control_plane_config.instance_types", ["list, at least 1: an instance type such as ecs.hfc5.xlarge", "yes"]),
        ("Node pools", "nodepool_info.name", ["a name: no blank at its begin, no control characters", "filled: the pool's key", "", "identity"]),
        ("Node pools", "scaling_group.vswitch_ids", ["list, 1 to 8, none twice: a vswitch id such as vsw-2ze48rkq464rsdts1abcd", "by rule"]),
        ("Node pools", "scaling_group.login_password", ["secret: `{env: NAME}` or `{file: PATH}`", ""]),
        ("ackplan's own keys", "scale_in.nodes", ["list, at least 1, none twice: an instance id such as i-2zee3oiwcyoz7kwdo8bt, or a node's name such as cn-beijing.192.168.0.36", "one of"]),
        ("ackplan's own keys", "attach[].instances", ["list, at least 1, none twice: an instance id such as i-2zee3oiwcyoz7kwdo8bt", "yes", "", "attach"]),
        ("ackplan's own keys", "attach[].password", ["secret: `{env: NAME}` or `{file: PATH}`", "one of", "", "recorded"]),
        ("ackplan's own keys", "timeouts.create", ["a duration such as 90s, 30m or 1h", "", "`60m`", "recorded"]),
        ("The file", "ackplan", ["`1`", "yes"]),
    ],
)  # fmt: skip
def test_a_row_says_what_a_reader_of_the_schema_sees(heading, name, expected, sections):
    assert cells(sections[heading], name)[1 : 1 + len(expected)] == expected


def test_own_keys_are_there_with_what_is_inside_them(sections):
    named = re.findall(r"^\| `([^`]*)` \|", sections["ackplan's own keys"], re.MULTILINE)
    assert {name.partition(".")[0].removesuffix("[]") for name in named} == set(catalog.DEFAULT.own_keys)
    assert "attach_script.nodeNameStrategy" in named
    assert "lifecycle.prevent_destroy" in named


def stated(schema: Any) -> Iterator[str]:
    """Every rule in a schema file."""
    if isinstance(schema, dict):
        if "x-ack-rule" in schema:
            yield schema["x-ack-rule"]
        for part in schema.values():
            yield from stated(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from stated(part)


def test_every_rule_of_the_schemas_that_a_spec_obeys_is_in_the_reference(root, sections):
    text = "".join(sections.values())
    files = [path for path in (root / "schemas").glob("*.schema.json") if path.name not in _OTHERS]
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in files}
    obeyed = [schema for name, schema in schemas.items() if "x-ack-source" not in schema or name.startswith("create-")]
    rules = {rule for schema in obeyed for rule in stated(schema)}
    assert len(rules) > 30
    assert [rule for rule in sorted(rules) if f"- {rule}." not in text] == []


def test_a_rule_stands_under_the_kinds_that_it_holds_for(sections):
    assert "Edge clusters need worker_system_disk_size." in sections["Edge clusters"]
    assert "Edge clusters need worker_system_disk_size." not in sections["Managed clusters"]
    assert "A serverless cluster has no nodes to attach." in sections["Serverless clusters"]
    assert "PrePaid masters need" not in sections["Managed clusters"]
    assert "must not overlap" not in sections["Serverless clusters"].partition("Rules:")[2]
    assert "Flannel needs container_cidr." in sections["Managed clusters with node pools"]
    assert "scale_in stands in node_pools." in sections["Edge clusters with node pools"]
    assert "PrePaid masters need period and period_unit." in sections["Dedicated clusters with node pools"]
    assert "PrePaid instances need period." in sections["Node pools"]
    assert "PrePaid instances need period." not in sections["Managed clusters with node pools"]


@pytest.mark.parametrize(
    ("heading", "name", "operations"),
    [
        ("Managed clusters with node pools", "maintenance_window.duration", ["modify_cluster"]),
        ("Managed clusters with node pools", "tags", ["modify_cluster_tags"]),
        ("Managed clusters with node pools", "kubernetes_version", ["upgrade_cluster"]),
        ("Managed clusters with node pools", "service_cidr", []),
        ("Node pools", "scaling_group.desired_size", ["scale_node_pool", "remove_node_pool_nodes"]),
        ("Node pools", "scaling_group.instance_types", ["modify_node_pool"]),
        ("Node pools", "node_config.kubelet_configuration.maxPods", ["modify_node_config"]),
        ("Node pools", "nodepool_info.name", []),
    ],
)
def test_a_row_of_today_says_what_changes_it_in_place(heading, name, operations, sections):
    changed_by = cells(sections[heading], name)[-1].rstrip(" |")
    assert changed_by == ", ".join(f"[`{each}`](operations.md#{each})" for each in operations)


def test_every_operation_that_a_row_names_is_one(sections):
    named = set(re.findall(r"\]\(operations\.md#(\w+)\)", "".join(sections.values())))
    assert named
    assert named <= set(catalog.DEFAULT.operations)


def test_no_line_holds_a_row_that_is_broken_by_a_bar(generator):
    tables = re.findall(r"^(\| .* \|)\n\| --- .*\n((?:\| .*\n)+)", generator.render(), re.MULTILINE)
    assert len(tables) == len(catalog.DEFAULT.kinds) + 4
    for heading, body in tables:
        width = heading.count(" | ")
        assert {re.sub(r"\\\|", "", line).count(" | ") for line in body.splitlines()} == {width}
