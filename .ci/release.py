"""Makes a release in git: `.ci/release.py 0.2.0`, or `.ci/release.py --check v0.2.0` of one that is made.

The version stands in one place, `ackplan/__init__.py`. A release is two commits and a tag: the first sets the version
and gives what stands under "Unreleased" in CHANGELOG.md a heading with version and day; the tag is on it; the second
begins the next version. Nothing is pushed. `--check` exits with 1 unless tag, version and changelog agree.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
from pathlib import Path

from packaging.version import InvalidVersion, Version

VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
UNRELEASED = "## [Unreleased]\n"


class Refused(Exception):
    """Why no release can be made; nothing was changed."""


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise Refused(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def version_of(root: Path) -> Version:
    found = VERSION.search((root / "ackplan/__init__.py").read_text("utf-8"))
    if found is None:
        raise Refused("ackplan/__init__.py names no version")
    return Version(found[1])


def section(changelog: str, heading: str) -> str:
    """What stands under a heading of the changelog, up to the next one of its kind; empty where there is none."""
    _, found, rest = changelog.partition(f"## [{heading}]")
    return re.split(r"^## \[", rest.partition("\n")[2], maxsplit=1, flags=re.MULTILINE)[0].strip() if found else ""


def check(root: Path, tag: str) -> None:
    """Raises Refused unless this tag's version is the code's, and the changelog has a section of it with a day."""
    version = version_of(root)
    if tag != f"v{version}":
        raise Refused(f"the tag is {tag}, the version in ackplan/__init__.py {version}")
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## \[{re.escape(str(version))}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        raise Refused(f"CHANGELOG.md has no heading '## [{version}] - YYYY-MM-DD'")
    if not section(changelog, str(version)):
        raise Refused(f"CHANGELOG.md says nothing of {version}")


def release(root: Path, version: Version, day: datetime.date) -> None:
    """Makes the commits and the tag. Raises Refused before anything is changed."""
    if version.is_devrelease or version.local:
        raise Refused(f"{version} is no version to release")
    if version <= version_of(root):
        raise Refused(f"{version} is not above {version_of(root)}")
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    if not section(changelog, "Unreleased"):
        raise Refused("CHANGELOG.md has nothing under Unreleased")
    if git(root, "status", "--porcelain"):
        raise Refused("the checkout has changes that are not committed")
    tag = f"v{version}"
    if git(root, "tag", "--list", tag):
        raise Refused(f"the tag {tag} is there already")
    _set(root, version)
    changelog = changelog.replace(UNRELEASED, f"{UNRELEASED}\n## [{version}] - {day.isoformat()}\n", 1)
    (root / "CHANGELOG.md").write_text(changelog, "utf-8")
    git(root, "commit", "--all", "--message", f"Release {version}")
    git(root, "tag", "--annotate", tag, "--message", f"ackplan {version}\n\n{section(changelog, str(version))}")
    following = Version(f"{version.major}.{version.minor + 1}.0.dev0")
    _set(root, following)
    git(root, "commit", "--all", "--message", f"Begin {following.base_version}")


def _set(root: Path, version: Version) -> None:
    path = root / "ackplan/__init__.py"
    path.write_text(VERSION.sub(f'__version__ = "{version}"', path.read_text("utf-8")), "utf-8")


def main(words: list[str]) -> int:
    root = Path(__file__).parents[1]
    try:
        if len(words) == 2 and words[0] == "--check":
            check(root, words[1])
        elif len(words) == 1:
            release(root, Version(words[0]), datetime.datetime.now(datetime.UTC).date())
            print(f"Made v{words[0]}. Push it: git push --follow-tags")
        else:
            raise Refused("usage: .ci/release.py VERSION | --check TAG")
    except (Refused, InvalidVersion) as why:
        print(f"release: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
