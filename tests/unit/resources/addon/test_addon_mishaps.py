"""Changes of add-ons on a bad day: tasks that fail, answers that are lost or are none, runs that are killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ackplan.adapters.ack.exchange import Answer, ApiCall
from tests.unit.resources.addon.addon_shop import LOGTAIL, OLDER_LOGTAIL, Shop, shop, spec

_LOGS: Mapping[str, Any] = {"name": "logtail-ds", "version": OLDER_LOGTAIL, "config": '{"sls_project_name": "logs"}'}
_BEFORE = ("flannel", "gatekeeper", _LOGS)
# By the operation, what is wanted so that one call of it, and none of another, is made.
_CHANGES: Mapping[str, tuple[Any, ...]] = {
    "install_addons": (*_BEFORE, "arms-prometheus"),
    "upgrade_addons": ("flannel", "gatekeeper", {**_LOGS, "version": LOGTAIL}),
    "modify_addon": ("flannel", "gatekeeper", {**_LOGS, "config": '{"sls_project_name": "new"}'}),
    "uninstall_addons": ("flannel", _LOGS),
}


def _rule(kind: str, operation: str, **more: Any) -> dict[str, Any]:
    return {"faults": [{"kind": kind, "operation": operation, "first": 1, **more}]}


@pytest.mark.parametrize("operation", _CHANGES)
def test_a_task_that_fails_is_told_in_the_words_of_the_api(tmp_path: Path, operation: str) -> None:
    faults = _rule("task_fails", operation, code="AddonTimeout", message="helm gave up")
    with shop(tmp_path, faults=faults) as store:
        store.applied(*_BEFORE)
        store.wants(*_CHANGES[operation])
        said = store.apply()
        assert said.code == 1
        assert "helm gave up" in said.out + said.err
        assert "ackplan clusters shop;" in said.out + said.err
        assert store.apply().code == 0
        assert store.actions() == {}


@pytest.mark.parametrize("operation", _CHANGES)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "error"])
def test_a_lost_answer_makes_nothing_twice(tmp_path: Path, operation: str, when: str, kind: str) -> None:
    with shop(tmp_path, faults=_rule(kind, operation, when=when)) as store:
        store.applied(*_BEFORE)
        store.wants(*_CHANGES[operation])
        ended = [store.apply().code for _ in range(3)]
        assert ended[-1] == 0
        assert store.actions() == {}
        calls = [path for path, _ in store.changing()[1:]]
        assert len(calls) <= (2 if when == "before" else 1)


def test_a_refusal_is_told_and_nothing_is_recorded(store: Shop) -> None:
    store.applied("flannel")
    store.wants("flannel", "no-such-add-on")
    said = store.apply()
    assert said.code == 1
    assert "there is no add-on no-such-add-on here" in said.out + said.err
    assert set(store.recorded()) == {"flannel"}


def test_one_that_the_list_does_not_show_yet_is_not_fought_over(store: Shop) -> None:
    """The API says that it is there already: that is what was wanted."""
    store.applied("flannel")
    hidden = {
        "list_addon_instances": (200, b'{"addons": []}'),
        "get_addon_instance": (404, b'{"code": "AddonNotFound", "message": "there is none"}'),
    }

    def late(call: ApiCall, answer: Answer) -> Answer:
        """Shows none until an installation was asked for."""
        if call.operation not in hidden or "install_addons" in store.bench.wire.sent:
            return answer
        status, body = hidden[call.operation]
        return replace(answer, status=status, body=body)

    store.by_hand("install", [{"name": "gatekeeper", "version": ""}])
    store.bench.wire.sent.clear()
    store.bench.wire.answers = late
    store.wants("flannel", "gatekeeper")
    said = store.apply("--target", "shop/addon/gatekeeper")
    assert said.code == 0, said.err
    assert "gatekeeper" in store.recorded()


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"addons": {}}',
        b'{"addons": [3]}',
        b'{"addons": [{"name": 3, "version": "1", "state": "active"}]}',
        b'{"addons": [{"name": "flannel", "version": [], "state": "active"}]}',
        b'{"addons": [{"name": "flannel", "version": "1"}]}',
        b'{"addons": [{"name": "a", "version": "1", "state": "active"}, {"name": "a", "version": "2", "state": "active"}]}',
        b'{"addons": [{"name": "a\\u0007", "version": "1", "state": "active"}]}',
    ],
)
def test_an_answer_that_is_none_is_an_error_and_decides_nothing(store: Shop, body: bytes) -> None:
    store.applied("flannel")
    store.bench.wire.answers = lambda call, answer: (
        replace(answer, body=body) if call.operation == "list_addon_instances" else answer
    )
    said = store.run("plan")
    assert said.code == 1
    assert "list_addon_instances" in said.err
    assert "Traceback" not in said.err


_VICTIM = """
import os, sys
from pathlib import Path
import ackplan
from ackplan.adapters.ack.client import AckClient
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.record import lateness

# The simulator is in the process that dies: nothing is on its way then.
lateness.LATEST = 0.0
folder = Path(sys.argv[1])
left = 10**9

def point():
    global left
    left -= 1
    if left < 0:
        os._exit(9)

write, change = SqliteJournal.write, AckClient.change

async def written(self, entry):
    point() if "addon" in entry.name else None
    await write(self, entry)
    point() if "addon" in entry.name else None

async def changed(self, *arguments):
    point()
    answer = await change(self, *arguments)
    point()
    return answer

SqliteJournal.write, AckClient.change = written, changed

def lives(at):
    global left
    child = os.fork()
    if child == 0:
        left = at
        with ackplan.open(folder, sandbox=True, time_scale=100_000) as project:
            os._exit(0 if project.apply().complete else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

assert lives(10**9) == 0
for spec in sys.argv[2:]:
    (folder / "ackplan.yaml").write_text(spec)
    points = 0
    while lives(points) == 9:
        points += 1
    assert points > 2, points
    assert lives(10**9) == 0
"""


@pytest.mark.parametrize("operation", _CHANGES)
def test_killed_anywhere_nothing_is_lost_or_made_twice(tmp_path: Path, operation: str) -> None:
    """Each run is killed one moment later than the one before: what is left is finished by the next."""
    (tmp_path / "ackplan.yaml").write_text(spec(*_BEFORE))
    victim = [sys.executable, "-c", _VICTIM, str(tmp_path), spec(*_CHANGES[operation])]
    ended = subprocess.run(victim, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
