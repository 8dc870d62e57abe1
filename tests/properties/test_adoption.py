"""Whatever is live: an export of it is a valid spec that plans to no changes once it is recorded."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ackplan.adapters.ack.decode import cluster_of
from ackplan.app.export import document
from ackplan.core import catalog
from ackplan.core.answers import Node
from ackplan.core.diagnostics import Failure
from ackplan.documents.yaml import parse
from ackplan.resources.cluster.describe import from_live
from ackplan.spec.layout import laid_out
from tests.running import command_line, simulator

_TEXT = st.text(max_size=12) | st.sampled_from(["", "no", "012", "1e3", "null", "a: b", "#x", "true", "商店", "[", "~"])
_SOMETHING = _TEXT | st.integers(-5, 10**6) | st.booleans() | st.none() | st.lists(_TEXT, max_size=2)
_CIDR = st.sampled_from(["172.16.0.0/16", "172.16.0.5/16", "192.168.0.0/20", "10.0.0.0/8"])
_VSWITCHES = st.lists(st.sampled_from(["vsw-a", "vsw-b", "vsw-c"]), max_size=6).map(",".join)
_TAGS = st.lists(
    st.dictionaries(st.sampled_from(["key", "value", "more"]), _TEXT, max_size=3)
    | st.fixed_dictionaries({"key": st.sampled_from(["team", "acs:x", "ack.aliyun.com"]), "value": _TEXT}),
    max_size=3,
)
_KINDS = st.sampled_from(
    [
        {"cluster_type": "ManagedKubernetes"},
        {"cluster_type": "ManagedKubernetes", "profile": "Default"},
        {"cluster_type": "ManagedKubernetes", "profile": "Edge"},
        {"cluster_type": "Kubernetes"},
        {"cluster_type": "Ask"},
        {"cluster_type": "aliyun"},
    ]
)
_SHOWN: dict[str, st.SearchStrategy[Any]] = {
    "vpc_id": st.sampled_from(["vpc-a", "vpc-b", "", "VPC"]),
    "vswitch_id": _VSWITCHES,
    "region_id": st.sampled_from(["cn-beijing", "ap-southeast-1"]),
    "container_cidr": _CIDR,
    "subnet_cidr": _CIDR | st.just(""),
    "service_cidr": _CIDR,
    "proxy_mode": st.sampled_from(["ipvs", "iptables", "nftables", ""]),
    "node_cidr_mask": st.sampled_from(["24", 24, 99, "", None]),
    "node_port_range": st.sampled_from(["30000-32767", "40000-30000", "x"]),
    "cpu_policy": st.sampled_from(["none", "static", "best"]),
    "private_zone": st.sampled_from([True, False, "true", "False", ""]),
    "init_version": st.sampled_from(["1.14.6-aliyun.1", "1.20", 1]),
    "current_version": st.sampled_from(["1.14.6-aliyun.1", "1.16"]),
    "tags": _TAGS,
    "agent_version": _TEXT,
}
_NAMES = st.sampled_from(["shop", "012", "null", "on", "商店", "a-1", "no name", "1e3", "x" * 63, "true"])


@st.composite
def _live(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Clusters that the simulator can hold."""
    found = []
    for name in draw(st.lists(_NAMES, min_size=1, max_size=6, unique=True)):
        cluster = {"name": name, **draw(_KINDS), **draw(st.fixed_dictionaries({}, optional=_SHOWN))}
        cluster["state"] = draw(st.sampled_from(["running", "running", "running", "scaling", "failed", "deleting"]))
        cluster["size"] = size = draw(st.integers(0, 7))
        cluster["master_count"] = 3 if size < 5 else draw(st.sampled_from([3, 5]))
        if draw(st.booleans()):
            cluster["size"] = str(size)
        found.append(cluster)
    return found


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(_live())
def test_a_fleet_is_taken_over_and_nothing_is_left_to_do(clusters: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name, simulator(live={"clusters": clusters}) as api:
        folder, environment = Path(name), {**api.credentials, "ACKPLAN_ENDPOINT": api.url}

        def run(*arguments: str) -> str:
            done = command_line(folder, *arguments, environment=environment)
            assert done.code == 0, done.out + done.err
            return done.out

        run("export", "--all", "--out", "ackplan.yaml")
        if (folder / "ackplan.yaml").exists():
            run("validate")
            run("fmt", "--check")
            run("import", "--all")
            assert run("plan", "--detailed-exitcode").startswith("No changes.")
            assert run("drift").startswith("No drift.\n")
        assert {call.method for call in api.calls} == {"GET"}


_NODES = st.lists(
    st.builds(
        Node,
        instance_id=st.from_regex(r"i-[a-z0-9]{1,8}", fullmatch=True),
        name=st.just(""),
        role=st.sampled_from(["Master", "Worker", ""]),
        state=st.just("running"),
        created=st.just(""),
        instance_type=st.sampled_from(["ecs.c5.large", "ecs.g6.xlarge", "", "gpu!"]),
    ),
    max_size=4,
)
_ANSWERS = st.builds(
    lambda kind, known, odd, name, size: {**odd, **known, **kind, "name": name, "cluster_id": "c1", "state": "running", "size": size},
    _KINDS,
    st.fixed_dictionaries({"region_id": st.just("cn-beijing")}, optional={n: s for n, s in _SHOWN.items() if n != "region_id"}),
    st.dictionaries(st.sampled_from(sorted(_SHOWN)), _SOMETHING, max_size=4),
    _NAMES,
    st.integers(0, 400) | st.none(),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_ANSWERS, _NODES)
def test_what_is_written_is_valid_canonical_and_read_back_as_it_was(answer: dict[str, Any], nodes: list[Node]) -> None:
    live = cluster_of(answer)
    kind = catalog.DEFAULT.kind_of(live.attributes)
    if kind is None:
        return
    try:
        described = from_live(kind, live, nodes, None)
    except Failure:
        odd = live.attributes.get("vpc_id") not in {None, "", "vpc-a", "vpc-b"} or kind.name == "serverless"
        assert odd or live.name == "no name" or live.size is None or live.size > 300
        return
    text = document([described]).encode()
    assert laid_out(text, "a.yaml") == text
    (root,), faults = parse(text, "a.yaml")
    assert faults == []
    assert root["clusters"] == {live.name: described.body(described.region)}
