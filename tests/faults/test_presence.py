"""A cluster is gone only by its id, and an id is a cluster's own only with its name and region: run for run, over lists
that lack clusters, reads that lag, gateways that commit late, and records that were mixed up."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ackplan.adapters.ack.exchange import Answer, ApiCall
from tests.faults.mishaps import OPERATIONS
from tests.faults.scenes import attached, spec
from tests.faults.virtual import Bench, bench

_APPLY = ("apply", "--auto-approve")
_DESTROY = ("destroy", "--auto-approve")
_ABSENT = {"kind": "partial", "operation": "list_clusters"}
FIVE: dict[str, Any] = {f"shop-{number}": {} for number in range(1, 6)}


def _write(at: Bench, clusters: Mapping[str, Any]) -> None:
    (at.folder / "ackplan.yaml").write_text(spec(dict(clusters)))


def _recorded(at: Bench) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((at.folder / "state" / "default.json").read_text())["clusters"]
    return found


def _sent(at: Bench) -> list[str]:
    """The changing calls that were carried out."""
    return [f"{call.method} {call.path}" for call in at.calls if call.method != "GET" and call.status < 300]


@contextmanager
def applied(folder: Path, clusters: Mapping[str, Any], *rules: Mapping[str, Any], **settings: Any) -> Iterator[Bench]:
    """These clusters, applied two hours ago in fair weather; then the weather of `rules`."""
    db = folder.with_suffix(".db")
    with bench(folder, db) as at:
        _write(at, clusters)
        assert at.run(*_APPLY).code == 0
    with bench(folder, db, faults={"faults": list(rules)}, **settings) as at:
        at.skip(7200.0)
        yield at


def _edit(at: Bench, change: Callable[[dict[str, Any]], None]) -> None:
    file = at.folder / "state" / "default.json"
    document = json.loads(file.read_text())
    change(document["clusters"])
    file.write_text(json.dumps(document))


# Lists that lack what is there


@pytest.mark.parametrize(
    "names", [["*"], ["shop-1"], ["shop-*"]], ids=["nothing listed", "one left out", "all left out"]
)
def test_what_is_recorded_and_not_listed_is_asked_for_by_id(tmp_path: Path, names: list[str]) -> None:
    with applied(tmp_path, FIVE, {**_ABSENT, "names": names}) as at:
        for command in (("plan",), ("drift",), _APPLY, ("plan", "--destroy"), _DESTROY):
            ended = at.run(*command)
            said = ended.out + ended.err
            assert ended.code == 1, said
            assert "ACK2020" in said
            assert "shop-1" in said
            assert "will be created" not in said
            assert "No changes" not in said
            assert "No drift" not in said
        assert _sent(at) == []
        assert set(_recorded(at)) == set(FIVE)


def test_a_list_that_lacks_hundreds_is_told_by_a_few_reads(tmp_path: Path) -> None:
    many = {f"shop-{number}": {} for number in range(60)}
    with applied(tmp_path, many, {**_ABSENT}) as at:
        ended = at.run("plan")
        assert ended.code == 1
        assert "ACK2020" in ended.err
        assert at.wire.sent.count("get_cluster") <= 10


def test_a_destroy_waits_by_id_where_a_list_has_nothing(tmp_path: Path) -> None:
    rules = [{**_ABSENT, "nth": number} for number in range(2, 40)]
    failing = {"kind": "task_fails", "operation": "delete_cluster", "cluster": "shop-3", "state": "delete_failed"}
    with applied(tmp_path, FIVE, *rules, failing) as at:
        ended = at.run(*_DESTROY)
        assert ended.code == 1
        assert "shop-3" in ended.out + ended.err
        assert "4 destroyed" in ended.out + ended.err
        assert set(_recorded(at)) == {"shop-3"}


def test_a_cluster_that_fails_to_go_is_told_by_its_state_where_there_are_no_tasks(tmp_path: Path) -> None:
    lists = [
        {"kind": "partial", "operation": "list_clusters", "names": ["shop-1", "shop-2"], "nth": n} for n in (2, 3, 4)
    ]
    states = [
        {"kind": "task_fails", "operation": "delete_cluster", "cluster": name, "state": "delete_failed"}
        for name in ("shop-1", "shop-2")
    ]
    no_tasks = {"kind": "error", "operation": "get_task", "status": 404, "code": "NotFound", "message": "no such path"}
    with applied(tmp_path, FIVE, *lists, *states, no_tasks) as at:
        ended = at.run(*_DESTROY)
        assert ended.code == 1
        assert "ACK5012" in ended.out + ended.err
        assert set(_recorded(at)) == {"shop-1", "shop-2"}


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "EntityNotExist.Role"), (404, "InvalidAccessKeyId.NotFound"), (403, "Forbidden.RAM"), (404, "NotFound")],
)
def test_another_404_says_nothing_of_the_cluster(tmp_path: Path, status: int, code: str) -> None:
    rule = {"kind": "error", "operation": "get_cluster", "status": status, "code": code, "message": "not this one"}
    with applied(tmp_path, {"shop": {}}, {**rule, "nth": 2}) as at:
        ended = at.run(*_DESTROY)
        assert ended.code == 1, ended.out
        assert "1 destroyed" not in ended.out
        assert set(_recorded(at)) == {"shop"}


@pytest.mark.parametrize("status", [400, 404])
def test_error_query_cluster_says_that_it_is_gone_with_any_status(tmp_path: Path, status: int) -> None:
    with applied(tmp_path, {"shop": {}}) as at:
        at.wire.answers = _as_query_error(status)
        ended = at.run(*_DESTROY)
        assert ended.code == 0, ended.out + ended.err
        assert _recorded(at) == {}
        assert _sent(at) == [
            f"DELETE /clusters/{call.path.rsplit('/', 1)[1]}" for call in at.calls if call.method == "DELETE"
        ]


def _as_query_error(status: int) -> Callable[[ApiCall, Answer], Answer]:
    """Every not-found answer about a cluster in the other words that the API has for it."""

    def changed(call: ApiCall, answer: Answer) -> Answer:
        if call.operation != "get_cluster" or answer.status != 404:
            return answer
        body = {"code": "ErrorQueryCluster", "message": "query cluster failed: cluster not found", "requestId": "R-1"}
        return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())

    return changed


# Many that are gone at once


def test_most_of_the_record_gone_at_once_stops_and_says_where(tmp_path: Path) -> None:
    with applied(tmp_path, FIVE, security_tokens={}) as at:
        for name in list(FIVE)[:3]:
            at.world.delete(_recorded(at)[name]["cluster_id"])
        at.skip(7200.0)
        for command in (("plan",), ("drift",), _APPLY, _DESTROY):
            ended = at.run(*command)
            assert ended.code == 1, ended.out
            assert "ACK2021" in ended.err
            assert "3 of 5" in ended.err
            assert "endpoint" in ended.err or "http" in ended.err
        assert set(_recorded(at)) == set(FIVE)
        ended = at.run(*_APPLY, "--allow-vanished")
        assert ended.code == 0, ended.err
        assert [line.split()[0] for line in _sent(at)] == ["POST"] * 3


def test_a_few_that_are_gone_are_planned_anew(tmp_path: Path) -> None:
    with applied(tmp_path, FIVE) as at:
        for name in list(FIVE)[:2]:
            at.world.delete(_recorded(at)[name]["cluster_id"])
        at.skip(7200.0)
        planned = at.run("plan")
        assert planned.code == 0, planned.err
        assert "2 to create" in planned.out


def test_a_cluster_that_one_read_does_not_show_is_looked_at_again(tmp_path: Path) -> None:
    """One not-found answer proves nothing: the next one shows it."""
    gone = {"kind": "error", "operation": "get_cluster", "status": 404, "code": "ErrorClusterNotFound", "message": "-"}
    with applied(tmp_path, {"shop": {}}, {**_ABSENT}, {**gone, "first": 2}) as at:
        ended = at.run("plan")
        assert ended.code == 1
        assert "ACK2020" in ended.err + ended.out
        assert "will be created" not in ended.out


# Creates


@pytest.mark.parametrize("seconds", [0.5, 30, 200])
@pytest.mark.parametrize("read", ["get_cluster", "list_clusters", "*"])
def test_a_create_is_not_given_up_while_reads_lag_behind_it(tmp_path: Path, read: str, seconds: float) -> None:
    lag = {"kind": "lag", "operation": read, "seconds": seconds}
    with bench(tmp_path, faults={"faults": [lag]}) as at:
        _write(at, FIVE)
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert _sent(at) == ["POST /clusters"] * 5
        assert {e["cluster_id"] for e in _recorded(at).values()} == {c["cluster_id"] for c in at.world.clusters()}


def test_the_next_run_does_not_create_what_no_read_shows_yet(tmp_path: Path) -> None:
    lag = {"kind": "lag", "operation": "*", "seconds": 100}
    with bench(tmp_path, faults={"faults": [lag]}) as at:
        _write(at, {"shop": {}})
        at.wire.after = lambda name, _number: os.kill(os.getpid(), signal.SIGINT) if name == "create_cluster" else None
        assert at.run(*_APPLY).code == 130
        at.wire.after = lambda _name, _number: None
        (cluster_id,) = (entry["cluster_id"] for entry in _recorded(at).values())
        planned = at.run("plan")
        assert planned.code == 0, planned.out + planned.err
        assert "will be created" not in planned.out
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert _sent(at) == ["POST /clusters"]
        assert _recorded(at)["shop"]["cluster_id"] == cluster_id


@pytest.mark.parametrize("lag", [0, 40])
@pytest.mark.parametrize("seconds", [1, 10, 60])
def test_a_create_that_a_gateway_commits_late_is_not_sent_again(tmp_path: Path, seconds: int, lag: int) -> None:
    late = {"kind": "late_commit", "operation": "create_cluster", "seconds": seconds, "status": 504, "first": 1}
    lagging = {"kind": "lag", "operation": "list_clusters", "seconds": lag}
    with bench(tmp_path, faults={"faults": [late, *([lagging] if lag else [])]}) as at:
        _write(at, {"shop": {}})
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert at.wire.sent.count("create_cluster") == 1
        (cluster,) = at.world.clusters()
        assert _recorded(at)["shop"]["cluster_id"] == cluster["cluster_id"]


def test_a_create_is_sent_again_once_the_name_was_free_for_long(tmp_path: Path) -> None:
    lost = {
        "kind": "error",
        "operation": "create_cluster",
        "status": 502,
        "code": "BadGateway",
        "message": "-",
        "first": 1,
    }
    with bench(tmp_path, faults={"faults": [lost]}) as at:
        _write(at, {"shop": {}})
        begun = at.clock.now()
        assert at.run(*_APPLY).code == 0
        assert at.wire.sent.count("create_cluster") == 2
        assert at.clock.now() - begun > 100


def test_a_killed_create_is_waited_for_by_the_next_run_before_it_sends_its_own(tmp_path: Path) -> None:
    """Names may not be unique: only time and lists say that the first call never came."""
    late = {"kind": "late_commit", "operation": "create_cluster", "seconds": 50, "status": 504, "first": 1}
    with bench(tmp_path, faults={"faults": [late]}) as at:
        _write(at, {"shop": {}})
        at.wire.after = lambda name, _number: os.kill(os.getpid(), signal.SIGINT) if name == "create_cluster" else None
        assert at.run(*_APPLY).code == 130
        at.wire.after = lambda _name, _number: None
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert at.wire.sent.count("create_cluster") == 1
        assert len(at.world.clusters()) == 1


def test_a_create_is_looked_at_from_two_seconds_on(tmp_path: Path) -> None:
    with bench(tmp_path, time_scale=30) as at:
        _write(at, {"shop": {}})
        assert at.run(*_APPLY).code == 0
        assert at.wire.sent.count("get_cluster") + at.wire.sent.count("get_task") < 40


# Who is this?


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Bench]:
    """Two clusters whose ids were swapped in the record."""
    with applied(tmp_path, {"a": {}, "b": {}}) as at:

        def swapped(clusters: dict[str, Any]) -> None:
            clusters["a"]["cluster_id"], clusters["b"]["cluster_id"] = (
                clusters["b"]["cluster_id"], clusters["a"]["cluster_id"],
            )  # fmt: skip

        _edit(at, swapped)
        yield at


@pytest.mark.parametrize(
    "clusters", [{"a": {}, "b": {}}, {"b": {}}, {"a": {}, "b": {"num_of_nodes": 9}}], ids=["same", "one less", "scaled"]
)
def test_swapped_ids_are_an_error_that_names_both(pair: Bench, clusters: dict[str, Any]) -> None:
    _write(pair, clusters)
    for command in (("plan",), ("drift",), _APPLY, _DESTROY):
        ended = pair.run(*command)
        said = ended.out + ended.err
        assert ended.code == 1, said
        assert said.count("ACK2023") >= 2
        assert "recorded as a, but the live cluster is b" in said
        assert "No changes" not in said
    assert _sent(pair) == []


def _renamed(call: ApiCall, answer: Answer) -> Answer:
    """A hand in the console renames the cluster once the plan was made."""
    if call.operation != "get_cluster" or answer.status != 200:
        return answer
    return Answer(200, answer.headers, json.dumps({**json.loads(answer.body), "name": "renamed"}).encode())


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.before], ids=lambda operation: operation.title)
def test_a_cluster_that_has_another_name_right_before_the_call_is_left_alone(tmp_path: Path, operation: Any) -> None:
    with applied(tmp_path, operation.scene.before) as at:
        _write(at, operation.scene.after)
        planned = at.run("plan", "--out", "it.plan")
        assert planned.code == 0, planned.err
        at.wire.answers = _renamed
        ended = at.run("apply", "it.plan")
        assert ended.code == 1
        assert "renamed" in ended.out + ended.err
        assert _sent(at) == []


def test_a_renamed_cluster_is_told_by_plan_and_drift(tmp_path: Path) -> None:
    with applied(tmp_path, {"shop": {}}) as at:
        at.wire.answers = _listed_as_renamed
        for command in (("plan",), ("drift",), _DESTROY):
            ended = at.run(*command)
            assert ended.code == 1
            assert "ackplan state mv shop renamed" in ended.out + ended.err
        assert _sent(at) == []


def _listed_as_renamed(call: ApiCall, answer: Answer) -> Answer:
    if call.operation != "list_clusters":
        return _renamed(call, answer)
    listed = [{**cluster, "name": "renamed"} for cluster in json.loads(answer.body)]
    return Answer(200, answer.headers, json.dumps(listed).encode())


def test_two_live_clusters_of_one_name_are_an_error_of_every_plan(tmp_path: Path) -> None:
    with applied(tmp_path, {"shop": {}, "side": {}}) as at:
        at.wire.answers = _doubled
        for command in (
            ("plan",), ("plan", "--target", "side"), ("plan", "--exclude", "shop"), ("drift",), ("plan", "--destroy"),
            _APPLY, _DESTROY,
        ):  # fmt: skip
            ended = at.run(*command)
            said = ended.out + ended.err
            assert ended.code == 1, command
            assert "ACK2022" in said
            assert "c0000000000000000000000000000twin" in said
        assert _sent(at) == []


def _doubled(call: ApiCall, answer: Answer) -> Answer:
    if call.operation != "list_clusters":
        return answer
    listed = json.loads(answer.body)
    twins = [{**c, "cluster_id": "c0000000000000000000000000000twin"} for c in listed if c["name"] == "shop"]
    return Answer(200, answer.headers, json.dumps([*listed, *twins]).encode())


def test_each_cluster_is_read_in_its_own_region(tmp_path: Path) -> None:
    here, there = {"num_of_nodes": 2}, {"num_of_nodes": 2, "region_id": "us-west-1"}
    clusters = {"here": here, "there": {**there, "attach": [attached("i-one")]}}
    with applied(tmp_path, clusters) as at:
        seen: list[tuple[str, str]] = []
        at.wire.answers = lambda call, answer: (seen.append((call.path, call.region)), answer)[1]
        ids = {name: entry["cluster_id"] for name, entry in _recorded(at).items()}
        _write(at, {**clusters, "there": {**there, "num_of_nodes": 3, "attach": [attached("i-one", "i-two")]}})
        assert at.run("plan").code == 0
        assert at.run(*_APPLY).code == 0
        at.run("clusters", "there")
        at.run("kubeconfig", "there")
        assert {region for path, region in seen if ids["there"] in path} == {"us-west-1"}
        assert {region for path, region in seen if path.startswith("/tasks/")} == {"us-west-1"}
        assert {region for path, region in seen if path == "/clusters"} >= {"cn-beijing"}


# Accepted calls and deadlines

_NO_TASKS = {"kind": "error", "operation": "get_task", "status": 404, "code": "NotFound", "message": "no such path"}


def test_an_accepted_attach_without_a_task_has_the_steps_time(tmp_path: Path) -> None:
    lag = {"kind": "lag", "operation": "list_nodes", "seconds": 200, "names": ["i-one"]}
    with applied(tmp_path, {"shop": {}}, _NO_TASKS, lag) as at:
        _write(at, {"shop": {"attach": [attached("i-one")]}})
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert at.wire.sent.count("attach") == 1
        assert _recorded(at)["shop"]["attached"] == ["i-one"]


def test_an_accepted_attach_that_a_run_was_killed_in_is_waited_for_by_the_next(tmp_path: Path) -> None:
    lag = {"kind": "lag", "operation": "list_nodes", "seconds": 200, "names": ["i-one"]}
    with applied(tmp_path, {"shop": {}}, _NO_TASKS, lag) as at:
        _write(at, {"shop": {"attach": [attached("i-one")]}})
        at.wire.after = lambda name, _number: os.kill(os.getpid(), signal.SIGINT) if name == "attach" else None
        assert at.run(*_APPLY).code == 130
        at.wire.after = lambda _name, _number: None
        for _ in range(10):
            at.skip(30.0)
            ended = at.run(*_APPLY)
            if ended.code == 0:
                break
        assert ended.code == 0, ended.out + ended.err
        assert at.wire.sent.count("attach") == 1
        assert _recorded(at)["shop"]["attached"] == ["i-one"]


@pytest.mark.parametrize("tasks", [True, False])
def test_a_scale_out_whose_size_shows_late_is_waited_for(tmp_path: Path, tasks: bool) -> None:
    lag = {"kind": "size_lag", "operation": "*", "seconds": 150}
    with applied(tmp_path, {"shop": {}}, lag, *([] if tasks else [_NO_TASKS])) as at:
        _write(at, {"shop": {"num_of_nodes": 4}})
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert at.wire.sent.count("scale_out") == 1
        (cluster,) = at.world.clusters()
        assert int(cluster["size"]) == 4


def test_a_step_takes_no_longer_than_its_timeout_whatever_it_waits_for(tmp_path: Path) -> None:
    stuck = {"kind": "task_stuck", "operation": "scale_out"}
    with applied(tmp_path, {"shop": {}}, stuck) as at:
        _write(at, {"shop": {"num_of_nodes": 4, "timeouts": {"scale": "8s"}}})
        ended = at.run(*_APPLY)
        assert ended.code == 1
        assert "ACK5008" in ended.out
        assert "FAILED to scale out after 8s" in ended.out or "FAILED to scale out after 10s" in ended.out
        assert "it may still be running" in ended.out


def test_nothing_goes_on_of_a_step_that_sent_nothing(tmp_path: Path) -> None:
    with applied(tmp_path, {"shop": {}}) as at:
        at.wire.answers = _updating
        _write(at, {"shop": {"num_of_nodes": 4, "timeouts": {"scale": "8s"}}})
        ended = at.run(*_APPLY)
        assert ended.code == 1
        assert "no change was sent" in ended.out
        assert "may still go on" not in ended.out
        assert "the cluster's state is updating" in ended.out


def _updating(call: ApiCall, answer: Answer) -> Answer:
    if call.operation != "get_cluster":
        return answer
    return Answer(200, answer.headers, json.dumps({**json.loads(answer.body), "state": "updating"}).encode())


@pytest.mark.parametrize("wanted", [{"shop": {}}, {"side": {}}])
def test_a_cluster_that_vanishes_soon_after_its_creation_is_neither_gone_nor_unchanged(
    tmp_path: Path, wanted: dict[str, Any]
) -> None:
    with bench(tmp_path) as at:
        _write(at, {"shop": {}, "side": {}})
        assert at.run(*_APPLY).code == 0
        at.world.delete(_recorded(at)["shop"]["cluster_id"])
        at.skip(100.0)
        _write(at, {"side": {}, **wanted})
        for command in (("plan",), ("drift",), _APPLY):
            ended = at.run(*command)
            assert ended.code == 1, ended.out
            assert "ACK2024" in ended.out + ended.err
            assert "No changes" not in ended.out
        assert set(_recorded(at)) == {"shop", "side"}
        at.skip(300.0)
        assert at.run(*_APPLY).code == 0
        assert set(_recorded(at)) == {"side", *wanted}


# Whose nodes are these?

_OLDEST = {"strategy": "oldest", "release_node": True}


def _nodes(**facts: Any) -> Callable[[ApiCall, Answer], Answer]:
    """Answers whose nodes have these facts, each a function of the node."""

    def changed(call: ApiCall, answer: Answer) -> Answer:
        if call.operation != "list_nodes" or answer.status != 200:
            return answer
        body = json.loads(answer.body)
        body["nodes"] = [{**node, **{key: told(node) for key, told in facts.items()}} for node in body["nodes"]]
        return Answer(200, answer.headers, json.dumps(body).encode())

    return changed


def test_what_another_branch_attached_is_never_released_by_a_strategy(tmp_path: Path) -> None:
    """The record does not know it; the nodes do."""
    with applied(tmp_path, {"shop": {"num_of_nodes": 3}}) as at:
        cluster_id = _recorded(at)["shop"]["cluster_id"]
        at.world.attach(cluster_id, {"instances": ["i-theirs"], "password": "Root-password-1"})
        at.skip(7200.0)
        _write(at, {"shop": {"num_of_nodes": 2, "scale_in": _OLDEST}})
        planned = at.run("plan")
        assert planned.code == 0, planned.out
        assert "i-theirs" not in planned.out
        assert at.run(*_APPLY).code == 0
        assert "i-theirs" in {node["instance_id"] for node in at.world.nodes(cluster_id, 1, 100)["nodes"]}
        _write(at, {"shop": {"num_of_nodes": 0, "scale_in": _OLDEST}})
        refused = at.run("plan")
        assert refused.code == 1
        assert "ACK2006" in refused.out
        assert "i-theirs (its source is manual" in refused.out


def test_nodes_without_an_instance_are_named_and_never_sent_as_nothing(tmp_path: Path) -> None:
    with applied(tmp_path, {"shop": {"num_of_nodes": 3}}) as at:
        at.wire.answers = _nodes(instance_id=lambda _node: "")
        _write(at, {"shop": {"num_of_nodes": 2, "scale_in": _OLDEST}})
        refused = at.run("plan")
        assert refused.code == 1
        assert "it is no instance" in refused.out
        (first, *_) = at.world.nodes(_recorded(at)["shop"]["cluster_id"], 1, 100)["nodes"]
        _write(at, {"shop": {"num_of_nodes": 2, "scale_in": {"nodes": [first["node_name"]]}}})
        assert at.run(*_APPLY).code == 0
        (removal,) = (call for call in at.calls if call.operation == "remove_nodes")
        assert removal.body["nodes"] == [first["node_name"]]


@pytest.mark.parametrize(("option", "named"), [((), "instance_id"), (("--node-names", "name"), "node_name")])
def test_nodes_are_named_to_the_api_as_the_switch_says(tmp_path: Path, option: tuple[str, ...], named: str) -> None:
    with applied(tmp_path, {"shop": {"num_of_nodes": 3}}) as at:
        before = {node[named] for node in at.world.nodes(_recorded(at)["shop"]["cluster_id"], 1, 100)["nodes"]}
        _write(at, {"shop": {"num_of_nodes": 2, "scale_in": _OLDEST}})
        assert at.run("plan", *option, "--out", "it.plan").code == 0
        assert at.run("apply", "it.plan").code == 0
        (removal,) = (call for call in at.calls if call.operation == "remove_nodes")
        assert set(removal.body["nodes"]) < before
        assert at.run("plan", "--detailed-exitcode").code == 0


def test_nothing_is_scaled_by_a_size_that_the_nodes_deny(tmp_path: Path) -> None:
    with applied(tmp_path, {"shop": {"num_of_nodes": 2}}) as at:
        at.wire.answers = _without_size
        for command in (("plan",), _APPLY):
            ended = at.run(*command)
            assert "will be updated" not in ended.out
            assert "ACK2032" in ended.out + ended.err
        _write(at, {"shop": {"num_of_nodes": 4}})
        ended = at.run(*_APPLY)
        assert ended.code == 1
        assert "its size is 0, but its list has 2 nodes" in ended.out
        assert _sent(at) == []
        exported = at.run("export", "shop")
        assert "num_of_nodes: 2" in exported.out, exported.err


def _without_size(call: ApiCall, answer: Answer) -> Answer:
    if call.operation not in {"list_clusters", "get_cluster"} or answer.status != 200:
        return answer
    told = json.loads(answer.body)
    told = [{**cluster, "size": 0} for cluster in told] if isinstance(told, list) else {**told, "size": 0}
    return Answer(200, answer.headers, json.dumps(told).encode())
