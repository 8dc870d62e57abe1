"""Chaos for ten minutes: `python -m tests.chaos`, or a minute of it: `--sample`.

Two runners at once apply a spec that changes, while runners and the store's server are killed with -9, runners stand
still for longer than their lease, connections are cut, and the folders of the killed are removed. The simulated account
is a process of its own, and what it holds is the truth: no cluster is lost, none is there twice, no scale-out is done
twice, and in the calm after it the record is what is live.
"""

from __future__ import annotations

import argparse
import sys

from tests.stores.cases import ENVIRONMENT

from .places import PLACES
from .storm import storm, summary

_SAMPLE = 0.8


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="for all stores together")
    parser.add_argument("--store", action="append", choices=sorted(PLACES), help="this one alone; may be said again")
    parser.add_argument("--seed", type=int, default=1, help="what happens, and when, as far as that is ours")
    parser.add_argument("--sample", action="store_true", help="about a minute: PostgreSQL and OSS alone")
    parser.add_argument(
        "--timeline", action="store_true", help="print all that happened, whether something is wrong or not"
    )
    given = parser.parse_args()
    stores = given.store or (["postgresql", "oss"] if given.sample else list(PLACES))
    seconds = 60 * (_SAMPLE if given.sample else given.minutes) / len(stores)
    whole = True
    for store in stores:
        told = storm(store, given.seed, seconds)
        if given.timeline or not told.is_whole:
            print("\n".join(told.timeline))
        for finding in (*told.lost, *told.doubled, *told.broken):
            print(f"WRONG {finding}")
        print(summary(told), flush=True)
        if not told.is_whole:
            whole = False
            minutes = seconds / 60
            print(
                f"  the same chances again: python -m tests.chaos --store {store} --seed {told.seed} --minutes {minutes:g}"
            )
    return 0 if whole else 1


if __name__ == "__main__":
    import os

    os.environ.update(ENVIRONMENT)
    sys.exit(main())
