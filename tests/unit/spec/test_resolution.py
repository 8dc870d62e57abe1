"""Right specs: templates, variables and defaults come together as a reader of YAML and Terraform expects."""

from __future__ import annotations

import pytest

from ackplan import spec
from ackplan.core.catalog.timeouts import seconds

HEAD = """\
ackplan: 1
region: cn-beijing
templates:
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 3
    key_pair: shop
    tags: [{key: a}]
    lifecycle: {prevent_destroy: true, replace: allow}
    timeouts: {create: 90m}
  big: {num_of_nodes: 9, extends: huge}
  huge: {num_of_nodes: 99, worker_system_disk_size: 500}
clusters:
  shop:
"""


def shop(*lines: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in lines)


LAID = [
    ("template alone", ["extends: web"], {"num_of_nodes": 3, "worker_system_disk_size": 120}),
    ("own value", ["extends: web", "num_of_nodes: 5"], {"num_of_nodes": 5}),
    ("zero", ["extends: web", "num_of_nodes: 0"], {"num_of_nodes": 0}),
    ("false", ["extends: web", "cloud_monitor_flags: false"], {"cloud_monitor_flags": False}),
    ("left to right", ["extends: [web, big]"], {"num_of_nodes": 9, "worker_system_disk_size": 500}),
    ("right to left", ["extends: [big, web]"], {"num_of_nodes": 3, "worker_system_disk_size": 120}),
    ("a list replaces", ["extends: web", "tags: [{key: b}]"], {"tags": [{"key": "b"}]}),
    ("an empty list stays", ["extends: web", "tags: []"], {"tags": []}),
]


@pytest.mark.parametrize(("lines", "expected"), [row[1:] for row in LAID], ids=[row[0] for row in LAID])
def test_templates_lie_under_what_the_cluster_says(lines, expected, read):
    result = read(shop(*lines))
    assert result.diagnostics == ()
    parameters = result.clusters["shop"].parameters
    assert {name: parameters[name] for name in expected} == expected


def test_null_takes_away_what_a_template_set(read):
    result = read(shop("extends: web", "key_pair: ~", "login_password: {env: PW}", "tags: null"))
    assert result.diagnostics == ()
    assert {"key_pair", "tags"}.isdisjoint(result.clusters["shop"].parameters)


def test_lifecycle_and_timeouts_merge_key_by_key(read):
    wanted = read(shop("extends: web", "lifecycle: {prevent_destroy: false}", "timeouts: {scale: 90s}")).clusters[
        "shop"
    ]
    assert wanted.lifecycle.prevent_destroy is False
    assert wanted.lifecycle.replace_allowed is True
    assert (wanted.timeouts["create"], wanted.timeouts["scale"], wanted.timeouts["delete"]) == (5400, 90, 1800)


def test_what_the_spec_does_not_say_is_absent(read):
    wanted = read(shop("extends: web", "lifecycle: ~")).clusters["shop"]
    assert "endpoint_public_access" not in wanted.parameters
    assert "proxy_mode" not in wanted.parameters
    assert wanted.lifecycle.prevent_destroy is None
    assert (wanted.attach, wanted.attached, wanted.scale_in, wanted.depends_on) == ((), (), None, ())


def test_name_and_region_are_filled_in_and_the_cluster_may_name_its_own_region(read):
    wanted = read(shop("extends: web")).clusters["shop"]
    assert (wanted.parameters["name"], wanted.parameters["region_id"]) == ("shop", "cn-beijing")
    wanted = read(shop("extends: web", "region_id: cn-hangzhou")).clusters["shop"]
    assert wanted.parameters["region_id"] == "cn-hangzhou"


VARIABLES = """
variables:
  size: {type: integer, default: 3}
  snat: {type: boolean, default: true}
  zones: {type: list, default: [vsw-a, vsw-b]}
  stage: {default: prod}
  ratio: {type: number, default: 1.5}
"""
FILLED = [
    ("default", {}, {}, "num_of_nodes: ${var.size}", ("num_of_nodes", 3)),
    ("spaces", {}, {}, "num_of_nodes: ${ var.size }", ("num_of_nodes", 3)),
    ("given as text", {"size": "7"}, {}, "num_of_nodes: ${var.size}", ("num_of_nodes", 7)),
    ("given as a value", {"size": 7}, {}, "num_of_nodes: ${var.size}", ("num_of_nodes", 7)),
    ("zero", {"size": "0"}, {}, "num_of_nodes: ${var.size}", ("num_of_nodes", 0)),
    ("environment", {}, {"size": "8"}, "num_of_nodes: ${var.size}", ("num_of_nodes", 8)),
    ("command line first", {"size": "7"}, {"size": "8"}, "num_of_nodes: ${var.size}", ("num_of_nodes", 7)),
    ("false", {"snat": "false"}, {}, "cloud_monitor_flags: ${var.snat}", ("cloud_monitor_flags", False)),
    ("list", {}, {}, "vswitch_ids: ${var.zones}\n    vpcid: vpc-a", ("vswitch_ids", ["vsw-a", "vsw-b"])),
    ("list as text", {"zones": "vsw-c, vsw-d"}, {}, "vswitch_ids: ${var.zones}\n    vpcid: vpc-a", ("vswitch_ids", ["vsw-c", "vsw-d"])),
    ("inside text", {}, {}, "key_pair: shop-${var.stage}-${var.size}", ("key_pair", "shop-prod-3")),
    ("truth inside text", {}, {}, "key_pair: a-${var.snat}", ("key_pair", "a-true")),
    ("in a list", {}, {}, "tags: [{key: '${var.stage}', value: 'x${var.size}'}]", ("tags", [{"key": "prod", "value": "x3"}])),
    ("text that looks like a number", {"stage": "012"}, {}, "key_pair: ${var.stage}", ("key_pair", "012")),
    ("a dollar and a brace", {}, {}, "key_pair: $${var.size}", ("key_pair", "${var.size}")),
    ("not filled twice", {"stage": "${var.size}"}, {}, "key_pair: ${var.stage}", ("key_pair", "${var.size}")),
    ("no reference", {}, {}, "key_pair: $HOME {var.size} $(ls)", ("key_pair", "$HOME {var.size} $(ls)")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "environment", "line", "expected"), [row[1:] for row in FILLED], ids=[row[0] for row in FILLED]
)
def test_variables_are_filled_in_with_their_type(given, environment, line, expected, read):
    result = read(shop("extends: web", line) + VARIABLES, variables=given, environment=environment)
    assert result.diagnostics == ()
    name, value = expected
    assert result.clusters["shop"].parameters[name] == value
    assert type(result.clusters["shop"].parameters[name]) in {type(value), *type(value).__subclasses__()}


def test_names_are_not_filled_in_and_the_environment_is_asked_for_declared_variables_alone(read, monkeypatch):
    monkeypatch.setenv("HOME_SECRET", "x")
    result = read(shop("extends: web") + "variables: {}\n", environment={"size": "3", "HOME_SECRET": "x"})
    assert result.diagnostics == ()


def test_digest_tells_meaning_not_layout(read):
    written = read(shop("extends: web", "num_of_nodes: 5"))
    same = read(
        shop("num_of_nodes: ${var.n} # five", "", "extends: web") + "variables: {n: {type: integer}}\n",
        variables={"n": "5"},
    )
    other = read(shop("extends: web", "num_of_nodes: 6"))
    assert written.digest() == same.digest() != other.digest()


def test_everything_of_a_full_cluster_is_read(read):
    wanted = read(
        shop(
            "extends: web",
            "attach:",
            "  - {instances: [i-b, i-a], password: {env: PW}, format_disk: false, tags: [{key: k}]}",
            "  - {instances: [i-c], key_pair: k, ecs_image_id: m-1, release_eip_flag: true}",
            "scale_in: {nodes: [i-z, i-y], release_node: false}",
            "depends_on: []",
            "lifecycle: {ignore_changes: [num_of_nodes, tags], adopt: true}",
        )
    ).clusters["shop"]
    assert wanted.attached == ("i-b", "i-a", "i-c")
    assert wanted.attach[0].body == {"password": {"env": "PW"}, "format_disk": False, "tags": [{"key": "k"}]}
    assert wanted.scale_in is not None
    assert (wanted.scale_in.nodes, wanted.scale_in.strategy, wanted.scale_in.release_node) == (
        ("i-z", "i-y"),
        None,
        False,
    )
    assert wanted.lifecycle.ignore_changes == {"num_of_nodes", "tags"}
    assert wanted.lifecycle.adopt is True
    assert str(wanted.span_of("num_of_nodes")) == "ackplan.yaml:10:5"
    assert str(wanted.span_of("scale_in")) == "ackplan.yaml:23:5"
    assert str(wanted.span) == "ackplan.yaml:18:3"


@pytest.mark.parametrize(("text", "value"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("48h", 172800)])
def test_durations_are_seconds(text, value):
    assert seconds(text) == value


EXAMPLE = """\
ackplan: 1                     # format version; required
region: cn-beijing             # region_id of every cluster that names none
variables:
  size: {type: integer, default: 3, description: workers in each web cluster}
templates:                     # partial clusters; never created themselves
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: ${var.size}
    login_password: {env: ACK_NODE_PASSWORD}
clusters:
  shop-prod:
    extends: web               # or a list, left to right
    num_of_nodes: 5
    attach:
      - instances: [i-2zee3oiwcyoz7kwdo8bt]
        password: {env: ECS_ROOT_PASSWORD}
        format_disk: false
    lifecycle: {prevent_destroy: true}
  shop-dev:
    extends: web
    depends_on: [shop-prod]
"""


def test_the_documented_example_is_right(read):
    result: spec.Spec = read(EXAMPLE)
    assert result.diagnostics == ()
    prod, dev = result.clusters["shop-prod"], result.clusters["shop-dev"]
    assert (prod.kind.name, prod.parameters["num_of_nodes"], prod.attached) == (
        "managed",
        5,
        ("i-2zee3oiwcyoz7kwdo8bt",),
    )
    assert (dev.parameters["num_of_nodes"], dev.depends_on) == (3, ("shop-prod",))
    assert prod.lifecycle.prevent_destroy is True
