"""Stores that can't be relied on are refused by `state init` and by `doctor`, each fault once; so are wrong rights."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ackplan.core.diagnostics import Failure
from ackplan.record import Record
from tests.running import Command, command_line

from .bucket_server import ACCESS_KEY, Buckets, serve
from .cases import ENVIRONMENT, StoreCase, opened, oss_case, postgres_case, s3_case, weed
from .weed import READER

FLEET = {
    "ACKPLAN_ENDPOINT": "http://127.0.0.1:1",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAItests",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "SecretOfTheFleet",
}
MARKER = (b'{"version": 1}', 0.0)


def credentials() -> dict[str, str]:
    """Those that this test reaches its stores with now."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}


def init(folder: Path, url: str) -> Command:
    environment = {"ACKPLAN_STATE": url, "ACKPLAN_STORE_PATIENCE": "0", **credentials()}
    return command_line(folder, "state", "init", environment=environment)


def doctor(folder: Path, url: str) -> dict[str, dict[str, Any]]:
    environment = {"ACKPLAN_STATE": url, "ACKPLAN_STORE_PATIENCE": "0", **FLEET, **credentials()}
    out = command_line(folder, "doctor", "--format", "json", environment=environment).out
    return {check["check"]: check for check in json.loads(out)["checks"]}


def codes(checks: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """What is said of the store and of what is in it."""
    names = ("state store", "record", "lock", "journal")
    return [(name, finding["code"]) for name in names for finding in checks[name]["findings"]]


def s3_url(buckets: Buckets) -> str:
    return f"s3://bucket/team?region=us-east-1&endpoint={serve(buckets)}"


def oss_url(buckets: Buckets) -> str:
    return f"oss://bucket/team?region=cn-hangzhou&endpoint={serve(buckets)}"


def test_a_store_that_ignores_the_condition_is_refused(tmp_path: Path) -> None:
    buckets = Buckets(checks_signatures=False, refusal=0)
    url = s3_url(buckets)
    done = init(tmp_path, url)
    assert (done.code, "ACK3110" in done.err) == (1, True)
    assert not [key for key in buckets.objects if key.endswith("/format")]
    buckets.objects["bucket/team/.ackplan/format"] = MARKER  # it kept the condition when it was set up
    checks = doctor(tmp_path, url)
    assert codes(checks) == [("state store", "ACK3110")]
    assert {checks[name]["status"] for name in ("record", "lock", "journal")} == {"skipped"}


def test_an_oss_bucket_with_versions_is_refused(tmp_path: Path) -> None:
    for versioning in ("Enabled", "Suspended"):
        buckets = Buckets(versioning=versioning)
        url = oss_url(buckets)
        done = init(tmp_path, url)
        assert (done.code, "ACK3113" in done.err, versioning in done.err) == (1, True, True)
        buckets.objects["bucket/team/.ackplan/format"] = MARKER
        assert codes(doctor(tmp_path, url)) == [("state store", "ACK3113"), ("state store", "ACK3110")]


@pytest.mark.parametrize("status", [400, 501])
def test_oss_spoken_to_as_s3_is_refused_at_once(tmp_path: Path, status: int) -> None:
    done = init(tmp_path, s3_url(Buckets(checks_signatures=False, refusal=status)))
    assert (done.code, "ACK3103" in done.err, f"HTTP {status} NotImplemented" in done.err) == (1, True, True)


@pytest.mark.parametrize("scheme", ["oss", "s3", "postgresql"])
def test_a_store_that_nobody_set_up_is_said_once(tmp_path: Path, scheme: str) -> None:
    if scheme == "postgresql":
        url = postgres_case().url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA ackplan CASCADE")
    else:
        url = oss_url(Buckets()) if scheme == "oss" else s3_url(Buckets(checks_signatures=False, refusal=0))
    assert codes(doctor(tmp_path, url)) == [("state store", "ACK3102")]


def test_a_store_that_is_away_is_said_once(tmp_path: Path) -> None:
    assert codes(doctor(tmp_path, "s3://bucket?region=x&endpoint=http://127.0.0.1:1")) == [("state store", "ACK3100")]


def test_a_store_in_which_nothing_is_wrong_says_so(tmp_path: Path) -> None:
    for case in (oss_case(), s3_case(weed().url), postgres_case()):
        checks = doctor(tmp_path, case.url)
        assert codes(checks) == []
        assert checks["state store"]["status"] == "ok"
        assert checks["state store"]["said"].startswith(case.url.split("@")[0].split("?")[0][:20])


# Rights


def refused_run(case: StoreCase) -> None:
    """Whoever may only read: reads, and is refused at once what it would write."""
    assert case.workspace(patience=0).snapshot()[0].serial == 1
    begun = time.monotonic()
    with pytest.raises(Failure, match="ACK3103"):
        asyncio.run(locked(case))
    assert time.monotonic() - begun < 30  # no measure: only that nobody waits for what would not help


async def locked(case: StoreCase) -> None:
    workspace = case.workspace(patience=60)
    async with workspace.lock("test"):
        workspace.record.write(Record(""), expect=workspace.record.read())


def test_whoever_may_only_read_a_bucket_is_refused_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = s3_case(weed().url)
    asyncio.run(locked(case))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", READER[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", READER[1])
    refused_run(case)
    assert codes(doctor(tmp_path, case.url)) == [("state store", "ACK3103")]


def test_rights_that_are_taken_away_in_oss_end_a_run(tmp_path: Path) -> None:
    buckets = Buckets()
    case = StoreCase(oss_url(buckets))
    case.workspace().set_up()
    asyncio.run(locked(case))
    buckets.denied = ("PUT",)
    refused_run(case)
    assert codes(doctor(tmp_path, case.url)) == [("state store", "ACK3103")]
    buckets.denied = ("GET",)
    assert codes(doctor(tmp_path, case.url)) == [("state store", "ACK3103")]


def test_a_wrong_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = (oss_case(), s3_case(weed().url))
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "another")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    for case in cases:
        assert codes(doctor(tmp_path, case.url)) == [("state store", "ACK3103")]


def test_the_key_that_signs_calls_is_taken_for_oss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OSS has no variables of its own."""
    monkeypatch.delenv("OSS_ACCESS_KEY_ID")
    monkeypatch.delenv("OSS_ACCESS_KEY_SECRET")
    own = {"ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY[0], "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY[1]}
    environment = {"ACKPLAN_STATE": oss_url(Buckets()), **own}
    done = command_line(tmp_path, "state", "init", environment=environment)
    assert (done.code, done.err) == (0, "")
    assert ACCESS_KEY[1] not in done.out


# Clocks


def test_a_clock_that_is_off_is_said(tmp_path: Path) -> None:
    buckets = Buckets(ahead=3600)
    case = StoreCase(oss_url(buckets))
    case.workspace().set_up()
    assert codes(doctor(tmp_path, case.url)) == [("state store", "ACK3112")]
    workspace = case.workspace()

    async def lock() -> None:
        async with workspace.lock("test"):
            pass

    asyncio.run(lock())
    assert 3500 < workspace.skew() <= 3600


# PostgreSQL


@pytest.fixture
def database() -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    """A workspace's database, and a connection that may change how the server is set up; it is as before afterwards."""
    url = postgres_case().url
    with psycopg.connect(url, autocommit=True) as connection:
        yield url, connection
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")


def applied(connection: psycopg.Connection[Any], setting: str, value: str) -> None:
    connection.execute(f"ALTER SYSTEM SET {setting} = {value}".encode())
    connection.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 30
    while connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() != (value,):
        assert time.monotonic() < deadline


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_commits_is_refused(
    tmp_path: Path, database: tuple[str, psycopg.Connection[Any]], setting: str
) -> None:
    url, connection = database
    applied(connection, setting, "off")
    checks = doctor(tmp_path, url)
    assert codes(checks) == [("state store", "ACK3114")]
    assert setting in checks["state store"]["findings"][0]["detail"]


def test_a_database_that_is_read_only_is_said(tmp_path: Path, database: tuple[str, psycopg.Connection[Any]]) -> None:
    url, connection = database
    connection.execute(f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on".encode())
    assert codes(doctor(tmp_path, url)) == [("state store", "ACK3116")]


def test_rights_on_tables_are_said(tmp_path: Path, database: tuple[str, psycopg.Connection[Any]]) -> None:
    url, connection = database
    role = f"r{connection.info.dbname}"
    connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    connection.execute(f"GRANT USAGE ON SCHEMA ackplan TO {role}".encode())
    connection.execute(f"GRANT SELECT, UPDATE, INSERT ON ALL TABLES IN SCHEMA ackplan TO {role}".encode())
    checks = doctor(tmp_path, url.replace("postgres:@", f"{role}@").replace("postgres@", f"{role}@"))
    assert codes(checks) == [("state store", "ACK3115")]
    assert checks["state store"]["findings"][0]["detail"].endswith(": DELETE on ackplan.entry")


def test_urls_that_name_no_bucket_are_refused() -> None:
    for url in (
        "s3://", "s3://B_/x?region=a", "s3://bucket/../x", "s3://bucket/a//b", "s3://bucket?bogus=1", "oss://bucket",
        "s3://key:secret@bucket/x", "s3://bucket?endpoint=http://example.com", "s3://bucket?endpoint=ftp://127.0.0.1",
        "s3://bucket?endpoint=http://127.0.0.1:port", "s3://bucket?region=A+B", "s3://bucket/a%20b",
    ):  # fmt: skip
        with pytest.raises(Failure, match="ACK3107"):
            opened(url)
    assert opened("s3://bucket?region=a&endpoint=http://example.com&allow_http=true").name == "default"
