"""What the targets begin with: the examples, the scenarios, what they make, and what the embedded API answers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ackplan.simulator import answers
from ackplan.simulator.refusals import Refusal

_ROOT = Path(__file__).parents[2]
_SCENARIOS = _ROOT / "tests" / "scenarios"
_LARGEST = 8192


def _texts(pattern: str, folder: Path = _SCENARIOS) -> Iterator[bytes]:
    for file in sorted(folder.glob(pattern)):
        if file.stat().st_size <= _LARGEST:
            yield file.read_bytes()


def specs() -> Iterator[bytes]:
    yield from _texts("*/spec.yaml")
    yield from _texts("**/*.yaml", _ROOT / "examples")


def records() -> Iterator[bytes]:
    yield from _texts("*/record.json")
    yield from _texts("*/expect/record.json")
    yield b"<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"


def plans() -> Iterator[bytes]:
    """Plans of the scenarios' specs for an empty account, as `plan --out` writes them, digests left out."""
    from ackplan import spec
    from ackplan.plan.codec import encode
    from ackplan.plan.plan_file_codec import encode_file
    from ackplan.plan.planner import Options, Sides, plan
    from ackplan.record import Record
    from ackplan.resources.types import BUILT_IN
    from tests.plan_files import text_of

    for file in sorted(_SCENARIOS.glob("*/spec.yaml")):
        loaded = spec.read(spec.Inputs(file.parent, (file.name,)))
        made = plan(Sides(loaded.clusters, Record("lineage"), (), "0" * 64), Options(), BUILT_IN)
        yield json.dumps({"ackplan_plan": 1, "plan": encode(made), "json": {}}).encode()
        pinned = dataclasses.replace(made, pins=dataclasses.replace(made.pins, record="0" * 64))
        yield text_of(b"".join(encode_file(pinned, Record("lineage")))).encode()


def journals() -> Iterator[bytes]:
    """A row each, one column a line: phase, data, entry."""
    for record in records():
        for entry in _clusters(record):
            aimed = json.dumps(entry)
            for operation in ("create_cluster", "attach", "scale_out", "delete_cluster", "remove_nodes"):
                data = {"operation": operation, "workers_before": 2, "workers_after": 3, "masters": 0, "at": 1.0}
                named = json.dumps({**data, "instances": ["i-a"], "entry": entry})
                yield f"intent\n{named}\n".encode()
                yield f"settled\n{{}}\n{aimed}".encode()


def _clusters(record: bytes) -> list[Any]:
    try:
        return list(json.loads(record).get("clusters", {}).values())
    except ValueError:
        return []


_CLUSTER = {"cluster_id": "c1", "name": "shop", "state": "running", "size": 3, "region_id": "cn-beijing"}
_NODE = {"instance_id": "i-a", "node_name": "n", "instance_role": "Worker", "state": "running", "creation_time": "t"}
_ANSWERS: tuple[Any, ...] = (
    [_CLUSTER],
    {"clusters": [_CLUSTER], "page_info": {"total_count": 1}},
    {**_CLUSTER, "cluster_type": "ManagedKubernetes", "meta_data": '{"token": "x"}', "login_password": "x"},
    {"nodes": [_NODE], "page": {"total_count": "1"}},
    {"task_id": "T-1", "state": "fail", "error": {"code": "OutOfStock", "message": "none left"}},
    {"cluster_id": "c1", "request_id": "r", "task_id": "T-1"},
    {"list": [{"code": 200, "instanceId": "i-a", "message": "successful"}], "task_id": "T-1"},
    "curl -o attach.sh | bash",
    {"config": "apiVersion: v1\n"},
    {"ca": "-", "cert": "-", "key": "-"},
)


def decoded() -> Iterator[bytes]:
    """The first byte says of which operation the answer is."""
    for number in range(12):
        for value in _ANSWERS:
            yield bytes([number]) + json.dumps(value).encode()


def errors() -> Iterator[bytes]:
    """The first byte says with which status the answer comes."""
    for number, refusal in enumerate(
        (Refusal(404, "ErrorClusterNotFound", "gone"), Refusal(403, "Forbidden.RAM", "no"), Refusal(500, "", ""))
    ):
        for as_json in (True, False):
            yield bytes([number]) + answers.failure(refusal, "request", as_json=as_json).body
    yield b"\x03<html><head><title>502 Bad Gateway</title><script>x</script></head><body>nginx</body></html>"
    yield b'\x03<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Error><Code>&b;</Code></Error>'


def requests() -> Iterator[bytes]:
    """A request's line, its headers, an empty line, its body."""
    for spec in (_ROOT / "tests" / "scenarios").glob("*/expect/calls.txt"):
        for line in spec.read_text("utf-8").splitlines()[:3]:
            yield f"{line[:200]}\naccept: application/json\n\n{{}}".encode()
    body = {"name": "a", "cluster_type": "ManagedKubernetes", "num_of_nodes": 2, "container_cidr": "172.20.0.0/16"}
    yield b"POST /clusters\ncontent-type: application/json\n\n" + json.dumps(body).encode()
    yield b"POST /api/v2/clusters/c1\ncontent-type: application/x-www-form-urlencoded\n\ncount=2&worker_data_disk=false"
    yield b'POST /clusters/c1/attachscript\n\n\n{"options": "{\\"a\\": 1}"}'
    yield b"GET /clusters/c1/nodes?pageSize=10&pageNumber=1\naccept: application/xml;q=0.5\n\n"
