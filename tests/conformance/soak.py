"""Sends many made-up requests at a simulator and says whether every answer was as the contract has it.

    python -m tests.conformance.soak --requests 20000

The simulator runs in this process and listens on loopback. Exit code 1 where an answer was a server error or not as
the contract has it; the same seed gives the same requests.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.conformance.bombardment import Tally, bombardment, rounds

_EXAMPLES = 100


def main(arguments: Sequence[str]) -> int:
    """The exit code. The closing summary goes to stdout, what happens meanwhile to stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.soak", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--requests", type=_positive, default=20_000, help="how many to send (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which requests (default: %(default)s)")
    given = parser.parse_args(arguments)
    tally = Tally()
    with bombardment(given.requests) as fire:
        for tally in rounds(fire, given.seed, _EXAMPLES):
            sys.stderr.write(f"{tally}\n")
    for violation in tally.violations:
        sys.stderr.write(f"  {violation}\n")
    for (operation, status), count in sorted(tally.answers.items()):
        sys.stderr.write(f"  {operation} {status}: {count}\n")
    sys.stdout.write(f"{tally}\n")
    return 0 if tally.clean else 1


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
