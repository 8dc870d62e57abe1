"""`ackplan tasks`: tasks of the API, of an interrupted run, of a cluster, or one; canceling, pausing, resuming one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from ackplan.app.steer_task import Steering
from ackplan.cli.approval import ask, auto_approve
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.core.language import phrase
from ackplan.project.wiring import open_api

if TYPE_CHECKING:
    from ackplan.core.answers import Task


@click.command(
    "tasks", cls=Command, epilog="Further: tasks list NAME, tasks cancel ID, tasks pause ID, tasks resume ID"
)
@options(state=True, api=True)
@format_option("text", "json")
@click.argument("task_id", required=False)
def command(settings: Settings, task_id: str | None) -> None:
    """Show the task TASK_ID with its stages and events, or the tasks that an interrupted apply left running."""
    from ackplan.cli.records import baseline_now

    if task_id:
        click.echo(run_async(_show(settings, task_id)))
        return
    ids = [call.facts.task_id for call in baseline_now(settings).flying if call.facts.task_id]
    click.echo(run_async(_left(settings, ids)) if ids else phrase("No tasks are known to be running."))


async def _show(settings: Settings, task_id: str) -> str:
    async with open_api(settings) as api:
        return _one(settings, await api.get_task(task_id))


def _one(settings: Settings, task: Task) -> str:
    from ackplan.render import text

    return _json([task]) if settings.format == "json" else text.task_text(task)


async def _left(settings: Settings, ids: list[str]) -> str:
    async with open_api(settings) as api:
        tasks = await asyncio.gather(*(api.get_task(task_id) for task_id in ids))
    return _printed(settings, tasks)


@click.command("list", cls=Command)
@options(state=True, api=True)
@format_option("text", "json")
@click.argument("name")
def _list(settings: Settings, name: str) -> None:
    """Show the tasks of the cluster NAME (a name or an id)."""
    click.echo(run_async(_of_cluster(settings, name)))


async def _of_cluster(settings: Settings, name: str) -> str:
    from ackplan.app.lookup import find
    from ackplan.cli.records import on_record

    async with open_api(settings) as api:
        cluster = await find(api, name, on_record(settings))
        tasks = await api.list_tasks(cluster.cluster_id, cluster.region_id)
    return _printed(settings, list(tasks))


def _printed(settings: Settings, tasks: list[Task]) -> str:
    from ackplan.render import text

    return _json(tasks) if settings.format == "json" else text.tasks_table(tasks)


def _json(tasks: list[Task]) -> str:
    import dataclasses

    from ackplan.render.facts.safe import json_text

    return json_text([{**dataclasses.asdict(task), "percent": task.percent} for task in tasks])


def _steering(steering: Steering, does: str) -> click.Command:
    """The subcommand that does this to a task."""

    @click.command(steering.verb, cls=Command, help=f"{does} Asks first.")
    @options(api=True)
    @format_option("text", "json")
    @auto_approve
    @click.argument("task_id")
    def steered(settings: Settings, task_id: str, auto_approve: bool) -> None:  # noqa: FBT001
        click.echo(run_async(_steer(settings, task_id, steering, approved=auto_approve)))

    return steered


async def _steer(settings: Settings, task_id: str, steering: Steering, *, approved: bool) -> str:
    from ackplan.app.steer_task import steer, steerable
    from ackplan.core.diagnostics import printable

    async with open_api(settings) as api:
        task = await steerable(api, task_id, steering)
        question = phrase(
            "Do you want to {verb} the task {task} ({what}, cluster {cluster}, {state})?",
            verb=phrase(steering.verb),
            task=task_id,
            what=task.task_type or "-",
            cluster=task.cluster_id or "-",
            state=task.state,
        )
        ask(printable(question), approved=approved)
        return _one(settings, await steer(api, task, steering))


FURTHER: Final[Mapping[str, click.Command]] = {
    "list": _list,
    "cancel": _steering(Steering.CANCEL, "Stop the task TASK_ID; what it has done stays done."),
    "pause": _steering(Steering.PAUSE, "Hold the task TASK_ID until it is resumed."),
    "resume": _steering(Steering.RESUME, "Let the task TASK_ID go on that was paused."),
}
