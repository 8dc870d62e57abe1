"""`ackplan init`: a project that is valid as it stands, and nothing that was there lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ackplan.app.init import IGNORED, PLATFORMS
from tests.running import Command, command_line

OWN = {"ackplan.yaml", "ackplan.schema.json", ".gitignore", "state/README.md"}
PIPELINES = {
    "github": {f".github/workflows/ackplan-{name}.yml" for name in ("plan", "apply", "drift")},
    "gitlab": {".gitlab-ci.yml"},
    "jenkins": {"Jenkinsfile"},
}


PACKAGE = f"git+https://example.com/shop/ackplan@{'0123456789' * 4}"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def files(folder: Path) -> dict[str, str]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text("utf-8") for name, path in found.items() if not name.startswith(".git/")}


def init(folder: Path, *arguments: str) -> Command:
    """With a package where a pipeline needs one."""
    package = ("--package", PACKAGE) if "--ci" in arguments and "--package" not in arguments else ()
    return command_line(folder, "init", *arguments, *package)


def test_what_it_writes_is_valid_and_plans_as_it_stands(tmp_path: Path) -> None:
    done = init(tmp_path)
    assert done.code == 0
    assert set(files(tmp_path)) == OWN
    assert sorted(done.out.splitlines()) == sorted(f"Wrote {name}" for name in OWN)
    assert "ackplan plan --sandbox" in done.err
    assert command_line(tmp_path, "validate").out == "Valid: 1 cluster in 1 file.\n"
    assert command_line(tmp_path, "fmt", "--check").code == 0
    planned = command_line(tmp_path, "plan", "--sandbox")
    assert (planned.code, "Plan: 1 to create" in planned.out) == (0, True)


def test_the_editor_finds_a_schema_that_is_complete_in_itself(tmp_path: Path) -> None:
    init(tmp_path)
    first = (tmp_path / "ackplan.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./ackplan.schema.json"
    printed = command_line(tmp_path, "schema", "spec").out
    assert (tmp_path / "ackplan.schema.json").read_text("utf-8") == printed
    refs = [line for line in printed.splitlines() if '"$ref"' in line or '"$dynamicRef"' in line]
    assert refs
    assert all('"$ref": "#' in line for line in refs)
    # Through a process of its own, as an editor or a hook runs it: no network, nothing of ours imported.
    check = [sys.executable, "-m", "check_jsonschema", "--schemafile", "ackplan.schema.json", "ackplan.yaml"]
    passed = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stdout
    path = tmp_path / "ackplan.yaml"
    path.write_text(path.read_text("utf-8").replace("clusters:", "clustres:"), "utf-8")
    refused = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "clustres" in refused.stdout


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_pipeline_goes_to_the_top_of_the_repository(platform: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "trunk")
    assert init(tmp_path, "clusters/shop", "--ci", platform).code == 0
    found = files(tmp_path)
    label = {name.replace("ackplan-", "ackplan-clusters-shop-") for name in PIPELINES[platform]}
    assert set(found) == {f"clusters/shop/{name}" for name in OWN} | label
    for name in label:
        assert "trunk" in found[name]
        assert "clusters/shop" in found[name]
        assert not [word for word in ("@FOLDER@", "@BRANCH@", "@LABEL@", "@PACKAGE@") if word in found[name]]


def test_outside_of_a_repository_the_folder_is_the_top(tmp_path: Path) -> None:
    done = init(tmp_path, "new", "--ci", "github")
    assert set(files(tmp_path)) == {f"new/{name}" for name in OWN | PIPELINES["github"]}
    assert "  cd new\n" in done.err
    assert "  git init\n" in done.err
    assert 'branches: ["main"]' in files(tmp_path)["new/.github/workflows/ackplan-apply.yml"]


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    mine = {"ackplan.yaml": "ackplan: 1\n", ".gitlab-ci.yml": "mine: {}\n", ".gitignore": "*.log"}
    for name, text in mine.items():
        (tmp_path / name).write_text(text, "utf-8")
    refused = init(tmp_path, "--ci", "gitlab")
    assert refused.code == 1
    assert files(tmp_path) == mine
    assert [line[:42] for line in refused.err.splitlines()] == [
        "ACK3080 Project file already exists: ackpl",
        "ACK3080 Project file already exists: .gitl",
    ]

    kept = init(tmp_path, "--ci", "gitlab", "--keep")
    assert kept.out == "Wrote ackplan.schema.json\nWrote state/README.md\nWrote .gitignore\n"
    ignoring = "".join(f"# {why}\n{name}\n" for name, why in IGNORED.items())
    assert files(tmp_path) == {**files(tmp_path), **mine, ".gitignore": f"*.log\n{ignoring}"}

    forced = init(tmp_path, "--ci", "gitlab", "--force")
    assert forced.code == 0
    assert "web-dev" in files(tmp_path)["ackplan.yaml"]
    assert "stages:" in files(tmp_path)[".gitlab-ci.yml"]
    again = init(tmp_path, "--ci", "gitlab")
    assert (again.code, again.out) == (0, "")


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").symlink_to("elsewhere.yaml")
    assert init(tmp_path).code == 1
    assert init(tmp_path, "--force").code == 0
    assert set(files(tmp_path)) == OWN


def test_a_spec_in_fleet_stays_the_spec(tmp_path: Path) -> None:
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet/a.yaml").write_text("ackplan: 1\n", "utf-8")
    assert init(tmp_path, "--ci", "github").code == 0
    assert not (tmp_path / "ackplan.yaml").exists()


@pytest.mark.parametrize("line", [".ackplan/", "/.ackplan", " .ackplan"])
def test_gitignore_gets_its_lines_once(line: str, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(f"x\n{line}\n.env\n", "utf-8")
    init(tmp_path)
    written = (tmp_path / ".gitignore").read_text("utf-8")
    assert written.startswith(f"x\n{line}\n.env\n# ")
    init(tmp_path, "--keep")
    assert (tmp_path / ".gitignore").read_text("utf-8") == written
    for name in IGNORED:
        assert [each.strip().strip("/") for each in written.splitlines()].count(name.strip("/")) == 1


def test_git_takes_what_is_to_be_committed_and_nothing_else(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    init(tmp_path)
    private = [".ackplan/default.journal", "it.plan", "web.kubeconfig", ".env"]
    kept = ["ackplan.yaml", "ackplan.schema.json", "state/default.json", ".gitignore", "report.json"]
    for name in (*private, *kept):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    git(tmp_path, "add", "-A")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(listed) == {*kept, "state/README.md"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--package", 'x" && rm -rf /'),
        ("--package", "x\ny"),
        ("--package", "${{ secrets.A }}"),
        ("--branch", "a b"),
        ("--environment", "'; x"),
        ("we ird",),
    ],
)
def test_what_a_pipeline_would_run_is_refused(arguments: tuple[str, ...], tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    done = init(tmp_path, *arguments, "--ci", "github")
    assert (done.code, done.err[:7]) == (1, "ACK3081")
    assert files(tmp_path) == {}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_pipeline_installs_what_was_named_and_nothing_else(platform: str, tmp_path: Path) -> None:
    """No name that anybody could register on an index."""
    refused = command_line(tmp_path, "init", "--ci", platform)
    assert (refused.code, "--ci needs --package" in refused.err) == (64, True)
    assert files(tmp_path) == {}
    assert init(tmp_path, "--ci", platform).code == 0
    assert all(PACKAGE in files(tmp_path)[name] for name in PIPELINES[platform])
    assert not [text for text in files(tmp_path).values() if "ackplan==" in text]


@pytest.mark.parametrize("end", ["", "@main", "@v0.1.0", "@0123abc", f"@{'0' * 39}", f"@main#{'a' * 40}"])
def test_a_git_url_names_a_commit(end: str, tmp_path: Path) -> None:
    done = init(tmp_path, "--ci", "github", "--package", f"git+https://example.com/ackplan{end}")
    assert (done.code, done.err[:7]) == (1, "ACK3081")
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    ("package", "warned"),
    [
        ("ackplan==0.1.0", True),
        ("ackplan", True),
        ("https://example.com/ackplan-0.1.0-py3-none-any.whl", False),
        ("./wheels/ackplan-0.1.0-py3-none-any.whl", False),
        (f"ackplan @ {PACKAGE}#egg=ackplan", False),
    ],
)
def test_a_name_of_an_index_is_taken_with_a_warning(package: str, warned: bool, tmp_path: Path) -> None:
    done = init(tmp_path, "--ci", "gitlab", "--package", package)
    assert (done.code, "be sure whose it is" in done.err) == (0, warned), done.err
    assert f'ACKPLAN_PACKAGE: "{package}"' in files(tmp_path)[".gitlab-ci.yml"]


def test_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert init(tmp_path, "file").code == 64
    assert init(tmp_path, "--keep", "--force").code == 64
    assert init(tmp_path, "--ci", "svn").code == 64


def test_after_it_git_keeps_nothing_of_the_sandbox(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    init(tmp_path)
    done = command_line(
        tmp_path, "apply", "--sandbox", "--auto-approve", environment={"ACK_NODE_PASSWORD": "Node-pass-1"}
    )
    assert done.code == 0, done.out + done.err
    git(tmp_path, "add", "--all")
    staged = git(tmp_path, "diff", "--cached", "--name-only").split()
    assert set(staged) == OWN
    sandboxed = tmp_path / ".ackplan/sandbox/default.json"
    assert list(json.loads(sandboxed.read_text("utf-8"))["clusters"]) == ["web-dev"]


def test_nothing_is_written_through_links_that_a_clone_brings(tmp_path: Path) -> None:
    clone, other = tmp_path / "clone", tmp_path / "other"
    clone.mkdir()
    other.mkdir()
    (other / "private").write_text("mine")
    git(clone, "init", "-q")
    for link, target in ((".github", other), ("state", other), (".gitignore", other / "private")):
        (clone / link).symlink_to(target)
        refused = init(clone, "--ci", "github", "--force")
        assert (refused.code, refused.err[:7]) == (1, "ACK3015"), refused
        (clone / link).unlink()
    assert [path.name for path in clone.iterdir()] == [".git"]
    assert [path.name for path in other.iterdir()] == ["private"]
