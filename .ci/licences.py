"""Whether ackplan may be given on with what it needs: the licences of its packages, those of all extras included.

Run by `.ci/package` in the environment of the checkout, which has them all. Exits with 1 and a line for each package
whose licence is not among those that are known to allow it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]

# Licences that ask for no more than their text, or for changes of the package itself. LGPL and MPL bind the package
# that has them, which is imported and not changed.
_ALLOWED = re.compile(
    r"\b(?:apache|mit\b|bsd|isc|python software foundation|psf|mozilla public|mpl|unlicense|zlib|0bsd|the unlicense"
    r"|gnu lesser|lgpl|cc0|historical permission|hpnd)",
    re.IGNORECASE,
)
# Packages whose licence stands in a file alone, not in what they say of themselves.
_READ = {"pyrage": "MIT"}


def closure(requirements: Iterable[str]) -> set[str]:
    """The names of the installed packages that these need, and what those need."""
    todo = [Requirement(each) for each in requirements]
    seen: set[tuple[str, str]] = set()
    while todo:
        wanted = todo.pop()
        for extra in ("", *wanted.extras):
            name = canonicalize_name(wanted.name)
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for line in metadata.requires(name) or ():
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    todo.append(needed)
    return {name for name, _ in seen}


def is_allowed(licence: str) -> bool:
    """Of alternatives one is enough; of what holds together all are looked at."""
    together = re.split(r"\s+AND\s+|;\s*", licence.strip("()"))
    return all(any(_ALLOWED.search(choice) for choice in re.split(r"\s+OR\s+", each)) for each in together)


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
    names = sorted(closure([*project["dependencies"], *extras]))
    listed = subprocess.run(  # noqa: S603 - a program of this checkout
        [ROOT / ".venv-release/bin/pip-licenses", "--python", sys.executable, "--from=mixed", "--format=json",
         "--packages", *names],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said = {canonicalize_name(each["Name"]): each["License"] for each in json.loads(listed.stdout)}
    found = {**said, **_READ}
    wrong = [f"{name}: {found.get(name, 'not installed')}" for name in names if not is_allowed(found.get(name, ""))]
    for line in wrong:
        print(f"licence not known to allow giving on: {line}")
    if not wrong:
        print(f"{len(names)} packages, extras included: all may be given on")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
