"""The command line against an API that lags, lies and is edited by hand: nothing is lost, made twice or believed once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.strict_api import EMPTY, Raw, Reply, StrictApi, not_found, served
from tests.running import Command, command_line

ASK = '    cluster_type: Ask\n    nat_gateway: "true"\n'
LISTS: dict[str, Callable[[list[Any]], Any]] = {
    "an empty list": lambda _: [],
    "null": lambda _: None,
    "a part": lambda found: found[:2],
    "one without a list": lambda found: {"clusters": found[0]},
    "null for its list": lambda _: {"clusters": None, "page_info": None},
}
GONE = [not_found(), not_found(404, "ErrorQueryCluster"), not_found(400, "ErrorQueryCluster")]
NOT_GONE: list[Reply] = [
    not_found(404, "EntityNotExist.Role"),
    not_found(404, "InvalidAccessKeyId.NotFound"),
    not_found(404, "InvalidAction.NotFound"),
    not_found(404, "InvalidRegionId.NotFound"),
    not_found(404, "Whatever"),
    not_found(403, "Forbidden.RAM"),
    (404, Raw("<html>404</html>")),
    (404, Raw("code=404, message=cluster not found")),
    (404, EMPTY),
    (404, {"message": "cluster not found"}),
    (200, {"code": "ErrorClusterNotFound", "message": "cluster not found"}),
    (200, None),
]


@dataclass
class Project:
    folder: Path
    api: StrictApi

    def run(self, *arguments: str) -> Command:
        environment = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "strict-key",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "strict-secret",
            "ACKPLAN_ENDPOINT": self.api.url,
            "ACKPLAN_RATE": "0",
            "ACKPLAN_PATIENCE": "0.01",
            "PW": "Node-password-1",
        }
        ended = command_line(self.folder, *arguments, environment=environment)
        assert "ACK9001" not in ended.out + ended.err
        return ended

    def write(self, *names: str, more: str = "") -> None:
        clusters = "".join(f"  {name}:\n{ASK}" for name in names)
        (self.folder / "ackplan.yaml").write_text(f"ackplan: 1\nregion: cn-beijing\nclusters:\n{clusters}{more}")

    def imported(self, *names: str) -> Project:
        """The project with these clusters, which were there long before they were recorded."""
        for name in names:
            self.api.put(name)
        self.write(*names)
        ended = self.run("import", "--all")
        assert ended.code == 0, ended.err
        return self

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state/default.json").read_text())["clusters"]
        return found

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        path = self.folder / "state/default.json"
        record = json.loads(path.read_text())
        change(record["clusters"])
        path.write_text(json.dumps(record, indent=2, sort_keys=True))

    def nothing_is_lost(self) -> bool:
        """Whether each live cluster is recorded, once, under its name."""
        live = {cluster.id: cluster.name for cluster in self.api.clusters.values()}
        return live == {entry["cluster_id"]: name for name, entry in self.record.items()}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Project]:
    with served() as api:
        yield Project(tmp_path, api)


# Gone is a fact about an id


@pytest.mark.parametrize("shape", LISTS)
def test_a_list_that_lacks_what_is_recorded_is_told(at: Project, shape: str) -> None:
    at.imported(*"abcde").api.listing = LISTS[shape]
    for command in (("plan",), ("drift",), ("apply", "--auto-approve"), ("destroy", "--auto-approve"), ("doctor",)):
        ended = at.run(*command)
        assert ended.code == 1, command
        assert "List of clusters is incomplete" in ended.out + ended.err
    assert at.api.sent() == []
    assert at.nothing_is_lost()


@pytest.mark.parametrize("shape", LISTS)
def test_commands_for_one_cluster_find_it_whatever_lists_say(at: Project, shape: str) -> None:
    at.imported(*"abc").api.listing = LISTS[shape]
    for command in (("clusters", "c"), ("certs", "c"), ("export", "c"), ("attach-script", "c")):
        ended = at.run(*command)
        assert ended.code == 0, ended.err
    everything = at.run("export", "--all")
    assert all(f"  {name}:" in everything.out for name in "abc")
    assert "List of clusters is incomplete" in everything.out + everything.err
    assert all(f"{name}  " in at.run("clusters").out for name in "abc")
    refused = at.run("state", "mv", "c", "z")
    assert "is still c" in refused.err
    assert "state rm" not in refused.err


@pytest.mark.parametrize("answer", NOT_GONE, ids=lambda value: str(value).replace(str(EMPTY), "empty"))
def test_another_answer_than_by_code_is_no_absence(at: Project, answer: Reply) -> None:
    at.imported(*"abc")
    first = at.record["a"]["cluster_id"]
    at.api.detail[first] = answer
    at.api.listing = lambda found: [cluster for cluster in found if cluster["cluster_id"] != first]
    for command in (("plan",), ("drift",), ("destroy", "--auto-approve", "--target", "a")):
        assert at.run(*command).code == 1, command
    assert at.api.sent() == []
    assert at.nothing_is_lost()


@pytest.mark.parametrize("answer", GONE, ids=lambda value: str(value).replace(str(EMPTY), "empty"))
def test_what_is_gone_by_its_code_is_planned_anew_and_forgotten(at: Project, answer: Reply) -> None:
    at.imported(*"abc").api.missing = answer
    del at.api.clusters[at.record["a"]["cluster_id"]]
    assert "1 to create" in at.run("plan").out
    assert at.run("drift").code == 2
    assert at.run("destroy", "--auto-approve", "--target", "a").code == 0
    assert sorted(at.record) == ["b", "c"]


@pytest.mark.parametrize(("gone", "of", "code"), [(2, 2, 0), (2, 3, 0), (3, 6, 0), (3, 5, 1), (3, 3, 1), (4, 6, 1)])
def test_most_of_a_record_does_not_vanish_at_once(at: Project, gone: int, of: int, code: int) -> None:
    at.imported(*"abcdef"[:of])
    for name in "abcdef"[:gone]:
        del at.api.clusters[at.record[name]["cluster_id"]]
    for command in (("plan",), ("plan", "--target", "a"), ("plan", "--destroy")):
        ended = at.run(*command)
        assert ended.code == code, command
        assert ("--allow-vanished" in ended.err) == bool(code)
        assert ("looked for by ID in cn-beijing" in ended.err) == bool(code)
    assert at.run("plan", "--allow-vanished").code == 0


@pytest.mark.parametrize("reply", [*GONE, (200, "deleted")], ids=lambda value: str(value).replace(str(EMPTY), "empty"))
def test_a_deletion_ends_when_the_id_is_gone(at: Project, reply: Reply) -> None:
    at.api.deleting_for = 0.2
    at.api.delete_ends = "deleted" if reply[0] == 200 else "gone"
    at.api.missing = reply if reply[0] != 200 else not_found()
    ended = at.imported(*"ab").run("destroy", "--auto-approve")
    assert ended.code == 0, ended.err
    assert at.record == {}


@pytest.mark.parametrize("ends", ["delete_failed", "deleteFailed"])
def test_a_deletion_that_fails_is_not_believed_to_a_list(at: Project, ends: str) -> None:
    """The list is empty from the first deletion on; by id the clusters are there."""
    at.api.deleting_for, at.api.delete_ends = 0.2, ends
    at.imported(*"abcde")
    at.api.listing = lambda found: [] if at.api.sent("DELETE") else found
    ended = at.run("destroy", "--auto-approve")
    assert ended.code == 1
    assert "ACK5012" in ended.out + ended.err
    assert at.nothing_is_lost()
    assert len(at.record) == 5


def test_a_cluster_in_an_unknown_state_is_deleted_all_the_same(at: Project) -> None:
    at.imported("a")
    next(iter(at.api.clusters.values())).fields["state"] = "hibernating"
    assert at.run("destroy", "--auto-approve").code == 0
    assert at.api.clusters == {}


# Creates


@pytest.mark.parametrize(("reads", "lists"), [(0.3, 0.0), (0.0, 2.0), (0.3, 2.0)])
def test_a_create_that_reads_lag_behind_is_sent_once(at: Project, reads: float, lists: float) -> None:
    at.api.reads_lag, at.api.lists_lag = reads, lists
    at.write("a", "b")
    for _ in range(2):
        ended = at.run("apply", "--auto-approve")
        assert ended.code == 0, ended.out + ended.err
    assert len(at.api.sent("POST")) == 2
    assert at.nothing_is_lost()


def test_a_create_that_a_gateway_commits_late_is_sent_once(at: Project) -> None:
    at.api.late_create = 0.8
    at.write("a")
    assert at.run("apply", "--auto-approve").code == 0
    assert len(at.api.sent("POST")) == 1
    assert at.nothing_is_lost()


@pytest.mark.parametrize("state", ["running", "failed", "stopped", "delete_failed", "initial", "hibernating"])
def test_two_live_clusters_of_one_name_are_told_by_every_command(at: Project, state: str) -> None:
    at.imported("a", "b")
    ids = {at.record["a"]["cluster_id"], at.api.put("a", state=state)}
    planning = [("plan",), ("drift",), ("destroy", "--auto-approve"), ("apply", "--auto-approve"), ("doctor",)]
    named = [(command, "a") for command in ("clusters", "kubeconfig", "certs", "attach-script", "export", "import")]
    for command in (*planning, *named):
        ended = at.run(*command)
        assert ended.code == 1, command
        assert "ACK2022" in ended.out + ended.err, command
        assert all(cluster_id in ended.out + ended.err for cluster_id in ids), command
    assert at.run("certs", at.record["a"]["cluster_id"]).code == 0
    assert at.api.sent() == []


# Who is this


def _swapped(first: str, second: str) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        ids = record[first]["cluster_id"], record[second]["cluster_id"]
        record[second]["cluster_id"], record[first]["cluster_id"] = ids

    return change


def _entries_swapped(record: dict[str, Any]) -> None:
    record["a"], record["b"] = record["b"], record["a"]


def _one_id(record: dict[str, Any]) -> None:
    record["a"]["cluster_id"] = record["b"]["cluster_id"]


@pytest.mark.parametrize(
    "edits", [[_swapped("a", "b")], [_swapped("a", "b"), _swapped("b", "c")], [_entries_swapped], [_one_id]]
)
def test_an_id_under_another_name_is_never_acted_on(at: Project, edits: list[Callable[[dict[str, Any]], None]]) -> None:
    at.imported(*"abc")
    for edit in edits:
        at.edit(edit)
    for command in ("plan", "drift", "doctor"):
        ended = at.run(command)
        assert ended.code == 1
        told = ("Recorded ID belongs to another cluster", "Cluster is recorded twice")
        assert any(words in ended.out + ended.err for words in told)
    at.write("b", "c")
    assert at.run("apply", "--auto-approve").code == 1
    assert at.run("destroy", "--auto-approve").code == 1
    assert at.api.sent() == []


def test_a_cluster_that_was_renamed_is_told_and_recorded_once(at: Project) -> None:
    at.imported("a", "b")
    at.api.clusters[at.record["a"]["cluster_id"]].fields["name"] = "z"
    for command in (("plan",), ("drift",), ("destroy", "--auto-approve")):
        ended = at.run(*command)
        assert ended.code == 1
        assert "ackplan state mv a z" in ended.out + ended.err
    assert "recorded as a" in at.run("import", "z").err
    assert at.run("state", "mv", "a", "z").code == 0
    assert at.nothing_is_lost()
    assert at.api.sent() == []


def test_clusters_are_found_in_their_own_regions(at: Project) -> None:
    """Each region answers for itself alone, and no option names either."""
    at.api.regional = True
    at.api.put("a")
    at.api.put("b", region_id="us-west-1")
    at.write("a", more=f"  b:\n    region_id: us-west-1\n{ASK}")
    assert at.run("import", "--all").code == 0
    assert sorted(at.record) == ["a", "b"]
    for command in (("plan", "--detailed-exitcode"), ("drift",), ("doctor",), ("certs", "b"), ("export", "b")):
        assert at.run(*command).code == 0, command
    assert at.run("destroy", "--auto-approve").code == 0
    assert at.api.clusters == {}


def test_answers_without_a_region_are_no_difference(at: Project) -> None:
    at.api.shape = lambda fields: {name: value for name, value in fields.items() if name != "region_id"}
    at.imported("a", "b")
    assert at.run("plan", "--detailed-exitcode").code == 0
    assert at.run("drift").code == 0
    assert at.run("destroy", "--auto-approve").code == 0
    assert at.api.clusters == {}


def test_another_account_is_not_taken_for_an_empty_one(at: Project) -> None:
    at.imported(*"abcde")
    at.api.clusters.clear()
    for name in "abcde":
        at.api.put(name)
    for command in (("plan",), ("drift",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")):
        assert "Most recorded clusters are gone" in at.run(*command).err
    assert at.api.sent() == []
    assert len(at.record) == 5


# Nodes and tasks

WEB = """\
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: {count}
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {{env: PW}}
    scale_in: {{strategy: newest, release_node: true}}
"""


def _texts(fields: dict[str, Any]) -> dict[str, Any]:
    odd = {"size": str(fields["size"]), "created": 1795880734.35, "updated": None, "deletion_protection": "false"}
    return {**fields, **odd}


@pytest.mark.parametrize("tasks", [True, False])
@pytest.mark.parametrize("shape", [_texts, dict])
def test_a_cluster_is_scaled_by_whatever_can_be_read(
    at: Project, tasks: bool, shape: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:  # fmt: skip
    at.api.tasks, at.api.shape, at.api.scaling_for = tasks, shape, 0.2
    at.api.task_fields = {"created": 1795880734.35, "updated": None, "error": None}
    for count in (2, 4, 3):
        at.write(more=WEB.format(count=count))
        ended = at.run("apply", "--auto-approve")
        assert ended.code == 0, ended.out + ended.err
        (web,) = at.api.clusters.values()
        assert len(web.nodes) == count
    assert at.run("plan", "--detailed-exitcode").code == 0
    assert len(at.api.sent("POST")) == 3


@pytest.mark.parametrize("option", ["id", "name"])
def test_a_plan_file_names_nodes_as_the_switch_says(at: Project, option: str) -> None:
    at.write(more=WEB.format(count=3))
    assert at.run("apply", "--auto-approve").code == 0
    at.api.names = option
    at.write(more=WEB.format(count=2))
    assert at.run("plan", "--node-names", option, "--out", "it.plan").code == 0
    ended = at.run("apply", "it.plan")
    assert ended.code == 0, ended.err
    (web,) = at.api.clusters.values()
    assert len(web.nodes) == 2


@pytest.mark.parametrize("state", ["fail", "failed", "FAILED", "error", "canceled", "cancelled", "paused"])
def test_a_task_that_ends_ill_ends_the_step(at: Project, state: str) -> None:
    at.api.task_state = state
    at.api.task_fields = {"task_result": [{"data": "i-1", "status": "fail", "message": "no address left"}]}
    at.write("a")
    ended = at.run("apply", "--auto-approve")
    assert ended.code == 1
    assert "no address left" in ended.out + ended.err
    at.api.task_state = "succeeded"
    assert at.run("apply", "--auto-approve").code == 0
    assert len(at.api.sent("POST")) == 1


@pytest.mark.parametrize(
    "state", ["stopped", "updating_failed", "deleteFailed", "DELETE_FAILED", "inactive", "unavailable", "disconnected"]
)
def test_a_cluster_that_does_not_run_is_told_and_not_scaled(at: Project, state: str) -> None:
    at.write(more=WEB.format(count=2))
    assert at.run("apply", "--auto-approve").code == 0
    (web,) = at.api.clusters.values()
    web.fields["state"] = state
    for command in ("plan", "drift"):
        ended = at.run(command)
        assert "Cluster is not running" in ended.out + ended.err
    at.write(more=WEB.format(count=3))
    assert at.run("apply", "--auto-approve").code == 1
    assert len(web.nodes) == 2
    assert at.run("destroy", "--auto-approve").code == 0
    assert at.api.clusters == {}
