"""Values that say the same in other words: another order of a set, what already holds, and nothing at all."""

from __future__ import annotations

import pytest
from projects import Project

HEAD = "ackplan: 1\nregion: cn-beijing\nclusters:\n  web:\n"
COMMON = """\
    snat_entry: true
    vpcid: vpc-2zeshop00000000001
    num_of_nodes: 1
    worker_instance_types: [ecs.hfc5.xlarge, ecs.c5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {env: ACK_NODE_PASSWORD}
"""
MANAGED = f"{HEAD}    cluster_type: ManagedKubernetes\n{COMMON}    vswitch_ids: [vsw-a, vsw-b]\n"
EDGE = MANAGED.replace("snat_entry", "profile: Edge\n    snat_entry")
DEDICATED = f"""\
{HEAD}    cluster_type: Kubernetes
{COMMON}    master_instance_types: [ecs.c5.large, ecs.c5.large, ecs.c5.xlarge]
    master_system_disk_category: cloud_ssd
    master_system_disk_size: 120
    master_vswitch_ids: [vsw-a, vsw-b, vsw-c]
    worker_vswitch_ids: [vsw-a, vsw-b]
"""
SERVERLESS = f"{HEAD}    cluster_type: Ask\n"
ADDONS = "    addons: [{name: flannel}, {name: logtail-ds}]\n"
TAGS = "    tags: [{key: a, value: x}, {key: b}]\n"

# What was applied, and what the spec says now: no call may follow, and no word of a change.
SAME = [
    (MANAGED, MANAGED.replace("[vsw-a, vsw-b]", "[vsw-b, vsw-a]")),
    (EDGE, EDGE.replace("[vsw-a, vsw-b]", "[vsw-b, vsw-a]")),
    (DEDICATED, DEDICATED.replace("[vsw-a, vsw-b]", "[vsw-b, vsw-a]")),
    (DEDICATED, DEDICATED.replace("[vsw-a, vsw-b, vsw-c]", "[vsw-c, vsw-a, vsw-b]")),
    (MANAGED + ADDONS, MANAGED + "    addons: [{name: logtail-ds}, {name: flannel, version: ''}]\n"),
    (MANAGED + TAGS, MANAGED + "    tags: [{value: '', key: b}, {value: x, key: a}]\n"),
    (MANAGED, MANAGED + "    tags: []\n    addons: []\n    cloud_monitor_flags: false\n"),
    (MANAGED + "    tags: []\n    addons: []\n", MANAGED),
    (MANAGED, MANAGED + "    proxy_mode: iptables\n    endpoint_public_access: true\n"),
    (SERVERLESS, SERVERLESS + "    private_zone: false\n    nat_gateway: false\n"),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_the_same_in_other_words_is_no_change(project: Project, before: str, after: str) -> None:
    project.applied(before).write(after)
    calls = project.changing()
    planned = project.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.out.partition(". ")[0]) == (0, "No changes"), planned.out + planned.err
    assert project.run("apply", "--auto-approve").code == 0
    assert project.changing() == calls


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("worker_instance_types", "[ecs.hfc5.xlarge, ecs.c5.xlarge]", "[ecs.c5.xlarge, ecs.hfc5.xlarge]"),
        (
            "master_instance_types",
            "[ecs.c5.large, ecs.c5.large, ecs.c5.xlarge]",
            "[ecs.c5.xlarge, ecs.c5.large, ecs.c5.large]",
        ),
    ],
)
def test_where_order_means_something_the_plan_shows_a_reorder(
    project: Project, name: str, before: str, after: str
) -> None:
    project.applied(DEDICATED).write(DEDICATED.replace(before, after))
    planned = project.run("plan")
    assert planned.code == 1
    (line,) = [line for line in planned.out.splitlines() if line.strip().startswith(f"~ {name}")]
    assert line.endswith("# forces replacement, another order")
    assert "another order" in project.run("plan", "--format", "markdown").out


def test_what_a_set_gained_is_shown(project: Project) -> None:
    project.applied(MANAGED).write(MANAGED.replace("[vsw-a, vsw-b]", "[vsw-c, vsw-b, vsw-a]"))
    planned = project.run("plan")
    assert planned.code == 1
    assert '= ["vsw-a", "vsw-b"] -> ["vsw-a", "vsw-b", "vsw-c"]' in planned.out
    assert "another order" not in planned.out
