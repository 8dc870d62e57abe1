"""`python -m tests.architecture` prints the numbers that the rules are about."""

from __future__ import annotations

from tests.architecture import measures
from tests.architecture.test_house import EXCEPTIONS


def main() -> None:
    length, density, vague = measures.lines(), measures.any_density(), measures.vague_counts()
    print(f"{'package':12} {'lines':>6} {'Any/1000':>9} {'vague':>6}")
    for package in (*sorted(length), "all"):
        print(f"{package:12} {length[package] or length.total():6} {density[package]:9} {vague[package]:6}")
    for rule, breaches in EXCEPTIONS.items():
        print(f"{rule}: {', '.join(breaches()) or 'none'}")


if __name__ == "__main__":
    main()
