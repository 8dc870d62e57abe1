"""What the API orders, formats or adds by itself is no drift, and leaves no plan anything to do."""

from __future__ import annotations

import asyncio
import functools
import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan import spec
from ackplan.adapters.ack import decode
from ackplan.adapters.ack.exchange import Answer
from ackplan.adapters.local.clock import RealClock
from ackplan.app.baseline import Baseline
from ackplan.app.drift import find
from ackplan.app.import_record import take_in
from ackplan.app.observe import Observer
from ackplan.app.plan import make_plan
from ackplan.core.answers import Cluster, Node
from ackplan.plan.planner import Options
from ackplan.record import Record
from ackplan.record.journal import Leftover

_WORKERS = {
    "snat_entry": True,
    "worker_instance_types": ["ecs.c5.xlarge"],
    "worker_system_disk_category": "cloud_ssd",
    "worker_system_disk_size": 40,
    "login_password": {"env": "PW"},
}
_SPEC = {
    "ackplan": 1,
    "region": "cn-beijing",
    "clusters": {
        "web": {
            "cluster_type": "ManagedKubernetes",
            "vpcid": "vpc-a",
            "vswitch_ids": ["vsw-a", "vsw-b"],
            "num_of_nodes": 2,
            "attach": [{"instances": ["i-web3"], "key_pair": "k"}],
            "tags": [{"key": "team", "value": "web"}],
            **_WORKERS,
        },
        "db": {
            "cluster_type": "Kubernetes",
            "vpcid": "vpc-a",
            "master_vswitch_ids": ["vsw-a"],
            "worker_vswitch_ids": ["vsw-b"],
            "master_instance_types": ["ecs.c5.xlarge"],
            "master_system_disk_category": "cloud_ssd",
            "master_system_disk_size": 40,
            "num_of_nodes": 1,
            "proxy_mode": "ipvs",
            **_WORKERS,
        },
        "rim": {"cluster_type": "ManagedKubernetes", "profile": "Edge", "num_of_nodes": 0, **_WORKERS},
        "jobs": {"cluster_type": "Ask", "vpc_id": "vpc-a", "vswitch_id": "vsw-b", "private_zone": True},
    },
}
_LIVE: list[dict[str, Any]] = [
    {"name": "web", "cluster_type": "ManagedKubernetes", "profile": "Default", "vpc_id": "vpc-a", "size": 3},
    {"name": "db", "cluster_type": "Kubernetes", "vpc_id": "vpc-a", "size": 4},
    {"name": "rim", "cluster_type": "ManagedKubernetes", "profile": "Edge", "vpc_id": "vpc-made", "size": 0},
    {"name": "jobs", "cluster_type": "Ask", "vpc_id": "vpc-a", "size": 0},
]
_VSWITCHES = {"web": ["vsw-a", "vsw-b"], "db": ["vsw-b"], "rim": ["vsw-made"], "jobs": ["vsw-b"]}
_NODES = {
    "web": [("i-web1", "Worker"), ("i-web2", "Worker"), ("i-web3", "Worker")],
    "db": [("i-m1", "Master"), ("i-m2", "Master"), ("i-m3", "Master"), ("i-db1", "Worker")],
    "rim": [],
    "jobs": [],
}
_ADDED = st.dictionaries(
    st.sampled_from(
        ["meta_data", "parameters", "deletion_protection", "cluster_spec", "maintenance_window", "ip_stack"]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
    ),
    max_size=4,
)


class _Api:
    """Reads answers as the client does; there is nothing on it that changes anything."""

    def __init__(
        self, clusters: list[dict[str, Any]], nodes: dict[str, list[dict[str, Any]]], *, wrapped: bool
    ) -> None:
        self._clusters, self._nodes, self._wrapped = clusters, nodes, wrapped

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        page = {"clusters": self._clusters, "page_info": {"total_count": str(len(self._clusters))}}
        return decode.clusters(_answer(page if self._wrapped else self._clusters))[0]

    async def get_cluster(self, cluster_id: str, region: str = "") -> Cluster:
        return next(cluster for cluster in await self.list_clusters() if cluster.cluster_id == cluster_id)

    async def list_nodes(self, cluster_id: str, region: str = "") -> Sequence[Node]:
        return decode.nodes(_answer({"nodes": self._nodes[cluster_id]}))[0]


def _answer(value: Any) -> Answer:
    return Answer(200, {}, json.dumps(value).encode())


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp())
    (folder / "ackplan.yaml").write_text(json.dumps(_SPEC))
    return folder


def _plain(cluster: dict[str, Any]) -> dict[str, Any]:
    told = {
        "cluster_id": f"c-{cluster['name']}",
        "state": "running",
        "region_id": "cn-beijing",
        "updated": "2026-01-01T00:00:00Z",
    }
    return {
        **told,
        **cluster,
        "vswitch_id": ",".join(_VSWITCHES[cluster["name"]]),
        "tags": [{"key": "team", "value": "web"}],
    }


def _node(instance: str, role: str) -> dict[str, Any]:
    return {
        "instance_id": instance,
        "node_name": instance,
        "instance_role": role,
        "state": "running",
        "creation_time": "2026",
    }


@functools.cache
def _known() -> Baseline:
    """The record as it is once the spec was applied."""
    wanted = spec.read(spec.Inputs(_folder())).clusters
    record = Record("lineage", 1)
    for cluster in map(_plain, _LIVE):
        nodes = [decode._node(_node(*node)) for node in _NODES[cluster["name"]]]
        record = take_in(record, cluster["name"], decode.cluster_of(cluster), nodes, wanted[cluster["name"]])
    return Baseline(record, record, (), Leftover(None, ()))


@st.composite
def _answers(draw: st.DrawFn) -> _Api:
    """The same clusters, told otherwise."""
    shuffle = random.Random(draw(st.integers(0, 2**20))).shuffle
    clusters = []
    for cluster in map(_plain, _LIVE):
        told = {**cluster, **draw(_ADDED), "updated": draw(st.sampled_from(["2026-02-02T00:00:00+08:00", "", None]))}
        told["size"] = draw(st.sampled_from([told["size"], str(told["size"]), float(told["size"])]))
        told["state"] = draw(st.sampled_from(["running", "running", "updating", "inactive", "disconnected"]))
        vswitches = list(_VSWITCHES[told["name"]]) + draw(st.sampled_from([[], ["vsw-extra"]]))
        shuffle(vswitches)
        told["vswitch_id"] = draw(st.sampled_from([",", ", "])).join(vswitches)
        if draw(st.booleans()):
            told |= {"vswitch_id": draw(st.sampled_from(["", None])), "vpc_id": draw(st.sampled_from(["", None]))}
        told["tags"] = draw(
            st.sampled_from([None, [], told["tags"], [{"key": "ack.aliyun.com", "value": "x"}, *told["tags"]]])
        )
        told["proxy_mode"] = draw(st.sampled_from(["ipvs", "", None]))
        clusters.append(told)
    shuffle(clusters)
    nodes = {f"c-{name}": [{**_node(*node), **draw(_ADDED)} for node in known] for name, known in _NODES.items()}
    for known in nodes.values():
        shuffle(known)
    return _Api(clusters, nodes, wrapped=draw(st.booleans()))


def _observer(api: _Api) -> Observer:
    return Observer(api, RealClock())


@settings(max_examples=30, deadline=None, derandomize=True)
@given(_answers())
def test_what_the_api_tells_otherwise_is_no_drift_and_no_change(api: _Api) -> None:
    async def looked() -> None:
        drift = await find(spec.Inputs(_folder()), _known(), _observer(api), Options())
        assert [(change.name, change.parameters, change.notes) for change in drift.moved] == []
        planned = await make_plan(spec.Inputs(_folder()), _known(), _observer(api), Options())
        assert [(change.name, change.parameters, change.blocked) for change in planned.plan.acting] == []

    asyncio.run(looked())


@pytest.mark.parametrize(
    ("name", "told", "moved"),
    [
        ("web", {"size": "4"}, ["num_of_nodes"]),
        ("web", {"vpc_id": "vpc-b"}, ["vpcid"]),
        ("jobs", {"vswitch_id": "vsw-x,vsw-y"}, ["vswitch_id"]),
        ("web", {"tags": [], "current_version": "1.14.8-aliyun.1"}, ["tags"]),
        ("web", {"tags": {"key": "team", "value": "shop"}}, ["tags"]),
        ("jobs", {"private_zone": "false"}, ["private_zone"]),
    ],
)
def test_what_did_move_is_drift(name: str, told: dict[str, Any], moved: list[str]) -> None:
    """The test above could not fail if nothing ever was drift."""
    clusters = [{**cluster, **(told if cluster["name"] == name else {})} for cluster in map(_plain, _LIVE)]
    nodes = {f"c-{each}": [_node(*node) for node in known] for each, known in _NODES.items()}

    async def looked() -> None:
        drift = await find(spec.Inputs(_folder()), _known(), _observer(_Api(clusters, nodes, wrapped=False)), Options())
        assert [(c.name, [p.name for p in c.parameters]) for c in drift.moved] == [(name, moved)]

    asyncio.run(looked())
