"""What reads see on a bad day: young clusters not yet, old answers still, lists without some; and calls that come late."""

from __future__ import annotations

from typing import Any

from ackplan.simulator import VirtualClock
from tests.unit.simulator.callers import NOW, example
from tests.unit.simulator.days import FLEET, bad_day, names


def test_lists_lag_behind_creates() -> None:
    with bad_day({"kind": "lag", "operation": "list_clusters", "seconds": 30}) as (_, clock, ask):
        made = (ask("POST", "/clusters", example("managed", name="shop"))).json["cluster_id"]
        assert names(ask) == []
        assert (ask("GET", f"/clusters/{made}")).json["name"] == "shop"
        clock.advance(29)
        assert names(ask) == []
        clock.advance(2)
        assert names(ask) == ["shop"]


def test_looks_by_id_lag_behind_creates() -> None:
    with bad_day({"kind": "lag", "operation": "get_cluster", "seconds": 30, "names": ["sh*"]}) as (_, clock, ask):
        made = (ask("POST", "/clusters", example("managed", name="shop"))).json["cluster_id"]
        other = (ask("POST", "/clusters", example("managed", name="web"))).json["cluster_id"]
        answer = ask("GET", f"/clusters/{made}")
        assert (answer.status, answer.json["code"]) == (404, "ErrorClusterNotFound")
        assert names(ask) == ["shop", "web"]
        assert (ask("GET", f"/clusters/{other}")).status == 200
        clock.advance(31)
        assert (ask("GET", f"/clusters/{made}")).status == 200


def test_what_was_there_before_does_not_lag() -> None:
    with bad_day({"kind": "lag", "seconds": 30}, live=FLEET) as (_, clock, ask):
        clock.advance(31)
        assert (ask("DELETE", "/clusters/c-shop")).status == 202
        assert names(ask) == ["shop", "web", "data"]
        clock.advance(3600)
        assert names(ask) == ["web", "data"]
        assert (ask("GET", "/clusters/c-shop")).status == 404


def test_sizes_lag_behind_nodes() -> None:
    with bad_day({"kind": "size_lag", "seconds": 120}, live=FLEET) as (running, clock, ask):
        running.world.scale_out("c-shop", {"count": 3})
        clock.advance(60 * 6)
        nodes = (ask("GET", "/clusters/c-shop/nodes")).json["nodes"]
        cluster = (ask("GET", "/clusters/c-shop")).json
        assert (len(nodes), cluster["size"], cluster["state"]) == (5, 2, "running")
        assert (ask("GET", "/clusters")).json[0]["size"] == 2
        clock.advance(120)
        assert (ask("GET", "/clusters/c-shop")).json["size"] == 5


def test_stale_lists_show_what_was() -> None:
    rule = {"kind": "stale", "operation": "list_clusters", "seconds": 60}
    with bad_day(rule, live=FLEET, time_scale=600) as (running, clock, ask):
        clock.advance(100)
        running.world.delete("c-shop")
        ask("POST", "/clusters", example("managed", name="new"))
        clock.advance(10)
        old = (ask("GET", "/clusters")).json
        assert sorted((cluster["name"], cluster["state"]) for cluster in old) == [
            ("data", "running"),
            ("shop", "running"),
            ("web", "running"),
        ]
        assert (ask("GET", "/clusters/c-shop")).status == 404
        clock.advance(60)
        assert sorted(names(ask)) == ["data", "new", "web"]


def test_a_stale_look_shows_the_old_state() -> None:
    rule = {"kind": "stale", "operation": "get_cluster", "seconds": 5}
    with bad_day(rule, live=FLEET) as (running, clock, ask):
        clock.advance(10)
        running.world.scale_out("c-shop", {"count": 1})
        clock.advance(4)
        assert (ask("GET", "/clusters/c-shop")).json["state"] == "running"
        clock.advance(2)
        assert (ask("GET", "/clusters/c-shop")).json["state"] == "scaling"


def test_partial_lists() -> None:
    with bad_day(
        {"kind": "partial", "operation": "list_clusters", "names": ["shop", "c-web"], "nth": 1},
        {"kind": "partial", "operation": "list_clusters", "nth": 2},
        live=FLEET,
    ) as (_, _, ask):
        assert names(ask) == ["data"]
        assert names(ask) == []
        assert names(ask) == ["shop", "web", "data"]
        assert (ask("GET", "/clusters/c-shop")).status == 200


def test_a_share_of_a_list_is_left_out_by_chance() -> None:
    fleet = {"clusters": [{"name": f"n{number}", "size": 0} for number in range(100)]}
    with bad_day({"kind": "partial", "operation": "list_clusters", "share": 0.5}, live=fleet) as (_, _, ask):
        first, second = names(ask), names(ask)
        assert 20 < len(first) < 80
        assert first != second


def test_pages_leave_out_too() -> None:
    with bad_day({"kind": "partial", "names": ["shop"]}, live=FLEET) as (_, _, ask):
        page = (ask("GET", "/api/v1/clusters")).json
        assert ([cluster["name"] for cluster in page["clusters"]], page["page_info"]["total_count"]) == (
            ["web", "data"],
            2,
        )


def test_lists_of_nodes_leave_out_lag_and_lose_ids() -> None:
    nodes = [{"instance_id": f"i-{name}", "node_name": f"n-{name}"} for name in "abc"]
    live = {"clusters": [{"name": "shop", "cluster_id": "c-shop", "nodes": nodes}]}
    with bad_day(
        {"kind": "partial", "operation": "list_nodes", "names": ["i-a"]},
        {"kind": "no_instance_id", "operation": "list_nodes", "names": ["n-b"]},
        {"kind": "lag", "operation": "list_nodes", "seconds": 100, "names": ["i-late"]},
        live=live,
    ) as (running, clock, ask):
        running.world.attach("c-shop", {"instances": ["i-late"]})
        clock.advance(3600)
        assert len(running.world.nodes("c-shop")["nodes"]) == 4
        running.world.attach("c-shop", {"instances": ["i-late-2"]})
        shown = (ask("GET", "/clusters/c-shop/nodes")).json
        assert [node["instance_id"] for node in shown["nodes"]] == ["", "i-c", "i-late"]
        assert shown["page"]["total_count"] == 3


def test_nodes_lag_behind_their_joining() -> None:
    with bad_day({"kind": "lag", "operation": "list_nodes", "seconds": 100}, live=FLEET) as (
        running,
        clock,
        ask,
    ):
        clock.advance(200)
        running.world.attach("c-shop", {"instances": ["i-late"]})
        clock.advance(330 + 20)
        assert len((ask("GET", "/clusters/c-shop/nodes")).json["nodes"]) == 2
        clock.advance(100)
        assert len((ask("GET", "/clusters/c-shop/nodes")).json["nodes"]) == 3


def test_a_gateway_gives_up_and_the_create_commits_later() -> None:
    rule = {"kind": "late_commit", "operation": "create_cluster", "seconds": 10, "nth": 1, "status": 502}
    with bad_day(rule) as (running, clock, ask):
        body = example("managed", name="shop")
        answer = ask("POST", "/clusters", body)
        assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html")
        assert names(ask) == []
        clock.advance(9)
        assert names(ask) == []
        assert (ask("POST", "/clusters", body)).status == 202
        clock.advance(2)
        assert names(ask) == ["shop", "shop"]
        assert [cluster["created"][-9:] for cluster in running.world.clusters()] == ["12:26:49Z", "12:26:50Z"]
        clock.advance(3600)
        assert {cluster["state"] for cluster in running.world.clusters()} == {"running"}


def test_a_late_call_begins_when_it_commits() -> None:
    with bad_day({"kind": "late_commit", "operation": "*", "seconds": 10}, live=FLEET, time_scale=600) as (
        running,
        clock,
        ask,
    ):
        assert (ask("DELETE", "/clusters/c-shop")).status == 504
        assert (ask("POST", "/api/v2/clusters/c-web", example("scale-out", count=1))).status == 504
        assert running.world.cluster("c-shop")["state"] == "running"
        clock.advance(600)
        assert names(ask) == ["web", "data"]
        assert running.world.cluster("c-web")["size"] == 3


def test_a_late_call_that_is_not_allowed_any_more_does_nothing() -> None:
    rule = {"kind": "late_commit", "operation": "scale_out", "seconds": 10}
    with bad_day(rule, live=FLEET) as (running, clock, ask):
        assert (ask("POST", "/api/v2/clusters/c-web", example("scale-out", count=1))).status == 504
        running.world.turn("c-web", "failed")
        clock.advance(3600)
        assert (ask("GET", "/clusters/c-web")).json["size"] == 2


def test_no_secret_waits_with_a_late_call(tmp_path: Any) -> None:
    rule = {"kind": "late_commit", "operation": "create_cluster", "seconds": 10}
    with bad_day(rule, db=tmp_path / "world.db") as (_, _, ask):
        body = example("managed", name="shop", login_password="Xy7-very-secret", key_pair=None)
        assert (ask("POST", "/clusters", body)).status == 504
        assert all(b"Xy7-very-secret" not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_slow_task() -> None:
    rule = {"kind": "task_slow", "operation": "scale_out", "seconds": 1000}
    with bad_day(rule, live=FLEET) as (running, clock, ask):
        ask("POST", "/api/v2/clusters/c-web", example("scale-out", count=1))
        clock.advance(1200)
        assert running.world.cluster("c-web")["state"] == "scaling"
        clock.advance(200)
        assert running.world.cluster("c-web")["state"] == "running"


def test_the_past_outlives_the_process(tmp_path: Any) -> None:
    from ackplan.simulator.account import Ledger
    from ackplan.simulator.identifiers import Identifiers
    from ackplan.simulator.store import Store
    from ackplan.simulator.view import View
    from ackplan.simulator.world import World

    clock, view = VirtualClock(NOW), View(({"kind": "stale", "seconds": 60},))
    for deletes in (True, False):
        world = World(Ledger(Store(tmp_path / "world.db"), clock, Identifiers(1), 1e6, 50, 300))
        if deletes:
            world.load({"clusters": [{"name": "shop", "cluster_id": "c-shop"}]})
            clock.advance(100)
            world.delete("c-shop")
            clock.advance(10)
        assert [cluster["name"] for cluster in world.clusters(view=view)] == ["shop"]
        assert world.clusters() == []
        world.close()
