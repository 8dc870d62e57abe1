"""`ackplan import`: what is live is recorded, and what can't be seen is taken from the spec."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live_fleets import LIVE, OUTSIDE
from projects import Project

from tests.running import simulator

RIM = """\
ackplan: 1
region: cn-beijing
clusters:
  rim:
    cluster_type: ManagedKubernetes
    profile: Edge
    vpcid: vpc-2zerim000000000001
    vswitch_ids: [vsw-2zerim000000000001]
    snat_entry: false
    num_of_nodes: 2
    worker_instance_types: [ecs.c5.large]
    worker_system_disk_category: cloud_ssd
    worker_system_disk_size: 40
    key_pair: mine
"""


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Project]:
    with simulator(live={"clusters": [*LIVE, *OUTSIDE]}) as api:
        yield Project(tmp_path, api)


def recorded(project: Project) -> dict[str, Any]:
    clusters: dict[str, Any] = json.loads((project.folder / "state/default.json").read_text())["clusters"]
    return clusters


def test_with_a_spec_nothing_is_left_to_record(found: Project) -> None:
    found.write(RIM)
    done = found.run("import", "rim")
    assert (done.code, done.err) == (0, "")
    assert found.run("plan", "--detailed-exitcode").code == 0
    entry = recorded(found)["rim"]
    assert entry["partial"]
    assert entry["parameters"]["key_pair"] == "mine"
    assert found.changing() == []


def test_what_the_spec_says_otherwise_than_what_is_live_is_a_change(found: Project) -> None:
    found.write(RIM.replace("num_of_nodes: 2", "num_of_nodes: 5").replace("vpc-2zerim", "vpc-other"))
    found.run("import", "rim")
    planned = found.run("plan")
    assert planned.code == 1
    assert "num_of_nodes = 2 -> 5" in planned.out
    assert 'vpcid        = "vpc-2zerim000000000001" -> "vpc-other000000000001"' in planned.out


def test_without_a_spec_what_is_live_is_recorded_and_completed_later(found: Project) -> None:
    assert found.run("import", "rim").code == 0
    assert "key_pair" not in recorded(found)["rim"]["parameters"]
    found.write(RIM)
    assert "1 to record" in found.run("plan").out
    assert found.run("import", "rim").code == 0
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


def test_a_cluster_of_which_all_is_known_is_not_taken_in_again(project: Project) -> None:
    project.applied("ackplan: 1\nregion: cn-beijing\nclusters:\n  db: {cluster_type: Ask}\n")
    done = project.run("import", "db")
    assert (done.code, done.err[:7]) == (1, "ACK3006")


def test_a_cluster_that_the_spec_lacks_is_recorded_with_a_warning(found: Project) -> None:
    found.write(RIM)
    done = found.run("import", "shop")
    assert done.code == 0
    assert done.err.startswith("ACK3052 warning: shop: Cluster is not in the spec: it is recorded now")
    assert "shop will be destroyed" in found.run("plan").out


def test_all_are_those_of_the_spec_that_are_live(found: Project) -> None:
    missing = found.run("import", "--all")
    assert (missing.code, missing.err[:7]) == (1, "ACK1020")
    broken = RIM.partition("clusters:\n")[2].replace("  rim:", "  broken:")
    found.write(RIM + broken + broken.replace("  broken:", "  fresh:"))
    done = found.run("import", "--all")
    assert done.out == "Recorded 1 cluster. See what the spec would change: ackplan plan\n"
    assert re.findall(r"ACK3051 warning: (\w+)", done.err) == ["broken"]
    assert list(recorded(found)) == ["rim"]
    serial = json.loads((found.folder / "state/default.json").read_text())["serial"]
    assert found.run("import", "--all").out.startswith("Nothing to record: ")
    assert json.loads((found.folder / "state/default.json").read_text())["serial"] == serial


@pytest.mark.parametrize(
    ("name", "code"),
    [("broken", "ACK3050"), ("leaving", "ACK3050"), ("swarm", "ACK3008"), ("nobody", "ACK4002")],
)
def test_what_can_t_be_managed_is_not_recorded(name: str, code: str, found: Project) -> None:
    done = found.run("import", name)
    assert (done.code, done.err[:7]) == (1, code)
    assert not (found.folder / "state").exists()


def test_a_wrong_spec_is_told_before_anything_is_recorded(found: Project) -> None:
    found.write(RIM.replace("key_pair", "key_pear"))
    done = found.run("import", "rim")
    assert done.code == 1
    assert "ackplan.yaml:14:5: ACK1104 rim: key_pear" in done.err
    assert not (found.folder / "state").exists()


def test_attached_instances_are_recognized(found: Project) -> None:
    body = (
        RIM.replace("num_of_nodes: 2", "num_of_nodes: 1")
        .replace("  rim:", "  shop:")
        .replace("    profile: Edge\n", "")
    )
    body = re.sub(r"vpc-\w+", "vpc-2zeshop00000000001", body)
    attach = "    attach: [{instances: [i-shop1, i-shop3], key_pair: mine}]\n"
    found.write(body + attach)
    assert found.run("import", "shop").code == 0
    assert recorded(found)["shop"]["attached"] == ["i-shop1", "i-shop3"]
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


def test_all_are_completed_where_the_spec_says_more_now(found: Project) -> None:
    found.run("import", "rim")
    found.write(RIM)
    assert found.run("import", "--all").out.startswith("Recorded 1 cluster.")
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.run("import", "--all").out.startswith("Nothing to record: ")


@pytest.mark.parametrize(("spec", "reads"), [(RIM, 0), (RIM.replace("num_of_nodes: 2", "num_of_nodes: 3"), 1)])
def test_all_reads_the_nodes_of_those_alone_whose_size_is_not_the_specs(found: Project, spec: str, reads: int) -> None:
    found.write(spec)
    assert found.run("import", "--all").code == 0
    assert sum(call.path.endswith("/nodes") for call in found.api.calls) == reads
    assert recorded(found)["rim"]["parameters"]["num_of_nodes"] == 2
    assert found.run("plan", "--detailed-exitcode").code == (2 if reads else 0)
