"""One step carried out: written down before its call, waited for, and taken into the record, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.answers import Accepted
from ackplan.core.call import Call, Pinned
from ackplan.core.work import Create, Delete, Forget, ScaleOut, Work, WriteRecord
from ackplan.execute.outcomes import Run, Status
from ackplan.execute.ports import ApiError
from ackplan.plan.model import Step
from ackplan.record import RecordedCluster
from tests.unit.execute.cloud import KIND, LOST, REGION, Cloud, always, cluster, state_of

ENTRY = RecordedCluster("c-a", KIND, {"num_of_nodes": 5})
NEW = replace(ENTRY, cluster_id="")


def step(work: Work, after: RecordedCluster | None = ENTRY, cluster_id: str = "c-a", timeout: int = 3600) -> Step:
    return Step("s", parse("a"), work, Reason.SPEC_CHANGED, Side.SPEC, cluster_id, (), 1.0, timeout, after, REGION)


def call(operation: str) -> Call:
    return Call(operation, "POST", "/clusters", REGION, {"name": "a"})


SCALE_OUT = step(ScaleOut(call("scale_out"), Pinned(3, 5)))
CREATE = step(Create(call("create_cluster")), NEW, cluster_id="")
DELETE = step(Delete(call("delete_cluster")), None)


def test_a_scale_out_is_done_when_the_size_is_seen() -> None:
    cloud = Cloud(state_of(cluster("a"), until=120, then="running", size=5))
    outcome = cloud.perform(SCALE_OUT)
    assert outcome.status is Status.DONE
    assert outcome.seconds >= 120
    assert cloud.calls.count("scale-out") == 1
    assert cloud.phases() == ["intent", "answer", "settled"]


def test_a_scale_out_on_the_size_aimed_at_makes_no_call() -> None:
    cloud = Cloud(always(cluster("a", size=5)))
    outcome = cloud.perform(SCALE_OUT)
    assert (outcome.status, outcome.called) == (Status.DONE, False)
    assert cloud.phases() == ["settled"]


def test_a_scale_out_on_another_size_fails_without_a_call() -> None:
    cloud = Cloud(always(cluster("a", size=4)))
    outcome = cloud.perform(SCALE_OUT)
    assert [fault.code for fault in outcome.diagnostics] == ["ACK5010"]
    assert "scale-out" not in cloud.calls


def test_a_scale_out_whose_answer_is_lost_is_not_repeated() -> None:
    def lost(_call: str) -> Accepted:
        raise LOST

    cloud = Cloud(always(cluster("a")), lost)
    outcome = cloud.perform(SCALE_OUT)
    assert [fault.code for fault in outcome.diagnostics] == ["ACK5003"]
    assert cloud.calls.count("scale-out") == 1
    assert cloud.phases() == ["intent"]


def test_a_refused_call_is_settled_and_fails_the_step() -> None:
    def refuse(_call: str) -> Accepted:
        raise ApiError("QuotaExceeded", "no more", http_status=400, request_id="R-9")

    cloud = Cloud(always(cluster("a")), refuse)
    outcome = cloud.perform(SCALE_OUT)
    assert [fault.code for fault in outcome.diagnostics] == ["ACK5001"]
    assert cloud.phases() == ["intent", "settled"]
    assert "R-9" in outcome.request_ids


def test_a_busy_cluster_is_waited_for_before_the_call() -> None:
    states = [(60, cluster("a", "updating")), (200, cluster("a")), (10**9, cluster("a", size=5))]
    cloud = Cloud(lambda s: {"c-a": next(one for until, one in states if s < until)})
    assert cloud.perform(SCALE_OUT).status is Status.DONE


def test_a_step_has_as_long_as_its_timeout_and_no_longer() -> None:
    cloud = Cloud(always(cluster("a", "scaling")))
    outcome = cloud.perform(replace(SCALE_OUT, timeout=100))
    assert outcome.status is Status.FAILED
    assert 100 <= outcome.seconds < 130


def test_a_creation_is_recorded_at_once_and_complete_at_its_end() -> None:
    cloud = Cloud(state_of(cluster("a", "initial"), until=600, then="running"))
    outcome = cloud.perform(CREATE)
    assert (outcome.status, outcome.cluster_id) == (Status.DONE, "c-a")
    answer, end = cloud.entries[1].entry, cloud.entries[-1].entry
    assert answer is not None
    assert end is not None
    assert (answer.cluster_id, answer.created) == ("c-a", False)
    assert end.created


def test_a_creation_whose_answer_is_lost_is_found_by_its_name() -> None:
    def lost(_call: str) -> Accepted:
        raise LOST

    cloud = Cloud(lambda s: {"c-a": cluster("a", "initial" if s < 300 else "running")} if s > 20 else {}, lost)
    outcome = cloud.perform(CREATE)
    assert (outcome.status, outcome.cluster_id) == (Status.DONE, "c-a")
    assert cloud.calls.count("create") == 1


def test_a_cluster_that_the_run_created_is_not_created_again() -> None:
    cloud = Cloud(always(cluster("a")))
    assert cloud.perform(CREATE, Run("r-1", ids={"a": "c-a"})).status is Status.DONE
    assert "create" not in cloud.calls


def test_a_deletion_is_done_when_the_cluster_is_gone() -> None:
    cloud = Cloud(lambda s: {"c-a": cluster("a", "running" if s < 5 else "deleting")} if s < 300 else {})
    outcome = cloud.perform(DELETE)
    assert outcome.status is Status.DONE
    assert outcome.seconds >= 300
    assert cloud.entries[-1].removed


def test_what_is_gone_already_is_not_deleted() -> None:
    cloud = Cloud(lambda _: {})
    assert cloud.perform(DELETE).status is Status.DONE
    assert "delete" not in cloud.calls


def test_only_what_is_gone_is_forgotten() -> None:
    forget = step(Forget(), None)
    assert Cloud(lambda _: {}).perform(forget).status is Status.DONE
    there = Cloud(always(cluster("a"))).perform(forget)
    assert [fault.code for fault in there.diagnostics] == ["ACK5015"]


def test_an_id_of_another_cluster_is_not_touched() -> None:
    cloud = Cloud(lambda _: {"c-a": replace(cluster("other"), cluster_id="c-a")})
    outcome = cloud.perform(SCALE_OUT)
    assert outcome.status is Status.FAILED
    assert "scale-out" not in cloud.calls


@pytest.mark.parametrize("work", [WriteRecord()])
def test_a_record_is_written_without_a_call(work: Work) -> None:
    cloud = Cloud(always(cluster("a")))
    assert cloud.perform(step(work)).status is Status.DONE
    assert (cloud.calls, cloud.phases()) == ([], ["settled"])
