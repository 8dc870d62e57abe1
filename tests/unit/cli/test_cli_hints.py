"""A command that a message names is about the same fleet, record and account as the command that was given."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ackplan.cli.hints import Given, given
from ackplan.cli.main import cli
from tests.running import Command, Simulator, command_line, simulator

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  a:
    cluster_type: ManagedKubernetes
    snat_entry: true
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 1
    login_password: {env: NODE_PASSWORD}
    attach:
      - instances: [i-2zeown0000000001]
        password: {env: NODE_PASSWORD}
  b: {cluster_type: Ask, nat_gateway: "true"}
"""
FAST = ("--sandbox", "--time-scale", "100000")
PASSWORD = {"NODE_PASSWORD": "Node-pass-1"}


def typed(line: str) -> Given:
    """The command of a line, as it is given."""
    context = cli.make_context("ackplan", shlex.split(line)[1:])
    at: click.Context = context
    while isinstance(at.command, click.Group):
        name, command, rest = at.command.resolve_command(at, [*at.protected_args, *at.args])
        assert command is not None
        at = command.make_context(name, list(rest), parent=at)
    return given(at)


@pytest.mark.parametrize(
    ("line", "text", "completed"),
    [
        ("ackplan apply --sandbox", "Then run: ackplan apply", "Then run: ackplan apply --sandbox"),
        ("ackplan plan -f x.yaml", "ackplan plan --skip-blocked", "ackplan plan --file x.yaml --skip-blocked"),
        ("ackplan plan -f 'a b' -f c", "ackplan apply", "ackplan apply --file 'a b' --file c"),
        ("ackplan plan --var x=1 --workspace w", "ackplan plan", "ackplan plan --var x=1 --workspace w"),
        ("ackplan plan --workspace w -f c", "ackplan state list", "ackplan state list --workspace w"),
        ("ackplan tasks cancel T-1 --region r", "ackplan tasks T-1", "ackplan tasks --region r T-1"),
        ("ackplan apply --region r", "ackplan tasks list a", "ackplan tasks list --region r a"),
        ("ackplan plan --workspace w -f x", "ackplan validate", "ackplan validate --file x"),
        ("ackplan apply --target a --exclude b", "ackplan apply", "ackplan apply --target a --exclude b"),
        ("ackplan apply --target a", "ackplan apply --target b", "ackplan apply --target b"),
        ("ackplan apply --target a", "ackplan drift", "ackplan drift --target a"),
        ("ackplan plan --destroy", "ackplan apply finishes it", "ackplan apply --destroy finishes it"),
        ("ackplan plan --destroy", "ackplan apply --refresh-only", "ackplan apply --refresh-only"),
        ("ackplan destroy --target a", "ackplan apply", "ackplan destroy --target a"),
        ("ackplan destroy", "ackplan plan --skip-blocked", "ackplan plan --destroy --skip-blocked"),
        ("ackplan plan --skip-blocked", "ackplan plan --skip-blocked", "ackplan plan --skip-blocked"),
        ("ackplan plan --replace a", "ackplan plan --replace b", "ackplan plan --replace a --replace b"),
        ("ackplan state rm a --state s", "ackplan import NAME", "ackplan import --state s NAME"),
        ("ackplan plan --no-color -v --format json", "ackplan apply", "ackplan apply"),
        ("ackplan export --all --adopt --sandbox", "ackplan plan", "ackplan plan --sandbox"),
        ("ackplan plan --sandbox", "this ackplan knows 1", "this ackplan knows 1"),
        ("ackplan plan --endpoint https://x.com --region r", "ackplan kubeconfig a",
         "ackplan kubeconfig --endpoint https://x.com --region r a"),
    ],
)  # fmt: skip
def test_a_command_is_completed(line: str, text: str, completed: str) -> None:
    complete = typed(line).complete
    assert complete(text) == completed
    assert complete(completed) == completed


def test_what_the_environment_says_is_said_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACKPLAN_SANDBOX", "1")
    assert typed("ackplan plan").complete("ackplan apply") == "ackplan apply"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "it.yaml").write_text(SPEC)
    return tmp_path


ABOUT = "--file it.yaml --workspace w --sandbox --time-scale 100000"
GIVEN = ("-f", "it.yaml", "--workspace", "w", *FAST)


def test_of_a_plan_file(project: Path) -> None:
    done = command_line(project, "plan", *GIVEN, "--target", "b", "--out", "the plan")
    assert done.err.endswith(f"To carry it out: ackplan apply {ABOUT} 'the plan'\n")
    words = shlex.split(done.err.rpartition("To carry it out: ackplan ")[2])
    assert command_line(project, *words).code == 0


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("apply", "--auto-approve", "--target", "a"), f"then run: ackplan apply {ABOUT} --target a"),
        (("apply", "--auto-approve", "--exclude", "b"), f"then run: ackplan apply {ABOUT} --exclude b"),
    ],
)
def test_of_a_secret_that_is_missing(project: Path, command: tuple[str, ...], hint: str) -> None:
    refused = command_line(project, *command, *GIVEN)
    assert "ACK5009" in refused.err
    assert hint in refused.err


def test_of_a_blocked_plan_in_every_format(project: Path) -> None:
    assert command_line(project, "apply", "--auto-approve", *GIVEN, environment=PASSWORD).code == 0
    (project / "it.yaml").write_text(SPEC.replace("size: 120", "size: 140").replace("b: {", "c: {"))
    replace, rest = f"ackplan plan {ABOUT} --replace a", f"ackplan plan {ABOUT} --skip-blocked"
    for form in ("text", "json", "markdown", "html", "sarif", "junit", "github"):
        said = command_line(project, "plan", *GIVEN, "--format", form)
        assert replace in said.out, form
        assert rest in said.out or form not in {"text", "markdown"}
    refused = command_line(project, "apply", *GIVEN, environment=PASSWORD)
    assert replace in refused.out


def test_of_drift(project: Path) -> None:
    assert command_line(project, "apply", "--auto-approve", *GIVEN, environment=PASSWORD).code == 0
    found = command_line(project, "clusters", "b", "--sandbox", "--format", "json").out
    cluster_id = json.loads(found)["cluster_id"]
    assert command_line(project, "api", "DELETE", f"/clusters/{cluster_id}", *FAST).code == 0
    for form in ("text", "markdown", "html", "github"):
        drift = command_line(project, "drift", *GIVEN, "--format", form)
        assert drift.code == 2
        assert f"ackplan apply {ABOUT} --refresh-only --target b" in drift.out, form


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator that refuses the first attach."""
    faults = tmp_path / "faults.yaml"
    faults.write_text(
        "faults: [{kind: error, operation: attach, status: 400, code: Refused, message: no way, first: 1}]"
    )
    with simulator(time_scale=100_000, faults=faults) as served:
        yield served


def test_of_a_run_that_failed(project: Path, refusing: Simulator) -> None:
    environment = {**refusing.credentials, **PASSWORD}
    about = ("-f", "it.yaml", "--endpoint", refusing.url)

    def run(*arguments: str) -> Command:
        return command_line(project, *arguments, *about, environment=environment)

    failed = run("apply", "--auto-approve", "--target", "a", "--replace", "b", "--policy", "builtin:recommended")
    assert "ACK2015" in failed.out
    failed = run("apply", "--auto-approve", "--target", "a")
    assert "Apply incomplete: 1 created, 0 changed, 0 destroyed; of 2 steps 1 failed." in failed.out
    again = f"To continue, run: ackplan apply --file it.yaml --endpoint {refusing.url} --target a\n"
    assert failed.out.endswith(again)
    left = run("plan", "--target", "a")
    assert "(left over from the last run)" in left.out
    assert "spec was edited" not in left.out
    words = shlex.split(again.partition("ackplan ")[2])
    assert command_line(project, *words, "--auto-approve", environment=environment).code == 0
    assert run("plan", "--target", "a", "--detailed-exitcode").code == 0
