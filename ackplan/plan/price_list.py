"""What things cost: the prices of a price file. Amounts are exact decimals, never floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

HOURS: Final = Decimal(730)
"""Hours of a month, as clouds count them."""

INSTANCE, DISK, FEE = "instance_types", "disks", "cluster_specs"


@dataclass(frozen=True, slots=True)
class PriceList:
    """`regions` holds amounts by region, by sort (`instance_types`, `disks`, `cluster_specs`) and by name.

    Those of instances and clusters are an hour's, those of disks a GiB's for a month.
    """

    currency: str
    regions: Mapping[str, Mapping[str, Mapping[str, Decimal]]]

    def monthly(self, region: str, sort: str, name: str) -> Decimal | None:
        """What one costs for a month; None where the list has no price of it."""
        amount = self.regions.get(region, {}).get(sort, {}).get(name)
        return amount if amount is None or sort == DISK else amount * HOURS
