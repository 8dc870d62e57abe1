"""`-C DIR` has one meaning: every path on a command line is relative to DIR, and nothing lands or is looked for beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from projects import WEB, Project

from ackplan.cli.main import cli

POLICY = 'ackplan_policy: 1\nrules:\n  few: {reason: "small", max_changes: 0}\n'
STATE = {"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": []}
# The paths of a command line that are no option of every command, each with the test that holds it.
PATHS = {
    "api --body", "apply --policy", "apply --report", "apply planfile", "board --out", "certs --out", "destroy --policy",
    "destroy --report", "export --out", "fleet apply --policy", "fleet apply --report", "fleet apply folder", "fleet plan --out", "fleet plan --policy",
    "apply --same-as", "fmt --file", "fmt paths", "graph planfile", "import --from-terraform",
    "import --out", "init folder", "kubeconfig --out", "plan --out", "plan --policy", "plan --prices", "plan --same-as",
    "rehearse --faults", "rehearse planfile", "show --prices", "show planfile", "simulator --db", "simulator --faults",
    "simulator --seed", "state push file",
}  # fmt: skip
SHARED = {"--log-file", "--chdir", "--file", "--var-file", "--ca-file", "--state", "--identity"}


def paths(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            assert found is not None
            yield from paths(found, (*words, name))
        return
    for parameter in command.params:
        metavar = (parameter.metavar or parameter.name or "").upper()
        option = parameter.opts[-1]
        if any(word in metavar for word in ("FILE", "PATH", "DIR")) and option not in SHARED - {"--file"}:
            yield " ".join((*words, option))


def test_no_path_of_a_command_line_is_forgotten_here() -> None:
    named = {path for path in paths(cli) if not path.endswith("--file")} | {"fmt --file"}
    assert named - {"api path"} == PATHS


@pytest.fixture
def below(project: Project) -> Path:
    """A project in the folder `below` of the one where commands run."""
    project.write(WEB.replace("num_of_nodes: 3  # enough", "num_of_nodes: ${var.size}").replace(
        "clusters:", "variables:\n  size: {type: integer, default: 3}\nclusters:"), "below/ackplan.yaml")  # fmt: skip
    return project.folder / "below"


def only_below(project: Project) -> bool:
    return [path.name for path in project.folder.iterdir()] == ["below"]


def test_what_is_written_lands_there(project: Project, below: Path) -> None:
    for words in (
        ("plan", "--out", "it.plan"),
        ("apply", "it.plan", "--report", "it.json"),
        ("kubeconfig", "web", "--out", "it.conf"),
        ("certs", "web", "--out", "certs"),
        ("export", "web", "--out", "it.yaml"),
        ("board", "--out", "board"),
        ("destroy", "--auto-approve", "--report", "gone.html", "--state", "state"),
    ):
        done = project.run(*words, "-C", "below")
        assert done.code == 0, done.err
    assert only_below(project)
    assert {"it.plan", "it.json", "it.conf", "certs", "it.yaml", "gone.html", "state", "board"} <= {
        path.name for path in below.iterdir()
    }


def test_what_is_read_is_looked_for_there(project: Project, below: Path) -> None:
    files = {
        "more.yaml": "size: 7\n",
        "policy.yaml": POLICY,
        "tf.json": json.dumps(STATE),
        "body.json": '{"name": "x"}',
        "faults.yaml": "[]",
    }
    for name, text in files.items():
        (below / name).write_text(text, "utf-8")
    assert project.run("plan", "-C", "below", "--out", "it.plan").code == 0
    for words, told in (
        (("show", "it.plan"), "web"),
        (("graph", "it.plan"), "digraph"),
        (("rehearse", "it.plan"), "web"),
        (("plan", "--same-as", "it.plan"), "web"),
        (("plan", "-f", "ackplan.yaml", "--var-file", "more.yaml"), "7"),
    ):
        done = project.run(*words, "-C", "below")
        assert (done.code, told in done.out) == (0, True), (words, done.err)
    for words, told in (
        (("plan", "--policy", "policy.yaml"), "small"),
        (("apply", "it.plan", "--policy", "policy.yaml"), "small"),
        (("destroy", "--auto-approve", "--policy", "policy.yaml"), "1 rule"),
        (("rehearse", "it.plan", "--faults", "faults.yaml"), "ACK7001"),
        (("simulator", "--faults", "faults.yaml"), "ACK7001"),
        (("simulator", "--seed", "policy.yaml"), "is not JSON"),
        (("simulator", "--db", "policy.yaml"), "ACK7001"),
        (("import", "--from-terraform", "tf.json"), ""),
        (("state", "push", "body.json"), "body.json"),
        (("api", "POST", "/clusters", "--body", "@body.json"), ""),
        (("plan", "--prices", "policy.yaml"), "ACK2130"),
        (("show", "it.plan", "--prices", "policy.yaml"), "ACK2130"),
        (("plan", "--ca-file", "policy.yaml", "--endpoint", "https://127.0.0.1:1"), "policy.yaml"),
    ):
        done = project.run(*words, "-C", "below")
        assert told in done.out + done.err, (words, done.err)
        assert not any(said in done.err for said in ("no such file", "does not exist", "there is no file")), words
    assert only_below(project)


def test_a_file_beside_it_is_not_taken(project: Project, below: Path) -> None:
    assert project.run("plan", "-C", "below", "--out", "it.plan").code == 0
    (below / "it.plan").rename(project.folder / "it.plan")
    for words in (("show",), ("apply",), ("graph",), ("rehearse",), ("plan", "--same-as"), ("state", "push")):
        refused = project.run(*words, "it.plan", "-C", "below")
        assert refused.code == 1, words
        assert "below/it.plan does not exist" in refused.err, words
    assert project.run("apply", "--same-as", "it.plan", "-C", "below").code == 1
    assert project.run("apply", "--same-as", "../it.plan", "-C", "below").code == 0


def test_fmt_and_init_work_there(project: Project, below: Path) -> None:
    (below / "odd.yaml").write_text("ackplan:   1\n", "utf-8")
    for words in (("fmt", "odd.yaml"), ("fmt", "-f", "odd.yaml"), ("init", "new")):
        assert project.run(*words, "-C", "below").code == 0, words
    assert (below / "odd.yaml").read_text("utf-8") == "ackplan: 1\n"
    assert (below / "new/ackplan.yaml").is_file()
    assert only_below(project)


def test_a_terraform_state_is_written_there_as_a_spec(project: Project, below: Path) -> None:
    attributes = {"name": "old", "id": "c1", "worker_number": 1}
    resource = {"mode": "managed", "type": "alicloud_cs_managed_kubernetes", "name": "old",
                "provider": 'provider["registry.terraform.io/aliyun/alicloud"]',
                "instances": [{"schema_version": 0, "attributes": attributes}]}  # fmt: skip
    (below / "tf.json").write_text(json.dumps({**STATE, "resources": [resource]}), "utf-8")
    words = ("--from-terraform", "tf.json", "--no-refresh", "--region", "cn-beijing", "--out", "old.yaml")
    done = project.run("import", *words, "-C", "below")
    assert done.code == 0, done.err
    assert (below / "old.yaml").is_file()
    assert only_below(project)


def test_plans_of_workspaces_are_written_and_looked_for_there(project: Project, below: Path) -> None:
    (below / "workspaces.yaml").write_text("ackplan: 1\nworkspaces: {one: {path: .}}\n", "utf-8")
    (below / "policy.yaml").write_text(POLICY, "utf-8")
    assert project.run("fleet", "plan", "-C", "below", "--out", "plans").code == 0
    refused = project.run("fleet", "apply", "--auto-approve", "--policy", "policy.yaml", "-C", "below")
    assert (refused.code, "small" in refused.out + refused.err) == (1, True), refused.out
    done = project.run("fleet", "apply", "plans", "--auto-approve", "--report", "fleet-report.json", "-C", "below")
    assert (done.code, (below / "fleet-report.json").is_file()) == (0, True), done.err
    assert only_below(project)


def test_a_log_is_written_there(project: Project, below: Path) -> None:
    done = project.run("plan", "--sandbox", environment={"ACKPLAN_LOG_FILE": "it.log", "ACKPLAN_CHDIR": "below"})
    assert done.code == 0, done.err
    assert (below / "it.log").stat().st_size
    assert only_below(project)
