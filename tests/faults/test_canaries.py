"""No command says a secret or writes one, in no format, at no level of verbosity.

Canaries stand for passwords, the access key's secret, the security token, tokens of join scripts and private keys. All
commands run in a row over one fleet, and all that they say and write is searched. A command, a subcommand or a format
that is not in this row fails the test.
"""

from __future__ import annotations

import gzip
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
import yaml
from psycopg.sql import SQL, Identifier

from ackplan.cli.command_table import FURTHER
from ackplan.cli.main import cli
from ackplan.project.plan_files import STORE
from tests.faults.aviary import ENV, FILE, KEY, TOKEN, Aviary, aviary
from tests.faults.victim import victims
from tests.plan_files import unpacked
from tests.stores.cases import postgres_case
from tests.stores.encrypted import identity_file

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
            found |= {f"{name} {part}": cli.get_command(context, f"{name} {part}") for part in FURTHER.get(name, ())}
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
        both = " ".join(arguments[:2])
        words = both if both in COMMANDS else arguments[0]
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
    row.run("fleet", "apply", "--auto-approve", "--report", "fleet.json")
    row.run("destroy", "--auto-approve", once="json")
    row.run("apply", "--auto-approve", "--report", "report.html", once="json")
    row.run("destroy", "--auto-approve", once="text")
    _stored(row)
    _encrypted(row)
    written = row.at.search_files(but=_HELD)
    kept = {"ackplan.yaml", "default.json", "default.json.backup", "default.journal", "it.plan", "world.db"}
    pages = {"index.html", "default.html", "default.js", "clusters.js", "check", "run"}
    assert kept | pages | {"report.json", "report.html"} <= written
    if row.missing and len(row.at.loud) > 1:
        pytest.fail(f"nobody listened to {sorted(row.missing)}")


def _before(row: Row) -> None:
    (row.at.folder / "workspaces.yaml").write_text("ackplan: 1\nworkspaces: {here: {path: ., record: default}}\n")
    row.run("validate")
    row.run("fleet", "plan", "--out", "plans")
    engine = ("--engine", "temporal://127.0.0.1:9/default", "--store-patience", "0s")  # nobody is there
    for words in (("worker",), ("runs",), ("runs", "cancel", "fleet-plan-1"), ("runs", "fleet-plan-1")):
        row.run(*words, *engine, code=1)
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
    row.run("kubeconfig", "revoke", "shop", code=1)
    row.run("certs", "shop", "--out", "certs")
    for path in (at.folder / "kubeconfig", at.folder / "merged", *(at.folder / "certs").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    token = row.run("attach-script", "rim").partition("--openapi-token=")[2].split()[0]
    assert len(token) == 32
    at.private.add(token)


def _live(row: Row) -> None:
    row.run(*_PLAN)
    row.run("drift", "--keep")
    row.run("fleet", "drift")
    row.run("board", "--out", "board", once="text")
    row.run("board", once="json")
    row.run("clusters", "shop")
    row.run("tasks")
    row.run("tasks", "list", "shop")
    for verb in ("cancel", "pause", "resume"):
        row.run("tasks", verb, "T-none", "--auto-approve", code=1)
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
    row.run("upgrade-spec", "shop", code=None)
    row.run("show", once="json")


def _stored(row: Row) -> None:
    """A workspace of a store. All its tables are searched at the end, and before each call that is served."""
    url = postgres_case().url
    there = ("--state", url)
    row.run("state", "init", *there)
    row.run("workspace", "new", "team", *there)
    row.run("workspace", "list", *there)
    row.run("workspace", "delete", "team", *there)
    row.run("state", "migrate", "--to", url)
    row.run("lock", "hold", "--reason", "freeze", *there)
    row.run("lock", "show", *there)
    row.run("lock", "release", *there)
    saved = row.run("plan", "--out", STORE, *there, once="text")
    name = next(word for word in saved.split() if word.startswith(STORE)).rstrip(".")
    seen: set[str] = set()
    with psycopg.connect(url, autocommit=True) as connection:
        row.at.world.hold = lambda: seen.update(_search_tables(row.at, connection))
        row.run("apply", name, *there, once="text")
        row.run("show", name, *there, once="json")
        row.run("state", "show", *there, once="json")
        row.run("drift", "--keep", *there, once="text")
        row.run("board", "--out", "board", *there, once="text")
        row.run("destroy", "--auto-approve", *there, once="text")
        row.at.world.hold = None
        seen |= _search_tables(row.at, connection)
    assert {"workspace", "entry", "record", "plan", "note"} <= seen


def _encrypted(row: Row) -> None:
    """An encrypted store: neither the identity nor the passphrase is said or written down."""
    url, passphrase = postgres_case().url, "Canary-Passphrase-5!"
    identity, recipient = identity_file(row.at.folder.parent, "key")
    row.at.private |= {passphrase, identity.read_text().splitlines()[-1]}
    keys = {"ACKPLAN_STATE": url, "ACKPLAN_IDENTITY": str(identity), "ACKPLAN_PASSPHRASE": passphrase}
    row.at.run("state", "init", "--recipient", recipient, environment=keys)
    row.at.run("state", "rekey", "--passphrase", environment=keys)
    row.ran.add(("state rekey", ""))
    row.at.run("state", "list", environment={**keys, "ACKPLAN_IDENTITY": ""})
    row.at.run("doctor", environment=keys, code=None)
    row.at.run("state", "list", environment={**keys, "ACKPLAN_IDENTITY": identity.read_text().split()[-1]}, code=1)
    with psycopg.connect(url, autocommit=True) as connection:
        assert "encryption" in _search_tables(row.at, connection)


def _search_tables(at: Aviary, connection: psycopg.Connection[Any]) -> set[str]:
    """Searches every row of every table; the names of those that have some."""
    tables = connection.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information)'")
    filled = set()
    for schema, table in tables.fetchall():
        for values in connection.execute(SQL("SELECT * FROM {}").format(Identifier(schema, table))).fetchall():
            for value in values:
                at.search(_plain(value), f"table {table}")
            filled.add(table)
    return filled


def _plain(value: object) -> bytes:
    """What a column holds: that of records and of a journal's entries is compressed."""
    if not isinstance(value, bytes):
        return str(value).encode()
    return zlib.decompress(value) if value[:1] == b"\x78" else unpacked(value)


def _others(row: Row) -> None:
    row.run("unlock", "nobody", code=1)
    row.run("doctor", code=None)
    row.run("schema", "spec")
    row.run("version")
    for words in (
        ("status",),
        ("scale", "a", "1"),
        ("rename", "a", "b"),
        ("delete", "a"),
        ("fail", "scale"),
        ("reset",),
    ):
        row.run("sandbox", *words, code=None)
    row.run("explain", "ACK2001")
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


def test_a_canary_that_sings_in_a_store_is_heard(tmp_path: Path) -> None:
    url = postgres_case().url
    with victims() as crew, aviary(crew, tmp_path, ()) as at, psycopg.connect(url, autocommit=True) as connection:
        for data in (FILE.encode(), zlib.compress(FILE.encode()), gzip.compress(FILE.encode())):
            row = "INSERT INTO ackplan.plan (digest, workspace, data, who, job) VALUES ('x', 'x', %s, '', '')"
            connection.execute(row, [data])
            with pytest.raises(AssertionError, match="table plan"):
                _search_tables(at, connection)
            connection.execute("DELETE FROM ackplan.plan")
        assert "format" in _search_tables(at, connection)
