"""What makes and judges a release: version, changelog and tag, licences, known weaknesses, the workflow."""

from __future__ import annotations

import datetime
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOW = ROOT / ".github/workflows/release.yml"
DAY = datetime.date(2027, 1, 2)


def script(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


release, audit, licences = script("release"), script("audit"), script("licences")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "ackplan").mkdir()
    (tmp_path / "ackplan/__init__.py").write_text('"""A package."""\n\n__version__ = "0.2.0.dev0"\n', "utf-8")
    text = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [0.1.0] - 2026-11-29\n\n- The first.\n"
    (tmp_path / "CHANGELOG.md").write_text(text, "utf-8")
    for words in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("config", "user.name", "A"),
        ("config", "user.email", "a@example.com"),
        ("add", "."),
        ("commit", "--quiet", "--message", "Begin"),
    ):
        release.git(tmp_path, *words)
    return tmp_path


def test_a_release_is_tagged_with_what_changed_and_begins_the_next(repository: Path) -> None:
    release.release(repository, release.Version("0.2.0"), DAY)
    assert release.git(repository, "log", "--format=%s").split("\n") == ["Begin 0.3.0", "Release 0.2.0", "Begin"]
    assert str(release.version_of(repository)) == "0.3.0.dev0"
    assert "- Something." in release.git(repository, "tag", "--list", "--format=%(contents)", "v0.2.0")
    release.git(repository, "checkout", "--quiet", "v0.2.0")
    release.check(repository, "v0.2.0")
    changelog = (repository / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]\n\n## [0.2.0] - 2027-01-02\n\n### Added\n\n- Something.\n\n## [0.1.0]" in changelog
    assert release.section(changelog, "Unreleased") == ""


@pytest.mark.parametrize(
    ("version", "before", "told"),
    [
        ("0.1.0", "", "is not above"),
        ("0.2.0.dev1", "", "no version to release"),
        ("0.2.0", "changed", "not committed"),
        ("0.2.0", "tagged", "there already"),
        ("0.2.0", "silent", "nothing under Unreleased"),
    ],
)
def test_a_release_that_would_be_wrong_changes_nothing(repository: Path, version: str, before: str, told: str) -> None:
    changelog = repository / "CHANGELOG.md"
    if before == "changed":
        (repository / "new").write_text("")
    elif before == "tagged":
        release.git(repository, "tag", "v0.2.0")
    elif before == "silent":
        changelog.write_text("## [Unreleased]\n\n## [0.1.0] - 2026-11-29\n\n- The first.\n", "utf-8")
        release.git(repository, "commit", "--quiet", "--all", "--message", "Say nothing")
    head, text = release.git(repository, "rev-parse", "HEAD"), changelog.read_text("utf-8")
    with pytest.raises(release.Refused, match=told):
        release.release(repository, release.Version(version), DAY)
    assert (release.git(repository, "rev-parse", "HEAD"), changelog.read_text("utf-8")) == (head, text)
    assert str(release.version_of(repository)) == "0.2.0.dev0"


@pytest.mark.parametrize("tag", ["v0.2.0", "v0.2.0.dev0", "0.2.0"])
def test_a_tag_without_its_version_or_its_changes_is_refused(repository: Path, tag: str) -> None:
    with pytest.raises(release.Refused):
        release.check(repository, tag)


def test_the_version_of_the_checkout_is_beyond_its_last_release() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    last = release.Version(changelog.partition("## [Unreleased]")[2].partition("## [")[2].partition("]")[0])
    now = release.version_of(ROOT)
    assert now > last if now.is_devrelease else now == last


def test_a_weakness_is_told_and_what_was_not_looked_up_is_not_counted() -> None:
    packages: list[dict[str, Any]] = [
        {"name": "a", "version": "1", "vulns": []},
        {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]},
        {"name": "c", "skip_reason": "Dependency not found"},
    ]
    lines, looked_at, weak = audit.verdict("a.lock", packages)
    assert (looked_at, weak) == (2, 1)
    assert lines == [
        "a.lock: b 2: PYSEC-1, mended in ['3']",
        "a.lock: 2 of 3 packages looked up, 1 with a weakness",
    ]


@pytest.mark.parametrize(
    ("required", "vulns", "code"), [("", [], 0), ("1", [], 0), ("1", None, 1), ("", None, 0), ("", ["x"], 1)]
)
def test_an_audit_that_saw_nothing_passes_no_release(
    required: str, vulns: list[str] | None, code: int, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("ACKPLAN_REQUIRE_AUDIT", required)
    found = {"skip_reason": "no"} if vulns is None else {"vulns": [{"id": each, "fix_versions": []} for each in vulns]}
    monkeypatch.setattr(audit, "report", lambda _lock: [{"name": "a", "version": "1", **found}])
    assert audit.main() == code
    assert ("NOT AUDITED" in capsys.readouterr().out) is (vulns is None)


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("(GPL-3.0-only OR MIT)", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MIT License; GNU General Public License v3 (GPLv3)", False),
        ("GNU Affero General Public License v3", False),
        ("UNKNOWN", False),
        ("", False),
        ("Commercial; limited permission", False),
        ("No permit", False),
    ],
)
def test_a_licence_allows_giving_on(licence: str, allowed: bool) -> None:
    assert licences.is_allowed(licence) is allowed


def test_what_extras_need_is_looked_at() -> None:
    names = licences.closure(["alibabacloud-credentials", "psycopg[binary]"])
    assert {"psycopg", "psycopg-binary", "aiohttp", "requests"} <= names


def tool(*words: str | Path) -> str:
    done = subprocess.run(list(map(str, words)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_workflow_is_one_and_its_linter_finds_nothing() -> None:
    tool(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW)
    strictest = ("--offline", "--no-config", "--no-ignores", "--persona", "pedantic", "--format", "json")
    assert json.loads(tool(BIN / "zizmor", *strictest, WORKFLOW)) == []


def test_the_scripts_of_a_release_are_sound() -> None:
    runs = [
        step["run"]
        for job in yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]
    assert runs
    for text in (*runs, (ROOT / ".ci/package").read_text("utf-8")):
        done = subprocess.run(
            [BIN / "shellcheck", "--shell", "bash", "-"], input=text, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout
        assert "${{" not in text


def test_only_publishing_has_an_identity() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["publish"]
    assert jobs["publish"]["environment"] == "release"
