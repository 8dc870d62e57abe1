"""The GitHub Action and the GitLab component of this repository: their own steps, run with bash, whatever the inputs are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines.expressions import filled
from tests.pipelines.runner import Programs, commands
from tests.running import command_line

ROOT = Path(__file__).parents[2]
ACTION, COMPONENT = ROOT / "action.yml", ROOT / "templates/ackplan.yml"
DIGEST = "ab" * 32
# What a shell, YAML or pip would take for something else than text.
HOSTILE = "'\"; touch pwned; $(touch pwned) `touch pwned` ${{ github.token }} && touch pwned #"


@dataclass
class Ended:
    """How the steps ended: the last one's exit code, what they printed, and the outputs that they wrote."""

    code: int
    printed: str
    outputs: dict[str, str]


class Repository(Programs):
    """A project in the folder `fleet of mine` of a checkout, and what steps of an action find around them."""

    def __init__(self, folder: Path) -> None:
        sandbox = {"ACKPLAN_SANDBOX": "1", "ACK_NODE_PASSWORD": "Canary-1-password"}
        super().__init__(folder, sandbox, {})
        self.project = folder / "checkout" / "fleet of mine"
        self.project.mkdir(parents=True)
        assert command_line(self.project, "init").code == 0

    def action(self, **inputs: str) -> Ended:
        """The action with these inputs and the defaults of others; a step that fails ends it."""
        document = yaml.load(ACTION.read_text("utf-8"), Loader=yaml.BaseLoader)
        given = {name: entry["default"] for name, entry in document["inputs"].items()}
        given |= {"working-directory": "fleet of mine"} | {name.replace("_", "-"): v for name, v in inputs.items()}
        context = {"inputs": given, "github": {"action_path": str(ROOT)}}
        outputs, summary = self.folder / "outputs", self.folder / "summary"
        outputs.write_text("")
        summary.touch()
        own = {"RUNNER_TEMP": str(self.folder), "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
        code = 0
        for step in document["runs"]["steps"]:
            assert step["shell"] == "bash"
            env = {name: filled(value, context) for name, value in step["env"].items()}
            code = code or self.bash(step["run"], {**own, **env})
        written = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
        return Ended(code, self.printed, written)

    def component(self, **inputs: str) -> Ended:
        """The component's job with these inputs and the defaults of others."""
        given = {"folder": "fleet of mine", "package": "ackplan", **inputs}
        job = job_of(given)
        values = {name: variable["value"] for name, variable in job["variables"].items()}
        assert all(variable["expand"] == "false" for variable in job["variables"].values())
        checkout = self.project.parent
        code = self.bash("\n".join(job["script"]), {**values, "CI_PROJECT_DIR": str(checkout)})
        told = checkout / "ackplan.env"
        written = dict(line.split("=", 1) for line in told.read_text("utf-8").splitlines()) if told.exists() else {}
        return Ended(code, self.printed, written)

    def bash(self, script: str, environment: Mapping[str, str]) -> int:
        """One script as the runners run it."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.project.parent, env={**self.environment(), **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.printed += done.stdout + done.stderr
        return done.returncode

    @property
    def installed(self) -> str:
        return (self.world / "pip.txt").read_text("utf-8")

    def is_untouched(self) -> bool:
        return not list(self.folder.rglob("pwned"))


def job_of(inputs: Mapping[str, str]) -> dict[str, Any]:
    """The component's job with its inputs filled in after it was parsed, as GitLab does."""
    head, document = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)
    known = {name: entry.get("default") for name, entry in head["spec"]["inputs"].items()} | dict(inputs)
    ((_, job),) = _with_inputs(document, known).items()
    return job


def _with_inputs(part: Any, inputs: Mapping[str, str]) -> Any:
    match part:
        case str():
            return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: inputs[found[1]], part)
        case dict():
            return {_with_inputs(key, inputs): _with_inputs(value, inputs) for key, value in part.items()}
        case list():
            return [_with_inputs(value, inputs) for value in part]
    return part


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_plan_with_changes_is_told_by_outputs_and_in_the_summary(repository: Repository) -> None:
    ended = repository.action(args="--target\nweb-dev")
    assert ended.code == 0, ended.printed
    assert (ended.outputs["exit-code"], ended.outputs["has-changes"]) == ("2", "true")
    assert "### ackplan: 1 to create" in (repository.folder / "summary").read_text("utf-8")
    assert Path(ended.outputs["summary"]).read_text("utf-8").startswith("### ackplan: 1 to create")
    shown = command_line(repository.project, "show", ended.outputs["plan"])
    assert "web-dev will be created" in shown.out
    assert "--require-hashes" in repository.installed
    assert str(ROOT / "requirements.lock") in repository.installed


def test_without_changes_and_with_other_commands(repository: Repository) -> None:
    assert repository.action(command="apply", args="--auto-approve").code == 0, repository.printed
    ended = repository.action()
    assert (ended.outputs["exit-code"], ended.outputs["has-changes"]) == ("0", "false"), ended.printed
    assert repository.action(command="validate").outputs["has-changes"] == ""


def test_what_fails_ends_the_action_with_its_exit_code(repository: Repository) -> None:
    (repository.project / "ackplan.yaml").write_text("ackplan: 1\nclusters: {a: {cluster_typ: ::error::x}}\n", "utf-8")
    ended = repository.action()
    assert (ended.code, ended.outputs["exit-code"], ended.outputs["has-changes"]) == (1, "1", "")
    assert ended.outputs["plan"] == ""
    assert list(commands(ended.printed)) == []


def test_a_pinned_package_is_installed_by_its_digest_alone(repository: Repository) -> None:
    url = "https://example.com/ackplan-1.0-py3-none-any.whl"
    assert repository.action(package=url, sha256=DIGEST).code == 0, repository.printed
    line = (repository.folder / "ackplan-package.txt").read_text("utf-8")
    assert line == f"{url} --hash=sha256:{DIGEST}\n"
    assert repository.installed.count("--require-hashes") == 2


@pytest.mark.parametrize("name", ["args", "command", "working_directory", "package", "sha256", "python"])
def test_no_input_of_the_action_is_run(repository: Repository, name: str) -> None:
    more = {"package": "x"} if name == "sha256" else {}
    ended = repository.action(**more, **{name: HOSTILE})
    assert repository.is_untouched(), ended.printed
    assert (ended.code == 0) is (name == "package")


def test_a_package_of_several_lines_is_refused(repository: Repository) -> None:
    assert repository.action(package="ackplan\n--index-url=https://example.com").code == 1
    assert "package is one line" in repository.printed
    assert repository.component(package="ackplan\n--index-url=https://example.com").code == 1


def test_the_components_job_plans(repository: Repository) -> None:
    ended = repository.component(sha256=DIGEST)
    assert ended.code == 0, ended.printed
    assert ended.outputs == {"ACKPLAN_EXIT_CODE": "2", "ACKPLAN_HAS_CHANGES": "true"}
    assert (repository.project.parent / "ackplan.plan").exists()
    assert "--no-deps\n--require-hashes" in repository.installed
    (repository.project / "ackplan.yaml").write_text("ackplan: 2\n", "utf-8")
    assert repository.component().code == 1


@pytest.mark.parametrize(("extras", "needed"), [("", "ackplan"), ("ackplan[postgres] @ ", "ackplan[postgres]")])
def test_a_pinned_package_of_the_component_is_fetched_once(repository: Repository, extras: str, needed: str) -> None:
    """With its digest: what it needs besides is asked for by its name, which is there already."""
    url = "https://example.com/ackplan-1.0-py3-none-any.whl"
    assert repository.component(package=f"{extras}{url}", sha256=DIGEST).code == 0, repository.printed
    assert repository.installed.splitlines()[-1] == needed
    assert url not in repository.installed


@pytest.mark.parametrize("name", ["args", "command", "folder", "package", "sha256"])
def test_no_input_of_the_component_is_run(repository: Repository, name: str) -> None:
    ended = repository.component(**{name: HOSTILE})
    assert repository.is_untouched(), ended.printed


def test_the_platforms_own_schemas_take_them(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps({"ackplan": typed(job_of({"package": "ackplan"}))}), "utf-8")
    for schema, file in (("vendor.github-actions", ACTION), ("vendor.gitlab-ci", tmp_path / "job.json")):
        command = (Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", schema, file)
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def typed(part: Any) -> Any:
    """What was read as text alone, with its booleans."""
    match part:
        case dict():
            return {key: typed(value) for key, value in part.items()}
        case list():
            return [typed(value) for value in part]
    return {"true": True, "false": False}.get(part, part)


def test_no_script_has_an_expression_and_shellcheck_finds_nothing(tmp_path: Path) -> None:
    document = yaml.load(ACTION.read_text("utf-8"), Loader=yaml.BaseLoader)
    scripts = [step["run"] for step in document["runs"]["steps"]] + ["\n".join(job_of({"package": "x"})["script"])]
    _, raw = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)
    ((_, job),) = raw.items()
    for number, script in enumerate([*scripts, *job["script"]]):
        assert "${{" not in script
        assert "$[[" not in script
        if number < len(scripts):
            (tmp_path / f"{number}.sh").write_text("#!/bin/bash\n" + script, "utf-8")
    command = [str(Path(sys.executable).parent / "shellcheck"), *map(str, tmp_path.glob("*.sh"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_in_the_action(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--no-config", "--persona", "pedantic"]
    done = subprocess.run([*command, "--format", "json", str(ACTION)], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [], done.stdout
