"""`ackplan tasks`: tasks of the API. It has no list of them: without an id, those of the interrupted run are shown."""

from __future__ import annotations

import asyncio

import click

from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.project.wiring import open_api


@click.command("tasks")
@options(state=True, api=True)
@format_option("text", "json")
@click.argument("task_id", required=False)
def command(settings: Settings, task_id: str | None) -> None:
    """Show the task TASK_ID, or the tasks that an interrupted apply left running."""
    from ackplan.cli.records import baseline_now

    flying = baseline_now(settings).flying
    ids = [task_id] if task_id else [call.facts.task_id for call in flying if call.facts.task_id]
    click.echo(run_async(_show(settings, ids)) if ids else "No tasks are known to be running.")


async def _show(settings: Settings, ids: list[str]) -> str:
    import dataclasses

    from ackplan.render import text
    from ackplan.render.facts.safe import json_text

    async with open_api(settings) as api:
        tasks = await asyncio.gather(*(api.get_task(task_id) for task_id in ids))
    if settings.format == "json":
        return json_text([dataclasses.asdict(task) for task in tasks])
    return text.task_text(tasks)
