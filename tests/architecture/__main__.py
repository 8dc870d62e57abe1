"""`python -m tests.architecture` prints the numbers that the rules are about."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.architecture import climbs, measures
from tests.architecture.test_house import EXCEPTIONS


def main() -> None:
    length, density, vague = measures.lines(), measures.any_density(), measures.vague_counts()
    print(f"{'package':12} {'lines':>6} {'Any/1000':>9} {'vague':>6}")
    for package in (*sorted(length), "all"):
        print(f"{package:12} {length[package] or length.total():6} {density[package]:9} {vague[package]:6}")
    for rule, breaches in EXCEPTIONS.items():
        print(f"{rule}: {', '.join(breaches()) or 'none'}")
    numbers = ", ".join(f"{command} {_climbs(command)}" for command in climbs.COMMANDS)
    print(f"climbs on the way to an effect, at most {climbs.MOST}: {numbers}")


def _climbs(command: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return len(climbs.walk(command, Path(folder)).longest)


if __name__ == "__main__":
    main()
