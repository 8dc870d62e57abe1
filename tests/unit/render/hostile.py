"""A plan in which everything that comes from outside holds a text of the test's choice."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ackplan.core.address import CLUSTER, Address
from ackplan.core.diagnostics import Diagnostic, Severity, Span
from ackplan.core.values import ABSENT
from ackplan.core.work import Work
from ackplan.plan.live_sides import Live
from ackplan.plan.model import Change, Plan, Step
from ackplan.plan.parts import read_live
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted
from tests.unit.render.fleets import Fleet

WEB = "  {name}: {{extends: web}}\n"
BEFORE = "".join(WEB.format(name=name) for name in ("moved", "replaced", "deleted", "bigger"))
AFTER = (
    "  created: {extends: web}\n"
    "  moved: {extends: web}\n"
    "  replaced: {extends: web, container_cidr: 172.24.0.0/16}\n"
    "  bigger: {extends: web, num_of_nodes: 5, depends_on: [created]}\n"
)
MIXED = Fleet(before=BEFORE, after=AFTER, moved={"moved": {"size": 2}})

TEXTS = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><img src=x onerror=alert(1)>",
    "@octocat #1 octo/repo#2 GH-3",
    "https://evil.example/ www.evil.example me@evil.example",
    "[click](javascript:alert(1)) ![](https://evil.example/x.png)",
    "`code` ```fence``` ~~~ **bold** | cell |",
    "</code></summary></details><h1>",
    "%%{init: {}}%% end; click s0 call alert(1)",
    "::error file=x::y",
    "\u2028\u2029\u202e\u0000\x1b[2J\ud800",
    "&lt;script&gt; &#64;octocat",
    "line\nend\r\n\n# heading\n- item",
    "\\`\\|\\",
    "$`\\href{x}{y}`$",
    "__proto__",
    "",
    " ",
)


def poisoned(text: str, fleet: Fleet = MIXED) -> Plan:
    """The fleet's plan with `text` at the end of every name, value and message."""
    planned = fleet.plan()
    finding = Diagnostic(
        Severity.WARNING, "ACK3030", texts=(f"1{text}", f"1{text}", f"1{text}"), span=Span(f"a{text}", 1, 2)
    )
    changes = tuple(_change(change, text) for change in planned.changes)
    return dataclasses.replace(planned, changes=changes, diagnostics=(finding,))


def _change(change: Change, text: str) -> Change:
    parameters = tuple(
        dataclasses.replace(p, before=_value(p.before, text), after=_value(p.after, text)) for p in change.parameters
    )
    return dataclasses.replace(
        change,
        address=Address(CLUSTER, change.name + text),
        cluster_id=change.cluster_id + text,
        parameters=parameters,
        steps=tuple(_step(step, text) for step in change.steps),
        blocked=tuple(_diagnostic(d, text) for d in change.blocked),
        notes=(f"1{text}",),
        before=_value(change.before, text),
        after=_value(change.after, text),
        live_state=f"1{text}",
        live=_live(change.live, text),
        desired=_desired(change.desired, text),
        recorded=_recorded(change.recorded, text),
        depends_on=tuple(name + text for name in change.depends_on),
    )


def _live(live: Live | None, text: str) -> Live | None:
    return read_live(_value(live.facts, text)) if live else None


def _desired(desired: Wanted | None, text: str) -> Wanted | None:
    if desired is None:
        return None
    return dataclasses.replace(desired, parameters=_value(desired.parameters, text), own=_value(desired.own, text))


def _recorded(recorded: RecordedCluster | None, text: str) -> RecordedCluster | None:
    if recorded is None:
        return None
    return dataclasses.replace(recorded, parameters=_value(recorded.parameters, text), own=_value(recorded.own, text))


def _step(step: Step, text: str) -> Step:
    return dataclasses.replace(
        step,
        id=step.id + text,
        address=Address(CLUSTER, step.name + text),
        work=_work(step, text),
        needs=tuple(need + text for need in step.needs),
    )


def _work(step: Step, text: str) -> Work:
    new: dict[str, Any] = {}
    if step.call:
        new["call"] = dataclasses.replace(step.call, body=_value(step.call.body, text))
    if step.instances:
        new["instances"] = tuple(instance + text for instance in step.instances)
    return dataclasses.replace(step.work, **new)


def _diagnostic(diagnostic: Diagnostic, text: str) -> Diagnostic:
    return dataclasses.replace(
        diagnostic,
        texts=(f"1{text}", f"1{text}", f"1{text}"),
        cluster=diagnostic.cluster + text,
        parameter=diagnostic.parameter + text,
        span=Span(f"a{text}", 3, 4),
    )


def _value(value: Any, text: str) -> Any:
    if value is ABSENT or value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {key: _value(inner, text) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner, text) for inner in value]
    return value + text
