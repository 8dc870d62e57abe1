"""One call from its arrival to its answer: which call it is, whether it may, what faults make of it, what it does.

Knows nothing of the web framework. All that a call changes is one transaction, its nonce included; a call that a fault
delays has a second one for its effect.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ackplan.simulator import answers, bodies, bundle, operations, refusals, routes, signature
from ackplan.simulator.answers import Answer
from ackplan.simulator.clock import Clock
from ackplan.simulator.group import ITEMS, Invocation
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection.rules import UNTOUCHED, Faults, Plan
from ackplan.simulator.json_types import Json, text
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming
from ackplan.simulator.routes import Route
from ackplan.simulator.signature import TOLERANCE, Gate
from ackplan.simulator.world import World

_LOG = logging.getLogger("ackplan.simulator")
_BUG = Refusal(500, "InternalError", "The request processing has failed due to some unknown error.")


class _Undone(Exception):
    """What was done is to be undone."""


@dataclass(slots=True)
class Exchange:
    """A call and what became of it. `code` is the error code of its answer, empty for a success."""

    request: Incoming
    request_id: str
    world: World
    route: Route | None = None
    body: object = None
    plan: Plan = UNTOUCHED
    admitted: bool = False
    answer: Answer = field(default_factory=lambda: Answer(500, "", b""))
    code: str = ""

    @property
    def operation(self) -> str:
        return self.route.operation if self.route else ""

    @property
    def as_json(self) -> bool:
        return answers.wants_json(self.request.header("accept"))

    def refuse(self, refusal: Refusal, *, xml: bool = False) -> None:
        """Makes the answer an error; `xml`: as XML, whatever the request asks for."""
        self.code = refusal.code
        self.answer = answers.failure(refusal, self.request_id, as_json=self.as_json and not xml)


@dataclass(slots=True)
class Service:
    """Serves calls on a world. `run` tells the starts of one world apart, so that request ids never repeat.

    `accounts` are other worlds, by the access key ids that see them.
    """

    world: World
    gate: Gate
    faults: Faults
    ids: Identifiers
    request_clock: Clock
    run: int = 0
    served: int = 0
    accounts: Mapping[str, World] = field(default_factory=dict)

    def begin(self, request: Incoming) -> Exchange:
        self.served += 1
        world = self.accounts.get(signature.key_of(request), self.world)
        return Exchange(request, self.ids.request(f"{self.run}/{self.served}"), world)

    def serve(self, exchange: Exchange) -> None:
        """Admits the call and carries it out, unless a fault is to come before that: then `resume` would."""
        self._guarded(exchange, self._serve)

    def resume(self, exchange: Exchange) -> None:
        """Carries out an admitted call that a fault held up."""
        self._guarded(exchange, self._perform)

    def _guarded(self, exchange: Exchange, work: Callable[[Exchange], None]) -> None:
        try:
            with exchange.world.moment():
                self._answered(exchange, work)
        except Exception as bug:  # noqa: BLE001 - a bug of the simulator, answered as the API answers its own
            _LOG.error("%s failed: %s", exchange.operation or "a call", type(bug).__name__, exc_info=bug)
            exchange.refuse(_BUG)

    def _answered(self, exchange: Exchange, work: Callable[[Exchange], None]) -> None:
        """A refusal is an answer: what was spent on it, such as the nonce, stays spent."""
        try:
            work(exchange)
        except Refusal as refusal:
            exchange.refuse(refusal)

    def _serve(self, exchange: Exchange) -> None:
        exchange.route = routes.find(exchange.request)
        if exchange.route:
            exchange.plan = self._planned(exchange, exchange.route)
        self._admit(exchange)
        if exchange.route is None:
            raise routes.unknown()
        if exchange.plan.before is None:
            self._perform(exchange)

    def _planned(self, exchange: Exchange, route: Route) -> Plan:
        ordered = exchange.world.ordered_faults()
        if not self.faults.rules and not ordered:
            return UNTOUCHED
        cluster = self._cluster_name(exchange, route)
        met = exchange.world.meet(ordered, route.operation, cluster) if ordered else []
        return self.faults.plan(route.operation, cluster, exchange.world.count, met)

    def _admit(self, exchange: Exchange) -> None:
        now = self.request_clock.now() + exchange.plan.skew
        self.gate.admit(exchange.request, now, lambda nonce: exchange.world.spend_nonce(nonce, now, 2 * TOLERANCE))
        exchange.admitted = True

    @staticmethod
    def _cluster_name(exchange: Exchange, route: Route) -> str:
        if route.operation == "create_cluster":
            try:
                return str(bodies.parse(exchange.request, route.operation).get("name", ""))
            except Refusal:
                return ""
        if "task_id" in route.places:
            return exchange.world.name_of_task(route.subject)
        return exchange.world.name_of(route.subject) if route.subject else ""

    def _perform(self, exchange: Exchange) -> None:
        route = exchange.route
        if route is None:
            raise routes.unknown()
        self._check_region(exchange, route)
        body = self._body(exchange, route)
        after = exchange.plan.after
        if after and after["kind"] == "late_commit":
            self._defer(exchange, self._invocation(exchange, route, body), float(after["seconds"]))
            return
        with exchange.world.moment():
            call = self._invocation(exchange, route, body)
            status, payload = operations.perform(exchange.world, call, exchange.request)
            _turn(exchange, route, payload)
        if route.operation in routes.CHANGING and isinstance(payload, Mapping):
            payload = {**payload, "request_id": exchange.request_id}
            if "RequestId" in payload:
                payload = {**payload, "RequestId": exchange.request_id}
        exchange.answer = answers.success(status, payload, as_json=exchange.as_json)

    @staticmethod
    def _check_region(exchange: Exchange, route: Route) -> None:
        """Raises Refusal where the API looks into the caller's region alone, and what is named is in another."""
        asked, found = exchange.request.header("x-acs-region-id"), exchange.world.region_of(route.subject)
        if exchange.world.traits.regional and asked and found not in {"", asked}:
            if "task_id" in route.places:
                raise refusals.task_not_found(route.subject)
            raise exchange.world.missing(route.subject)

    @staticmethod
    def _invocation(exchange: Exchange, route: Route, body: Mapping[str, Json]) -> Invocation:
        query, plan = exchange.request.parameters(), exchange.plan
        return Invocation(route.operation, route.places, query, body, plan.fate, plan.view)

    @staticmethod
    def _defer(exchange: Exchange, call: Invocation, seconds: float) -> None:
        """Looks whether the call is allowed, as if it took its effect now, and lets it do so later."""
        with contextlib.suppress(_Undone), exchange.world.moment():
            operations.perform(exchange.world, call, exchange.request)
            raise _Undone
        exchange.world.defer(dataclasses.replace(call, body=bodies.redacted(call.body)), seconds)

    def _body(self, exchange: Exchange, route: Route) -> Mapping[str, Json]:
        if route.operation not in routes.WITH_BODY:
            return {}
        body = bodies.parse(exchange.request, route.operation)
        hidden = bodies.redacted(body)
        exchange.body = hidden.get(ITEMS, []) if bundle.is_list(route.operation) else hidden
        return bodies.check(body, route.operation, today=bool(exchange.request.header("x-acs-action")))


def _turn(exchange: Exchange, route: Route, payload: Json) -> None:
    """A fault may put the cluster that a call is about in another state."""
    about = text(payload, "cluster_id", route.subject) if isinstance(payload, Mapping) else route.subject
    if exchange.plan.state and exchange.world.name_of(about):
        exchange.world.turn(about, exchange.plan.state)
