"""Whether a package that is pinned has a weakness that is known: `pip-audit` on the locks of the project.

Exits with 1 where one has. Where the index gives no advisories (a mirror often has none), nothing is known, and that
is said and not counted as a pass: with ACKPLAN_REQUIRE_AUDIT=1, which a release sets, it exits with 1 as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def verdict(lock: str, packages: list[dict[str, Any]]) -> tuple[list[str], int, int]:
    """Lines to print of the packages that pip-audit reports on, how many it looked at, how many have a weakness."""
    looked_at = [each for each in packages if "skip_reason" not in each]
    weak = [each for each in looked_at if each["vulns"]]
    lines = [
        f"{lock}: {each['name']} {each['version']}: {found['id']}, mended in {found['fix_versions']}"
        for each in weak
        for found in each["vulns"]
    ]
    return (
        [*lines, f"{lock}: {len(looked_at)} of {len(packages)} packages looked up, {len(weak)} with a weakness"],
        len(looked_at),
        len(weak),
    )


def report(lock: str) -> list[dict[str, Any]]:
    """What pip-audit found out; nothing, and why on standard error, where it could not ask the index."""
    done = subprocess.run(  # noqa: S603 - a program of this checkout
        [ROOT / ".venv-release/bin/pip-audit", "--disable-pip", "--require-hashes", "--progress-spinner=off",
         "--format=json", "-r", ROOT / lock],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if done.returncode not in {0, 1} or not done.stdout:
        print(f"pip-audit on {lock}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    return packages


def main() -> int:
    required = os.environ.get("ACKPLAN_REQUIRE_AUDIT") == "1"
    ill = False
    for lock in LOCKS:
        lines, looked_at, weak = verdict(lock, report(lock))
        print("\n".join(lines))
        if not looked_at:
            print(f"NOT AUDITED: the index in use gives no advisories for {lock}")
        ill = ill or bool(weak) or (required and not looked_at)
    return 1 if ill else 0


if __name__ == "__main__":
    raise SystemExit(main())
