"""`ackplan completion`: what is offered, in each shell's own protocol, and in the shells that are installed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from click.shell_completion import get_completion_class

from ackplan.cli import completion
from ackplan.cli.command_table import COMMANDS
from ackplan.cli.main import cli
from tests.running import command_line

SPEC = """\
ackplan: 1
region: cn-beijing
variables: {size: {type: integer, default: 1}}
templates: {base: {cluster_type: Ask}}
clusters:
  shop-prod: {extends: base}
  shop-dev: {extends: base}
"""
RECORD = {
    "version": 1,
    "lineage": "l",
    "serial": 1,
    "clusters": {"shop-old": {"cluster_id": "c1", "kind": "serverless", "parameters": {}, "own": {}, "attached": []}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "state").mkdir()
    (tmp_path / ".ackplan/sandbox").mkdir(parents=True)
    (tmp_path / ".ackplan/sandbox/default.json").write_text(
        json.dumps({**RECORD, "clusters": {"shop-tried": {}}}), "utf-8"
    )
    (tmp_path / "state/default.json").write_text(json.dumps(RECORD), "utf-8")
    (tmp_path / "state/live.json").write_text(json.dumps({**RECORD, "clusters": {"shop-live": {}}}), "utf-8")
    return tmp_path


def offered(folder: Path, *words: str, home: str = "") -> list[str]:
    """What bash would be told for the last word."""
    line = ["ackplan", *words]
    asked = {"COMP_WORDS": " ".join(line), "COMP_CWORD": str(len(line) - 1), "HOME": home or str(folder / "home")}
    completion.install()
    bash = get_completion_class("bash")
    assert bash is not None
    with contextlib.chdir(folder), mock.patch.dict(os.environ, asked):
        return bash(cli, {}, "ackplan", completion.VARIABLE).complete().splitlines()


def plain(*names: str) -> list[str]:
    return [f"plain,{name}" for name in names]


def test_commands_are_offered_without_importing_them(folder: Path) -> None:
    assert offered(folder, "") == plain(*COMMANDS)
    assert offered(folder, "un") == plain("unlock")
    assert offered(folder, "state", "pu") == plain("pull", "push")
    script = "import sys, os; from ackplan.cli.main import run; print(run([])); print([m for m in sys.modules if 'cli.commands.' in m])"
    asked = {"_ACKPLAN_COMPLETE": "bash_complete", "COMP_WORDS": "ackplan p", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [*plain("plan"), "0", "[]"]


def test_options_and_their_values(folder: Path) -> None:
    assert offered(folder, "plan", "--detailed") == plain("--detailed-exitcode")
    assert offered(folder, "plan", "--signature", "a") == plain("acs3")
    assert set(offered(folder, "show", "--format", "m")) == set(plain("markdown", "mermaid"))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("plan", "--target", ""), ("shop-dev", "shop-old", "shop-prod")),
        (("plan", "--target", "shop-dev", "--target", ""), ("shop-old", "shop-prod")),
        (("plan", "--target", "base"), ()),
        (("plan", "--adopt", ""), ("shop-dev", "shop-prod")),
        (("destroy", "--exclude", "shop-o"), ("shop-old",)),
        (("plan", "--workspace", "live", "--replace", "shop-l"), ("shop-live",)),
        (("plan", "--workspace", ""), ("default", "live")),
        (("plan", "--var", ""), ("size=",)),
        (("state", "show", ""), ("shop-old",)),
        (("state", "show", "--sandbox", ""), ("shop-tried",)),
        (("state", "rm", "shop-old", ""), ()),
        (("kubeconfig", "shop-p"), ("shop-prod",)),
        (("kubeconfig", "rev"), ("revoke",)),
        (("kubeconfig", "revoke", "shop-p"), ("shop-prod",)),
        (("tasks", ""), ("cancel", "list", "pause", "resume")),
        (("tasks", "list", "shop-p"), ("shop-prod",)),
        (("import", "shop-d"), ("shop-dev",)),
        (("schema", "man"), ("managed",)),
        (("api", "D"), ("DELETE",)),
        (("completion", "z"), ("zsh",)),
    ],
)
def test_values_are_offered(words: tuple[str, ...], found: tuple[str, ...], folder: Path) -> None:
    assert offered(folder, *words) == plain(*found)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("plan", "--out", ""), "file"),
        (("apply", "x"), "file"),
        (("show", "x"), "file"),
        (("fmt", "x"), "file"),
        (("plan", "-f", ""), "file"),
        (("plan", "-C", ""), "dir"),
        (("init", ""), "dir"),
    ],
)
def test_files_are_left_to_the_shell(words: tuple[str, ...], kind: str, folder: Path) -> None:
    assert offered(folder, *words) == [f"{kind},{words[-1]}"]


def test_another_folder_and_another_file_are_looked_into(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub/other.yaml").write_text(SPEC.replace("shop", "bank"), "utf-8")
    assert offered(folder, "plan", "-C", "sub", "-f", "other.yaml", "--target", "") == plain("bank-dev", "bank-prod")


def test_files_of_another_folder_are_offered(folder: Path) -> None:
    for name in ("one.plan", "sub/deep/two.plan", "sub/three.plan", "sub/a b.plan"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    assert offered(folder, "show", "-C", "sub", "") == plain("deep", "three.plan")
    assert offered(folder, "show", "-C", "sub", "deep/t") == plain("deep/two.plan")


def test_profiles_are_offered(folder: Path) -> None:
    (folder / ".aliyun").mkdir()
    profiles = {"profiles": [{"name": "work", "access_key_secret": "hunter2"}, {"name": "home"}]}
    (folder / ".aliyun/config.json").write_text(json.dumps(profiles), "utf-8")
    assert offered(folder, "plan", "--profile", "", home=str(folder)) == plain("home", "work")


@pytest.mark.parametrize("spec", ["a: [", "clusters: 1\n", 'clusters: {"x\\e[31m": {}}\n', "ackplan: 1\n"])
def test_what_can_not_be_read_offers_nothing(spec: str, folder: Path) -> None:
    (folder / "ackplan.yaml").write_text(spec, "utf-8")
    (folder / "state/default.json").write_text("{", "utf-8")
    assert offered(folder, "plan", "--target", "") == []
    (folder / "ackplan.yaml").unlink()
    assert offered(folder, "plan", "--target", "") == []
    assert offered(folder, "plan", "-C", "nowhere", "--target", "") == []


@pytest.mark.parametrize(
    "name", ["$(touch x)", "`touch x`", "a;b", "a b", "*", "a|b", "-rf", "'", "a\\b", "~root", "a&", ">x"]
)
def test_a_name_that_means_something_to_a_shell_is_not_offered(name: str, folder: Path) -> None:
    (folder / "ackplan.yaml").write_text(f"ackplan: 1\nclusters: {{{json.dumps(name)}: {{}}, shop.1-\u5e97_x: {{}}}}\n")
    assert offered(folder, "plan", "--adopt", "") == plain("shop.1-\u5e97_x")


def in_shell(folder: Path, *command: str) -> list[str]:
    """What a shell prints in which `ackplan` is this one."""
    binary = folder / "bin"
    binary.mkdir()
    root = Path(__file__).parents[3]
    (binary / "ackplan").write_text(f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -m ackplan "$@"\n')
    (binary / "ackplan").chmod(0o755)
    environment = {"PATH": f"{binary}:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@needs("bash")
def test_in_bash(folder: Path) -> None:
    script = """
        eval "$(ackplan completion bash)"
        complete -p ackplan > /dev/null || exit 1
        COMP_WORDS=(ackplan plan --target shop-) COMP_CWORD=3
        _ackplan_completion ackplan; printf '%s\\n' "${COMPREPLY[@]}"
    """
    assert in_shell(folder, "bash", "--norc", "-c", script) == ["shop-dev", "shop-old", "shop-prod"]


@needs("zsh")
def test_in_zsh(folder: Path) -> None:
    script = """
        compdef() { :; }
        eval "$(ackplan completion zsh)"
        compadd() { print -l -- $completions; }
        words=(ackplan plan --target shop-) CURRENT=4
        _ackplan_completion
    """
    assert in_shell(folder, "zsh", "-f", "-c", script) == ["shop-dev", "shop-old", "shop-prod"]


@needs("fish")
def test_in_fish(folder: Path) -> None:
    script = 'ackplan completion fish | source; complete -C "ackplan plan --target shop-"'
    assert in_shell(folder, "fish", "--no-config", "-c", script) == ["shop-dev", "shop-old", "shop-prod"]


def test_a_shell_that_is_not_known(tmp_path: Path) -> None:
    assert command_line(tmp_path, "completion", "tcsh").code == 64
