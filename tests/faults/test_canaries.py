"""No command says a secret or writes one, in no format, at no level of verbosity.

Canaries stand for passwords, the access key's secret, the security token, tokens of join scripts and private keys. All
commands run in a row over one fleet, and all that they say and write is searched. A command, a subcommand or a format
that is not in this row fails the test.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import pytest
import yaml

from ackplan.cli.main import cli
from tests.faults.aviary import ENV, FILE, KEY, TOKEN, Aviary, aviary
from tests.faults.victim import victims

# The simulator serves until it is stopped: it has a test of its own.
_APART = {"simulator"}
_PLAN = ("plan", "--detailed-exitcode")
_HELD = {"password.txt", "kubeconfig", "merged", "world.db-wal", "key.pem", "config", "key"}


def _commands() -> Mapping[str, click.Command]:
    """Every command and subcommand by its words."""
    context, found = click.Context(cli), {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            found |= {f"{name} {part}": command.commands[part] for part in command.commands}
        else:
            found[name] = command
    return found


def _formats(command: click.Command) -> Sequence[str]:
    choices = [p.type.choices for p in command.params if p.name == "format" and isinstance(p.type, click.Choice)]
    return choices[0] if choices else ()


COMMANDS = _commands()


class Row:
    """Runs commands, and knows what was run in which format."""

    def __init__(self, at: Aviary, *, every_format: bool) -> None:
        self.at = at
        self._every = every_format
        self.ran: set[tuple[str, str]] = set()

    def run(self, *arguments: str, code: int | None = 0, once: str = "") -> str:
        """Runs the command in all of its formats, or in one (`once`); what it said in the last of them."""
        words = " ".join(arguments[:2]) if arguments[0] == "state" else arguments[0]
        known = _formats(COMMANDS[words])
        formats = [once] if once or not known else known if self._every else known[:1]
        for one in formats:
            told = self.at.run(*arguments, *(("--format", one) if one else ()), code=code).output
            assert "No such option" not in told
            self.ran.add((words, one))
        return told

    @property
    def missing(self) -> set[tuple[str, str]]:
        every = {(words, one) for words, command in COMMANDS.items() for one in _formats(command) or ("",)}
        return {(words, one) for words, one in every - self.ran if words not in _APART}


@pytest.fixture(params=[("-vv",), ("-vv", "--log-file", "log.txt")], ids=["screen", "log"])
def row(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Row]:
    with victims() as crew, aviary(crew, tmp_path, request.param) as at:
        yield Row(at, every_format=len(request.param) > 1)


def test_no_canary_sings(row: Row) -> None:
    _before(row)
    row.run("apply", "it.plan", "--report", "report.json", once="text")
    _hand_outs(row)
    _live(row)
    _recorded(row)
    _others(row)
    row.run("destroy", "--auto-approve", once="json")
    row.run("apply", "--auto-approve", "--report", "report.html", once="json")
    row.run("destroy", "--auto-approve", once="text")
    written = row.at.search_files(but=_HELD)
    kept = {"ackplan.yaml", "default.json", "default.json.backup", "default.journal", "it.plan", "world.db"}
    assert kept | {"report.json", "report.html"} <= written
    if row.missing and len(row.at.loud) > 1:
        pytest.fail(f"nobody listened to {sorted(row.missing)}")


def _before(row: Row) -> None:
    row.run("validate")
    row.run("fmt", "--diff", code=None)
    row.run("plan", "--out", "it.plan")
    row.run("show", "it.plan")
    row.run("graph", "it.plan")
    row.run("rehearse", "it.plan")


def _hand_outs(row: Row) -> None:
    """What a cluster hands out is a secret, too: it goes into the file that was asked for, which only its owner reads."""
    at = row.at
    config = yaml.safe_load(at.world.world.kubeconfig(at.world.ids()["shop"])["config"])
    at.private = {config["users"][0]["user"]["client-key-data"]}
    row.run("kubeconfig", "shop", "--out", "kubeconfig")
    at.run("kubeconfig", "shop", "--merge", environment={"KUBECONFIG": "merged"})
    row.run("certs", "shop", "--out", "certs")
    for path in (at.folder / "kubeconfig", at.folder / "merged", *(at.folder / "certs").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    token = row.run("attach-script", "rim").partition("--openapi-token=")[2].split()[0]
    assert len(token) == 32
    at.private.add(token)


def _live(row: Row) -> None:
    row.run(*_PLAN)
    row.run("drift")
    row.run("clusters", "shop")
    row.run("tasks")
    row.run("export", "--all")
    row.run("api", "GET", "/clusters")
    row.run("api", "POST", "/clusters", "--body", '{"login_password": {"no": "password"}}', code=1)


def _recorded(row: Row) -> None:
    row.run("state", "list")
    row.run("state", "show", "shop")
    (row.at.folder / "pulled.json").write_bytes((row.at.folder / "state" / "default.json").read_bytes())
    row.run("state", "pull")
    row.run("state", "push", "pulled.json")
    row.run("state", "history", code=None)
    row.run("state", "mv", "shop", "shed", code=1)
    row.run("state", "rebind")
    row.run("state", "rm", "shop")
    row.run("import", "shop")
    row.run("show", once="json")


def _others(row: Row) -> None:
    row.run("unlock", "nobody", code=1)
    row.run("doctor", code=None)
    row.run("schema", "spec")
    row.run("version")
    row.run("init", "another", "--ci", "github", "--package", "ackplan==0.1.0")
    loud, row.at.loud = row.at.loud, ()
    row.run("completion", "bash")
    row.at.loud = loud


def test_a_canary_that_sings_is_heard(tmp_path: Path) -> None:
    with victims() as crew, aviary(crew, tmp_path, ()) as at:
        for canary in (ENV, FILE, KEY, TOKEN):
            (at.folder / "leak.txt").write_text(f"x{canary}x")
            with pytest.raises(AssertionError, match=r"leak\.txt"):
                at.search_files(but=_HELD)
