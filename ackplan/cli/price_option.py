"""The option `--prices`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.options import Settings

if TYPE_CHECKING:
    from ackplan.plan.costs import Costs
    from ackplan.plan.model import Plan
    from ackplan.plan.price_list import PriceList

_KEPT = f"{__name__}.file"


def _keep(context: click.Context, _parameter: object, file: str) -> None:
    context.meta[_KEPT] = file


price_option = click.option(
    "--prices",
    default="",
    callback=_keep,
    expose_value=False,
    envvar="ACKPLAN_PRICES",
    show_envvar=True,
    metavar="FILE",
    help="Say what the plan changes of a month's costs, by the prices in FILE (YAML or JSON).",
)


def price_list(settings: Settings) -> PriceList | None:
    """The prices of the file that the command names; None where it names none. Raises Failure with all its faults."""
    file = click.get_current_context().meta[_KEPT]
    if not file:
        return None
    from ackplan.app.price_file import read_prices

    return read_prices(settings.path(file))


def costs(plan: Plan, prices: PriceList | None) -> Costs | None:
    """What the plan costs by these prices."""
    if prices is None:
        return None
    from ackplan.plan.costs import costs_of

    return costs_of(plan, prices)
