"""How many clusters an account may have, and how many workers a cluster."""

from __future__ import annotations

from ackplan.simulator.account import Ledger
from ackplan.simulator.refusals import Refusal


def check_clusters(ledger: Ledger) -> None:
    """Raises Refusal 400 where the account has as many clusters as it may."""
    if ledger.store.count_clusters() >= ledger.max_clusters:
        raise Refusal(400, "QuotaExceeded.Cluster", f"the quota of {ledger.max_clusters} clusters is used up")


def check_workers(ledger: Ledger, workers: int) -> None:
    """Raises Refusal 400 for more workers than one cluster may have."""
    if workers > ledger.max_workers:
        raise Refusal(400, "QuotaExceeded.Node", f"a cluster has at most {ledger.max_workers} workers")
