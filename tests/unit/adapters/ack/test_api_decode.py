"""Answers become checked values, or are refused as a whole; whatever arrives, nothing else happens."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.adapters.ack import decode
from ackplan.adapters.ack.answer_fields import Malformed
from ackplan.adapters.ack.exchange import Answer
from ackplan.adapters.ack.redact import is_secret, secrets_in, without_secrets
from ackplan.core import catalog
from ackplan.core.answers import LogLine, Task

WRONG_SIZES: list[Any] = ["many", -1, 1.5, True, [3], "9" * 4000, "٣"]
CLUSTER = {"cluster_id": "c1", "name": "shop", "state": "running", "region_id": "cn-beijing", "size": 3}


def answer(body: Any, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(200, {name.replace("_", "-"): value for name, value in headers.items()}, data)


READERS: list[Callable[[Answer], Any]] = [
    decode.value,
    decode.clusters,
    lambda a: decode.cluster(a, "c1"),
    decode.nodes,
    lambda a: decode.task(a, "T-1"),
    decode.created,
    decode.accepted,
    decode.accepted_or_empty,
    decode.attached,
    decode.script,
    decode.config,
    decode.mapping,
    decode.logs,
]
NAMES = [
    "cluster_id", "name", "state", "size", "clusters", "page_info", "page", "total_count", "nodes", "instance_id",
    "node_name", "task_id", "error", "code", "message", "list", "instanceId", "config", "request_id", "task_result",
    "stages", "events", "level",
]  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["c1", "T-1", "running"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


@given(st.sampled_from(READERS), anything.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_whatever_arrives_is_read_or_refused(read: Callable[[Answer], Any], body: bytes) -> None:
    with contextlib.suppress(Malformed):
        read(answer(body))


@pytest.mark.parametrize(
    "wrap",
    [lambda cs: cs, lambda cs: {"clusters": cs}, lambda cs: {"clusters": cs, "page_info": {"total_count": len(cs)}}],
)
def test_a_list_of_clusters_plain_or_wrapped(wrap: Any) -> None:
    swarm = {"cluster_id": "C5b5", "name": "old", "state": "running", "cluster_type": "aliyun", "node_status": "{}"}
    found, _ = decode.clusters(answer(wrap([CLUSTER, swarm])))
    assert [(c.cluster_id, c.name, c.size, c.cluster_type) for c in found] == [
        ("c1", "shop", 3, None),
        ("C5b5", "old", None, "aliyun"),
    ]
    assert found[1].attributes == swarm


def test_a_page_of_a_list_says_how_much_is_missing() -> None:
    assert decode.clusters(answer({"clusters": [CLUSTER], "page_info": {"total_count": "2"}}))[1] == 2
    with pytest.raises(Malformed, match="total_count"):
        decode.clusters(answer({"clusters": [CLUSTER], "page_info": {"total_count": "many"}}))


@pytest.mark.parametrize("body", [b"null", {"clusters": None}, {"clusters": None, "page_info": None}])
def test_null_is_an_empty_list(body: Any) -> None:
    assert decode.clusters(answer(body)) == ((), None)


@pytest.mark.parametrize("body", [b"", b" \n", {}, {"page_info": {"total_count": 0}}, {"clusters": 0}, 0, "none"])
def test_nothing_is_no_list(body: Any) -> None:
    with pytest.raises(Malformed):
        decode.clusters(answer(body))


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, 0), ("7", 7), (7.0, 7), (None, None), ("", None), *((wrong, None) for wrong in WRONG_SIZES)],
)
def test_sizes(size: Any, expected: int | None) -> None:
    assert decode.cluster_of(CLUSTER | {"size": size}).size == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None}, {"name": ""}, {"name": 5}, {"name": "x" * 1025}, {"state": None},
        {"cluster_id": "../c1"}, {"cluster_id": ""}, {"cluster_id": None}, {"cluster_id": "c1\n"}, {"region_id": ["x"]},
    ],
)  # fmt: skip
def test_one_wrong_cluster_spoils_the_list(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        decode.clusters(answer([CLUSTER, CLUSTER | wrong]))
    assert f'"{next(iter(wrong))}"' in str(caught.value)


def test_a_cluster_that_was_not_asked_for_is_refused() -> None:
    assert decode.cluster(answer(CLUSTER), "c1").name == "shop"
    with pytest.raises(Malformed, match="another cluster"):
        decode.cluster(answer(CLUSTER), "c2")


def test_unknown_fields_are_kept_and_secrets_are_not() -> None:
    fields = CLUSTER | {
        "vpc_id": "vpc-1",
        "future": {"deep": [1, {"LoginPassword": "x", "kept": None}]},
        "login_password": "x",
        "meta_data": '{"Token": "x"}',
        "tags": ["plain", '{"secret": 1}'],
        "parameters": {"KeyPair": "k", "PrivateKey": "x", "AccessKeyId": "x"},
    }
    kept = dict(decode.cluster_of(fields).attributes)
    assert kept == CLUSTER | {
        "vpc_id": "vpc-1",
        "future": {"deep": [1, {"kept": None}]},
        "tags": ["plain"],
        "parameters": {"KeyPair": "k"},
    }


# A token by its name alone: it tells one try of a call from another. It is hidden all the same.
HARMLESS = {"client_token"}


def test_names_of_secrets_are_those_of_the_schemas() -> None:
    for name, operation in catalog.DEFAULT.operations.items():
        secrets = catalog.DEFAULT.secret_parameters(name)
        assert all(is_secret(key.rpartition(".")[2]) for key in secrets)
        for body in (*operation.bodies, *operation.bodies_today):
            names = catalog.DEFAULT.body_parameters(body).keys()
            assert {key for key in names if is_secret(key)} - HARMLESS == secrets & names


def test_secrets_inside_of_a_body_have_dotted_names() -> None:
    assert {"login_password", "control_plane_config.login_password"} == catalog.DEFAULT.secret_parameters(
        "create_cluster"
    )
    assert catalog.DEFAULT.secret_parameters("create_node_pool") == {"scaling_group.login_password"}
    assert "control_plane_config.login_password" in catalog.DEFAULT.secret_parameters("modify_cluster")


def test_secrets_of_a_body() -> None:
    body = {"login_password": "a", "nested": [{"password": "b", "x": "c"}], "token": {"secret": "d"}, "key_pair": "e"}
    assert sorted(secrets_in(body)) == ["a", "b", "d"]
    assert without_secrets({"size": 5, "parts": [{"token": "d"}], "secret": "e"}) == {"size": 5, "parts": [{}]}


ENDS = {
    "success": ["success", "succeeded", "Success", "SUCCEEDED"],
    "fail": ["fail", "failed", "error", "Failed", "ERROR"],
    "canceled": ["canceled", "cancelled", "Cancelled"],
    "paused": ["paused"],
}


@pytest.mark.parametrize(("end", "state"), [(end, state) for end, states in ENDS.items() for state in states])
def test_how_tasks_end_in_every_spelling(end: str, state: str) -> None:
    found = decode.task(answer({"task_id": "T-1", "state": state}), "T-1")
    assert (found.state, found.running, found.failed) == (end, False, end != "success")


@pytest.mark.parametrize("state", ["running", "pending", "initial", "something new"])
def test_a_task_in_another_state_goes_on(state: str) -> None:
    found = decode.task(answer({"state": state}), "T-1")
    assert (found.state, found.running, found.failed) == (state, True, False)


def test_tasks() -> None:
    body = {"task_id": "T-1", "cluster_id": "c1", "task_type": "cluster_create", "state": "fail", "created": "x",
            "updated": None, "error": {"code": "E", "message": "out of\n\x1bstock " + "x" * 2000}}  # fmt: skip
    found = decode.task(answer(body), "T-1")
    assert (found.state, found.error_code, found.error_message[:14]) == ("fail", "E", "out of stock x")
    assert len(found.error_message) == 500
    assert decode.task(answer({"state": "success", "error": None}), "T-1") == Task("T-1", "", "", "success", *[""] * 4)
    for wrong in ({"task_id": "T-2"}, {"state": ""}, {"state": {}}, {"state": 5}):
        with pytest.raises(Malformed):
            decode.task(answer(body | wrong), "T-1")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"error": {"code": 403, "message": 5}}, ("403", "5")),
        ({"error": {"code": "Quota"}}, ("Quota", "")),
        ({"error": "no more"}, ("", "no more")),
        ({"error": {}, "message": "gone wrong"}, ("", "gone wrong")),
        ({"error": [], "task_result": None}, ("", "")),
        ({"task_result": [{"data": "i-1", "status": "success"}, {"data": "i-2", "status": "failed"}]}, ("", "i-2: failed")),
        ({"task_result": [{"data": "i-2", "status": "failed", "message": "no\nip"}, 5]}, ("", "i-2: no ip")),
        ({"task_result": {"data": "i-2"}}, ("", "")),
        ({"stages": [{"name": "ecs", "state": "fail", "error": {"code": "E", "message": "m"}}]}, ("", "ecs: E m")),
        ({"stages": [{"state": "failed", "message": "no address"}]}, ("", "no address")),
        ({"events": [{"level": "info", "message": "m"}, {"level": "Error", "reason": "r", "message": "n"}]}, ("", "r: n")),
    ],
)  # fmt: skip
def test_why_a_task_failed(more: dict[str, Any], reason: tuple[str, str]) -> None:
    found = decode.task(answer({"state": "failed", **more}), "T-1")
    assert (found.error_code, found.error_message) == reason


@pytest.mark.parametrize(("state", "said"), [("paused", "somebody resumes it"), ("cancelled", "it was canceled")])
def test_an_end_that_is_no_failure_is_said(state: str, said: str) -> None:
    assert said in decode.task(answer({"state": state}), "T-1").error_message


NEEDLESS = [
    ("created", 1795880734.35), ("updated", 5), ("created", None), ("updated", {}), ("cluster_id", 7), ("task_id", 1),
    ("task_type", ["x"]), ("error", 5), ("error", {"code": {}, "message": []}), ("task_id", {}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), NEEDLESS)
def test_a_field_that_nobody_needs_may_have_any_type(field: str, value: Any) -> None:
    body = {"task_id": "1", "state": "running", "created": "x", field: value}
    assert decode.task(answer(body), "1").running


def test_what_is_only_shown_is_shown_as_it_is() -> None:
    found = decode.task(answer({"state": "running", "created": 1795880734.35, "cluster_id": "a\x1b[31m"}), "T-1")
    assert (found.created, found.cluster_id) == ("1795880734.35", "a [31m")


NODE = {"instance_id": "i-1", "node_name": "cn.10.0.0.1", "instance_role": "Worker", "state": "running"}


@pytest.mark.parametrize("field", ["state", "creation_time", "instance_type", "instance_charge_type", "source"])
@pytest.mark.parametrize("value", [None, 5, 1.5, True, {}, []])
def test_a_node_s_looks_may_have_any_type(field: str, value: Any) -> None:
    found, total = decode.nodes(answer({"nodes": [NODE | {field: value}], "page": {"total_count": 1}}))
    assert (found[0].instance_id, found[0].role, total) == ("i-1", "Worker", 1)


@pytest.mark.parametrize("body", [b"null", {"nodes": None}, {"nodes": None, "page": {"total_count": "0"}}, []])
def test_a_cluster_without_nodes(body: Any) -> None:
    assert decode.nodes(answer(body))[0] == []


def test_a_node_without_id_and_name_counts() -> None:
    assert len(decode.nodes(answer([{"state": "initial"}, {"state": "initial"}]))[0]) == 2


def test_the_log_of_a_cluster() -> None:
    line = {"ID": 5, "cluster_log": "it\nfailed", "log_level": "0002", "created": 7}
    assert decode.logs(answer([line, 5, None])) == (LogLine("7", "0002", "it failed"),)
    assert decode.logs(answer(b"null")) == ()


def test_what_was_accepted() -> None:
    assert decode.accepted_or_empty(answer(b" \n", x_acs_request_id="R-1")).request_id == "R-1"
    assert decode.accepted_or_empty(answer({"RequestId": "R-2"}, x_acs_request_id="R-1")).request_id == "R-2"
    assert decode.accepted(answer({"task_id": "T-1"})).task_id == "T-1"
    assert decode.created(answer({"cluster_id": "c1", "task_id": {}})).task_id is None
    assert decode.attached(answer({"list": None, "task_id": 5})).task_id == "5"
    for body in (b"", {}, {"task_id": "T-1"}, {"cluster_id": "a/b"}, {"cluster_id": 5}):
        with pytest.raises(Malformed):
            decode.created(answer(body))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000 + b"]" * 50_000,
        b"[" * 150 + b"]" * 150,
        b'{"config": "\\ud800"}',
        b'{"config": NaN}',
        b'{"config": ' + b"9" * 5000 + b"}",
        b'{"config": "\xff"}',
        b"<config/>",
    ],
)
def test_json_that_is_none_or_hostile(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode.value(answer(body))


def test_a_mark_in_front_and_emoji_are_fine() -> None:
    assert decode.value(answer(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}')) == {"a": "😀"}


@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\u202e", "\u2028", "\u200b", "\ufeff", "\U000e0041"])
@pytest.mark.parametrize("field", ["state", "region_id"])
def test_a_field_that_could_move_a_terminal_or_turn_a_text_is_refused(field, character):
    with pytest.raises(Malformed, match="control characters"):
        decode.cluster(answer({**CLUSTER, field: f"a{character}b"}), "c1")
    assert decode.cluster(answer({**CLUSTER, field: "运行中 é"}), "c1")
