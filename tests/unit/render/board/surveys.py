"""Workspaces as a board may find them: in order, with every trouble at once, and written by somebody who means harm."""

from __future__ import annotations

import json

from ackplan.app.cluster_history import record_changes
from ackplan.app.survey import Dated, WorkspaceSurvey
from ackplan.core.aims import Born
from ackplan.core.diagnostics import error
from ackplan.core.world import World
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import as_data
from ackplan.record.holder import Holder
from ackplan.record.journal import Facts, InFlight, RunHead
from ackplan.record.notes import (
    Author,
    Basis,
    DriftCheck,
    DriftedCluster,
    LastRun,
    MovedParameter,
    PlanNote,
)
from ackplan.record.versions import RecordText
from ackplan.resources.types import BUILT_IN

NOW = 1_780_000_000.0
AUTHOR = Author("lin@runner", "https://ci.example.com/jobs/42")
PASSWORD = {"env": "ACK_NODE_PASSWORD"}
# Texts that somebody could put where a board reads them.
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"><svg onload='alert(3)'>",
    "a\u202egnp.exe\u2066\u200b",
    "\x1b[31mred\x07\n\r",
    "]]></textarea></style></script><script>alert(4)</script>",
    "javascript:alert(5)",
    "${policy} $title {{data}} %s {0}",
    "__proto__",
    "constructor",
    "测试集群-生产",
    "\u2028\u2029",
    "x" * 5000,
)


def cluster(number: int, **parameters: object) -> RecordedCluster:
    values = {"cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "num_of_nodes": 3, **parameters}
    return RecordedCluster(f"c{number:032d}", BUILT_IN.kind("managed"), values)  # type: ignore[arg-type]


def text_of(record: Record, when: str = "2026-05-01T08:00:00Z", job: str = AUTHOR.job) -> RecordText:
    data = json.dumps(as_data(record)).encode()
    return RecordText(f"serial {record.serial}", data, when, "lin@runner", "ackplan apply", job)


FIRST = Record(
    "l", 1, {"shop": cluster(1, login_password=PASSWORD), "old": cluster(2)}, World("1234567890", "cs.aliyuncs.com")
)
SECOND = Record(
    "l", 2, {"shop": cluster(1, num_of_nodes=5, login_password={"env": "OTHER"}), "web": cluster(3)}, FIRST.world
)


def in_order() -> WorkspaceSurvey:
    changes = record_changes([text_of(SECOND), text_of(FIRST, "2026-04-01T08:00:00Z")], 2)
    check = DriftCheck(AUTHOR, Basis("l", 2), True, 2, 0)
    run = LastRun(AUTHOR, "12ab34cd", "ackplan apply", "2026-05-01T07:50:00Z", "2026-05-01T08:00:01Z", 0, 4)
    return WorkspaceSurvey(
        "postgresql://ack@db/ackplan",
        "shop",
        SECOND,
        changes=changes,
        check=Dated(check, NOW - 3600),
        check_holds=True,
        run=Dated(run, NOW - 7200),
    )


def in_trouble() -> WorkspaceSurvey:
    """A run was killed, a check saw drift, the last run before failed, and a plan waits."""
    drifted = (
        DriftedCluster("shop", moved=(MovedParameter("num_of_nodes", "5", "7"),)),
        DriftedCluster("web", gone=True),
    )
    facts = Facts(Born(), None, NOW - 600, "REQ-1", "T-1")
    plan = PlanNote(AUTHOR, Basis("l", 2), "ab" * 32, "normal", False, {"create": 2, "delete": 1}, 1)
    return WorkspaceSurvey(
        "postgresql://ack@db/ackplan",
        "trouble",
        SECOND,
        RunHead("deadbeef", "p", "l", 2),
        (InFlight("deadbeef", "s", "web", facts, answered=True),),
        left=Holder("0a0b0c0d", "lin@runner", 7, "ackplan apply", "2026-05-02T08:00:00Z", AUTHOR.job),
        changes=record_changes([text_of(SECOND), text_of(FIRST)], 2),
        check=Dated(DriftCheck(AUTHOR, Basis("l", 2), True, 2, 5, drifted), NOW - 200_000),
        check_holds=True,
        run=Dated(LastRun(AUTHOR, "ffff0000", "ackplan apply", "x", "2026-05-01T08:00:01Z", 1, 3, 1, 2), NOW - 7200),
        plans=(Dated(plan, NOW - 60),),
    )


def unreadable() -> WorkspaceSurvey:
    return WorkspaceSurvey("state", "broken", faults=(error("ACK3002", version=9, version_2=2),))


def hostile() -> WorkspaceSurvey:
    """Every text that comes from a store is one that means harm."""
    bad = Author(HOSTILE[0], HOSTILE[6])
    moved = tuple(MovedParameter(each, each, each) for each in HOSTILE)
    drifted = tuple(DriftedCluster(each, False, moved, HOSTILE) for each in HOSTILE)
    before = Record(HOSTILE[0][:50], 1, {each: cluster(1) for each in HOSTILE if "/" not in each})
    clusters = {each: cluster(1, **{each: each, "tags": {each: each}}) for each in before.clusters}
    after = Record(before.lineage, 2, clusters, World("1", HOSTILE[6]))
    texts = [text_of(after, HOSTILE[2], HOSTILE[6]), text_of(before, HOSTILE[1], "https://u:p@evil.example/x")]
    flying = tuple(
        InFlight(each, each, each, Facts(None, None, 1e300, each, each, each), answered=False) for each in HOSTILE
    )
    return WorkspaceSurvey(
        HOSTILE[0],
        "hostile",
        after,
        RunHead(HOSTILE[0], "p", "l", 2),
        flying,
        Holder(HOSTILE[1], HOSTILE[2], 7, HOSTILE[3], HOSTILE[5], HOSTILE[6], hold=True),
        changes=record_changes(texts, 2),
        check=Dated(DriftCheck(bad, Basis(), False, 9, 2**53 - 1, drifted), -1e18),
        check_holds=True,
        run=Dated(LastRun(bad, HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[5], 2**53 - 1), 1e18),
        plans=(Dated(PlanNote(bad, Basis(), HOSTILE[0], HOSTILE[1], False, {HOSTILE[2]: 1}), 0.0),),
    )
