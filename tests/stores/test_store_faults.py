"""What goes wrong with a store during an apply: it dies, is full, or takes rights away; and clocks that are off.

In each: no call is sent that was not committed, nothing is lost, and what is said tells what to do.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from ackplan.record.journal import Phase
from tests.faults.scenes import SECRETS, spec
from tests.faults.stage import Stage, stage
from tests.faults.victim import victims
from tests.running import Command, command_line

from . import killing
from .bucket_server import Buckets, serve
from .cases import ENVIRONMENT, StoreCase, postgres_case
from .test_lost_lock import Meanwhile

Act = Callable[[], None]


@dataclass
class Trouble:
    """A store, what goes wrong with it, and how that is put right."""

    case: StoreCase
    begin: Act
    end: Act
    code: str


def statements(case: StoreCase, *texts: str) -> Act:
    """Carries these out as the owner of the database."""

    def act() -> None:
        with psycopg.connect(case.url, autocommit=True) as connection:
            for text in texts:
                connection.execute(text.encode())

    return act


def full_database() -> Trouble:
    """It says what it says where its disk is full: SQLSTATE 53100."""
    case = postgres_case()
    begin = statements(
        case,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON ackplan.entry EXECUTE FUNCTION full_disk()",
    )
    return Trouble(case, begin, statements(case, "DROP TRIGGER full_disk ON ackplan.entry"), "ACK3100")


def revoked() -> Trouble:
    """Rights of the role that a run works as are taken away while it works."""
    owner = postgres_case()
    role = f"r{secrets.token_hex(6)}"
    statements(
        owner,
        f"CREATE ROLE {role} LOGIN",
        f"GRANT USAGE ON SCHEMA ackplan TO {role}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA ackplan TO {role}",
    )()
    case = StoreCase(owner.url.replace("//postgres:@", f"//{role}:@"))
    begin = statements(owner, f"REVOKE INSERT ON ackplan.entry FROM {role}")
    return Trouble(case, begin, statements(owner, f"GRANT INSERT ON ackplan.entry TO {role}"), "ACK3103")


def bucket(scheme: str, buckets: Buckets, begin: Act, end: Act, code: str) -> Trouble:
    case = StoreCase(f"{scheme}://bucket/team?region=cn-hangzhou&endpoint={serve(buckets)}")
    case.workspace().set_up()
    return Trouble(case, begin, end, code)


def buckets_of(scheme: str) -> Buckets:
    return Buckets() if scheme == "oss" else Buckets(checks_signatures=False, refusal=0, keeps=True)


def full_bucket(scheme: str, status: int) -> Trouble:
    buckets = buckets_of(scheme)
    begin, end = (lambda: buckets.faults.extend([status] * 10_000)), buckets.faults.clear
    return bucket(scheme, buckets, begin, end, "ACK3100")


def denied_bucket(scheme: str) -> Trouble:
    buckets = buckets_of(scheme)

    def deny(*verbs: str) -> Act:
        return lambda: setattr(buckets, "denied", verbs)

    return bucket(scheme, buckets, deny("PUT"), deny(), "ACK3103")


TROUBLES: dict[str, Callable[[], Trouble]] = {
    "a full database": full_database,
    "a full bucket, 507, oss": lambda: full_bucket("oss", 507),
    "a full bucket, 507, s3": lambda: full_bucket("s3", 507),
    "a full bucket, 500, s3": lambda: full_bucket("s3", 500),
    "rights of a role": revoked,
    "rights in oss": lambda: denied_bucket("oss"),
    "rights in s3": lambda: denied_bucket("s3"),
}
FLEET = {"base": {}, "shop": {"depends_on": ["base"]}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "world.db") as found:
        yield found


def environment(world: Stage, case: StoreCase) -> dict[str, str]:
    hasty = {"ACKPLAN_STORE_PATIENCE": "0.5s", "ACKPLAN_LOCK_TTL": "1s", "ACKPLAN_LOCK_TIMEOUT": "10s"}
    return {**ENVIRONMENT, **SECRETS, **world.environment, "ACKPLAN_STATE": case.url, **hasty}


def apply(folder: Path, world: Stage, case: StoreCase) -> Command:
    folder.mkdir(exist_ok=True)
    (folder / "ackplan.yaml").write_text(spec(FLEET))
    return command_line(folder, "apply", "--auto-approve", environment=environment(world, case))


class AtCreate(Meanwhile):
    """At the first call that creates."""

    def __init__(self, world: Stage, act: Act) -> None:
        super().__init__(act)
        self._world = world

    def __call__(self) -> None:
        if self._world.changing:
            super().__call__()


@pytest.mark.parametrize("name", TROUBLES)
def test_a_store_that_fails_in_the_middle_of_a_run_loses_nothing(
    tmp_path: Path, world: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackplan.record.lateness.LATEST", 0.0)  # the stage carries a call out at once or never
    trouble = TROUBLES[name]()
    world.hold = AtCreate(world, trouble.begin)
    ended = apply(tmp_path / "one", world, trouble.case)
    said = ended.out + ended.err
    assert (ended.code, trouble.code in said, "Traceback" in said) == (1, True, False), said
    assert [effect.cluster for effect in world.effects] == ["base"], "a call was sent that could not be written down"
    record, leftover = trouble.case.workspace().snapshot()
    assert {*record.clusters, *(entry.name for entry in leftover.entries)} == {"base"}
    world.hold = None
    trouble.end()
    again = apply(tmp_path / "two", world, trouble.case)
    assert again.code == 0, again.out + again.err
    assert [effect.cluster for effect in world.effects] == ["base", "shop"]
    record, leftover = trouble.case.workspace().snapshot()
    assert {name: entry.cluster_id for name, entry in record.clusters.items()} == world.ids()
    assert (leftover.head, leftover.entries) == (None, ())


def test_a_database_that_is_killed_at_a_statement_loses_nothing() -> None:
    """`python -m tests.stores.killing` kills it at every one."""
    statements_of_a_run, kills, broken = killing.kill(1, seed=1)
    assert (broken, kills) == ([], 2)
    assert statements_of_a_run > 10


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("store", ["postgresql", "oss"])
def test_a_clock_that_is_off_leaves_the_times_of_calls_right(
    tmp_path: Path, world: Stage, store: str, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are what the next run on another machine goes by, and it takes the lock over as from anybody."""
    case = postgres_case() if store == "postgresql" else bucket("oss", Buckets(), list, list, "").case
    ages: list[float] = []

    def look() -> None:
        intents = [each for each in case.workspace().snapshot()[1].entries if each.phase is Phase.INTENT]
        ages.extend(time.time() - (each.facts.sent_at or 0.0) for each in intents)
        world.kill()

    world.hold = AtCreate(world, look)
    monkeypatch.setenv("CLOCK_OFF", str(3600 * hours))
    with victims(modules=("tests.stores.clock_off",)) as crew:
        folder = tmp_path / "one"
        folder.mkdir()
        (folder / "ackplan.yaml").write_text(spec(FLEET))
        killed = crew.run(folder, environment(world, case), ("apply", "--auto-approve"), born=world.born)
        assert killed.code == -signal.SIGKILL, killed.output
        assert len(ages) == 1
        assert abs(ages[0]) < 60
        world.hold = None
        monkeypatch.setattr("ackplan.record.lateness.LATEST", 0.0)
        ended = apply(tmp_path / "two", world, case)
        assert ended.code == 0, ended.out + ended.err
        assert [effect.cluster for effect in world.effects] == ["base", "shop"]
