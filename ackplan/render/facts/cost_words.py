"""What a plan changes of the costs of a month, in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ackplan.core import language
from ackplan.core.language import phrase
from ackplan.plan.costs import Costs
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import and_more

_CENT: Final = Decimal("0.01")


def amount(value: Decimal, *, signed: bool = False) -> str:
    """`1,234.50`, to the hundredth; `signed` with its sign."""
    rounded = value.quantize(_CENT, ROUND_HALF_UP)
    return f"{rounded:+,f}" if signed and rounded else f"{abs(rounded):,f}"


def total_text(costs: Costs) -> str:
    """`+1,234.50 CNY a month (1,500.00 added, 265.50 removed)`."""
    return phrase(
        "{change} {currency} a month ({added} added, {removed} removed)",
        change=amount(costs.change, signed=True),
        currency=costs.currency,
        added=amount(costs.added),
        removed=amount(costs.removed),
    )


def cluster_texts(costs: Costs) -> Iterator[tuple[str, str]]:
    """Each cluster with the change of its costs."""
    yield from ((printable(cost.name), amount(cost.change, signed=True)) for cost in costs.clusters)


def unpriced_names(costs: Costs) -> tuple[str, ...]:
    """What is not in the sums, each in words."""
    return tuple(
        phrase("workers of {name}", name=printable(each.workers_of))
        if each.workers_of
        else phrase("{name} in {region}", name=printable(each.name), region=printable(each.region))
        for each in costs.unpriced
    )


def unpriced_text(costs: Costs) -> str:
    """The same as a sentence; empty where everything is in the sums."""
    names = phrase(", ").join(unpriced_names(costs))
    return phrase("without a price, and not counted: {names}", names=names) if names else ""


def dearest_text(costs: Costs) -> str:
    """What is said of workers that may be of several types; empty where there are none such."""
    most = 20
    names = phrase(", ").join(map(printable, costs.dearest[:most])) + and_more(len(costs.dearest) - most)
    words = "of several instance types the one with the highest price counts: {names}"
    return phrase(words, names=names) if names else ""


@language.speaking(language.ENGLISH)
def costs_data(costs: Costs) -> dict[str, object]:
    """The same for programs: amounts are texts, exact."""
    sums = {"added": _exact(costs.added), "removed": _exact(costs.removed), "change": _exact(costs.change)}
    clusters = {
        cost.name: {"added": _exact(cost.added), "removed": _exact(cost.removed), "change": _exact(cost.change)}
        for cost in costs.clusters
    }
    return {
        "currency": costs.currency,
        "per": "month",
        **sums,
        "clusters": clusters,
        "unpriced": list(unpriced_names(costs)),
        "dearest": list(costs.dearest),
    }


def _exact(value: Decimal) -> str:
    return f"{value.normalize():f}"
