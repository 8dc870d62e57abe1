"""The files of a new project: a spec that is valid as it stands, the editor's schema, and the pipeline of a platform.

The texts lie in `starter/`, with places such as `@BRANCH@` in them. Nothing that fills a place can leave the quotes or
the line that it stands in: `NewProject` refuses it. Lines between `@IF SORT@` and `@END@` are for that sort alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from ackplan.app.workspace import WORKSPACE
from ackplan.core.catalog import DEFAULT, bundle
from ackplan.core.catalog.schemas import SPEC

SCHEMA: Final = "ackplan.schema.json"
# What git is to ignore, and why. The record, in state/, has to be committed.
IGNORED: Final = {
    ".ackplan/": "What belongs to this machine: journal, lock, sandbox",
    "*.plan": "Plan files: true for a moment; reviewed as what they show",
    "*.kubeconfig": "What opens a cluster",
    ".env": "Secrets as variables of the environment",
}
PLATFORMS: Final = ("github", "gitlab", "jenkins")
_PLACE = re.compile(r"@([A-Z_]+)@")
_ONLY = re.compile(r"^ *(?:#|//) @IF (\w+)@\n(.*?)^ *(?:#|//) @END@\n", re.MULTILINE | re.DOTALL)
# What pip installs besides, for each sort of store.
_EXTRAS = {"postgresql": "postgres", "postgres": "postgres", "s3": "s3", "oss": "oss"}
_LONGEST_LABEL: Final = 30
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)((?:[=<>~! ].*)?)")
_PLAIN = {
    "folder": re.compile(r"[A-Za-z0-9._][A-Za-z0-9._/-]*"),
    "branch": re.compile(r"[A-Za-z0-9._][A-Za-z0-9._/-]*"),
    "package": re.compile(r"[A-Za-z0-9./][A-Za-z0-9._/@:=<>~!+,%#\[\] -]*"),
    "environment": re.compile(r"[A-Za-z0-9._][A-Za-z0-9._/-]*"),
    "workspace": WORKSPACE,
    "state": re.compile(r"(?:[a-z0-9]+://[A-Za-z0-9:/?&=._@%+~,\[\]-]+)?"),
}


class NotPlain(ValueError):
    """What is to stand in a pipeline holds characters that mean something there."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """What the files of a project depend on.

    `folder` is the project's place in its repository, `.` for its root; `package` is what pip installs in a pipeline;
    `environment` is the one whose approval an apply waits for. `state` is the URL of the store that the record is in,
    without a secret, and `workspace` its name there; `state` is empty where the record is committed. Raises NotPlain.
    """

    folder: str = "."
    branch: str = "main"
    package: str = "none"
    environment: str = "ackplan"
    state: str = ""
    workspace: str = "default"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not _PLAIN[field.name].fullmatch(value):
                raise NotPlain(f"{field.name} {value!r}")

    @property
    def label(self) -> str:
        """Tells the project from others in its repository."""
        return "main" if self.folder == "." else label(self.folder)

    @property
    def mark(self) -> str:
        """What the names of its pull requests' labels begin with; GitHub takes 50 characters of a whole one."""
        return "ackplan" if self.folder == "." else f"ackplan:{self.label[:_LONGEST_LABEL]}"

    @property
    def sorts(self) -> set[str]:
        """Which lines of the texts are for it: `git` or `store`, and the sort of store."""
        if not self.state:
            return {"git"}
        extra = _EXTRAS[urlsplit(self.state).scheme]
        asks_for_user = extra == "postgres" and urlsplit(self.state).username is None
        return {"store", extra} | ({"user"} if asks_for_user else set())

    @property
    def requirement(self) -> str:
        """What pip installs, with what the store needs; a package that names extras is left as it is."""
        if not self.state or "[" in self.package:
            return self.package
        extra = _EXTRAS[urlsplit(self.state).scheme]
        if "://" in self.package:
            return f"ackplan[{extra}] @ {self.package}"
        name = _NAMED.fullmatch(self.package)
        return f"{name[1]}[{extra}]{name[2]}" if name and "/" not in self.package else f"{self.package}[{extra}]"


def label(folder: str) -> str:
    """The place of a folder in its repository as one word."""
    return re.sub(r"[^A-Za-z0-9]+", "-", folder).strip("-")


def project_files(*, committed: bool = True) -> dict[str, str]:
    """The files of the project's own folder by their paths in it. `committed`: the record is one of them."""
    files = {
        "ackplan.yaml": _text("ackplan.yaml"),
        SCHEMA: json.dumps(bundle.bundle(DEFAULT, SPEC), indent=2, ensure_ascii=False) + "\n",
    }
    return {**files, "state/README.md": _text("state.txt")} if committed else files


def pipeline_files(platform: str, project: NewProject) -> dict[str, str]:
    """The pipeline of a platform: its files by their paths in the repository."""
    match platform:
        case "github":
            return {
                f".github/workflows/{_workflow(project, name)}": _filled(f"github/ackplan-{name}.yml", project)
                for name in ("plan", "apply", "drift")
            }
        case "gitlab":
            return {".gitlab-ci.yml": _filled("gitlab/gitlab-ci.yml", project)}
        case _:
            return {"Jenkinsfile": _filled("jenkins/Jenkinsfile", project)}


def _workflow(project: NewProject, name: str) -> str:
    return f"ackplan-{name}.yml" if project.folder == "." else f"ackplan-{project.label}-{name}.yml"


def _filled(template: str, project: NewProject) -> str:
    values: Mapping[str, str] = {
        "LABEL": project.label,
        "MARK": project.mark,
        "PLAN_WORKFLOW": _workflow(project, "plan"),
        **{field.name.upper(): getattr(project, field.name) for field in fields(project)},
        "PACKAGE": project.requirement,
    }
    text = _ONLY.sub(lambda lines: lines[2] if lines[1] in project.sorts else "", _text(template))
    return _PLACE.sub(lambda place: values[place[1]], text)


def _text(name: str) -> str:
    return resources.files("ackplan.app").joinpath("starter", *name.split("/")).read_text(encoding="utf-8")
