"""A world is an account and a host; what is not known of it parts it from none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ackplan.core.diagnostics import Failure
from ackplan.core.world import LOOPBACK, World, account_told, decode_world, encode_world
from ackplan.record import Record
from ackplan.record.codec import decode, encode

OURS = World("1000000000000001", "cs.aliyuncs.com", "cn-beijing")
LOGGED = {"meta_data": json.dumps({"ControlPlaneLogConfig": {"aliuid": "1000000000000001"}})}
STACKED = {"parameters": {"ALIYUN::AccountId": "1000000000000001"}}


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (World(), True),
        (World("1000000000000001"), True),
        (World("", "cs.aliyuncs.com"), True),
        (World("1000000000000001", "cs.aliyuncs.com", "us-west-1"), True),
        (World("1000000000000002", "cs.aliyuncs.com"), False),
        (World("1000000000000001", LOOPBACK), False),
        (World("", LOOPBACK), False),
    ],
)
def test_only_what_is_known_of_both_parts_two_worlds(other: World, meets: bool) -> None:
    assert OURS.meets(other) is meets
    assert other.meets(OURS) is meets


def test_a_world_is_completed_and_never_changed_by_another() -> None:
    assert World("", LOOPBACK).completed(OURS) == World(OURS.account, LOOPBACK)
    assert World().completed(OURS) == OURS


def test_it_says_account_region_and_endpoint() -> None:
    assert str(OURS) == "account 1000000000000001, region cn-beijing, endpoint cs.aliyuncs.com"
    assert str(World("", LOOPBACK)) == "account not known, endpoint loopback"


@pytest.mark.parametrize("world", [World(), OURS, World("", LOOPBACK), World("1")])
def test_files_name_it(world: World) -> None:
    assert decode_world(encode_world(world)) == world
    record = Record("l", 1, {}, world)
    assert decode(encode(record), "f") == record
    assert ('"world"' in encode(record)) is bool(world)


@pytest.mark.parametrize(
    "wrong",
    ["x", [], {"account": 1}, {"account": "1\n"}, {"endpoint": {}}, {"endpoint": "\x1b"}, {"endpoint": "a" * 256}],
)
def test_a_record_that_names_none_is_refused(wrong: Any) -> None:
    text = json.dumps({"version": 1, "lineage": "l", "serial": 1, "clusters": {}, "world": wrong})
    with pytest.raises(Failure) as caught:
        decode(text, "f")
    assert "world" in caught.value.diagnostics[0].detail


@pytest.mark.parametrize(
    ("fields", "account"),
    [
        ([], ""),
        ([{}], ""),
        ([LOGGED], "1000000000000001"),
        ([{}, STACKED, LOGGED], "1000000000000001"),
        ([LOGGED, {"parameters": {"ALIYUN::AccountId": "2"}}], ""),
        ([{"meta_data": '"aliuid"'}, {"meta_data": "{aliuid"}, {"meta_data": 3}, {"parameters": None}], ""),
        ([{"parameters": {"ALIYUN::AccountId": True}}, {"parameters": {"ALIYUN::AccountId": "a b"}}], ""),
    ],
)
def test_the_account_is_what_all_answers_agree_on(fields: list[dict[str, Any]], account: str) -> None:
    assert account_told(fields) == account
