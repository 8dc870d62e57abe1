"""Tools for Terraform plans read what `ackplan plan --format json` prints, unchanged, and judge it rightly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ackplan.rego import evaluate
from tests.running import command_line

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
  Scenario: Owners are told
    Given I have alicloud_cs_managed_kubernetes defined
    Then it must contain tags
    Then it must contain team
    And its value must be shop
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
    assert report["summary"]["resource_count"] == 2 * len(TYPES)
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
    assert "4 scenarios (4 passed)" in passed.stdout
    failed = terraform_compliance.run("-f", tmp_path / "features", "-p", few, "--no-ansi")
    assert failed.returncode == 1
    assert "4 scenarios (3 passed, 1 failed)" in failed.stdout
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
