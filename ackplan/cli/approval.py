"""Asks whoever sits at the terminal before a call that changes something, where no plan was shown."""

from __future__ import annotations

import sys

import click

from ackplan.cli.options import Command
from ackplan.core.diagnostics import Failure, error
from ackplan.core.language import phrase


def auto_approve(function: Command) -> Command:
    """The option of not being asked."""
    return click.option("--auto-approve", is_flag=True, envvar="ACKPLAN_AUTO_APPROVE", help="Don't ask.")(function)


def ask(question: str, *, approved: bool) -> None:
    """Returns where the answer is yes, or was given before. Raises Failure."""
    if approved:
        return
    if not sys.stdin.isatty():
        raise Failure(error("ACK4006"))
    click.echo(question + phrase(" Only 'yes' is accepted."), err=True)
    if click.prompt(phrase("Enter a value"), default="", show_default=False, err=True) != "yes":
        raise Failure(error("ACK4007"))
