"""Whatever moved after a plan was reviewed, `apply` stops before its first call, and says which cluster and what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ackplan.adapters.ack.api_errors import Denied
from ackplan.adapters.ack.client import AckClient
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.core.answers import Cluster
from tests.faults.mishaps import pass_time
from tests.faults.scenes import attached, spec
from tests.faults.virtual import Bench, bench

_NEWEST = {"strategy": "newest"}
_BEFORE = {"shop": {"num_of_nodes": 4}, "base": {"attach": [attached("i-one")]}, "same": {}}
_AFTER = {
    "shop": {"num_of_nodes": 3, "scale_in": _NEWEST},
    "base": {"num_of_nodes": 3, "attach": [attached("i-one")]},
    "same": {},
    "new": {},
}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Bench]:
    """A project with a plan that was reviewed."""
    file = tmp_path / "ackplan.yaml"
    with bench(tmp_path) as found:
        file.write_text(spec(_BEFORE))
        assert found.run("apply", "--auto-approve").code == 0
        file.write_text(spec(_AFTER))
        assert found.run("plan", "--out", "it.plan").code == 0
        yield found


def _id(at: Bench, name: str) -> str:
    return next(str(c["cluster_id"]) for c in at.world.clusters() if c["name"] == name)


def _grown(at: Bench) -> None:
    at.world.scale_out(_id(at, "shop"), {"count": 1})
    pass_time(at)


def _busy(at: Bench) -> None:
    at.world.scale_out(_id(at, "base"), {"count": 1})


def _failed(at: Bench) -> None:
    at.world.turn(_id(at, "shop"), "failed")


def _deleted(at: Bench) -> None:
    at.world.delete(_id(at, "shop"))
    pass_time(at)


def _recreated(at: Bench) -> None:
    _deleted(at)
    at.world.create({"name": "shop", "cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "num_of_nodes": 4})
    pass_time(at)


def _exchanged(at: Bench) -> None:
    """One worker goes, another comes: the size is the same."""
    shop = _id(at, "shop")
    gone = at.world.nodes(shop, 1, 10)["nodes"][-1]["instance_id"]
    at.world.remove_nodes(shop, {"nodes": [gone], "release_node": True})
    pass_time(at)
    at.world.scale_out(shop, {"count": 1})
    pass_time(at)


def _named(at: Bench) -> None:
    at.world.create({"name": "new", "cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "num_of_nodes": 2})
    pass_time(at)


_SAME_SERIAL = "ACK6004 Record changed since the plan: another record has the same serial 1"


def _exchange_ids(clusters: dict[str, Any]) -> None:
    first, second = clusters["shop"], clusters["base"]
    first["cluster_id"], second["cluster_id"] = second["cluster_id"], first["cluster_id"]


def _record(edit: Callable[[dict[str, Any]], object]) -> Callable[[Bench], None]:
    def moved(at: Bench) -> None:
        file = at.folder / "state" / "default.json"
        record = json.loads(file.read_text())
        edit(record)
        file.write_text(json.dumps(record))

    return moved


def _edited(at: Bench) -> None:
    file = at.folder / "ackplan.yaml"
    file.write_text(file.read_text().replace("num_of_nodes: 3", "num_of_nodes: 2", 1))


def _applied(at: Bench) -> None:
    """Someone else's apply, of the cluster that is new."""
    assert at.run("apply", "--auto-approve", "--target", "new").code == 0


_MOVES: dict[str, tuple[Callable[[Bench], None], str]] = {
    "a worker more": (_grown, "ACK6005 shop: Cluster changed since the plan: size was 4, is now 5"),
    "busy": (_busy, "ACK6005 base: Cluster changed since the plan: state was running, is now scaling"),
    "failed": (_failed, "ACK6005 shop: Cluster changed since the plan: state was running, is now failed"),
    "deleted": (_deleted, "ACK6005 shop: Cluster changed since the plan: c"),
    "made anew": (_recreated, "ACK6005 shop: Cluster changed since the plan: cluster_id was c"),
    "a worker exchanged": (_exchanged, "ACK6005 shop: Cluster changed since the plan: node i-"),
    "the name was taken": (_named, "ACK6005 new: Cluster changed since the plan: now c"),
    "the record's serial": (
        _record(lambda r: r.update(serial=2)),
        "ACK6004 Record changed since the plan: planned on serial 1",
    ),
    "the record's lineage": (_record(lambda r: r.update(lineage="other")), "of other"),
    "a cluster recorded as protected": (
        _record(lambda r: r["clusters"]["shop"]["own"].update(lifecycle={"prevent_destroy": True})),
        _SAME_SERIAL,
    ),
    "an order recorded": (_record(lambda r: r["clusters"]["shop"]["own"].update(depends_on=["base"])), _SAME_SERIAL),
    "a parameter mended": (
        _record(lambda r: r["clusters"]["same"]["parameters"].update(num_of_nodes=9)),
        _SAME_SERIAL,
    ),
    "an instance recorded": (_record(lambda r: r["clusters"]["same"]["attached"].append("i-9")), _SAME_SERIAL),
    "ids exchanged": (_record(lambda r: _exchange_ids(r["clusters"])), _SAME_SERIAL),
    "a cluster merged in": (_record(lambda r: r["clusters"].update(more=r["clusters"]["same"])), _SAME_SERIAL),
    "a cluster merged out": (_record(lambda r: r["clusters"].pop("same")), _SAME_SERIAL),
    "an apply": (_applied, "ACK6004 Record changed since the plan: planned on serial 1"),
    "the spec": (_edited, "ACK3032 Spec changed since the plan: ackplan.yaml was edited"),
}


@pytest.mark.parametrize(("move", "said"), _MOVES.values(), ids=_MOVES)
def test_what_moved_stops_the_plan_before_its_first_call(at: Bench, move: Callable[[Bench], None], said: str) -> None:
    move(at)
    sent = len(at.calls)
    refused = at.run("apply", "it.plan")
    assert refused.code == 1
    assert said in refused.err
    assert "Plan again" in refused.err
    assert all(call.method == "GET" for call in list(at.calls)[sent:])


def test_the_record_may_be_laid_out_anew(at: Bench) -> None:
    _record(lambda _: None)(at)
    assert at.run("apply", "it.plan").code == 0


def test_what_the_plan_is_not_about_may_move(at: Bench) -> None:
    at.world.scale_out(_id(at, "same"), {"count": 1})
    pass_time(at)
    assert at.run("apply", "it.plan").code == 0


def test_a_cluster_that_another_is_to_be_created_after_may_not_go(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        (tmp_path / "ackplan.yaml").write_text(spec({"same": {}}))
        assert at.run("apply", "--auto-approve").code == 0
        (tmp_path / "ackplan.yaml").write_text(spec({"same": {}, "new": {"depends_on": ["same"]}}))
        assert at.run("plan", "--out", "it.plan").code == 0
        at.world.delete(_id(at, "same"))
        pass_time(at)
        ended = at.run("apply", "it.plan")
        assert ended.code == 1
        assert "ACK6005" in ended.err
        assert "is gone; to be created after it: new" in ended.err
        assert [c["name"] for c in at.world.clusters() if c["state"] != "deleted"] in ([], ["same"])


def test_everything_that_moved_is_said_at_once(at: Bench) -> None:
    _failed(at)
    _busy(at)
    said = at.run("apply", "it.plan").err
    assert "ACK6005 shop" in said
    assert "ACK6005 base" in said


def test_files_of_the_spec_that_come_and_go(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    (fleet / "shop.yaml").write_text(spec({"shop": {}}))
    (fleet / "region.yaml").write_text("ackplan: 1\nregion: cn-beijing\n")
    with bench(tmp_path) as at:
        assert at.run("plan", "-f", "fleet", "--out", "it.plan").code == 0
        (fleet / "region.yaml").rename(fleet / "place.yaml")
        (fleet / "more.yaml").write_text("ackplan: 1\nclusters: {side: {extends: web}}\n")
        said = at.run("apply", "it.plan").err
        assert "ACK3032" in said
        assert "fleet/region.yaml is gone; fleet/more.yaml was added; fleet/place.yaml was added" in said
        (fleet / "more.yaml").unlink()
        (fleet / "shop.yaml").write_text("# Only a remark.\n" + (fleet / "shop.yaml").read_text())
        assert at.run("apply", "it.plan").code == 0, "another layout of the same spec"


_EDITS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "another size": ("was edited", lambda file: file.write_text(spec({"shop": {"num_of_nodes": 3}}))),
    "another cluster": ("was edited", lambda file: file.write_text(spec({"shop": {}, "side": {}}))),
    "no more than a remark": ("", lambda file: file.write_text("# Only a remark.\n" + file.read_text())),
    "gone, and back again": ("", lambda file: (file.unlink(), file.write_text(spec({"shop": {}})))),
}


@pytest.mark.parametrize(("said", "edit"), _EDITS.values(), ids=_EDITS)
def test_a_plan_pins_the_bytes_that_it_was_made_of(tmp_path: Path, said: str, edit: Callable[[Path], object]) -> None:
    """The spec is edited while the plan waits for the API."""
    file = tmp_path / "ackplan.yaml"
    file.write_text(spec({"shop": {}}))
    with bench(tmp_path) as at:
        at.wire.before = lambda _operation, _number: edit(file)
        assert at.run("plan", "--out", "it.plan").code == 0
        at.wire.before = lambda _operation, _number: None
        at.wire.sent.clear()
        ran = at.run("apply", "it.plan")
        assert (ran.code, said in ran.err) == (1 if said else 0, True), ran
        assert ("create_cluster" in at.wire.sent) == (not said)


def test_variables_of_the_plan_need_not_be_given_again(tmp_path: Path) -> None:
    file = tmp_path / "ackplan.yaml"
    file.write_text(spec({"shop": {"num_of_nodes": "${var.size}"}}) + "variables: {size: {type: integer}}\n")
    with bench(tmp_path) as at:
        assert at.run("plan", "--var", "size=3", "--out", "it.plan").code == 0
        assert at.run("apply", "it.plan").code == 0
        assert at.world.clusters()[0]["size"] == 3


def test_a_plan_file_alone_is_enough(at: Bench) -> None:
    (at.folder / "ackplan.yaml").unlink()
    assert at.run("apply", "it.plan").code == 0


def _interrupted(at: Bench) -> None:
    """The plan's run dies before it creates its second cluster."""

    def die(operation: str, number: int) -> None:
        if (operation, number) == ("create_cluster", 2):
            raise RuntimeError("killed")

    at.wire.before = die
    with mock.patch("ackplan.app.apply.finish", side_effect=RuntimeError("killed")):
        assert at.run("apply", "it.plan", "--parallelism", "1").code != 0
    at.wire.before = lambda _operation, _number: None


_SINCE: dict[str, tuple[Callable[[Bench], None], str]] = {
    "one that it made is gone": (
        lambda at: _gone(at, "base"),
        "was there when the run was interrupted, and is gone",
    ),
    "one that it had not come to": (
        _grown,
        "ACK6005 shop: Cluster changed since the plan: size was 2, is now 3",
    ),
}


def _gone(at: Bench, name: str) -> None:
    at.world.delete(_id(at, name))
    pass_time(at)


@pytest.mark.parametrize(("move", "said"), _SINCE.values(), ids=_SINCE)
def test_what_moved_since_a_run_was_interrupted_stops_it(
    tmp_path: Path, move: Callable[[Bench], None], said: str
) -> None:
    file = tmp_path / "ackplan.yaml"
    with bench(tmp_path) as at:
        file.write_text(spec({"shop": {}}))
        assert at.run("apply", "--auto-approve").code == 0
        file.write_text(
            spec({"base": {}, "more": {"depends_on": ["base"]}, "shop": {"num_of_nodes": 4, "depends_on": ["more"]}})
        )
        at.wire.sent.clear()
        assert at.run("plan", "--out", "it.plan").code == 0
        _interrupted(at)
        move(at)
        refused = at.run("apply", "it.plan")
        assert (refused.code, said in refused.err) == (1, True), refused
        assert at.wire.sent.count("create_cluster") == 2, "the one that was made, and the one that was not sent"
        assert at.run("apply", "--auto-approve").code == 0
        assert sorted(c["name"] for c in at.world.clusters()) == ["base", "more", "shop"]


def test_record_that_moved_since_a_run_was_interrupted_stops_it(tmp_path: Path) -> None:
    """A record of the same serial came by git: what the run did is taken in by a new plan, on top of that."""
    with bench(tmp_path) as at:
        (tmp_path / "ackplan.yaml").write_text(spec({"old": {}}))
        assert at.run("apply", "--auto-approve").code == 0
        (tmp_path / "ackplan.yaml").write_text(spec({"old": {}, "base": {}, "more": {"depends_on": ["base"]}}))
        at.wire.sent.clear()
        assert at.run("plan", "--out", "it.plan").code == 0
        _interrupted(at)
        at.wire.sent.clear()
        _record(lambda r: r["clusters"]["old"]["own"].update(lifecycle={"prevent_destroy": True}))(at)
        refused = at.run("apply", "it.plan")
        assert (refused.code, _SAME_SERIAL in refused.err) == (1, True), refused
        assert "create_cluster" not in at.wire.sent
        assert at.run("apply", "--auto-approve").code == 0
        assert sorted(c["name"] for c in at.world.clusters()) == ["base", "more", "old"]
        recorded = json.loads((tmp_path / "state" / "default.json").read_text())["clusters"]
        assert recorded["old"]["own"] == {"lifecycle": {"prevent_destroy": True}}, "what was merged in is kept"


def test_a_run_whose_record_was_replaced_before_its_journal_was_cleared_is_not_done(tmp_path: Path) -> None:
    """It had written the record and died; then git put another one in its place."""
    with bench(tmp_path) as at:
        (tmp_path / "ackplan.yaml").write_text(spec({"shop": {}}))
        assert at.run("plan", "--out", "it.plan").code == 0
        with mock.patch.object(SqliteJournal, "replace", side_effect=RuntimeError("killed")):
            assert at.run("apply", "it.plan").code != 0
        _record(lambda r: r["clusters"]["shop"]["parameters"].update(num_of_nodes=9))(at)
        refused = at.run("apply", "it.plan")
        assert (refused.code, "ACK6004" in refused.err) == (1, True), refused
        _record(lambda r: r["clusters"]["shop"]["parameters"].update(num_of_nodes=2))(at)
        done = at.run("apply", "it.plan")
        assert (done.code, "only its journal was left" in done.err) == (0, True), done


def test_spec_that_moved_since_a_run_was_interrupted_stops_it(tmp_path: Path) -> None:
    """Nothing is sent of the plan that was reviewed; a new one takes in what its run did."""
    file = tmp_path / "ackplan.yaml"
    with bench(tmp_path) as at:
        planned = spec({"base": {}, "more": {"depends_on": ["base"]}})
        file.write_text(planned)
        assert at.run("plan", "--out", "it.plan").code == 0
        _interrupted(at)
        at.wire.sent.clear()
        file.write_text(spec({"base": {}, "other": {}}))
        refused = at.run("apply", "it.plan")
        assert refused.code == 1
        assert "ACK3032 Spec changed since the plan: ackplan.yaml was edited" in refused.err
        assert "ackplan apply" in refused.err
        assert at.wire.sent == []
        file.write_text("# A remark.\n" + planned)
        assert at.run("apply", "it.plan").code == 0, "another layout of the same spec"


def test_spec_that_moved_is_applied_anew_after_an_interrupted_run(tmp_path: Path) -> None:
    file = tmp_path / "ackplan.yaml"
    with bench(tmp_path) as at:
        file.write_text(spec({"base": {}, "more": {"depends_on": ["base"]}}))
        assert at.run("plan", "--out", "it.plan").code == 0
        _interrupted(at)
        file.write_text(spec({"base": {}, "other": {}}))
        assert at.run("apply", "it.plan").code == 1
        assert at.run("apply", "--auto-approve").code == 0
        assert sorted(c["name"] for c in at.world.clusters()) == ["base", "other"]


def test_plan_of_another_workspace_is_refused(tmp_path: Path) -> None:
    """Two workspaces in which nothing is recorded yet look the same."""
    (tmp_path / "ackplan.yaml").write_text(spec({"shop": {}}))
    with bench(tmp_path) as at:
        assert at.run("plan", "--workspace", "test", "--out", "it.plan").code == 0
        refused = at.run("apply", "it.plan")
        assert (refused.code, refused.err[:7]) == (1, "ACK6009")
        assert "--workspace test" in refused.err
        assert "create_cluster" not in at.wire.sent
        assert at.run("apply", "it.plan", "--workspace", "test").code == 0


def test_cluster_that_a_list_lacks_is_not_forgotten(tmp_path: Path) -> None:
    """Credentials may be allowed to list some clusters only."""
    file = tmp_path / "ackplan.yaml"
    with bench(tmp_path) as at:
        file.write_text(spec({"shop": {}, "base": {}}))
        assert at.run("apply", "--auto-approve").code == 0
        pass_time(at)
        file.write_text(spec({"base": {}}))
        whole = AckClient.list_clusters

        async def some(client: AckClient, region: str = "") -> tuple[Cluster, ...]:
            return tuple(cluster for cluster in await whole(client, region) if cluster.name != "shop")

        with mock.patch.object(AckClient, "list_clusters", some):
            refused = at.run("apply", "--auto-approve")
        assert refused.code == 1
        assert "ACK2020" in refused.out
        assert {*json.loads((tmp_path / "state" / "default.json").read_text())["clusters"]} == {"base", "shop"}
        _gone(at, "shop")
        assert at.run("apply", "--auto-approve").code == 0
        assert {*json.loads((tmp_path / "state" / "default.json").read_text())["clusters"]} == {"base"}


def test_where_one_look_fails_the_others_end(tmp_path: Path) -> None:
    """Two clusters' nodes are looked at together; one look is refused while the other still waits for its answer."""
    file = tmp_path / "ackplan.yaml"
    both = ("shop", "base")
    with bench(tmp_path) as at:
        file.write_text(spec({name: {"num_of_nodes": 4} for name in both}))
        assert at.run("apply", "--auto-approve").code == 0
        file.write_text(spec({name: {"num_of_nodes": 3, "scale_in": _NEWEST} for name in both}))
        assert at.run("plan", "--out", "it.plan").code == 0
        ended: list[str] = []
        with mock.patch("ackplan.app.preconditions._listed", _refusing(ended)):
            refused = at.run("apply", "it.plan")
        assert refused.code == 1
        assert ended == ["refused", "cancelled"]


def _refusing(ended: list[str]) -> Callable[..., Awaitable[object]]:
    """The first look is refused at once, any other never ends by itself."""
    looks: list[str] = []

    async def look(_api: object, cluster_id: str) -> object:
        looks.append(cluster_id)
        if len(looks) == 1:
            await asyncio.sleep(0)
            ended.append("refused")
            raise Denied("Forbidden", "no", http_status=403)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    return look
