"""The hooks for pre-commit: pre-commit takes their definition, and runs them as it would in someone's project.

The environment that pre-commit would install ackplan into needs a package index; here ackplan is on the PATH.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.pipelines.runner import programs

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
SPEC = "ackplan: 1\nregion: cn-beijing\nclusters:\n  a: {cluster_type: Ask}\n"


@dataclass
class Project:
    """A project that uses the hooks."""

    folder: Path
    path: Path

    def write(self, text: str, name: str = "ackplan.yaml") -> None:
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        self.command("git", "add", "--all")

    def command(self, *words: str) -> tuple[int, str]:
        home = str(self.folder.parent)
        environment = {"PATH": f"{self.path}:{os.environ['PATH']}", "HOME": home, "PRE_COMMIT_HOME": f"{home}/cache"}
        environment["PIPELINE_WORLD"] = home
        done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def hooks(self, *names: str) -> tuple[int, str]:
        return self.command(sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose", *names)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project", programs(tmp_path / "bin"))
    made.folder.mkdir()
    hooks = [{**hook, "language": "unsupported"} for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))]
    made.command("git", "init", "--quiet")
    made.write(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}), ".pre-commit-config.yaml")
    return made


def test_the_definition_is_one() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert [hook["id"] for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))] == ["ackplan-fmt", "ackplan-validate"]


def test_hooks_mend_the_layout_and_refuse_what_is_wrong(project: Project) -> None:
    project.write(SPEC)
    project.write("not: [a spec", "other.yaml")
    code, out = project.hooks()
    assert code == 0, out
    assert "Valid: 1 cluster in 1 file." in out
    project.write(SPEC.replace("region:", "region:   "))
    code, out = project.hooks("ackplan-fmt")
    assert (code, "files were modified by this hook" in out) == (1, True), out
    assert (project.folder / "ackplan.yaml").read_text("utf-8") == SPEC
    project.write(SPEC.replace("cluster_type", "cluster_tpye"))
    code, out = project.hooks("ackplan-validate")
    assert code == 1
    assert "ackplan.yaml:4:" in out


def test_hooks_take_a_folder_and_leave_what_is_no_spec(project: Project) -> None:
    project.write(SPEC, "fleet/a.yml")
    code, out = project.hooks()
    assert code == 0, out
    assert "fleet" not in project.hooks("ackplan-fmt")[1]
    (project.folder / "fleet/a.yml").unlink()
    project.write("x: 1\n", "values.yaml")
    assert project.hooks()[1].count("no files to check") == 2
