"""What `ackplan init --ci` writes passes its platform's schema, parser and linters, and keeps our own rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines.runner import PACKAGE
from tests.running import command_line

BIN = Path(sys.executable).parent


class _Loader(yaml.BaseLoader):
    """GitLab's YAML: with its own tag."""


_Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


STORES = (
    "postgresql://db.example.com/ackplan",
    "s3://fleet/state?region=us-east-1",
    "oss://fleet/state?region=cn-beijing",
)


@pytest.fixture(scope="module", params=[(".", ""), ("clusters/shop", ""), *(("clusters/shop", url) for url in STORES)])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with every platform's pipeline, for a project at its top or below it, with and without a store."""
    place, url = request.param
    store = ("--state", url) if url else ()
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=folder, check=True)
    for platform in ("github", "gitlab", "jenkins"):
        assert command_line(folder, "init", place, "--ci", platform, "--package", PACKAGE, *store, "--keep").code == 0
    return folder


def workflows(folder: Path) -> list[Path]:
    return sorted((folder / ".github/workflows").iterdir())


def tool(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def loaded(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text("utf-8"), Loader=_Loader)


def test_the_platforms_own_schemas_take_them(written: Path) -> None:
    check = (BIN / "check-jsonschema", "--builtin-schema")
    tool(written, *check, "vendor.github-workflows", *workflows(written))
    tool(written, *check, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", ".gitlab-ci.yml")


def test_zizmor_finds_nothing_at_its_strictest(written: Path) -> None:
    command = (BIN / "zizmor", "--offline", "--no-config", "--no-ignores", "--persona", "pedantic", "--format", "json")
    assert json.loads(tool(written, *command, *workflows(written))) == []


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed")
def test_actionlint_finds_nothing(written: Path) -> None:
    tool(written, "actionlint", *workflows(written))


def test_the_jenkinsfile_is_groovy(written: Path) -> None:
    from groovy_parser.parser import digest_lark_tree, parse_groovy_content

    text = (written / "Jenkinsfile").read_text("utf-8")
    assert digest_lark_tree(parse_groovy_content(text))
    with pytest.raises(Exception, match="Unexpected"):
        parse_groovy_content(text.rstrip().removesuffix("}"))


def scripts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every script of every pipeline: where it stands, and its text with the platform's expressions filled in."""
    for path in workflows(folder):
        for job in loaded(path)["jobs"].values():
            for step in job["steps"]:
                if "run" in step:
                    yield f"{path.name}: {step['name']}", "#!/bin/bash\n" + step["run"]
    for name, job in loaded(folder / ".gitlab-ci.yml").items():
        parts = (*job.get("script", ()), *job.get("after_script", ())) if isinstance(job, dict) else ()
        for number, part in enumerate(part for part in parts if isinstance(part, str)):
            yield f"gitlab: {name} {number}", "#!/bin/bash\n" + part
    for number, part in enumerate(
        re.findall(r"sh '''(.*?)'''", (folder / "Jenkinsfile").read_text("utf-8"), re.DOTALL)
    ):
        yield f"jenkins: {number}", "#!/bin/sh\n" + re.sub(r"\\(.)", r"\1", part)


def test_shellcheck_finds_nothing(written: Path, tmp_path: Path) -> None:
    found = []
    for number, (_, text) in enumerate(scripts(written)):
        found.append(tmp_path / f"{number}.sh")
        found[-1].write_text(text, "utf-8")
    assert len(found) > 20
    tool(written, BIN / "shellcheck", *found)


def test_no_script_takes_text_from_outside_as_program(written: Path) -> None:
    assert [where for where, text in scripts(written) if "${{" in text] == []


def test_what_each_job_may_do(written: Path) -> None:
    documents = [loaded(path) for path in workflows(written)]
    jobs = {name: job for document in documents for name, job in document["jobs"].items() if name != "plan"}
    assert all(document["permissions"] == {} for document in documents)
    writes = {name: [k for k, v in job["permissions"].items() if v == "write"] for name, job in jobs.items()}
    assert writes == {
        "validate": [],
        "comment": ["pull-requests"],
        "apply": ["id-token"] if has_store(written) else ["contents", "id-token"],
        "drift": ["id-token"],
        "issue": ["issues"],
    }
    for document in documents:
        assert "pull_request_target" not in document["on"]
        assert document["jobs"].get("plan", {}).get("permissions", {}).get("contents") in {None, "read"}


def test_secrets_reach_the_step_that_needs_them_and_no_other(written: Path) -> None:
    """What opens a store reaches whatever plans, too; the spec's secrets only what applies."""
    for path in workflows(written):
        steps = [(name, step) for name, job in loaded(path)["jobs"].items() for step in job["steps"]]
        for name, step in steps:
            needed = set(re.findall(r"secrets\.(\w+)", str(step)))
            spec = {secret for secret in needed if not secret.startswith("ACKPLAN_STORE_")}
            assert not spec or (name, step["name"]) == ("apply", "Apply that very file")
            assert not needed or re.search(r"ackplan (plan --out|plan --same-as|apply|drift) ", step["run"])
    (apply,) = [path for path in workflows(written) if path.name.endswith("-apply.yml")]
    assert loaded(apply)["jobs"]["apply"]["environment"] == "ackplan"


def has_store(folder: Path) -> bool:
    return "ACKPLAN_STATE" in (folder / "Jenkinsfile").read_text("utf-8")


def test_with_a_store_nothing_is_committed_and_no_journal_is_kept(written: Path) -> None:
    texts = [*(path.read_text("utf-8") for path in workflows(written))]
    texts += [(written / name).read_text("utf-8") for name in (".gitlab-ci.yml", "Jenkinsfile")]
    for text in texts:
        assert not re.search(r"@(IF|END)|@[A-Z_]+@", text)
    together = "\n".join(texts)
    committing = [
        word for word in ("git commit", "git push", "/.ackplan/", "CHDIR/state", "PUSH_TOKEN") if word in together
    ]
    assert bool(committing) != has_store(written), committing
    assert together.count("drift --keep") == (3 if has_store(written) else 0)


def test_actions_are_pinned_to_commits(written: Path) -> None:
    used = [
        line.strip() for path in workflows(written) for line in path.read_text("utf-8").splitlines() if "uses:" in line
    ]
    assert used
    assert [
        line for line in used if not re.fullmatch(r"uses: actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
    ] == []


def test_applies_wait_for_each_other_and_none_is_cut_off(written: Path) -> None:
    (apply,) = [loaded(path)["jobs"]["apply"] for path in workflows(written) if path.name.endswith("-apply.yml")]
    assert apply["concurrency"]["cancel-in-progress"] == "false"
    assert "github." not in apply["concurrency"]["group"]
    gitlab = loaded(written / ".gitlab-ci.yml")["apply"]
    assert gitlab["resource_group"]
    assert (gitlab["rules"][0]["when"], gitlab["interruptible"]) == ("manual", "false")
    assert "disableConcurrentBuilds()" in (written / "Jenkinsfile").read_text("utf-8")


def test_the_page_shows_the_workflow_as_it_is_written(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/pipelines.md").read_text("utf-8")
    (shown,) = re.findall(r"^```yml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert command_line(tmp_path, "init", "--ci", "github", "--package", PACKAGE).code == 0
    assert shown == (tmp_path / ".github/workflows/ackplan-plan.yml").read_text("utf-8")
