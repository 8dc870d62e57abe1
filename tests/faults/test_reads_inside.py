"""Whatever a read of node pools, add-ons, versions, checks or tasks answers: nothing is deleted or made twice for it.

Each read in turn answers wrongly, for a whole run, about a fleet that has all that its spec asks for, and about one that
is to be upgraded. A run may refuse, wait or find nothing to do. It may put back what it is told is otherwise; it never
takes away what is there, and never makes what is there again.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.simulator.group import Invocation
from ackplan.simulator.groups import READS
from tests.faults.scenes import CIDRS, attached, pooled, spec
from tests.faults.virtual import Bench, bench
from tests.plan_files import unpacked

_APPLY = ("apply", "--auto-approve")
_POOLS = pooled(web={}, batch={"attach": [attached("i-one")]})
_ADDONS = [{"name": "flannel"}, {"name": "metrics-server", "config": '{"replicas": 2}'}]
_SETTLED = {"shop": {**_POOLS, **CIDRS, "addons": _ADDONS, "kubernetes_version": "1.32.7-aliyun.1"}}
_LARGER = pooled(web={"desired_size": 4}, batch={"attach": [attached("i-one")]})
_UPGRADED = {"shop": {**_SETTLED["shop"], **_LARGER, "kubernetes_version": "1.33.3-aliyun.1"}}
_CANARY = "Canary-Pool-1"
Wrong = Callable[[Answer], Answer]
# The reads by which a run that changes nothing decides so, and those by which one that upgrades and scales goes on.
_DECIDING = ("list_node_pools", "list_nodes", "list_addon_instances", "get_addon_instance")
_GOING_ON = ("list_kubernetes_versions", "list_checks", "get_check", "get_task")
_NEVER = {
    *("create_cluster", "delete_cluster", "create_node_pool", "delete_node_pool"),
    *("attach_to_node_pool", "remove_node_pool_nodes", "install_addons", "uninstall_addons"),
}
# How often each other call is made in all, whatever was read.
_ONCE = {"upgrade_cluster": 1, "upgrade_node_pool": 2, "scale_node_pool": 1}


def _with(body: bytes, status: int = 200) -> Wrong:
    return lambda _answer: Answer(status, {"content-type": "application/json"}, body)


def _error(status: int, code: str) -> Wrong:
    return _with(json.dumps({"code": code, "message": "not now", "requestId": "R-1"}).encode(), status)


def _changed(change: Callable[[Any], Any]) -> Wrong:
    """Answers that tell something else; errors stay as they are."""

    def wrong(answer: Answer) -> Answer:
        if answer.status >= 300:
            return answer
        return Answer(answer.status, answer.headers, json.dumps(change(json.loads(answer.body))).encode())

    return wrong


def _each_list(change: Callable[[list[Any]], list[Any]]) -> Wrong:
    def deep(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: deep(one) for key, one in value.items()}
        return change(value) if isinstance(value, list) else value

    return _changed(deep)


def _each_value(change: Callable[[Any], Any]) -> Wrong:
    def deep(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: deep(one) for key, one in value.items()}
        return [deep(one) for one in value] if isinstance(value, list) else change(value)

    return _changed(deep)


WRONGS: Mapping[str, Wrong] = {
    "fails": _error(500, "InternalError"),
    "is refused": _error(403, "Forbidden.RAM"),
    "is not found": _error(404, "NotFound"),
    "is throttled": _error(429, "Throttling.User"),
    "has no body": _with(b""),
    "is garbage": _with(b"\x00\xff{"),
    "is a page": _with(b"<html>502</html>"),
    "is null": _with(b"null"),
    "is an empty object": _with(b"{}"),
    "is an empty list": _with(b"[]"),
    "has empty lists": _each_list(lambda _items: []),
    "has half of each list": _each_list(lambda items: items[: len(items) // 2]),
    "has each item twice": _each_list(lambda items: items * 2),
    "has null in its lists": _each_list(lambda items: [*items, None]),
    "has null for each value": _each_value(lambda _value: None),
    "has a number for each value": _each_value(lambda _value: 7),
    "is cut off": lambda answer: Answer(answer.status, answer.headers, answer.body[:-3]),
    "is nested too deep": _with(b"[" * 100_000),
    "has each item thousands of times": _each_list(lambda items: items * 3000),
}


def _spec(fleet: Mapping[str, Any]) -> str:
    return spec(copy.deepcopy(dict(fleet)))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was applied in fair weather, and its world beside it."""
    folder = tmp_path_factory.mktemp("inside") / "ready"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(_spec(_SETTLED))
    with bench(folder, folder / "world.db") as at:
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
    return folder


def _pools(at: Bench) -> dict[str, str]:
    (cluster,) = at.world.clusters()
    answer: Any = at.world.read(
        READS["list_node_pools"], Invocation("list_node_pools", {"id": str(cluster["cluster_id"])})
    )
    return {pool["nodepool_info"]["name"]: pool["nodepool_info"]["nodepool_id"] for pool in answer["nodepools"]}


def _trial(ready: Path, folder: Path, fleet: Mapping[str, Any], wrongs: Mapping[str, Wrong]) -> Counter[str]:
    """Applies the fleet while these reads are wrong, then in fair weather; how often each read was."""
    shutil.copytree(ready, folder)
    (folder / "ackplan.yaml").write_text(_spec(fleet))
    read: Counter[str] = Counter()

    def answers(call: ApiCall, answer: Answer) -> Answer:
        read[call.operation] += 1
        return wrongs[call.operation](answer) if call.operation in wrongs else answer

    with bench(folder, folder / "world.db") as at:
        at.skip(7200.0)
        before, usual = _pools(at), at.wire.answers
        at.wire.answers = answers
        for command in (("plan",), _APPLY):
            ended = at.run(*command)
            said = ended.out + ended.err
            assert ended.code in {0, 1}, said
            assert "Traceback" not in said
            assert "ACK9001" not in said
            assert "to create" not in said or "0 to create" in said, said
            assert " to destroy" not in said or " 0 to destroy" in said, said
        at.wire.answers = usual
        at.skip(7200.0)
        ended = at.run(*_APPLY)
        assert ended.code == 0, ended.out + ended.err
        assert _pools(at) == before
        sent = Counter(call.operation for call in at.calls if call.method != "GET" and call.status < 300)
        assert not _NEVER & set(sent), sent
        wanted = {} if fleet is _SETTLED else _ONCE
        assert {name: sent[name] for name in _ONCE if sent[name]} == wanted
    return read


@pytest.mark.parametrize("title", WRONGS)
@pytest.mark.parametrize("read", _DECIDING)
def test_a_read_that_is_wrong_changes_nothing(ready: Path, tmp_path: Path, read: str, title: str) -> None:
    assert _trial(ready, tmp_path / "trial", _SETTLED, {read: WRONGS[title]})[read]


@pytest.mark.parametrize("title", WRONGS)
@pytest.mark.parametrize("read", [*_DECIDING, *_GOING_ON])
def test_a_read_that_is_wrong_doubles_nothing(ready: Path, tmp_path: Path, read: str, title: str) -> None:
    assert _trial(ready, tmp_path / "trial", _UPGRADED, {read: WRONGS[title]})[read]


@pytest.mark.parametrize("title", [title for title in WRONGS if title != "is not found"])
def test_a_pool_is_gone_only_by_its_id(ready: Path, tmp_path: Path, title: str) -> None:
    """Its list lacks it, and its own read tells nothing either."""
    wrongs = {"list_node_pools": WRONGS["has empty lists"], "get_node_pool": WRONGS[title]}
    assert _trial(ready, tmp_path / "trial", _SETTLED, wrongs)["get_node_pool"]


def test_a_list_that_lacks_pools_tells_no_name_to_be_free(ready: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ready, tmp_path / "trial")
    more = pooled(web={}, batch={"attach": [attached("i-one")]}, new={})
    (folder / "ackplan.yaml").write_text(_spec({"shop": {**_SETTLED["shop"], **more}}))
    with bench(folder, folder / "world.db") as at:
        at.skip(7200.0)
        usual = at.wire.answers
        half = WRONGS["has half of each list"]
        at.wire.answers = lambda call, answer: half(answer) if call.operation == "list_node_pools" else answer
        ended = at.run(*_APPLY)
        assert ended.code == 1
        assert "it lacks node pools that are there by their ids" in ended.err
        assert not [call for call in at.calls if call.method != "GET"]
        at.wire.answers = usual
        assert at.run(*_APPLY).code == 0
        assert set(_pools(at)) == {"web", "batch", "new"} | {name for name in _pools(at) if "default" in name}


def test_a_pool_that_someone_deleted_is_made_again(ready: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ready, tmp_path / "trial")
    with bench(folder, folder / "world.db") as at:
        (cluster,) = at.world.clusters()
        web = _pools(at)["web"]
        path = f"/clusters/{cluster['cluster_id']}/nodepools/{web}"
        assert at.run("api", "DELETE", path, "--query", "force=true").code == 0
        at.skip(7200.0)
        assert "1 to create" in at.run("plan").out
        assert "get_node_pool" in at.wire.sent
        assert at.run(*_APPLY).code == 0
        assert _pools(at)["web"] != web


def _echoed(answer: Answer) -> Answer:
    """What holds passwords in a request holds one in the answer, too."""
    text = answer.body.decode().replace('"scaling_group": {', f'"scaling_group": {{"login_password": "{_CANARY}", ')
    return Answer(answer.status, answer.headers, text.encode())


def test_a_password_that_the_api_repeats_is_nowhere(ready: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ready, tmp_path / "trial")
    (folder / "ackplan.yaml").write_text(_spec(_UPGRADED))
    echoed: Counter[str] = Counter()

    def answers(call: ApiCall, answer: Answer) -> Answer:
        other = _echoed(answer)
        echoed[call.operation] += _CANARY.encode() in other.body
        return other

    with bench(folder, folder / "world.db") as at:
        at.skip(7200.0)
        at.wire.answers = answers
        commands = [("plan", "--format", kind) for kind in ("text", "json", "html", "markdown")]
        commands += [("plan", "--out", "it.plan"), ("drift", "--format", "json"), ("export", "--all")]
        commands += [("apply", "it.plan", "--report", "report.json"), ("state", "show", "shop"), ("import", "shop")]
        for command in commands:
            ended = at.run(*command, "-vv", "--log-file", "log.txt")
            assert _CANARY not in ended.out + ended.err, command
    assert echoed["list_node_pools"] > 5
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("world.db"):
            assert _CANARY.encode() not in unpacked(path.read_bytes()), path
