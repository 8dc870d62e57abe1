"""Kubeconfigs of today: how long they are valid, revoking them, and who has one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import yaml

from ackplan.simulator import VirtualClock
from tests.unit.simulator.callers import NOW
from tests.unit.simulator.days import Ask, bad_day

LIVE = {
    "clusters": [
        {"name": "shop", "cluster_id": "c1", "size": 2},
        {"name": "begun", "cluster_id": "c3", "state": "initial"},
        {"name": "swarm", "cluster_id": "c4", "cluster_type": "aliyun"},
    ]
}
CONFIG, STATES, EXPIRE = "/k8s/c1/user_config", "/clusters/c1/kubeconfig/states", "/k8s/c1/user_config/expire"
HOUR = 3600.0


@pytest.fixture
def day() -> Iterator[tuple[VirtualClock, Ask]]:
    with bad_day(live=LIVE) as (_, clock, ask):
        yield clock, ask


def seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def key(ask: Ask) -> str:
    config = yaml.safe_load(ask("GET", CONFIG).json["config"])
    found: str = config["users"][0]["user"]["client-key-data"]
    return found


def states(ask: Ask, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("GET", STATES, query=query).json["states"]
    return found


def test_a_kubeconfig_is_valid_long_or_for_as_long_as_one_asks(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    usual = ask("GET", CONFIG).json
    assert seconds(usual["expiration"]) - NOW > 3 * 24 * HOUR
    short = ask("GET", CONFIG, query={"TemporaryDurationMinutes": 15}).json
    assert seconds(short["expiration"]) - NOW == 15 * 60
    assert ask("GET", CONFIG).json["expiration"] == usual["expiration"]


@pytest.mark.parametrize("minutes", ["14", "4321", "0", "-1", "ten"])
def test_other_durations_are_refused(day: tuple[VirtualClock, Ask], minutes: str) -> None:
    _, ask = day
    answer = ask("GET", CONFIG, query={"TemporaryDurationMinutes": minutes})
    assert (answer.status, answer.json["code"]) == (400, "InvalidParameter")


def test_a_kubeconfig_names_the_address_that_one_asks_for(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    servers = [
        yaml.safe_load(ask("GET", CONFIG, query=query).json["config"])["clusters"][0]["cluster"]["server"]
        for query in ({}, {"PrivateIpAddress": "false"}, {"PrivateIpAddress": "true"})
    ]
    assert servers[0] == servers[1] == ask("GET", "/clusters/c1").json["master_url"]
    assert servers[2] == ask("GET", "/clusters/c1/endpoints").json["intranet_api_server_endpoint"] != servers[0]
    assert ask("GET", CONFIG, query={"PrivateIpAddress": "1"}).json["code"] == "InvalidParameter"


def test_a_revoked_kubeconfig_is_followed_by_another_one(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    first = key(ask)
    assert key(ask) == first
    assert len(states(ask)) == 1
    assert ask("DELETE", "/k8s/c1/certs").status == 200
    assert states(ask) == []
    second = key(ask)
    assert second != first
    assert len(states(ask)) == 1
    assert ask("GET", "/clusters/c1/certs").json["config"] == ask("GET", CONFIG).json["config"]
    assert ask("DELETE", "/k8s/c1/certs").status == 200
    assert key(ask) not in {first, second}


def test_who_has_a_kubeconfig_and_until_when(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert states(ask) == []
    expiration = ask("GET", CONFIG).json["expiration"]
    (state,) = states(ask)
    assert (state["cert_expire_time"], state["cert_state"]) == (expiration, "Unexpired")
    assert (state["account_type"], state["account_state"], state["revokable"]) == ("RootAccount", "Active", True)
    assert states(ask, cloudServiceKubeConfig="true") == states(ask, pageNumber=2) == []
    assert ask("GET", STATES).json["page"] == {"page_number": 1, "page_size": 10, "total_count": 1}
    assert ask("GET", STATES, query={"pageSize": 51}).json["code"] == "InvalidParameter"
    assert ask("POST", EXPIRE, {"user": state["account_id"], "expire_hour": 2}).status == 200
    assert seconds(states(ask)[0]["cert_expire_time"]) == NOW + 2 * HOUR
    assert seconds(ask("GET", CONFIG).json["expiration"]) == NOW + 2 * HOUR
    clock.advance(3 * HOUR)
    assert states(ask)[0]["cert_state"] == "Expired"
    assert seconds(ask("GET", CONFIG).json["expiration"]) > NOW + 24 * HOUR
    assert states(ask)[0]["cert_state"] == "Unexpired"


def test_the_kubeconfig_of_somebody_who_has_none_can_not_be_limited(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    key(ask)
    (state,) = states(ask)
    answer = ask("POST", EXPIRE, {"user": "1", "expire_hour": 2})
    assert (answer.status, answer.json["code"]) == (400, "InvalidParameter")
    assert ask("DELETE", "/k8s/c1/certs").status == 200
    assert ask("POST", EXPIRE, {"user": state["account_id"], "expire_hour": 2}).json["code"] == "InvalidParameter"


@pytest.mark.parametrize(
    ("cluster", "status", "code"),
    [("c3", 409, "ErrorClusterState"), ("c4", 400, "ErrorClusterType"), ("c9", 404, "ErrorClusterNotFound")],
)
def test_clusters_without_a_kubeconfig(cluster: str, status: int, code: str) -> None:
    with bad_day(live=LIVE) as (_, _, ask):
        for method, path, body in (
            ("GET", f"/k8s/{cluster}/user_config", None),
            ("DELETE", f"/k8s/{cluster}/certs", None),
            ("POST", f"/k8s/{cluster}/user_config/expire", {"user": "1", "expire_hour": 1}),
        ):
            answer = ask(method, path, body)
            assert (answer.status, answer.json["code"]) == (status, code), path


def test_what_was_revoked_stays_so_after_a_restart(tmp_path: Any) -> None:
    with bad_day(live=LIVE, db=tmp_path / "world.db") as (_, _, ask):
        first = key(ask)
        assert ask("DELETE", "/k8s/c1/certs").status == 200
    with bad_day(live=LIVE, db=tmp_path / "world.db") as (_, _, ask):
        assert key(ask) != first
