"""Answers in JSON and XML, for old and new clients."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from ackplan.simulator import answers
from ackplan.simulator.refusals import Refusal

TAKEN = Refusal(400, "ClusterNameAlreadyExist", "cluster name shop already exist")


@pytest.mark.parametrize(
    ("accept", "as_json"),
    [
        ("", False),
        ("*/*", False),
        ("application/xml", False),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/json, application/xml;q=0.5", True),
        ("application/json;q=0.4, application/xml", False),
        ("application/json;q=0", False),
        ("application/json;q=much", False),
        ("application/octet-stream", False),
    ],
)
def test_xml_unless_json_is_asked_for(accept: str, as_json: bool) -> None:
    assert answers.wants_json(accept) is as_json


def test_errors_in_json_serve_old_and_new_clients() -> None:
    answer = answers.failure(TAKEN, "R-1", as_json=True)
    body = json.loads(answer.body)
    assert answer.status == 400
    assert answer.content_type == "application/json;charset=utf-8"
    assert (body["code"], body["message"], body["requestId"], body["status"]) == (
        "ClusterNameAlreadyExist",
        "cluster name shop already exist",
        "R-1",
        400,
    )
    assert (body["Code"], body["Message"], body["RequestId"]) == (body["code"], body["message"], "R-1")
    assert body["HostId"]


def test_errors_in_xml() -> None:
    answer = answers.failure(TAKEN, "R-1", as_json=False)
    root = ElementTree.fromstring(answer.body)
    assert answer.content_type == "text/xml;charset=utf-8"
    assert root.tag == "Error"
    assert [child.tag for child in root] == ["Code", "Message", "HostId", "RequestId"]
    assert root.findtext("Code") == "ClusterNameAlreadyExist"
    assert root.findtext("RequestId") == "R-1"


def test_payloads_in_xml_keep_their_structure() -> None:
    payload = {"name": "商店 & <co>", "tags": [{"key": "a", "value": "b"}], "size": 3, "on": True, "none": None}
    root = ElementTree.fromstring(answers.success(200, payload, as_json=False).body)
    assert root.findtext("name") == "商店 & <co>"
    assert root.findtext("tags/Item/key") == "a"
    assert root.findtext("size") == "3"
    assert root.findtext("on") == "true"
    assert root.findtext("none") == ""


def test_what_xml_can_not_hold_is_replaced() -> None:
    payload = {"a\u0000b": "x\u0000y\ud800z", "1": "one"}
    root = ElementTree.fromstring(answers.success(200, payload, as_json=False).body)
    assert [(child.tag, child.text) for child in root] == [("Item", "x\ufffdy\ufffdz"), ("Item", "one")]


def test_what_utf8_can_not_hold_is_replaced_in_json() -> None:
    assert json.loads(answers.success(200, {"a": "x\ud800"}, as_json=True).body) == {"a": "x?"}
