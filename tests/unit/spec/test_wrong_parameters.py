"""One wrong parameter at a time, as the API's tables define it: one error, at its line, under its name.

A row gives lines that are added to a right cluster of a kind, or replace the lines of the same parameter; `-name` takes
a line away. The error is expected at the line marked with `#!`, else at the cluster's name.
"""

from __future__ import annotations

import pytest

CLUSTER_LINE = 4
HEAD = ["ackplan: 1", "region: cn-beijing", "clusters:", "  shop:"]
NODES = [
    "snat_entry: true",
    "vpcid: vpc-2zeg",
    "worker_instance_types: [ecs.hfc5.xlarge]",
    "worker_system_disk_category: cloud_efficiency",
    "worker_system_disk_size: 120",
    "num_of_nodes: 3",
    "login_password: {env: NODE_PASSWORD}",
]
KINDS = {
    "managed": ["cluster_type: ManagedKubernetes", "vswitch_ids: [vsw-2ze4]", *NODES],
    "edge": ["cluster_type: ManagedKubernetes", "profile: Edge", "vswitch_ids: [vsw-2ze4]", *NODES],
    "serverless": ["cluster_type: Ask", "vpc_id: vpc-2zeg", "vswitch_id: vsw-2ze4"],
    "dedicated": [
        "cluster_type: Kubernetes",
        "worker_vswitch_ids: [vsw-2ze4]",
        "master_vswitch_ids: [vsw-2ze5]",
        "master_instance_types: [ecs.sn1.medium]",
        "master_system_disk_category: cloud_ssd",
        "master_system_disk_size: 40",
        *NODES,
    ],
}
PAID = "worker_instance_charge_type: PrePaid\n"
PAID_WEEK = PAID + "worker_period_unit: Week\n"
PAID_MONTH = PAID + "worker_period_unit: Month\n"
PAID_YEAR = PAID + "worker_period_unit: Year\n"
RENEW = "worker_auto_renew: true\n"
MASTERS = "master_instance_charge_type: PrePaid\n"


def compose(kind: str, lines: str) -> str:
    changed = lines.splitlines()
    gone = {line.removeprefix("-").split(":")[0] for line in changed if not line.startswith(" ")}
    kept = [line for line in KINDS[kind] if line.split(":")[0] not in gone]
    added = [line for line in changed if not line.startswith("-")]
    return "\n".join(HEAD + [f"    {line}" for line in kept + added]) + "\n"


def marked(text: str) -> int:
    """The number of the line that is marked, else the cluster's."""
    numbers = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("#!")]
    return numbers[0] if numbers else CLUSTER_LINE


MISSING = [
    ("managed", "-num_of_nodes", "num_of_nodes", "Parameter is missing"),
    ("managed", "-snat_entry", "snat_entry", "Parameter is missing"),
    ("managed", "-worker_instance_types", "worker_instance_types", "Parameter is missing"),
    ("managed", "-worker_system_disk_category", "worker_system_disk_category", "Parameter is missing"),
    ("managed", "-worker_system_disk_size", "worker_system_disk_size", "Parameter is missing"),
    ("managed", "-cluster_type", "cluster_type", '"ManagedKubernetes"'),
    ("managed", "-vpcid", "vpcid", "both or neither"),
    ("managed", "-vswitch_ids", "vswitch_ids", "both or neither"),
    ("managed", "num_of_nodes: ~", "num_of_nodes", "Parameter is missing"),
    ("edge", "-worker_system_disk_size", "worker_system_disk_size", "Parameter is missing"),
    ("dedicated", "-master_instance_types", "master_instance_types", "Parameter is missing"),
    ("dedicated", "-master_system_disk_size", "master_system_disk_size", "Parameter is missing"),
    ("dedicated", "-master_vswitch_ids", "master_vswitch_ids", "all or none"),
    ("serverless", "-vswitch_id", "vswitch_id", "both or neither"),
    ("serverless", "-vpc_id", "vpc_id", "both or neither"),
]
TYPES = [
    ("managed", "num_of_nodes: three #!", "num_of_nodes", 'a whole number, found "three"'),
    ("managed", "num_of_nodes: '3' #!", "num_of_nodes", 'found "3"'),
    ("managed", "num_of_nodes: 2.5 #!", "num_of_nodes", "found 2.5"),
    ("managed", "num_of_nodes: true #!", "num_of_nodes", "found true"),
    ("managed", "num_of_nodes: [3] #!", "num_of_nodes", "found a list"),
    ("managed", "snat_entry: yes #!", "snat_entry", 'true or false, found "yes"'),
    ("managed", "snat_entry: 'true' #!", "snat_entry", "true or false"),
    ("managed", "snat_entry: 1 #!", "snat_entry", "true or false, found 1"),
    ("managed", "vswitch_ids: vsw-2ze4 #!", "vswitch_ids", "a list"),
    ("managed", "cluster_type: [ManagedKubernetes] #!", "cluster_type", "a list"),
    ("managed", "kubernetes_version: 1.12 #!", "kubernetes_version", "text, found 1.12"),
    ("managed", "node_cidr_mask: 25 #!", "node_cidr_mask", 'found 25; write it in quotes: "25"'),
    ("managed", "tags: {team: shop} #!", "tags", "a list, found a mapping"),
    ("managed", "disable_rollback: on #!", "disable_rollback", 'found "on"'),
    ("serverless", "nat_gateway: 'yes' #!", "nat_gateway", "true or false"),
]
RANGES = [
    ("managed", "num_of_nodes: -1 #!", "num_of_nodes", "-1 is less than 0"),
    ("managed", "num_of_nodes: 301 #!", "num_of_nodes", "301 is more than 300"),
    ("managed", "worker_system_disk_size: 0 #!", "worker_system_disk_size", "less than 1"),
    ("managed", "timeout_mins: 0 #!", "timeout_mins", "less than 1"),
    ("managed", "vswitch_ids: [] #!", "vswitch_ids", "at least 1"),
    ("managed", "vswitch_ids: [vsw-a, vsw-b, vsw-c, vsw-d, vsw-e, vsw-f] #!", "vswitch_ids", "at most 5"),
    ("dedicated", "master_vswitch_ids: [vsw-a, vsw-b, vsw-c, vsw-d] #!", "master_vswitch_ids", "at most 3"),
    ("managed", "worker_data_disk: true\nworker_data_disk_size: '32769' #!", "worker_data_disk_size", "32768"),
    ("dedicated", "master_count: 4 #!", "master_count", "not one of 3, 5"),
    ("dedicated", "node_port_range: 29999-32767 #!", "node_port_range", "range of ports"),
    ("dedicated", "node_port_range: 30000-65536 #!", "node_port_range", "range of ports"),
    ("dedicated", "node_port_range: 32767-30000 #!", "node_port_range", "starts above its end"),
    ("dedicated", "node_port_range: '30000' #!", "node_port_range", "range of ports"),
]
FORMS = [
    ("managed", "vpcid: vpc_A #!", "vpcid", "a VPC id"),
    ("managed", "vswitch_ids: [vpc-a] #!", "vswitch_ids.0", "a vswitch id"),
    ("managed", "worker_instance_types: [c5.xlarge] #!", "worker_instance_types.0", "an instance type"),
    ("managed", "region_id: Beijing #!", "region_id", "a region id"),
    ("managed", "container_cidr: 172.16.0.0 #!", "container_cidr", "an IPv4 network"),
    ("managed", "container_cidr: 172.16.0.1/16 #!", "container_cidr", "host bits"),
    ("managed", "service_cidr: 172.256.0.0/20 #!", "service_cidr", "an IPv4 network"),
    ("managed", "name: other #!", "name", "the key is the name of the cluster"),
    ("managed", "tags: [{value: x}] #!", "tags.0.key", "missing"),
    ("managed", "addons: [{nam: x, name: flannel}] #!", "addons.0.nam", 'did you mean "name"?'),
]
ENUMERATIONS = [
    ("managed", "cluster_type: Managed #!", "cluster_type", '"ManagedKubernetes"'),
    ("managed", "proxy_mode: IPVS #!", "proxy_mode", '"iptables", "ipvs"'),
    ("managed", "worker_instance_charge_type: Prepaid #!", "worker_instance_charge_type", 'did you mean "PrePaid"?'),
    ("managed", "worker_data_disk: true\nworker_data_disk_category: ssd #!", "worker_data_disk_category", "cloud_ssd"),
    ("managed", "worker_system_disk_category: essd #!", "worker_system_disk_category", "a disk category such as"),
    ("edge", "worker_system_disk_category: Cloud-ESSD #!", "worker_system_disk_category", "cloud_essd"),
    (
        "dedicated",
        "master_data_disk: true\nmaster_data_disk_category: cloud-essd #!",
        "master_data_disk_category",
        'did you mean "cloud_essd"?',
    ),
    ("edge", "profile: edge #!", "profile", 'did you mean "Edge"?'),
    ("dedicated", "cpu_policy: dynamic #!", "cpu_policy", '"static", "none"'),
    ("dedicated", "master_system_disk_category: cloud #!", "master_system_disk_category", "cloud_efficiency"),
]
UNKNOWN = [
    ("managed", "nmu_of_nodes: 3 #!", "nmu_of_nodes", 'did you mean "num_of_nodes"?'),
    ("managed", "dependson: [a] #!", "dependson", 'did you mean "depends_on"?'),
    ("managed", "xyz: 3 #!", "xyz", "Unknown parameter"),
    ("managed", "master_count: 3 #!", "master_count", "dedicated clusters have this parameter, managed"),
    ("managed", "vpc_id: vpc-a #!", "vpc_id", "serverless clusters"),
    ("managed", "cpu_policy: none #!", "cpu_policy", "dedicated clusters"),
    ("dedicated", "vswitch_ids: [vsw-a] #!", "vswitch_ids", "managed and edge clusters"),
    ("edge", "addons: [] #!", "addons", "edge clusters do not"),
    ("edge", "kubernetes_version: '1.12' #!", "kubernetes_version", "edge clusters do not"),
    ("serverless", "num_of_nodes: 3 #!", "num_of_nodes", "serverless clusters do not"),
    ("serverless", "tags: [] #!", "tags", "serverless clusters do not"),
]
CONFLICTS = [
    (
        "dedicated",
        "master_count: 5\nmaster_instance_types: [ecs.a.b, ecs.a.b, ecs.a.b, ecs.a.b] #!",
        "master_instance_types",
        "one for each",
    ),
    (
        "dedicated",
        "master_instance_types: [ecs.a.b, ecs.a.b, ecs.a.b, ecs.a.b, ecs.a.b] #!",
        "master_instance_types",
        "no more types than",
    ),
    ("dedicated", "kubernetes_version: 1.11.5-aliyun.1\ncpu_policy: static #!", "cpu_policy", "1.12.6 or newer"),
    ("edge", "attach_script: {nodeNameStrategy: customized} #!", "attach_script.nodeName", "customized needs nodeName"),
    ("edge", "attach_script: {nodeNamePrefix: shop} #!", "attach_script.nodeNamePrefix", "randomWithPrefix"),
    ("managed", "key_pair: shop #!", "key_pair", "exactly one of key_pair and login_password"),
    ("managed", "-vpcid\n-vswitch_ids\nsnat_entry: false #!", "snat_entry", "must be true"),
    ("managed", "addons: [{name: flannel}, {name: terway-eniip}] #!", "addons", "one network addon"),
    ("managed", "addons: [{name: Flannel}, {name: flannel}] #!", "addons", "one network addon"),
    ("managed", "worker_data_disk_size: 40 #!", "worker_data_disk_size", "needs worker_data_disk: true"),
    ("managed", "worker_data_disk: false\nworker_data_disk_size: 40 #!", "worker_data_disk_size", "needs"),
    ("dedicated", "master_data_disk_category: cloud #!", "master_data_disk_category", "needs master_data_disk"),
    ("edge", "endpoint_public_access: false #!", "endpoint_public_access", "true or left out"),
    ("managed", "container_cidr: 172.16.0.0/16\nservice_cidr: 172.16.8.0/21 #!", "service_cidr", "overlap"),
    ("managed", "service_cidr: 10.0.0.0/8 #!\ncontainer_cidr: 10.1.0.0/16", "service_cidr", "overlap"),
]
NO_VPC = {"managed": "-vpcid\n-vswitch_ids\n", "edge": "-vpcid\n-vswitch_ids\n"}
NO_VPC["dedicated"] = "-vpcid\n-worker_vswitch_ids\n-master_vswitch_ids\n"
# What is given, and what it overlaps of what the create call makes along with the VPC.
MADE = [
    ("container_cidr: 192.168.0.0/16 #!", "container_cidr", "192.168.0.0/16 and vpcid 192.168.0.0/16"),
    ("service_cidr: 192.168.16.0/20 #!", "service_cidr", "192.168.16.0/20 and vpcid 192.168.0.0/16, made where"),
    ("container_cidr: 172.16.0.0/14 #!", "container_cidr", "172.16.0.0/14 and service_cidr 172.19.0.0/20, made"),
    ("service_cidr: 172.16.16.0/20 #!", "service_cidr", "172.16.16.0/20 and container_cidr 172.16.0.0/16, made"),
    ("container_cidr: 10.0.0.0/16\nservice_cidr: 192.0.0.0/8 #!", "service_cidr", "and vpcid 192.168.0.0/16"),
    ("service_cidr: 10.0.0.0/24\ncontainer_cidr: 192.168.200.0/24 #!", "container_cidr", "and vpcid 192.168.0.0/16"),
]
OVERLAPS = [(kind, NO_VPC[kind] + lines, *rest) for kind in NO_VPC for lines, *rest in MADE]
PAYMENT = [
    ("managed", PAID + "worker_period: 1", "worker_period_unit", "PrePaid workers need"),
    ("managed", PAID_MONTH, "worker_period", "PrePaid workers need"),
    ("managed", PAID_WEEK + "worker_period: 5 #!", "worker_period", "1, 2, 3 or 4"),
    ("managed", PAID_MONTH + "worker_period: 10 #!", "worker_period", "1 to 9, 12, 24, 36, 48 or 60"),
    ("managed", PAID_YEAR + "worker_period: 6 #!", "worker_period", "1, 2, 3, 4 or 5"),
    ("managed", PAID + "worker_period: 1\nworker_period_unit: Day #!", "worker_period_unit", '"Week", "Month", "Year"'),
    ("managed", PAID_MONTH + "worker_period: 1\n" + RENEW, "worker_auto_renew_period", "renewed automatically"),
    ("managed", PAID_WEEK + "worker_period: 1\n" + RENEW + "worker_auto_renew_period: 4 #!", "worker_auto_renew_period", "1, 2 or 3"),
    ("managed", PAID_MONTH + "worker_period: 1\n" + RENEW + "worker_auto_renew_period: 4 #!", "worker_auto_renew_period", "1, 2, 3, 6 or 12"),
    ("managed", PAID_YEAR + "worker_period: 1\n" + RENEW + "worker_auto_renew_period: 6 #!", "worker_auto_renew_period", "1, 2 or 3"),
    ("managed", PAID_MONTH + "worker_period: 1\nworker_auto_renew_period: 1 #!", "worker_auto_renew_period", "needs worker_auto_renew"),
    ("managed", "worker_period: 1 #!", "worker_period", "for PrePaid workers only"),
    ("managed", "worker_auto_renew: true #!", "worker_auto_renew", "Only PrePaid workers"),
    ("dedicated", MASTERS + "master_period: 1", "master_period_unit", "PrePaid masters need"),
    ("dedicated", MASTERS + "master_period_unit: Week\nmaster_period: 12 #!", "master_period", "1, 2, 3 or 4"),
    ("dedicated", "master_auto_renew_period: 1 #!", "master_auto_renew_period", "for PrePaid masters only"),
]  # fmt: skip
OWN = [
    ("managed", "attach: i-2zee #!", "attach", "a list"),
    ("managed", "attach: [i-2zee] #!", "attach.0", "a mapping"),
    ("managed", "attach:\n  - {instances: [node-1], key_pair: k} #!", "attach.0.instances.0", "an instance id"),
    ("managed", "attach:\n  - {instances: [], key_pair: k} #!", "attach.0.instances", "at least 1"),
    ("managed", "attach:\n  - {key_pair: k} #!", "attach.0.instances", "missing"),
    ("managed", "attach:\n  - {instances: [i-a, i-a], key_pair: k} #!", "attach.0.instances", "stands twice"),
    ("managed", "attach:\n  - {instances: [i-a], key_pair: k, disk: 1} #!", "attach.0.disk", "Unknown"),
    ("managed", "attach:\n  - {instances: [i-a], key_pair: k, format_disk: no} #!", "attach.0.format_disk", 'found "no"'),
    ("managed", "attach: [{instances: [i-a]}] #!", "attach.0.password or key_pair", "exactly one of password and key_pair"),
    ("managed", "attach: [{instances: [i-a], key_pair: k}, {instances: [i-a], key_pair: k}] #!", "attach", "attached twice"),
    (
        "managed",
        "num_of_nodes: 300\nattach: [{instances: [i-a], key_pair: k}] #!",
        "attach",
        "num_of_nodes is 300, and 1 are attached; the limit for a cluster is 300",
    ),
    (
        "edge",
        "num_of_nodes: 299\nattach: [{instances: [i-a], key_pair: k}, {instances: [i-b], key_pair: k}] #!",
        "attach",
        "Too many workers",
    ),
    ("serverless", "attach: [{instances: [i-a], key_pair: k}] #!", "attach", "no nodes to attach"),
    ("managed", "scale_in: newest #!", "scale_in", "a mapping"),
    ("managed", "scale_in: {strategy: newset} #!", "scale_in.strategy", 'did you mean "newest"?'),
    ("managed", "scale_in: {nodes: [i-a], strategy: newest} #!", "scale_in.nodes", "exactly one of nodes and strategy"),
    ("managed", "scale_in: {} #!", "scale_in.nodes or strategy", "exactly one of nodes and strategy"),
    ("managed", "scale_in: {nodes: [i-a]} #!\nattach: [{instances: [i-a], key_pair: k}]", "scale_in", "is in attach and in scale_in.nodes"),
    ("managed", "scale_in: {nodes: [Node 1]} #!", "scale_in.nodes.0", "an instance id"),
    ("managed", "scale_in: {nodes: []} #!", "scale_in.nodes", "at least 1"),
    ("managed", "scale_in: {strategy: newest, release_node: no} #!", "scale_in.release_node", 'found "no"'),
    ("serverless", "scale_in: {strategy: newest} #!", "scale_in", "no nodes to remove"),
    ("managed", "lifecycle: protected #!", "lifecycle", "a mapping"),
    ("managed", "lifecycle: {prevent_destory: true} #!", "lifecycle.prevent_destory", 'did you mean "prevent_destroy"?'),
    ("managed", "lifecycle: {prevent_destroy: yes} #!", "lifecycle.prevent_destroy", 'found "yes"'),
    ("managed", "lifecycle: {replace: always} #!", "lifecycle.replace", '"never", "allow"'),
    ("managed", "lifecycle: {ignore_changes: [num_of_node]} #!", "lifecycle.ignore_changes", 'did you mean "num_of_nodes"?'),
    ("managed", "lifecycle: {ignore_changes: num_of_nodes} #!", "lifecycle.ignore_changes", "a list"),
    ("managed", "timeouts: {create: 60} #!", "timeouts.create", "expected a duration such as 90s, 30m or 1h, found 60"),
    ("managed", "timeouts: {create: 1d} #!", "timeouts.create", "a duration such as 90s"),
    ("managed", "timeouts: {create: 0m} #!", "timeouts.create", "a duration such as 90s"),
    ("managed", "timeouts: {crate: 60m} #!", "timeouts.crate", 'did you mean "create"?'),
    ("managed", "depends_on: shop-db #!", "depends_on", "a list"),
    ("managed", "depends_on: [shop-db] #!", "depends_on", "Unknown cluster"),
    ("managed", "depends_on: [-x] #!", "depends_on.0", "a cluster name"),
    ("managed", "depends_on: [shop] #!", "depends_on", "shop -> shop"),
    ("managed", "attach_script: {} #!", "attach_script", "Only edge clusters"),
    ("edge", "attach_script: {nodeNameStrategy: custom} #!", "attach_script.nodeNameStrategy", "hostname"),
    ("edge", "attach_script: {nodeName: n1} #!", "attach_script.nodeName", "customized"),
    ("edge", "attach_script: {enableIptable: true} #!", "attach_script.enableIptable", 'did you mean "enableIptables"?'),
]  # fmt: skip
ROWS = [
    pytest.param(*row, id=f"{name}-{row[0]}-{' '.join(row[1].split()).removesuffix('#!').strip()}")
    for name, rows in {
        "missing": MISSING,
        "type": TYPES,
        "range": RANGES,
        "form": FORMS,
        "enumeration": ENUMERATIONS,
        "unknown": UNKNOWN,
        "conflict": CONFLICTS,
        "overlap": OVERLAPS,
        "payment": PAYMENT,
        "own": OWN,
    }.items()
    for row in rows
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_rows_change_is_right_before(kind, read):
    result = read(compose(kind, ""))
    assert result.diagnostics == ()
    assert result.clusters["shop"].kind.name == kind


MISSPELT = [
    ("managed", "worker_system_disk_category: cloud_eficiency", "worker_system_disk_category", "cloud_efficiency"),
    (
        "managed",
        "worker_data_disk: true\nworker_data_disk_category: cloud_sdd",
        "worker_data_disk_category",
        "cloud_ssd",
    ),
    ("dedicated", "master_system_disk_category: cloud_esd", "master_system_disk_category", "cloud_essd"),
]


@pytest.mark.parametrize(("kind", "lines", "parameter", "meant"), MISSPELT)
def test_a_category_that_comes_near_a_known_one_is_warned_of(kind, lines, parameter, meant, read):
    result = read(compose(kind, lines))
    (told,) = result.diagnostics
    assert (told.code, told.parameter, told.is_error) == ("ACK1209", parameter, False)
    assert f'did you mean "{meant}"?' in str(told)
    assert list(result.clusters) == ["shop"]


def test_a_region_that_looks_misspelt_is_said_once_where_many_clusters_have_it(read):
    text = "\n".join(["ackplan: 1", "region: cn-beijin", "clusters:", *(f"  c{n}: {_one()}" for n in range(3))])
    (told,) = read(text).diagnostics
    assert (told.code, told.cluster, told.is_error) == ("ACK1209", "", False)
    assert str(told).startswith("ackplan.yaml:2:")
    assert 'did you mean "cn-beijing"?' in str(told)


@pytest.mark.parametrize("region", ["ap-southeast-4", "cn-beijing-finance-1", "xx-new-1"])
def test_a_region_that_is_new_is_taken_without_a_word(region, read):
    assert read(f"ackplan: 1\nregion: {region}\nclusters:\n  a: {_one()}").diagnostics == ()


def _one() -> str:
    return (
        "{cluster_type: ManagedKubernetes, snat_entry: true, vpcid: vpc-2zegvl5etah5requ09nec, num_of_nodes: 3, "
        "vswitch_ids: [vsw-2ze48rkq464rsdts1abcd], worker_instance_types: [ecs.hfc5.xlarge], key_pair: k, "
        "worker_system_disk_category: cloud_efficiency, worker_system_disk_size: 120}"
    )


WRITTEN = [
    ("kubernetes_version: 1.20", 'expected text, found 1.20; write it in quotes: "1.20"'),
    ("kubernetes_version: 0x1f", 'expected text, found 0x1f; write it in quotes: "0x1f"'),
    ("tags: [{key: a, value: True}]", 'expected text, found True; write it in quotes: "True"'),
    ("kubernetes_version: [1]", "expected text, found a list of 1"),
    ('kubernetes_version: "${var.number}"', "expected text, found 1.5"),
    ("lifecycle: {replace: true}", 'true is not one of "never", "allow"'),
    ("lifecycle: {prevent_destroy: 'true'}", 'expected true or false, found "true"; write it without quotes: true'),
    ("scale_in: {strategy: 1}", '1 is not one of "newest", "oldest"'),
]


@pytest.mark.parametrize(("line", "says"), WRITTEN)
def test_a_value_of_another_type_is_quoted_as_it_is_written(line, says, read):
    variables = "variables: {number: {type: number, default: 1.5}}"
    cluster = _one().replace("{cluster_type", f"{{{line}, cluster_type")
    (told,) = read(f"# 中文\nackplan: 1\nregion: cn-beijing\n{variables}\nclusters:\n  a: {cluster}").diagnostics
    assert str(told).endswith(says)


def test_a_count_in_quotes_is_said_to_need_none(read):
    (told,) = read(compose("managed", 'num_of_nodes: "3"')).diagnostics
    assert str(told).endswith('expected a whole number, found "3"; write it without quotes: 3')


@pytest.mark.parametrize("text", ["a:\n\tb: 1", "a:\n  \tb: 1", "a:\n  b:\n  - c\n  -\td: 1\n\t  e: 2"])
def test_a_tab_is_called_a_tab(text, read):
    (told, *_) = read(f"ackplan: 1\n{text}\n").diagnostics
    assert "a tab stands at the beginning of the line" in str(told)


def test_a_category_that_is_new_is_taken_without_a_word(read):
    assert read(compose("managed", "worker_system_disk_category: cloud_quantum")).diagnostics == ()


RIGHT = [
    ("dedicated", "master_count: 5\nmaster_instance_types: [ecs.a.b, ecs.a.b, ecs.a.b, ecs.a.b, ecs.a.b]"),
    ("dedicated", "kubernetes_version: 1.12.6-aliyun.1\ncpu_policy: static"),
    ("dedicated", "kubernetes_version: 1.11.5-aliyun.1\ncpu_policy: none"),
    ("edge", "attach_script: {nodeNameStrategy: customized, nodeName: n1}"),
    ("edge", "attach_script: {nodeNameStrategy: randomWithPrefix, nodeNamePrefix: shop}"),
    ("edge", "attach_script: {nodeNamePrefix: ''}"),
    ("edge", "num_of_nodes: 0\n-worker_instance_types"),
    ("managed", "num_of_nodes: 0\n-worker_instance_types"),
    ("managed", "worker_data_disk: 'true'\nworker_data_disk_size: '200'"),
    ("edge", "worker_data_disk: 'false'"),
    ("managed", "num_of_nodes: 299\nattach: [{instances: [i-a], key_pair: k}]"),
    ("managed", "num_of_nodes: 300\nattach: []"),
]


@pytest.mark.parametrize(("kind", "lines"), RIGHT)
def test_what_the_guide_allows_is_right(kind, lines, read):
    assert read(compose(kind, lines)).diagnostics == ()


@pytest.mark.parametrize("kind", NO_VPC)
@pytest.mark.parametrize(
    "networks",
    [
        "container_cidr: 10.0.0.0/16",
        "container_cidr: 10.0.0.0/16\nservice_cidr: 172.16.16.0/20",
        "container_cidr: 172.19.0.0/20\nservice_cidr: 172.16.0.0/16",
    ],
)
def test_networks_apart_from_what_is_made_are_right(kind, networks, read):
    assert read(compose(kind, NO_VPC[kind] + networks)).diagnostics == ()


def test_in_a_vpc_of_ones_own_no_network_is_made(read):
    assert read(compose("managed", "service_cidr: 172.16.16.0/20")).diagnostics == ()
    assert read(compose("managed", "container_cidr: 192.168.0.0/16")).diagnostics == ()


@pytest.mark.parametrize("category", ["cloud_ssd", "cloud_essd", "cloud_auto", "cloud_essd_entry", "cloud_essd_xc1"])
@pytest.mark.parametrize("disk", ["system", "data"])
@pytest.mark.parametrize(
    ("kind", "role"), [("managed", "worker"), ("edge", "worker"), ("dedicated", "worker"), ("dedicated", "master")]
)
def test_every_disk_takes_todays_categories(kind, role, disk, category, read):
    lines = f"{role}_data_disk: true\n{role}_{disk}_disk_category: {category}"
    result = read(compose(kind, lines))
    assert result.diagnostics == ()
    assert result.clusters["shop"].parameters[f"{role}_{disk}_disk_category"] == category


@pytest.mark.parametrize(("kind", "lines", "parameter", "says"), ROWS)
def test_a_wrong_parameter_is_one_error_at_its_place(kind, lines, parameter, says, read):
    text = compose(kind, lines)
    (fault,) = read(text).diagnostics
    line = marked(text)
    assert str(fault).startswith(f"ackplan.yaml:{line}:{fault.span.column}: {fault.code} shop: {parameter}: ")
    assert says in str(fault)
    before, rest = (
        text.splitlines()[line - 1][: fault.span.column - 1],
        text.splitlines()[line - 1][fault.span.column - 1 :],
    )
    assert before[-1] in " [{", f"column {fault.span.column} is inside a word"
    assert rest[0] not in " #", f"column {fault.span.column} is at nothing"


def test_all_faults_of_a_spec_are_reported_at_once(read):
    wrong = "snat_entry: yes\nnmu_of_nodes: 3\nvpcid: V\ntimeouts: {create: 60}\nkey_pair: k\nscale_in: {strategy: new}\n-num_of_nodes"
    faults = read(compose("managed", wrong)).diagnostics
    assert {fault.parameter for fault in faults} == {
        "snat_entry",
        "nmu_of_nodes",
        "num_of_nodes",
        "vpcid",
        "timeouts.create",
        "key_pair",
        "scale_in.strategy",
    }
    assert list(faults) == sorted(faults, key=lambda fault: fault.span)


def faults_of(text, read):
    return {(fault.code, fault.parameter) for fault in read(text).diagnostics}


def test_the_guides_example_with_its_unknown_type_shows_all_of_its_faults(read):
    wrong = """cluster_type: my-test-Kubernetes-cluster
vswitch_ids: ['vsw-2ze48rkq464rsdts1****']
kubernetes_version: 1.12.6-aliyun.1
addons: [{name: flannel}, {name: nginx-ingress-controller}]
login_password: test@19abcd"""
    assert faults_of(compose("managed", wrong), read) == {
        ("ACK1103", "cluster_type"),
        ("ACK1103", "vswitch_ids.0"),
        ("ACK1105", "login_password"),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", ["-cluster_type", "cluster_type: Swarm", "cluster_type: [a]"])
def test_an_unknown_type_hides_no_other_fault(kind, line, read):
    network = {"dedicated": "master_vswitch_ids", "serverless": "vswitch_id"}.get(kind, "vswitch_ids")
    (told,) = {fault[1] for fault in faults_of(compose(kind, line), read)}
    assert told == "cluster_type"
    more = f"{line}\n{network}: [V]\nregion_id: Beijing\ndepends_on: x\nnmu_of_nodes: 3"
    found = {parameter for _, parameter in faults_of(compose(kind, more), read)}
    assert {"cluster_type", "region_id", "depends_on", "nmu_of_nodes"} <= found
    assert any(parameter.startswith(network) for parameter in found)


def test_a_faulty_value_hides_no_rule_between_others(read):
    lines = """vpcid: V
service_cidr: 172.16.8.0/21
container_cidr: 172.16.0.0/16
name: other
lifecycle: {ignore_changes: [num_of_node]}"""
    assert faults_of(compose("managed", lines), read) == {
        ("ACK1103", "vpcid"),
        ("ACK1202", "service_cidr"),
        ("ACK1201", "name"),
        ("ACK1204", "lifecycle.ignore_changes"),
    }
    without = lines.replace("vpcid: V", "vpcid: '${var.vpc}'").replace("172.16.8.0/21", "192.168.0.0/20")
    assert "ACK1202" not in {code for code, _ in faults_of(compose("managed", without), read)}


def test_faults_of_all_clusters_and_files_are_reported_at_once(read):
    wrong = compose("managed", "vpcid: V\n-num_of_nodes")
    faults = read({"fleet/a.yaml": wrong, "fleet/b.yaml": wrong.replace("shop:", "dev:"), "fleet/c.yaml": "ackplan: 2"})
    assert {(fault.span.file, fault.cluster, fault.parameter) for fault in faults.diagnostics} == {
        ("fleet/a.yaml", "shop", "vpcid"),
        ("fleet/a.yaml", "shop", "num_of_nodes"),
        ("fleet/b.yaml", "dev", "vpcid"),
        ("fleet/b.yaml", "dev", "num_of_nodes"),
        ("fleet/c.yaml", "", "ackplan"),
    }


def test_each_of_many_with_the_same_fault_is_told_of_its_own(read):
    """At its own line, under its own name; also where beside it a name is wrong, or another value."""
    body = "".join(f"    {line}\n" for line in KINDS["managed"])
    wrong = body.replace("num_of_nodes: 3", "num_of_nodes: many")
    other = body.replace("num_of_nodes: 3", "num_of_nodes: few")
    text = "ackplan: 1\nregion: cn-beijing\nclusters:\n"
    bodies = {"a": wrong, "b": wrong, "-c": wrong, "d": other, "e": wrong, "-f": wrong, "g": body, "-h": body}
    text += "".join(f"  {name}:\n{lines}" for name, lines in bodies.items())
    found = read(text).diagnostics
    lines = text.splitlines()
    told = [(each.cluster, each.parameter, lines[each.span.line - 1].strip()) for each in found if each.parameter]
    sizes = [("a", "many"), ("b", "many"), ("-c", "many"), ("d", "few"), ("e", "many"), ("-f", "many")]
    assert [each for each in told if each[1] == "num_of_nodes"] == [
        (name, "num_of_nodes", f"num_of_nodes: {size}") for name, size in sizes
    ]
    names = [lines[each.span.line - 1].strip() for each in found if each.parameter != "num_of_nodes"]
    assert sorted(set(names)) == ["-c:", "-f:", "-h:"]
