"""Runs a pipeline of GitLab as its runner does: `extends`, `rules`, `needs`, variables, scripts with bash, artifacts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.runner import Programs, git

_WORD = re.compile(r"\s*(\$\w+|\"[^\"]*\"|&&|\|\||==|!=|\(|\))")


class _Loader(yaml.BaseLoader):
    """GitLab's YAML, with its own tag."""


_Loader.add_constructor("!reference", lambda loader, node: {"reference": loader.construct_sequence(node)})


class Gitlab(Programs):
    """A project with its pipelines."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(
            folder, environment, {"notes": [], "merge_requests": [], "pipelines": [], "jobs": [], "issues": []}
        )
        self._pipelines = 0
        self.cancelling: Callable[[], None] | None = None
        self.signal = signal.SIGTERM

    def run(self, commit: str, **variables: str) -> dict[str, str]:
        """Runs the pipeline of a commit; how each of its jobs ended. Manual jobs are started."""
        self._pipelines += 1
        document = yaml.load(git(self.origin, "show", f"{commit}:.gitlab-ci.yml"), Loader=_Loader)
        known = {
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_PROJECT_ID": "1",
            "CI_PROJECT_URL": str(self.origin).removesuffix(".git"),
            "CI_SERVER_HOST": "gitlab.example",
            "CI_COMMIT_SHA": commit,
            "CI_PIPELINE_ID": str(self._pipelines),
            "CI_JOB_URL": "https://gitlab.example/job",
            "ACKPLAN_GITLAB_TOKEN": "a-token",
            **variables,
        }
        results: dict[str, str] = {}
        for name in document:
            job = _extended(document, name)
            if name.startswith(".") or "script" not in job:
                continue
            rule = next((rule for rule in job["rules"] if _holds(rule["if"], known)), None)
            if rule is None:
                continue
            well = all(result == "success" for result in results.values()) or rule.get("when") == "always"
            results[name] = self._job(document, name, job, known) if well else "skipped"
        self._remember(results, known)
        return results

    def _job(self, document: Mapping[str, Any], name: str, job: Mapping[str, Any], known: Mapping[str, str]) -> str:
        workspace = self.folder / f"pipeline-{self._pipelines}-{name}"
        git(self.folder, "clone", "--quiet", str(self.origin), str(workspace))
        git(workspace, "checkout", "--quiet", known["CI_COMMIT_SHA"])
        for need in job.get("needs", ()):
            kept = self._kept(need["job"])
            if kept.exists():
                shutil.copytree(kept, workspace, dirs_exist_ok=True)
        told = {**document["variables"], **known, "CI_PROJECT_DIR": str(workspace), **job.get("variables", {})}
        told |= dict.fromkeys(job.get("id_tokens", {}), "a-token")
        environment = {**self.environment(), **{key: _expanded(value, told) for key, value in told.items()}}
        lines = "\n".join(
            ["set -eo pipefail", *_lines(document, job["before_script"]), *_lines(document, job["script"])]
        )
        status = self._shell(lines, workspace, environment, cancel=self.cancelling if name == "apply" else None)
        after = "\n".join(["set -eo pipefail", *_lines(document, job.get("after_script", []))])
        self._shell(after, workspace, {**environment, "CI_JOB_STATUS": status})
        for path in job.get("artifacts", {}).get("paths", ()):
            self._keep(workspace / path, self._kept(name) / path)
        return status

    def _shell(
        self, lines: str, workspace: Path, environment: Mapping[str, str], cancel: Callable[[], None] | None = None
    ) -> str:
        """How a script ended. A job is cancelled by a signal to all that it runs, once `cancel` has returned; with SIGKILL its machine died."""
        command = ["bash", "--noprofile", "--norc", "-c", lines]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, cwd=workspace, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        ) as shell:
            if cancel is not None:
                cancel()
                os.killpg(shell.pid, self.signal)
            out, err = shell.communicate()
        self.printed += out + err
        if cancel is not None:
            return "canceled"
        return "success" if shell.returncode == 0 else "failed"

    def _kept(self, job: str) -> Path:
        return self.world / "artifacts" / f"{self._pipelines}-{job}"

    def _keep(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target)

    def _remember(self, results: Mapping[str, str], known: Mapping[str, str]) -> None:
        """The API knows the pipeline and its jobs from now on, the newest first."""
        world = self.knows()
        status = "failed" if "failed" in results.values() else "success"
        pipeline = {"id": self._pipelines, "source": known["CI_PIPELINE_SOURCE"], "status": status}
        pipeline["merge_request"] = known.get("CI_MERGE_REQUEST_IID", "")
        jobs = [
            {"id": 1000 * self._pipelines + number, "pipeline": self._pipelines, "name": name, "status": result}
            for number, (name, result) in enumerate(results.items())
        ]
        self.learns(pipelines=[pipeline, *world["pipelines"]], jobs=[*world["jobs"], *jobs])


def _extended(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A job with what it extends: maps are merged, all else is replaced."""
    job = document[name]
    if not isinstance(job, dict) or "extends" not in job:
        return job if isinstance(job, dict) else {}
    base = _extended(document, job["extends"])
    merged = {key: {**base.get(key, {}), **value} if isinstance(value, dict) else value for key, value in job.items()}
    return {**base, **merged}


def _lines(document: Mapping[str, Any], script: list[Any]) -> Iterator[str]:
    for part in script:
        if isinstance(part, dict):
            name, key = part["reference"]
            yield from _lines(document, document[name][key])
        else:
            yield part


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """A variable's value with the variables in it filled in, as deep as they go."""
    for _ in range(5):
        text = re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), text)
    return text


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    words = {"&&": "and", "||": "or"}
    source = []
    for token in _WORD.findall(condition):
        value = repr(known.get(token[1:], "")) if token.startswith("$") else token
        source.append(words.get(token, value))
    assert "".join(_WORD.findall(condition)) == condition.replace(" ", "")
    return bool(eval(" ".join(source), {"__builtins__": {}}))
