"""Sends made-up requests at a simulator, all properly signed, and judges every answer by the contract."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, Response
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import Failure, FailureGroup

from ackplan.simulator import VirtualClock
from tests import running
from tests.conformance import contract
from tests.conformance.account import LIVE
from tests.conformance.generation import Form, Source, body, sources, valid
from tests.conformance.signing import Signer

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_ACCEPT = ("application/json", "application/json", "application/json", "application/xml", "text/xml, */*;q=0.1", "*/*")
_CONTENT = (
    "application/json;charset=utf-8",
    "application/json; charset=utf-8",
    "application/json",
    "application/octet-stream",
)
# InvalidParameter may answer a valid body: not every rule can be said in a schema.
_NEVER_FOR_VALID = (b"MissingParameter", b"InvalidRequestBody", b"RequestBodyTooLarge")
# There are four sources of create calls, and what is deleted can't be asked about any more.
_SHARES = {"create_cluster": 4, "delete_cluster": 2}
_ADDONS = ("coredns", "metrics-server", "gatekeeper", "terway-eniip")
# From the versions that clusters have, at first or by now.
_STEPS = ("1.16.9-aliyun.1", "1.18.8-aliyun.1", "1.32.1-aliyun.1")
_BEAT = 90.0
_KEPT = 40
_TOLD = 20
_LONGEST = 600
_PATIENCE = 60


@dataclass
class Tally:
    """What came of it. `violations` says of each answer that is not as the contract has it what is wrong with it."""

    requests: int = 0
    server_errors: int = 0
    violated: int = 0
    violations: list[str] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return not (self.server_errors or self.violated)

    def __str__(self) -> str:
        return f"{self.requests} requests, {self.server_errors} 5xx, {self.violated} schema violations"


@dataclass
class Bombardment:
    """A simulator under fire. Its clock moves by a beat with every request, so that what begins also ends."""

    simulator: running.Simulator
    clock: VirtualClock
    sources: Sequence[Source]
    limit: int
    tally: Tally = field(default_factory=Tally)
    session: requests.Session = field(default_factory=requests.Session)
    clusters: deque[str] = field(default_factory=lambda: deque((c["cluster_id"] for c in LIVE["clusters"]), _KEPT))
    edges: deque[str] = field(default_factory=lambda: deque(["c-edge"], _KEPT))
    tasks: deque[str] = field(default_factory=lambda: deque((t["task_id"] for t in LIVE["tasks"]), _KEPT))
    nodes: dict[str, list[str]] = field(default_factory=lambda: {"c-managed": ["i-managed1", "i-managed2"]})
    checks: deque[str] = field(default_factory=lambda: deque(["k-1"], _KEPT))
    pools: deque[str] = field(default_factory=lambda: deque(["np-web", "np-db"], _KEPT))

    def fire(self, source: Source, examples: int, number: int, *, wrong: bool) -> None:
        """Sends up to `examples` requests of one source; `number` says which."""

        @seed(number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=source.wrong if wrong else source.right)
        def send(case: Case) -> None:
            if self.tally.requests < self.limit:
                luck = random.Random(f"{number}/{self.tally.requests}")
                self._aim(source, case, luck)
                self._send(source, case, luck)

        send()

    def _aim(self, source: Source, case: Case, luck: random.Random) -> None:
        """Lets most requests be about something that is there, and that takes them."""
        others = [cluster for cluster in self.clusters if cluster != "c-pooled"]
        fitting = {
            "attach_script": self.edges,
            "create_node_pool": ["c-pooled"],
            "delete_cluster": others,
            "remove_nodes": list(self.nodes),
        }
        known = {
            "id": fitting.get(source.operation) or self.clusters,
            "task_id": self.tasks,
            "node_pool_id": self.pools,
            "addon": _ADDONS,
            "check_id": self.checks,
        }
        if "node_pool_id" in (case.path_parameters or ()):
            known["id"] = ["c-pooled"]
        for name in case.path_parameters or ():
            if luck.random() < 0.8:
                case.path_parameters[name] = luck.choice(known[name])
        if source.example is not None:
            case.body = body(source, case.body, luck)
            self._name(source, case, luck)

    def _name(self, source: Source, case: Case, luck: random.Random) -> None:
        """A new cluster gets a new name, and nodes that are taken out are such."""
        given = case.body
        if not isinstance(given, dict) or luck.random() < 0.1:
            return
        if source.kind and isinstance(given.get("name"), str):
            given["name"] = f"c{self.tally.requests}"
        if source.operation == "create_node_pool" and isinstance(given.get("nodepool_info"), dict):
            given["nodepool_info"] = {**given["nodepool_info"], "name": f"p{self.tally.requests}"}
        if source.operation == "remove_nodes" and given.get("nodes"):
            given["nodes"] = [luck.choice(self.nodes.get(case.path_parameters["id"], ["i-none"]))]
        if source.operation == "upgrade_cluster" and isinstance(given.get("next_version"), str):
            given["next_version"] = luck.choice(_STEPS)
        if source.operation == "upgrade_node_pool" and isinstance(given.get("kubernetes_version"), str):
            given["kubernetes_version"] = luck.choice(("1.14.6-aliyun.1", *_STEPS))
        if source.operation == "attach" and given.get("instances"):
            given["instances"] = [f"i-n{luck.randrange(500)}" for _ in range(luck.randint(1, 3))]

    def _send(self, source: Source, case: Case, luck: random.Random) -> None:
        self.tally.requests += 1
        self.clock.advance(_BEAT)
        headers = _headers(source, case, luck)
        response = case.call(base_url=self.simulator.url, session=self.session, headers=headers, timeout=_PATIENCE)
        self.tally.answers[source.operation, response.status_code] += 1
        self.tally.server_errors += response.status_code >= 500
        names = {name: values[0] for name, values in response.headers.items()}
        reply = contract.Reply(response.status_code, names.get("content-type", ""), response.content, names)
        self._learn(source, case, reply)
        problems = [
            *_seen_by_tool(case, response),
            *contract.faults(contract.operations()[source.operation], reply),
            *_misjudged(source, case, reply),
        ]
        if problems:
            self.tally.violated += 1
            told = f"{source.name}: {reply.status}: {'; '.join(problems)}"
            self.tally.violations += [told[:_LONGEST]] if self.tally.violated <= _TOLD else []

    def _learn(self, source: Source, case: Case, reply: contract.Reply) -> None:
        """Keeps what later requests may be about, and drops what is gone."""
        subject = (case.path_parameters or {}).get("id", "")
        if source.operation == "delete_node_pool" and reply.status < 300 and len(self.pools) > 1:
            self.pools = deque((pool for pool in self.pools if pool != case.path_parameters["node_pool_id"]), _KEPT)
        if b"ErrorClusterNotFound" in reply.body or (source.operation == "delete_cluster" and reply.status < 300):
            self._forget(subject)
        elif reply.status < 300 and reply.content_type.startswith("application/json"):
            self._remember(subject, json.loads(reply.body))
            if source.kind == "edge":
                self.edges.append(json.loads(reply.body)["cluster_id"])

    def _remember(self, subject: str, answer: Any) -> None:
        """Keeps ids for later requests."""
        if not isinstance(answer, dict):
            return
        learnt = {
            "cluster_id": self.clusters,
            "task_id": self.tasks,
            "check_id": self.checks,
            "nodepool_id": self.pools,
        }
        for name, kept in learnt.items():
            if name in answer and answer[name] not in kept:
                kept.append(answer[name])
        if subject == "c-pooled" and answer.get("nodepool_id") not in {None, *self.pools}:
            self.pools.append(answer["nodepool_id"])
        if answer.get("nodes"):
            self.nodes[subject] = [node["instance_id"] for node in answer["nodes"]]

    def _forget(self, cluster: str) -> None:
        """No later request has to be about a cluster that is gone; the last one known stays."""
        if cluster in self.clusters and len(self.clusters) > 1:
            self.clusters.remove(cluster)
        if cluster in self.edges:
            self.edges.remove(cluster)
        self.nodes.pop(cluster, None)


def _headers(source: Source, case: Case, luck: random.Random) -> dict[str, str]:
    headers = {"Accept": luck.choice(_ACCEPT)}
    if isinstance(case.body, Form):
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif source.example is not None:
        headers["Content-Type"] = luck.choice(_CONTENT)
    return headers


def _misjudged(source: Source, case: Case, reply: contract.Reply) -> Iterator[str]:
    """Bodies that were taken or refused against the contract. Those of today's clients may be wider than it."""
    today = any(name.lower() == "x-acs-action" and value for name, value in (case.headers or {}).items())
    right = None if source.example is None or today else valid(source.operation, case.body)
    if right is False and reply.status < 300:
        yield "a body that the contract does not have was taken"
    if right and any(code in reply.body for code in _NEVER_FOR_VALID):
        yield "a body that the contract has was refused"


def _seen_by_tool(case: Case, response: Response) -> Iterator[str]:
    try:
        case.validate_response(response, checks=_CHECKS)
    except FailureGroup as group:
        yield from (_told(failure) for failure in group.exceptions)
    except Failure as failure:
        yield _told(failure)


def _told(failure: Failure) -> str:
    return f"{failure.title}: {failure.message.partition(chr(10))[0]}"


@contextlib.contextmanager
def bombardment(limit: int) -> Iterator[Bombardment]:
    """A simulator in this process, on loopback, and all that fires at it."""
    clock = VirtualClock()
    with sources() as found, running.simulator(clock=clock, live=LIVE, max_clusters=60, max_workers=60) as simulator:
        fire = Bombardment(simulator, clock, found, limit)
        with fire.session:
            fire.session.auth = Signer("sandbox", "sandbox")
            fire.session.trust_env = False
            yield fire


def rounds(fire: Bombardment, number: int, examples: int) -> Iterator[Tally]:
    """Fires round after round until the limit is reached; a round is `examples` requests of most operations.

    Raises RuntimeError where a round has made up no request at all: the limit would never be reached.
    """
    for turn in itertools.count():
        before = fire.tally.requests
        for source in fire.sources:
            share = max(1, examples // _SHARES.get(source.operation, 1))
            share = min(share, fire.limit - fire.tally.requests)
            if share:
                fire.fire(source, share, number + turn, wrong=turn % 2 == 1)
        yield fire.tally
        if fire.tally.requests >= fire.limit:
            return
        if fire.tally.requests == before:
            raise RuntimeError("no requests could be made up")
