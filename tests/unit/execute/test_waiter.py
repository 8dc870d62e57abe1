"""Waiting for clusters and tasks: when a wait ends, with what, and how few calls it takes."""

from __future__ import annotations

import asyncio

import pytest

from ackplan.execute.ports import ApiError
from ackplan.execute.presence import Subject
from ackplan.execute.waiter import Settled, Stopped, TookTooLong, Watch
from tests.unit.execute.cloud import GONE, REGION, Cloud, always, cluster, state_of, task

LATER = 1_000_000.0


def wait(
    watch: Watch, name: str = "a", task_id: str | None = None, seconds: float = 3600, *, new: bool = False
) -> asyncio.Future[Settled]:
    subject = Subject(name, f"c-{name}", REGION)
    return asyncio.ensure_future(watch.wait(subject, task_id, LATER + seconds, lambda _seconds, _state: None, new=new))


def settled(cloud: Cloud, task_id: str | None = None, seconds: float = 3600, *, new: bool = False) -> Settled:
    async def work(watch: Watch) -> Settled:
        return await wait(watch, task_id=task_id, seconds=seconds, new=new)

    return cloud.run(work)


def test_a_wait_ends_when_the_cluster_is_at_rest() -> None:
    cloud = Cloud(state_of(cluster("a", "initial"), until=600, then="running"))
    end = settled(cloud)
    assert end.cluster is not None
    assert end.cluster.state == "running"
    assert 600 <= cloud.clock.now() - LATER <= 620


def test_a_cluster_at_rest_is_waited_for_while_its_task_goes_on() -> None:
    cloud = Cloud(lambda s: {"c-a": cluster("a"), "T-1": task("running" if s < 300 else "success")})
    end = settled(cloud, "T-1")
    assert end.task is not None
    assert end.task.state == "success"
    assert cloud.clock.now() - LATER >= 300


def test_a_new_cluster_that_works_is_not_waited_for_while_its_task_goes_on() -> None:
    cloud = Cloud(lambda s: {"c-a": cluster("a", "initial" if s < 300 else "running"), "T-1": task("running")})
    end = settled(cloud, "T-1", new=True)
    assert end.cluster is not None
    assert end.cluster.state == "running"
    assert 300 <= cloud.clock.now() - LATER < 320


@pytest.mark.parametrize("state", ["failed", "initial"])
def test_of_a_new_cluster_that_does_not_work_the_task_tells_the_end(state: str) -> None:
    cloud = Cloud(lambda s: {"c-a": cluster("a", state), "T-1": task("running" if s < 30 else "fail")})
    end = settled(cloud, "T-1", new=True)
    assert end.task is not None
    assert end.task.failed
    assert 30 <= cloud.clock.now() - LATER < 60


def test_many_new_clusters_are_told_of_by_the_list_alone() -> None:
    names = [f"n{number}" for number in range(50)]
    states = ("initial", "running")
    cloud = Cloud(lambda s: {"T-1": task("running"), **{f"c-{n}": cluster(n, states[s >= 600]) for n in names}})

    async def work(watch: Watch) -> None:
        await asyncio.gather(*(wait(watch, name, "T-1", new=True) for name in names))

    cloud.run(work)
    assert cloud.calls.count("task T-1") <= 2 * cloud.calls.count("list")


def test_a_failed_task_ends_the_wait_for_a_busy_cluster() -> None:
    cloud = Cloud(lambda s: {"c-a": cluster("a", "scaling"), "T-1": task("running" if s < 30 else "fail")})
    end = settled(cloud, "T-1")
    assert end.task is not None
    assert end.task.failed
    assert cloud.clock.now() - LATER < 60


def test_a_task_that_is_not_known_is_not_waited_for() -> None:
    assert settled(Cloud(always(cluster("a"))), "T-9").cluster is not None


def test_a_cluster_is_gone_by_two_answers_some_seconds_apart() -> None:
    cloud = Cloud(lambda s: {} if 10 < s < 12 or s > 100 else {"c-a": cluster("a", "deleting")})
    assert settled(cloud).cluster is None
    assert cloud.clock.now() - LATER > 100


def test_the_deadline_ends_a_wait_and_says_how_it_was() -> None:
    with pytest.raises(TookTooLong, match="the cluster's state is scaling"):
        settled(Cloud(always(cluster("a", "scaling"))), seconds=100)


@pytest.mark.parametrize(("status", "ends"), [(403, True), (404, True), (429, False), (500, False), (0, False)])
def test_a_refusal_ends_a_wait_and_what_passes_does_not(status: int, ends: bool) -> None:
    fault = ApiError("Some.Code", "no", http_status=status)
    cloud = Cloud(lambda s: {"c-a": fault if s < 60 else cluster("a")})
    if ends:
        with pytest.raises(ApiError, match=r"Some\.Code"):
            settled(cloud)
    else:
        assert settled(cloud).cluster is not None


def test_answers_that_stay_unreadable_end_a_wait() -> None:
    unreadable = ApiError("AnswerUnreadable", "no JSON")
    with pytest.raises(ApiError, match="AnswerUnreadable"):
        settled(Cloud(lambda _: {"c-a": unreadable}))


def test_many_waits_take_one_list_a_round_and_no_read_for_each() -> None:
    names = [f"n{number}" for number in range(50)]
    cloud = Cloud(lambda s: {f"c-{name}": cluster(name, "initial" if s < 600 else "running") for name in names})

    async def work(watch: Watch) -> None:
        await asyncio.gather(*(wait(watch, name) for name in names))

    cloud.run(work)
    assert set(cloud.calls) == {"list"}
    assert len(cloud.calls) < 100


def test_what_a_list_lacks_is_asked_for_by_its_id() -> None:
    cloud = Cloud(lambda s: {f"c-{name}": cluster(name) if name != "e" or s > 50 else GONE for name in "abcde"})

    async def work(watch: Watch) -> Settled:
        waits = [wait(watch, name) for name in "abcde"]
        return (await asyncio.gather(*waits))[-1]

    cloud.run(work)
    assert {call for call in cloud.calls if call != "list"} == {"get c-e"}


def test_a_stop_ends_every_wait_and_lets_none_begin() -> None:
    async def work(watch: Watch) -> list[bool]:
        waits = [wait(watch, name) for name in "ab"]
        await asyncio.sleep(0)
        watch.stop()
        ends = await asyncio.gather(*waits, wait(watch), return_exceptions=True)
        return [isinstance(end, Stopped) for end in ends]

    assert all(Cloud(always(cluster("a", "scaling"), cluster("b", "scaling"))).run(work))
