"""The guide's tables, held against the schemas: every parameter is there, with its type, range and default."""

from __future__ import annotations

import ipaddress
import re

import pytest

# From the tables and listings of the guide's sections: what is required (`!`), and all the rest.
DEDICATED = """
!cluster_type !name !region_id !snat_entry !num_of_nodes !master_instance_types !master_system_disk_category
!master_system_disk_size !worker_instance_types !worker_system_disk_category !worker_system_disk_size
key_pair login_password master_vswitch_ids worker_vswitch_ids vpcid
addons container_cidr cloud_monitor_flags cpu_policy disable_rollback endpoint_public_access service_cidr ssh_flags
master_instance_charge_type master_auto_renew master_auto_renew_period master_count master_data_disk
master_data_disk_category master_data_disk_size master_period master_period_unit node_port_range proxy_mode
tags timeout_mins worker_auto_renew worker_auto_renew_period worker_data_disk worker_data_disk_category
worker_data_disk_size worker_instance_charge_type worker_period worker_period_unit kubernetes_version node_cidr_mask
"""
MANAGED = """
!cluster_type !name !region_id !snat_entry !num_of_nodes worker_instance_types !worker_system_disk_category
!worker_system_disk_size key_pair login_password vswitch_ids vpcid
addons container_cidr cloud_monitor_flags disable_rollback proxy_mode endpoint_public_access service_cidr tags
timeout_mins worker_auto_renew worker_auto_renew_period worker_data_disk worker_data_disk_category
worker_data_disk_size worker_instance_charge_type worker_period worker_period_unit kubernetes_version node_cidr_mask
"""
EDGE = """
!cluster_type !profile !name !region_id !snat_entry !num_of_nodes worker_instance_types !worker_system_disk_category
worker_system_disk_size key_pair login_password vswitch_ids vpcid
container_cidr cloud_monitor_flags disable_rollback proxy_mode endpoint_public_access service_cidr tags timeout_mins
worker_data_disk worker_data_disk_category worker_data_disk_size
"""
TABLES = {
    "create-dedicated.schema.json": DEDICATED,
    "create-managed.schema.json": MANAGED,
    "create-edge.schema.json": EDGE,
    "create-serverless.schema.json": "!cluster_type !name !region_id nat_gateway private_zone vpc_id vswitch_id",
    "scale-out.schema.json": "!count !vswitch_ids !worker_data_disk !worker_instance_types key_pair login_password "
    "worker_system_disk_category worker_system_disk_size tags",
    "scale.schema.json": "!num_of_nodes disable_rollback timeout_mins worker_instance_type login_password",
    "attach.schema.json": "!instances password format_disk key_pair tags ecs_image_id release_eip_flag",
    "attach-script.schema.json": "!options",
    "remove-nodes.schema.json": "!nodes release_node",
}
OPTIONS = "enabledAddons enableIptables flannelIface manageRuntime nodeName nodeNamePrefix nodeNameStrategy"

PERIODS = {
    "Week": ([1, 2, 3, 4], [1, 2, 3]),
    "Month": ([*range(1, 10), 12, 24, 36, 48, 60], [1, 2, 3, 6, 12]),
}
PERIODS["Year"] = ([1, 2, 3, 4, 5], [1, 2, 3])

DEFAULTS = [
    ("create-dedicated.schema.json", "timeout_mins", 60),
    ("create-dedicated.schema.json", "disable_rollback", True),
    ("create-dedicated.schema.json", "proxy_mode", "iptables"),
    ("create-dedicated.schema.json", "cpu_policy", "none"),
    ("create-dedicated.schema.json", "master_count", 3),
    ("create-dedicated.schema.json", "endpoint_public_access", True),
    ("create-dedicated.schema.json", "master_data_disk", False),
    ("create-dedicated.schema.json", "master_instance_charge_type", "PostPaid"),
    ("create-dedicated.schema.json", "worker_instance_charge_type", "PostPaid"),
    ("create-edge.schema.json", "endpoint_public_access", True),
    ("remove-nodes.schema.json", "release_node", False),
]
TYPES = [
    (
        "create-dedicated.schema.json",
        "integer",
        "master_count num_of_nodes timeout_mins master_period worker_period",
    ),
    ("create-dedicated.schema.json", "integer", "worker_system_disk_size master_system_disk_size"),
    ("create-dedicated.schema.json", "boolean", "snat_entry ssh_flags master_data_disk disable_rollback"),
    (
        "create-dedicated.schema.json",
        "array",
        "worker_vswitch_ids master_vswitch_ids worker_instance_types tags addons",
    ),
    (
        "create-dedicated.schema.json",
        "string",
        "vpcid node_port_range container_cidr kubernetes_version node_cidr_mask",
    ),
    (
        "create-dedicated.schema.json",
        "string",
        "worker_data_disk_category login_password key_pair name region_id",
    ),
]


@pytest.mark.parametrize("file", TABLES)
def test_a_body_has_exactly_the_parameters_of_its_table(file, parameters):
    assert set(parameters[file]) == {name.lstrip("!") for name in TABLES[file].split()}


@pytest.mark.parametrize("file", TABLES)
def test_a_body_requires_what_its_table_requires(file, schemas):
    required = schemas[file]["$defs"]["rules"]["required"]
    assert set(required) == {name[1:] for name in TABLES[file].split() if name.startswith("!")}
    assert len(required) == len(set(required))


def test_the_join_script_has_the_options_of_its_table(schemas):
    assert set(schemas["attach-script.schema.json"]["$defs"]["options"]["properties"]) == set(OPTIONS.split())


@pytest.mark.parametrize(("file", "name", "default"), DEFAULTS)
def test_a_default_that_the_guide_names_is_there(file, name, default, parameters):
    assert parameters[file][name]["default"] == default


@pytest.mark.parametrize(("file", "kind", "names"), TYPES)
def test_a_parameter_has_the_type_that_the_guide_means(file, kind, names, parameters):
    assert {parameters[file][name]["type"] for name in names.split()} == {kind}


@pytest.mark.parametrize("name", ["node_port_range", "container_cidr", "kubernetes_version", "worker_data_disk"])
def test_no_default_is_invented(name, parameters):
    assert "default" not in parameters["create-dedicated.schema.json"][name]


@pytest.mark.parametrize("unit", PERIODS)
@pytest.mark.parametrize("role", ["worker", "master"])
def test_periods_are_those_of_their_unit(unit, role, changed, validator):
    check = validator("create-dedicated.schema.json")
    paid = {
        f"{role}_instance_charge_type": "PrePaid",
        f"{role}_period_unit": unit,
        f"{role}_auto_renew": True,
    }

    def taken(period: int, renewal: int) -> bool:
        periods = {f"{role}_period": period, f"{role}_auto_renew_period": renewal}
        return check.is_valid(changed("dedicated", {**paid, **periods}))

    tried = [-1, *range(14), 18, 24, 36, 48, 60, 61]
    assert [n for n in tried if taken(n, 1)] == PERIODS[unit][0]
    assert [n for n in tried if taken(1, n)] == PERIODS[unit][1]


def pattern_of(parameters, kind: str, name: str) -> re.Pattern[str]:
    return re.compile(parameters[f"create-{kind}.schema.json"][name]["pattern"])


def test_ports_lie_inside_the_range(parameters):
    pattern = pattern_of(parameters, "dedicated", "node_port_range")
    low = [port for port in range(70000) if pattern.search(f"{port}-65535")]
    high = [port for port in range(70000) if pattern.search(f"30000-{port}")]
    assert low == high == list(range(30000, 65536))
    assert not pattern.search("030000-32767")


def test_a_disk_size_as_text_has_the_bounds_of_the_number(parameters):
    pattern = pattern_of(parameters, "managed", "worker_data_disk_size")
    assert [size for size in range(100_001) if pattern.search(str(size))] == list(range(1, 32769))


def test_networks_are_dotted_quads_with_a_prefix(parameters):
    pattern = pattern_of(parameters, "managed", "container_cidr")
    for octet in range(300):
        assert bool(pattern.search(f"10.{octet}.0.0/16")) == (octet < 256)
    for prefix in range(1, 100):
        text = f"0.0.0.0/{prefix}"
        assert bool(pattern.search(text)) == (prefix <= 32)
        assert prefix > 32 or ipaddress.ip_network(text).prefixlen == prefix


def test_a_password_needs_three_of_four_classes(schemas):
    pattern = re.compile(schemas["definitions.schema.json"]["$defs"]["secret"]["pattern"])
    classes = {"lower": "abc", "upper": "ABC", "digit": "123", "special": "@#!"}
    for chosen in range(16):
        parts = [text for place, text in enumerate(classes.values()) if chosen >> place & 1]
        assert bool(pattern.search("".join(parts))) == (len(parts) >= 3)
    specials = [chr(code) for code in range(33, 127) if not chr(code).isalnum()]
    assert all(pattern.search(f"aaaa1111{special}") for special in specials)
