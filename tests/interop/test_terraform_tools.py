"""Tools for Terraform plans read what `ackplan plan --format json` prints, unchanged, and judge it rightly."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from ackplan.rego import evaluate
from tests.running import command_line

ROOT = Path(__file__).parents[2]

# One cluster of each kind; {addons} and {workers} are what the tests are about.
SPEC = """\
ackplan: 1
region: cn-beijing
templates:
  nodes:
    snat_entry: true
    key_pair: shop
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: {workers}
clusters:
  dedicated:
    extends: nodes
    cluster_type: Kubernetes
    master_instance_types: [ecs.sn1.medium, ecs.sn1.medium, ecs.sn1.medium]
    master_system_disk_category: cloud_ssd
    master_system_disk_size: 40
    container_cidr: 172.20.0.0/16
    addons: {addons}
  managed: {{extends: nodes, cluster_type: ManagedKubernetes, tags: [{{key: team, value: shop}}]}}
  edge: {{extends: nodes, cluster_type: ManagedKubernetes, profile: Edge}}
  jobs: {{cluster_type: Ask, nat_gateway: "true", depends_on: [managed]}}
"""
TYPES = {
    "dedicated": "kubernetes",
    "managed": "managed_kubernetes",
    "edge": "edge_kubernetes",
    "jobs": "serverless_kubernetes",
}
# Clusters whose workers are shown as a node pool, too.
WITH_POOLS = ("dedicated", "managed")
FEATURE = """\
Feature: Clusters keep the team's rules
  Scenario: Nodes reach the internet
    Given I have alicloud_cs_managed_kubernetes defined
    Then it must contain new_nat_gateway
    And its value must be true
  Scenario: There are several workers
    Given I have alicloud_cs_edge_kubernetes defined
    Then it must contain worker_number
    And its value must be greater than 1
  Scenario: Nobody logs in with a password
    Given I have alicloud_cs_kubernetes defined
    Then it must not contain password
  Scenario: Workers are large enough
    Given I have alicloud_cs_kubernetes_node_pool defined
    Then it must contain instance_types
    And its value must match the "ecs\\..*xlarge" regex
  Scenario: Owners are told
    Given I have alicloud_cs_managed_kubernetes defined
    Then it must contain tags
    Then it must contain team
    And its value must be shop
"""
# What holds for the clusters of examples/today, and one scenario that does not.
POOLS = """\
Feature: Node pools and add-ons keep the team's rules
  Scenario: Disks are fast
    Given I have alicloud_cs_kubernetes_node_pool defined
    When it has system_disk_category
    Then it must contain system_disk_category
    And its value must be cloud_essd
  Scenario: Pools are of a cluster
    Given I have alicloud_cs_kubernetes_node_pool defined
    Then it must contain cluster_id
  Scenario: Broken nodes are repaired where pools are managed
    Given I have alicloud_cs_kubernetes_node_pool defined
    When it has management
    Then it must contain management
    Then it must contain auto_repair
    And its value must be true
  Scenario: Add-ons are known
    Given I have alicloud_cs_kubernetes_addon defined
    Then it must contain name
    And its value must match the "terway-eniip|metrics-server|flannel|logtail-ds" regex
  Scenario: No pool has more than two nodes
    Given I have alicloud_cs_kubernetes_node_pool defined
    When it has desired_size
    Then it must contain desired_size
    And its value must be less than 3
"""
# As a team writes it that has today's provider.
TODAYS_POLICY = """\
package main

import rego.v1

pools contains r if {
    some r in input.resource_changes
    r.type == "alicloud_cs_kubernetes_node_pool"
    "create" in r.change.actions
}

deny_unrepaired contains msg if {
    some pool in pools
    not pool.change.after.management[0].auto_repair
    msg := {"msg": sprintf("%s is not repaired", [pool.address]), "address": pool.address, "attribute": "management"}
}

deny_large contains msg if {
    some pool in pools
    to_number(pool.change.after.desired_size) > 2
    msg := {"msg": sprintf("%s is large", [pool.address]), "attribute": "desired_size"}
}

deny_untainted contains msg if {
    some pool in pools
    pool.change.after.scaling_config[0].max_size > 10
    not pool.change.after.taints[0].effect == "NoExecute"
    msg := {"msg": sprintf("%s may grow", [pool.address]), "attribute": "scaling_config[0].max_size"}
}

deny_old contains msg if {
    some r in input.resource_changes
    r.type == "alicloud_cs_managed_kubernetes"
    not startswith(r.change.after.version, "1.32")
    not r.change.after.maintenance_window[0].enable == false
    msg := {"msg": "too old", "address": r.address, "attribute": "version"}
}
"""
# The policy of OPA's own tutorial on Terraform: a plan that touches too much needs a person.
BLAST_RADIUS = """\
package terraform.analysis

import input as tfplan
import rego.v1

blast_radius := 30
weights := {
    "alicloud_cs_kubernetes": {"delete": 100, "create": 10, "modify": 1},
    "alicloud_cs_managed_kubernetes": {"delete": 10, "create": 1, "modify": 1},
}
resource_types := {"alicloud_cs_kubernetes", "alicloud_cs_managed_kubernetes"}

default authz := false

authz if {
    score < blast_radius
    not touches_edge
}

score := s if {
    all_resources := [x |
        some resource_type
        crud := weights[resource_type]
        del := crud.delete * num_deletes[resource_type]
        new := crud.create * num_creates[resource_type]
        mod := crud.modify * num_modifies[resource_type]
        x := (del + new) + mod
    ]
    s := sum(all_resources)
}

touches_edge if {
    count(resources.alicloud_cs_edge_kubernetes) > 0
}

resources[resource_type] := all_resources if {
    some resource_type in object.keys(weights) | {"alicloud_cs_edge_kubernetes"}
    all_resources := [name | some name in tfplan.resource_changes; name.type == resource_type]
}

num_creates[resource_type] := num if {
    some resource_type in resource_types
    num := count([res | some res in resources[resource_type]; "create" in res.change.actions])
}

num_deletes[resource_type] := num if {
    some resource_type in resource_types
    num := count([res | some res in resources[resource_type]; "delete" in res.change.actions])
}

num_modifies[resource_type] := num if {
    some resource_type in resource_types
    num := count([res | some res in resources[resource_type]; "update" in res.change.actions])
}
"""


def plan(folder: Path, name: str, *, addons: str = "[{name: flannel}]", workers: int = 2) -> Path:
    """A plan's JSON as the command prints it, in a file of this name."""
    (folder / "ackplan.yaml").write_text(SPEC.format(addons=addons, workers=workers), "utf-8")
    planned = command_line(folder, "plan", "--no-refresh", "--format", "json")
    assert (planned.code, planned.err, planned.out.count("\n")) == (0, "", 1)
    path = folder / f"{name}.json"
    path.write_text(planned.out, "utf-8")
    return path


def test_checkov_finds_the_network_component_of_a_dedicated_cluster(checkov, outside, tmp_path):
    plans = [plan(tmp_path, "with"), plan(tmp_path, "without", addons="[{name: nginx-ingress-controller}]")]
    files = [argument for path in plans for argument in ("-f", path)]
    done = checkov.run(*files, "--framework", "terraform_plan", "--skip-download", "-o", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] == 2 * (len(TYPES) + len(WITH_POOLS))
    found = {
        (Path(check["file_path"]).stem, result)
        for result in ("passed", "failed")
        for check in report["results"][f"{result}_checks"]
        if (check["check_id"], check["resource"]) == ("CKV_ALI_26", "alicloud_cs_kubernetes.dedicated")
    }
    assert found == {("with", "passed"), ("without", "failed")}
    assert outside.visits == []


def test_terraform_compliance_judges_each_scenario(terraform_compliance, outside, tmp_path):
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "clusters.feature").write_text(FEATURE, "utf-8")
    few, many = plan(tmp_path, "few", workers=1), plan(tmp_path, "many")
    passed = terraform_compliance.run("-f", tmp_path / "features", "-p", many, "--no-ansi")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "5 scenarios (5 passed)" in passed.stdout
    failed = terraform_compliance.run("-f", tmp_path / "features", "-p", few, "--no-ansi")
    assert failed.returncode == 1
    assert "5 scenarios (4 passed, 1 failed)" in failed.stdout
    assert "worker_number" in failed.stdout
    assert outside.visits == []


def test_the_policy_of_opas_tutorial_scores_the_plan(tmp_path):
    document = json.loads(plan(tmp_path, "plan").read_text("utf-8"))
    paths = [f"data.terraform.analysis.{name}" for name in ("score", "authz", "touches_edge", "num_creates")]
    values: dict[str, Any] = {
        path.rpartition(".")[2]: value
        for path, value in evaluate([("analysis.rego", BLAST_RADIUS)], {}, document, paths).items()
    }
    creates = {"alicloud_cs_kubernetes": 1, "alicloud_cs_managed_kubernetes": 1}
    assert values == {"score": 11, "touches_edge": True, "num_creates": creates}, "what is false is not there: authz"


def test_resources_have_the_types_and_addresses_of_the_provider(tmp_path):
    document = json.loads(plan(tmp_path, "plan").read_text("utf-8"))
    addresses = sorted(f"alicloud_cs_{kind}.{name}" for name, kind in TYPES.items())
    assert [change["address"] for change in document["resource_changes"]] == addresses
    assert [found["address"] for found in document["planned_values"]["root_module"]["resources"]] == addresses
    assert [found["address"] for found in document["configuration"]["root_module"]["resources"]] == addresses


def todays_plan(folder: Path) -> Path:
    """The plan's JSON of examples/today, in a file."""
    shutil.copy(ROOT / "examples" / "today" / "ackplan.yaml", folder)
    planned = command_line(folder, "plan", "--no-refresh", "--format", "json")
    assert (planned.code, planned.err) == (0, "")
    path = folder / "today.json"
    path.write_text(planned.out, "utf-8")
    return path


def test_checkov_finds_node_pools_that_are_not_repaired(checkov, outside, tmp_path):
    path = todays_plan(tmp_path)
    done = checkov.run("-f", path, "--framework", "terraform_plan", "--skip-download", "-o", "json")
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    found = {
        result: sorted(
            check["resource"] for check in report["results"][f"{result}_checks"] if check["check_id"] == "CKV_ALI_31"
        )
        for result in ("passed", "failed")
    }
    assert found["passed"] == ['alicloud_cs_kubernetes_node_pool.shop-prod["web"]']
    assert 'alicloud_cs_kubernetes_node_pool.shop-prod["batch"]' in found["failed"]
    assert len(found["failed"]) == 6
    assert outside.visits == []


def test_terraform_compliance_judges_node_pools_and_addons(terraform_compliance, outside, tmp_path):
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "pools.feature").write_text(POOLS, "utf-8")
    done = terraform_compliance.run("-f", tmp_path / "features", "-p", todays_plan(tmp_path), "--no-ansi")
    assert "5 scenarios (4 passed, 1 failed)" in done.stdout, done.stdout
    assert 'alicloud_cs_kubernetes_node_pool.shop-prod["web"]' in done.stdout
    assert outside.visits == []


def subjects(out: str, rule: str) -> set[str]:
    """Of what a rule finds something, where it stands grouped and where it is the only one."""
    grouped = re.search(rf"^ACK2118 team.rego/{rule} \(.*\n((?:  .*\n)+)", out, re.MULTILINE)
    if grouped:
        return set(re.findall(r"(\S+) \(ackplan.yaml:", grouped[1]))
    return set(re.findall(rf"ACK2118 (\S+?): (?:\S+: )?Rego policy is violated: team.rego/{rule}: ", out))


def test_a_policy_for_todays_provider_finds_pools_and_their_lines(tmp_path):
    todays_plan(tmp_path)
    (tmp_path / "team.rego").write_text(TODAYS_POLICY, "utf-8")
    planned = command_line(tmp_path, "plan", "--no-refresh", "--policy", "team.rego")
    assert planned.code == 1
    assert subjects(planned.out, "deny_unrepaired") == {
        *("data/store", "floor/gateway", "shop-dev/web", "shop-logs/hot", "shop-logs/spare", "shop-prod/batch")
    }
    assert subjects(planned.out, "deny_large") == {"data/store", "shop-prod/web"}
    assert subjects(planned.out, "deny_untainted") == {"shop-prod/batch"}
    assert subjects(planned.out, "deny_old") == {"shop-dev", "shop-logs", "shop-prod"}
    spec = (tmp_path / "ackplan.yaml").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(spec, 1) if "max_instances: 20" in text)
    assert re.search(
        rf"^ackplan.yaml:{line}:\d+: ACK2118 shop-prod/batch: auto_scaling.max_instances: ", planned.out, re.MULTILINE
    )
