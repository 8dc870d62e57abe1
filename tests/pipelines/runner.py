"""Runs a workflow of GitHub Actions as its runner does: jobs in order, `if`, `env`, `run` with bash, files of a step.

Only what our workflows use is there. Actions are stood in for: checking out takes from a real git repository, artifacts
are folders. Everything that a step runs by name is found on a PATH of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.expressions import filled, holds
from tests.pipelines.forking import command

REPOSITORY = "shop/fleet"
PACKAGE = f"git+https://example.com/shop/ackplan@{'0123456789' * 4}"


@dataclass
class Ran:
    """How a run ended: each job's result and outputs, what its steps printed, the page of its summary."""

    number: int
    results: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    printed: str = ""
    summary: str = ""
    steps: list[str] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)

    @property
    def conclusion(self) -> str:
        return "failure" if "failure" in self.results.values() else "success"


class Programs:
    """A repository, what its platform's API knows, and the programs that steps find. `environment` is for every step."""

    def __init__(self, folder: Path, environment: Mapping[str, str], world: Mapping[str, Any]) -> None:
        self.folder = folder
        self.origin = folder / "origin.git"
        self.world = folder / "world"
        (self.world / "artifacts").mkdir(parents=True)
        self.world_file.write_text(json.dumps(world))
        self.printed = ""
        self._bin = programs(folder / "bin")
        self._environment = dict(environment)

    @property
    def world_file(self) -> Path:
        return self.world / "world.json"

    def knows(self) -> dict[str, Any]:
        return json.loads(self.world_file.read_text("utf-8"))

    def learns(self, **known: Any) -> None:
        self.world_file.write_text(json.dumps({**self.knows(), **known}))

    def environment_too(self, **more: str) -> None:
        """What every step has from now on."""
        self._environment |= more

    def runs(self, program: str, line: str) -> None:
        """What a program does from now on, as a line of shell."""
        (self._bin / program).write_text(f"#!/bin/sh\n{line}\n", "utf-8")

    def environment(self) -> dict[str, str]:
        kept = {"HOME": str(self.folder), "PATH": f"{self._bin}:{os.environ['PATH']}"}
        return {**kept, "PIPELINE_WORLD": str(self.world), **self._environment}


class Github(Programs):
    """A repository on GitHub with its runs."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, environment, {"comments": {}, "pulls": {}, "runs": [], "issues": []})
        self._runs = 0

    def run(
        self, workflow: str, commit: str, event: Mapping[str, Any], *, before: Mapping[str, Callable[[], None]] = {}
    ) -> Ran:
        """Runs a workflow as it is at a commit. `before` is called when the step of that name is about to run."""
        self._runs += 1
        ran = Ran(self._runs)
        text = git(self.origin, "show", f"{commit}:.github/workflows/{workflow}")
        document = yaml.load(text, Loader=yaml.BaseLoader)
        github = {"repository": REPOSITORY, "sha": commit, "run_id": str(ran.number), "token": "a-token", **event}
        for name, job in document["jobs"].items():
            _Job(self, ran, document, {"github": github}).run(name, job, before)
        return ran

    def artifact(self, run: int, name: str) -> Path:
        return self.world / "artifacts" / str(run) / name


class _Job:
    def __init__(self, github: Github, ran: Ran, document: Mapping[str, Any], context: dict[str, Any]) -> None:
        self._github = github
        self._ran = ran
        self._document = document
        self._context = context

    def run(self, name: str, job: Mapping[str, Any], before: Mapping[str, Callable[[], None]]) -> None:
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        told = {need: {"result": self._ran.results[need], "outputs": self._ran.outputs[need]} for need in needs}
        well = all(need["result"] == "success" for need in told.values())
        self._context.update(needs=told, well=well, steps={}, runner={}, vars={}, secrets=_Secrets())
        self._ran.outputs[name] = {}
        if not holds(_condition(job), self._context):
            self._ran.results[name] = "skipped"
            return
        self._folder = self._github.folder / f"run-{self._ran.number}-{name}"
        self._temp = self._folder / "temp"
        self._workspace = self._folder / "workspace"
        for folder in (self._temp, self._workspace):
            folder.mkdir(parents=True)
        self._context.update(well=True, runner={"temp": str(self._temp)})
        for step in job["steps"]:
            self._step(step, before)
        self._ran.results[name] = "success" if self._context["well"] else "failure"
        outputs = {key: filled(value, self._context) for key, value in job.get("outputs", {}).items()}
        self._ran.outputs[name] = outputs

    def _step(self, step: Mapping[str, Any], before: Mapping[str, Callable[[], None]]) -> None:
        if not holds(_condition(step), self._context):
            return
        before.get(step["name"], lambda: None)()
        self._ran.steps.append(step["name"])
        outputs = self._temp / "outputs"
        outputs.write_text("")
        done = self._uses(step) if "uses" in step else self._shell(step, outputs)
        self._context["well"] = self._context["well"] and done
        written = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
        self._context["steps"][step.get("id", "")] = {"outputs": written}

    def _shell(self, step: Mapping[str, Any], outputs: Path) -> bool:
        summary = self._temp / "summary"
        summary.touch()
        given = {**self._document.get("env", {}), **step.get("env", {})}
        environment = {
            **self._github.environment(),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": str(self._ran.number),
            "GITHUB_SHA": self._context["github"]["sha"],
            "RUNNER_TEMP": str(self._temp),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
            "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example?v=1",
            **{name: filled(value, self._context) for name, value in given.items()},
        }
        script = self._temp / "script.sh"
        script.write_text(filled(step["run"], self._context), "utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self._workspace, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self._ran.printed += done.stdout + done.stderr
        self._ran.commands += [(step["name"], line) for line in commands(done.stdout + done.stderr)]
        self._ran.summary = summary.read_text("utf-8")
        return done.returncode == 0

    def _uses(self, step: Mapping[str, Any]) -> bool:
        action = step["uses"].partition("@")[0]
        given = {name: filled(value, self._context) for name, value in step.get("with", {}).items()}
        match action:
            case "actions/checkout":
                self._checkout(given.get("ref") or self._context["github"]["sha"])
            case "actions/setup-python":
                pass
            case "actions/upload-artifact":
                return self._upload(given)
            case "actions/download-artifact":
                kept = self._github.artifact(self._ran.number, given["name"])
                if not kept.exists():
                    return False
                shutil.copytree(kept, given["path"], dirs_exist_ok=True)
            case _:
                raise AssertionError(action)
        return True

    def _checkout(self, ref: str) -> None:
        git(self._workspace, "clone", "--quiet", str(self._github.origin), ".")
        git(self._workspace, "checkout", "--quiet", ref)

    def _upload(self, given: Mapping[str, str]) -> bool:
        target = self._github.artifact(self._ran.number, given["name"])
        paths = [self._workspace / path for path in given["path"].split("\n") if path]
        found = [path for path in paths if path.exists()]
        for path in found:
            if path.is_dir():
                shutil.copytree(path, target if len(paths) == 1 else target / path.name, dirs_exist_ok=True)
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        return bool(found) or given["if-no-files-found"] != "error"


def commands(printed: str) -> Iterator[str]:
    """The lines that the runner takes for commands: `::name ...::text` behind blanks, `##[name]` wherever it stands."""
    token = ""
    for line in printed.splitlines():
        told = re.match(r"\s*::([\w-]+)(?: [^:]*)?::(.*)", line)
        if token:
            token = "" if told and told[1] == token else token
        elif told and told[1] == "stop-commands":
            token = told[2]
        elif told or re.search(r"##\[[\w-]+\]", line):
            yield line


class _Secrets(dict[str, str]):
    """Every secret is set, to a text that can be looked for."""

    def get(self, name: str, _default: object = "") -> str:  # type: ignore[override]
        return f"Canary-1-{name}"


def _condition(part: Mapping[str, Any]) -> str:
    """Its `if`. No run here is cancelled: a status check that asks for that is met."""
    return (
        str(part.get("if", ""))
        .replace("!cancelled()", "'always()'")
        .replace("always()", "'always()'")
        .replace("''", "'")
    )


def git(folder: Path, *arguments: str) -> str:
    """What git prints, without the configuration of whoever runs the tests."""
    settings = (
        "user.name=Someone",
        "user.email=someone@example.com",
        "init.defaultBranch=main",
        "advice.detachedHead=false",
    )
    options = [part for setting in settings for part in ("-c", setting)]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *options, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def programs(folder: Path) -> Path:
    """A folder for a PATH: ackplan of this checkout, and the programs of shims.py."""
    folder.mkdir()
    names = ("ackplan", "gh", "curl", "jq", "sleep", "python", "python3", "apt-get")
    commands = {name: command(name) for name in names}
    for name, line in commands.items():
        (folder / name).write_text(f'#!/bin/sh\n{line} "$@"\n', "utf-8")
        (folder / name).chmod(0o755)
    return folder
