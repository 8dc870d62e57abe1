"""A run on the terminal: its lines on standard output, its signals, and the approval before it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ackplan.cli import gc, hints
from ackplan.cli.loop import interrupted_by
from ackplan.cli.printing import say
from ackplan.cli.run_output import Voice
from ackplan.core.diagnostics import Failure, error
from ackplan.core.language import phrase, sentences, spoken
from ackplan.execute.outcomes import Event, Result

if TYPE_CHECKING:
    from ackplan.plan.model import Plan


class Console:
    """The view of a run: lines on standard output, and signals. `cut_short`: the second one ended the run at once."""

    def __init__(self, speaker: Voice) -> None:
        self._voice = speaker
        self.cut_short = False

    def plan(self, plan: Plan) -> None:
        self._voice.plan(plan)
        self._voice.follow(plan)

    def follow(self, plan: Plan) -> None:
        """A plan that was reviewed before, and is about to be carried out."""
        self._voice.follow(plan)

    def note(self, text: str) -> None:
        say(spoken(text))

    def event(self, event: Event) -> None:
        self._voice.event(event)

    def result(self, result: Result, plan: Plan) -> None:
        self._voice.result(result, plan)

    @contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        """The first signal stops gently, the second at once; the record holds either way."""
        hints.begin()
        gc.collect()
        task = asyncio.current_task()
        count = 0

        def caught() -> None:
            nonlocal count
            count += 1
            if count > 1 and task is not None:
                self.cut_short = True
                task.cancel()
            else:
                stopping = phrase("Stopping: no new calls; waiting for answers to those that were sent.")
                say("\n" + sentences(stopping, phrase("Press Ctrl-C again to stop at once.")))
                stop()

        with self._voice.going(), interrupted_by(caught):
            yield


class Prompt:
    """Asks whoever sits at the terminal whether to `verb` a plan, unless it is approved already."""

    def __init__(self, verb: str, *, approved: bool) -> None:
        self._verb = verb
        self._approved = approved

    def approve(self, plan: Plan) -> None:  # noqa: ARG002 - it was shown a moment ago
        question = (
            phrase("Do you want to destroy what this plan names?")
            if self._verb == "destroy"
            else phrase("Do you want to apply this plan?")
        )
        confirm(question, approved=self._approved)


def confirm(question: str, *, approved: bool) -> None:
    """Returns where the answer is yes, or was given before. Raises Failure."""
    if approved:
        return
    if not sys.stdin.isatty():
        raise Failure(error("ACK6007"))
    click.echo("\n" + question + phrase(" Only 'yes' is accepted."), err=True)
    answer = click.prompt(phrase("Enter a value"), default="", show_default=False, err=True)
    if answer != "yes":
        raise Failure(error("ACK6008"))
