"""The Python API: plans and applies as the command line does, as values and Failures, and prints nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import ackplan
from ackplan.app.plan import PlanOptions
from ackplan.core.actions import Action
from ackplan.execute.outcomes import Event, Status
from ackplan.project.keywords import PlanKeywords, ProjectKeywords
from ackplan.project.outcome import SilentRun
from ackplan.project.project_settings import ProjectSettings
from tests.plan_files import unpacked
from tests.running import Simulator

SECRET = "Node-password-1"


@pytest.fixture
def project(folder: Path, api: Simulator) -> Iterator[ackplan.Project]:
    with ackplan.open(folder, endpoint=api.url, rate=0, patience=0) as opened:
        yield opened


def codes(failure: ackplan.Failure) -> list[str]:
    return [diagnostic.code for diagnostic in failure.diagnostics]


def changing(api: Simulator) -> list[str]:
    return [f"{call.method} {call.path}" for call in api.calls if call.method != "GET"]


def edit(folder: Path, before: str, after: str) -> None:
    file = folder / "ackplan.yaml"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))


def test_a_plan_is_a_value_and_an_apply_carries_it_out(
    project: ackplan.Project, folder: Path, api: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = project.plan(target=["web"])
    assert [(change.name, change.action) for change in plan.changes] == [("web", Action.CREATE)]
    assert plan.applicable
    assert not [diagnostic for diagnostic in plan.diagnostics if diagnostic.is_error]
    assert changing(api) == []
    run = project.apply(plan)
    assert run.complete
    assert {outcome.status for outcome in run.outcomes.values()} == {Status.DONE}
    assert changing(api) == ["POST /clusters"]
    report = json.loads(run.report())
    assert report["complete"]
    assert report["steps"][0]["request_ids"]
    assert json.loads((folder / "state/default.json").read_text())["clusters"].keys() == {"web"}
    assert [change.action for change in project.plan().changes] == [Action.NOOP]
    assert capfd.readouterr() == ("", "")


def test_it_says_what_the_command_line_says(project: ackplan.Project, folder: Path, api: Simulator) -> None:
    plan = project.plan()
    document = json.loads(plan.to_json())
    assert document["resource_changes"][0]["change"]["actions"] == ["create"]
    plan.save("it.plan")
    command = [sys.executable, "-m", "ackplan", "show", "it.plan", "--format", "json"]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert json.loads(shown)["resource_changes"] == document["resource_changes"]
    assert project.load("it.plan").to_json() == plan.to_json()
    assert project.apply(project.load("it.plan")).complete


def test_the_async_forms_work_in_a_running_loop(folder: Path, api: Simulator) -> None:
    async def main() -> bool:
        async with ackplan.aopen(folder, endpoint=api.url, rate=0, patience=0) as project:
            with pytest.raises(RuntimeError, match=r"await project\.aplan"):
                project.plan()
            plan = await project.aplan()
            return (await project.aapply(plan)).complete

    assert asyncio.run(main())


def test_a_sandbox_needs_no_account(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACK_NODE_PASSWORD", SECRET)
    with ackplan.open(folder, sandbox=True, time_scale=100_000) as project:
        assert project.apply(project.plan()).complete
        assert [change.action for change in project.plan().changes] == [Action.NOOP]
    assert not (folder / "state").exists()


def test_variables_are_keywords(project: ackplan.Project, folder: Path, api: Simulator) -> None:
    with ackplan.open(folder, endpoint=api.url, var={"size": 5}) as other:
        (change,) = other.plan().changes
    assert change.after is not None
    assert change.after["num_of_nodes"] == 5


def test_what_is_wrong_with_a_spec_is_a_failure(project: ackplan.Project, folder: Path) -> None:
    edit(folder, "num_of_nodes", "nmu_of_nodes")
    with pytest.raises(ackplan.Failure) as failure:
        project.plan()
    assert "ACK1104" in codes(failure.value)


def test_what_the_api_refuses_is_a_failure(folder: Path, api: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "another")
    with ackplan.open(folder, endpoint=api.url) as project, pytest.raises(ackplan.Failure) as failure:
        project.plan()
    assert codes(failure.value) == ["ACK4001"]


def test_a_step_that_fails_is_an_outcome(project: ackplan.Project) -> None:
    plan = project.plan()
    with _refusing("create_cluster"):
        run = project.apply(plan)
    assert not run.complete
    assert next(iter(run.outcomes.values())).status is Status.FAILED
    assert run.diagnostics
    assert not json.loads(run.report())["complete"]


@contextlib.contextmanager
def _refusing(operation: str) -> Iterator[None]:
    from ackplan.adapters.ack import AckClient
    from ackplan.execute.ports import ApiError

    async def refused(*_: Any) -> Any:
        raise ApiError("QuotaExceeded.Cluster", "no more clusters", http_status=400, operation=operation)

    with mock.patch.object(AckClient, operation, refused):
        yield


def test_a_blocked_plan_is_shown_and_not_applied(project: ackplan.Project, folder: Path, api: Simulator) -> None:
    assert project.apply().complete
    edit(folder, "worker_system_disk_size: 120", "worker_system_disk_size: 200")
    plan = project.plan()
    assert not plan.applicable
    (change,) = plan.changes
    assert change.blocked
    assert any(diagnostic.is_error for diagnostic in plan.diagnostics)
    before = changing(api)
    with pytest.raises(ackplan.Failure) as failure:
        project.apply(plan)
    assert codes(failure.value) == ["ACK6006"]
    run = project.apply()
    assert not run.complete
    assert run.diagnostics
    assert changing(api) == before


def test_a_plan_whose_world_moved_is_not_applied(project: ackplan.Project, folder: Path, api: Simulator) -> None:
    plan = project.plan()
    edit(folder, "default: 3", "default: 4")
    with pytest.raises(ackplan.Failure) as failure:
        project.apply(plan)
    assert codes(failure.value) == ["ACK3032"]
    assert changing(api) == []
    assert project.apply().complete
    with pytest.raises(ackplan.Failure) as failure:
        project.apply(plan)
    assert "ACK6004" in codes(failure.value)


@pytest.mark.parametrize("anew", [False, True])
def test_a_run_that_was_killed_goes_on(anew: bool, project: ackplan.Project, api: Simulator) -> None:
    """By the same plan, or by one that was made on what it left."""
    plan = project.plan()
    with (
        mock.patch("ackplan.app.apply.finish", side_effect=RuntimeError("killed")),
        pytest.raises(RuntimeError, match="killed"),
    ):
        project.apply(plan)
    assert project.apply(project.plan() if anew else plan).complete
    assert changing(api) == ["POST /clusters"]


def test_an_apply_that_is_cancelled_leaves_what_the_next_one_takes_in(folder: Path, api: Simulator) -> None:
    class Impatient(SilentRun):
        def event(self, event: Event) -> None:
            if changing(api):
                task.cancel()

    async def main() -> None:
        nonlocal task
        async with ackplan.aopen(folder, endpoint=api.url, rate=0, patience=0) as project:
            plan = await project.aplan()
            task = asyncio.create_task(project.aapply(plan, view=Impatient()))
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert (await project.aapply()).complete
            assert [change.action for change in (await project.aplan()).changes] == [Action.NOOP]

    task: asyncio.Task[ackplan.ProjectRun]
    asyncio.run(main())
    assert changing(api) == ["POST /clusters"]


def test_no_secret_is_in_anything_that_a_plan_or_a_run_gives(project: ackplan.Project, folder: Path) -> None:
    plan = project.plan()
    plan.save("it.plan")
    run = project.apply(plan)
    texts = [plan.to_json(), run.report(), repr(plan), repr(run)]
    files = [unpacked(file.read_bytes()).decode("utf-8", "replace") for file in folder.rglob("*") if file.is_file()]
    assert all(SECRET not in text for text in (*texts, *files))


@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ({"workspace": "-"}, "workspace"),
        ({"state": "ftp://db/x"}, "there is no store for ftp"),
        ({"state": "other", "sandbox": True}, "give sandbox or state"),
        ({"lock_ttl": 0.5}, "between 1 and"),
        ({"parallelism": 0}, "between 1 and"),
        ({"signature": "none"}, "hmac-sha1"),
    ],
)
def test_an_option_that_cant_be_taken_is_a_failure(folder: Path, keywords: Any, problem: str) -> None:
    with pytest.raises(ackplan.Failure, match=problem), ackplan.open(folder, **keywords) as project:
        project.plan()


def test_options_of_a_plan_dont_go_with_a_plan(project: ackplan.Project) -> None:
    with pytest.raises(ackplan.Failure, match="narrowed when it was made"):
        project.apply(project.plan(), target="web")
    with pytest.raises(ackplan.Failure, match="no_refresh is for plan"):
        project.apply(no_refresh=True)
    with pytest.raises(TypeError):
        project.plan(tagret="web")  # type: ignore[call-arg]


def test_what_is_not_given_is_what_the_environment_says(
    folder: Path, api: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACKPLAN_ENDPOINT", api.url)
    monkeypatch.setenv("ACKPLAN_PARALLELISM", "7")
    monkeypatch.setenv("ACKPLAN_SANDBOX", "true")
    with ackplan.open(folder, parallelism=9) as project:
        settings = project.settings
    assert (settings.endpoint, settings.parallelism, settings.sandbox) == (api.url, 9, True)
    monkeypatch.setenv("ACKPLAN_SANDBOX", "perhaps")
    with pytest.raises(ackplan.Failure, match="ACKPLAN_SANDBOX"), ackplan.open(folder):
        pass


def test_the_programs_of_the_documentation_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[3] / "docs/python-api.md").read_text("utf-8")
    edit(folder, "  web:", "  shop-prod:")
    monkeypatch.setenv("ACK_NODE_PASSWORD", SECRET)
    monkeypatch.setenv("ACKPLAN_SANDBOX", "1")
    monkeypatch.setenv("ACKPLAN_TIME_SCALE", "100000")
    monkeypatch.chdir(folder)
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for program in programs:
        exec(compile(program, "python-api.md", "exec"), {"__name__": "example"})
    assert len(programs) == 2
    assert capsys.readouterr().out.startswith("shop-prod create\n")


def test_keywords_are_the_options_of_the_command_line() -> None:
    from ackplan.cli.commands.apply import command as apply
    from ackplan.cli.commands.plan import command as plan

    flags = {name.removeprefix("--").replace("-", "_") for option in plan.params for name in option.opts}
    assert ProjectKeywords.__annotations__.keys() <= flags
    assert PlanKeywords.__annotations__.keys() <= flags
    assert {"fail_fast", "lock_timeout"} <= {option.name for option in apply.params}
    assert PlanKeywords.__annotations__.keys() == PlanOptions.__dataclass_fields__.keys()
    own = {"chdir", "state_named", "files", "variables", "var_files", "types"}
    assert ProjectSettings.__dataclass_fields__.keys() - own <= ProjectKeywords.__annotations__.keys()


def test_the_package_says_that_it_is_typed_and_imports_nothing_until_asked() -> None:
    assert (Path(ackplan.__file__).parent / "py.typed").is_file()
    program = "import sys, ackplan; print([name for name in sys.modules if name.startswith('ackplan.')])"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
    assert all(getattr(ackplan, name) is not None for name in ackplan.__all__)
