"""The options of a plan, which `plan`, `apply`, `destroy` and `graph` share."""

from __future__ import annotations

import functools
from typing import Any

import click

from ackplan.cli.options import Command, Decorator
from ackplan.cli.policy_options import policy_option
from ackplan.core.language import phrase

_NAMES = (
    click.option("--target", multiple=True, metavar="NAME", help="Only this cluster and what it depends on."),
    click.option("--exclude", multiple=True, metavar="NAME", help="Not this cluster nor what depends on it."),
    click.option("--skip-blocked", is_flag=True, help="Leave out what is refused and what depends on it."),
)
_VANISHED = (
    click.option("--allow-vanished", is_flag=True, help="Go on though most of what is recorded is gone at once."),
)
_NODES = (
    click.option("--node-names", type=click.Choice(["auto", "id", "name"]), default="auto", show_default=True,
                 envvar="ACKPLAN_NODE_NAMES", help="How calls name nodes to remove: by instance or by node name."),
    click.option("--scale-in", type=click.Choice(["newest", "oldest"]), metavar="[newest|oldest]",
                 help="Choose workers to remove so, where the spec says nothing of that."),
)  # fmt: skip
_FULL = (
    click.option("--destroy", is_flag=True, help="Plan to delete every recorded cluster."),
    click.option("--refresh-only", is_flag=True, help="Plan to bring the record up to date, nothing else."),
    click.option("--replace", multiple=True, metavar="NAME", help="Delete this cluster and create it again."),
    click.option("--adopt", multiple=True, metavar="NAME", help="Adopt a live cluster of this name."),
    click.option("--no-refresh", is_flag=True, help="Take the record for what is live; no network."),
)


def plan_options(*, full: bool, policies: bool = True) -> Decorator:
    """Adds the options of a plan; the command gets PlanOptions under the name `choices`."""

    def decorate(function: Command) -> Command:
        @functools.wraps(function)
        def wrapper(*positional: object, **given: Any) -> object:
            from ackplan.app.plan import PlanOptions

            names = [name for name in given if name in PlanOptions.__dataclass_fields__]
            values = {name: given.pop(name) for name in names}
            choices = PlanOptions(**{name: value for name, value in values.items() if value is not None})
            if choices.destroy and choices.refresh_only:
                raise click.UsageError(
                    phrase("{one} and {other} can't go together", one="--destroy", other="--refresh-only")
                )
            if choices.check_upgrades and choices.no_refresh:
                raise click.UsageError(phrase("--check-upgrades asks the API, --no-refresh does not: give one of them"))
            return function(*positional, choices=choices, **given)

        decorated: Command = wrapper
        for option in reversed(
            (*_NAMES, *_VANISHED, *((*_FULL, *_NODES) if full else ()), *((policy_option(),) if policies else ()))
        ):
            decorated = option(decorated)
        return decorated

    return decorate
