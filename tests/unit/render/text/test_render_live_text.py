"""Tables of what is live, and the record as text."""

from __future__ import annotations

import dataclasses

from ackplan.core.answers import Cluster, Node, Task, TaskEvent, TaskStage
from ackplan.record import Record
from ackplan.render.facts.safe import width
from ackplan.render.text import clusters_table, nodes_table, record_text, task_text, tasks_table
from tests.unit.render import fleets


def test_clusters_line_up_whatever_they_are_called() -> None:
    table = clusters_table(
        [
            Cluster("c2", "商店-生产", "running", "cn-hangzhou", 6, "Kubernetes", {}),
            Cluster("c1", "shop", "initial", "cn-beijing", None, "ManagedKubernetes", {"profile": "Edge"}),
            Cluster("c3", "swarm", "running", "cn-beijing", 0, "aliyun", {}),
        ]
    )
    assert table.splitlines() == [
        "NAME       ID  KIND       REGION       STATE    SIZE",
        "shop       c1  edge       cn-beijing   initial  -",
        "swarm      c3  aliyun     cn-beijing   running  0",
        "商店-生产  c2  dedicated  cn-hangzhou  running  6",
    ]
    assert {width(row[: row.index("c")]) for row in table.splitlines()[1:3]} == {11}


def test_nodes_and_tasks() -> None:
    nodes = [Node("i-b", "b", "Worker", "running", "2024-02"), Node("i-a", "a", "Master", "running", "2024-03")]
    assert [row.split()[0] for row in nodes_table(nodes).splitlines()] == ["INSTANCE", "i-a", "i-b"]
    running = Task("T-1", "c1", "create_cluster", "running", "2024-01", "2024-02", "", "")
    failed = dataclasses.replace(running, task_id="T-2", state="fail", error_code="Quota", error_message="none\nleft")
    assert "ERROR" not in tasks_table([running])
    assert tasks_table([running, failed]).splitlines()[2].endswith("Quota none\\nleft")


def test_a_task_is_shown_with_its_stages_and_events() -> None:
    stages = (TaskStage("precheck", "success", "9:00", "9:01"), TaskStage("upgrade", "running", "9:01", ""))
    events = (TaskEvent("1767225600000", "info", "Started", "start"), TaskEvent("9:01", "info", "Checked", "\x1b[31m"))
    task = Task("T-1", "c1", "cluster_upgrade", "running", "9:00", "", "", "", stages=stages, events=events)
    assert task_text(task).splitlines() == [
        "TASK  CLUSTER  TYPE             STATE    DONE  CREATED",
        "T-1   c1       cluster_upgrade  running  50%   9:00",
        "",
        "STAGE     STATE    BEGAN  ENDED",
        "precheck  success  9:00   9:01",
        "upgrade   running  9:01   -",
        "",
        "WHEN                  LEVEL  EVENT    MESSAGE",
        "2026-01-01T00:00:00Z  info   Started  start",
        "9:01                  info   Checked  \\x1b[31m",
    ]


def test_how_much_of_a_task_is_done() -> None:
    stage = TaskStage("one", "success", "", "")
    running = Task("T-1", "c1", "", "running", "", "", "", "")
    assert running.percent is None
    assert dataclasses.replace(running, state="success").percent == 100
    stages = (stage, dataclasses.replace(stage, state="running"), dataclasses.replace(stage, state="initial"))
    assert dataclasses.replace(running, stages=stages).percent == 33
    assert dataclasses.replace(running, stages=(stage,)).percent == 99
    assert dataclasses.replace(running, stages=stages, state="fail").percent == 33


def test_nothing_is_said_in_words() -> None:
    assert clusters_table([]) == "No clusters are live."
    assert nodes_table([]) == "No nodes."
    assert tasks_table([]) == "No tasks."
    assert record_text(Record("lineage-1")) == "Nothing is recorded."


def test_hostile_cells_are_harmless_and_bounded() -> None:
    evil = Cluster("c\x1b[2J", "a\nb\u202e" * 5000, "odd\rstate", "r\x07", 1, "t\x9b", {})
    lines = clusters_table([evil, fleets.STRANGER]).splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() and len(line) < 400 for line in lines)


def test_the_record_shows_what_was_applied_and_no_secret() -> None:
    record = fleets.ATTACH.record
    attached = fleets.record_of(fleets.wanted(fleets.ATTACH.after))
    text = record_text(attached)
    lines = text.splitlines()
    assert lines[0] == 'managed cluster "shop" (cn-beijing, c-shop)'
    assert "    num_of_nodes                = 3" in lines
    assert "    login_password              = (sensitive value)" in lines
    assert '    attached                    = ["i-a", "i-b"]' in lines
    assert "PASSWORD" not in text
    unfinished = dataclasses.replace(record.clusters["shop"], created=False)
    assert "    # its creation has not been seen to its end" in record_text(record.with_cluster("shop", unfinished))


def test_recorded_clusters_stand_by_name() -> None:
    entry = fleets.SAME.record.clusters["shop"]
    record = Record("lineage-1", 1, {"b\x1b[2J": entry, "a": entry})
    heads = [line for line in record_text(record).split("\n") if " cluster " in line]
    assert heads == [
        'managed cluster "a" (cn-beijing, c-shop)',
        'managed cluster "b\\u001b[2J" (cn-beijing, c-shop)',
    ]
