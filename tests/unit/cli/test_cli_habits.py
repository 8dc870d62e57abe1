"""Command lines as other tools have them are taken where they mean one thing, and else a command is suggested."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.cli.command_table import COMMANDS
from ackplan.cli.habits import usual
from ackplan.cli.main import cli
from tests.running import command_line

SPEC = "ackplan: 1\nregion: cn-beijing\nvariables: {x: {type: string}}\nclusters:\n  jobs: {cluster_type: Ask}\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("help", "--help"),
        ("help plan", "plan --help"),
        ("-version", "--version"),
        ("-help", "--help"),
        ("--format json plan", "plan --format json"),
        ("--format=json --sandbox clusters", "clusters --format=json --sandbox"),
        ("help state list", "state list --help"),
        ("-C sub plan --sandbox", "plan -C sub --sandbox"),
        ("-Csub plan", "plan -Csub"),
        ("--chdir=sub -v --no-color plan", "plan --chdir=sub -v --no-color"),
        ("-chdir=sub plan", "plan --chdir=sub"),
        ("-vv plan", "plan -vv"),
        ("--sandbox state list", "state list --sandbox"),
        ("-C sub tasks list", "tasks list -C sub"),
        ("--state postgresql://h/db lock show", "lock show --state postgresql://h/db"),
        ("plan -out=it.plan", "plan --out=it.plan"),
        ("plan -out it.plan", "plan --out it.plan"),
        ("plan -target=a -target b -detailed-exitcode", "plan --target=a --target b --detailed-exitcode"),
        ("apply -auto-approve it.plan", "apply --auto-approve it.plan"),
        ("plan -file=x.yaml -fx.yaml -f x.yaml", "plan --file=x.yaml -fx.yaml -f x.yaml"),
        ("plan --var -out=1 -var x=-out", "plan --var -out=1 --var x=-out"),
        ("show -- -out=it.plan", "show -- -out=it.plan"),
    ],
)
def test_what_means_one_thing_is_taken(written: str, read: str) -> None:
    assert usual(written.split(), cli) == read.split()


@pytest.mark.parametrize(
    "written", ["--bogus plan", "-target=x destroy", "-C", "-x", "--help", "-h", "--version", "plna -v"]
)
def test_what_means_nothing_is_left_as_it_is(written: str) -> None:
    assert usual(written.split(), cli) == written.split()


WORDS = st.sampled_from(
    ["-C", "sub", "-v", "--sandbox", "-out=x", "--out", "x", "--var", "a=b", "-target", "--", "-f", "-"]
)


@given(st.lists(WORDS, max_size=6), st.sampled_from(["plan", "show", "state list", "version"]))
def test_words_keep_their_order_and_nothing_is_lost(words: list[str], command: str) -> None:
    read = usual([*command.split(), *words], cli)
    assert [word.lstrip("-") for word in read] == [word.lstrip("-") for word in [*command.split(), *words]]


def test_they_do_what_their_usual_forms_do(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/ackplan.yaml").write_text(SPEC, "utf-8")
    done = command_line(tmp_path, "-chdir=sub", "--sandbox", "plan", "-out=it.plan", "-var", "x=1")
    assert (done.code, "1 to create" in done.out) == (0, True), done.err
    assert (tmp_path / "sub/it.plan").exists()
    assert command_line(tmp_path, "help", "plan").out == command_line(tmp_path, "plan", "--help").out
    assert command_line(tmp_path, "help").out == command_line(tmp_path, "--help").out


@pytest.mark.parametrize(
    ("written", "meant"),
    [("plna", "plan"), ("delete", "destroy"), ("refresh", "drift"), ("get", "clusters"), ("rm", "state rm"),
     ("validat", "validate"), ("force-unlock", "unlock")],
)  # fmt: skip
def test_a_command_is_suggested(written: str, meant: str, tmp_path: Path) -> None:
    refused = command_line(tmp_path, written)
    assert (refused.code, refused.out) == (64, "")
    assert f"No such command {written!r}. Did you mean {meant!r}" in refused.err
    assert meant.split(maxsplit=1)[0] in COMMANDS


def test_nothing_is_suggested_where_nothing_is_near(tmp_path: Path) -> None:
    assert "No such command 'xyzzy'.\n" in command_line(tmp_path, "xyzzy").err


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("plan -json", "No such option '-json'. Did you mean '--format json'?"),
        ("plan --output json", "No such option '--output'. Did you mean '--format'?"),
        ("clusters -ojson", "No such option '-ojson'. Did you mean '--format'?"),
        ("plan -refresh=false", "No such option '-refresh'. Did you mean '--no-refresh'?"),
        ("apply -input=false", "No such option '-input'. Did you mean '--auto-approve'?"),
        ("apply --yes", "No such option '--yes'. Did you mean '--auto-approve'?"),
        ("apply --dry-run", "No such option '--dry-run'. Did you mean 'ackplan plan'?"),
        ("plan -n shop", "No such option '-n'. Did you mean '--workspace'?"),
        ("plan -input=false", "No such option '-input'."),
        ("plan -polcy x", "No such option '-polcy'. Did you mean '--policy'?"),
        ("state list -json", "No such option '-json'."),
        ("plan -zz", "No such option '-zz'."),
        ("plan --polcy x", "No such option '--polcy'. (Did you mean one of: '--policy'"),
    ],
)
def test_options_of_other_tools_lead_to_ours(written: str, said: str, tmp_path: Path) -> None:
    done = command_line(tmp_path, *written.split())
    assert done.code == 64
    assert f"Error: {said}" in done.err
