"""What is special to PostgreSQL: the rights that a run needs, and servers that lose or refuse."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.running import command_line, simulator

from .cases import ENVIRONMENT, StoreCase, postgres_case

FLEET = "ackplan: 1\nregion: cn-beijing\nclusters:\n  web: {cluster_type: Ask}\n"
Grant = Callable[[StoreCase, str], StoreCase]


@pytest.fixture
def grant(root: Path) -> Grant:
    """Makes a role with the rights of one of the two blocks of the page about stores; the store as it has it."""
    runner, planner = re.findall(r"```sql\n(.*?)```", (root / "docs/stores.md").read_text("utf-8"), re.DOTALL)

    def granted(case: StoreCase, rights: str) -> StoreCase:
        role = f"r{secrets.token_hex(6)}"
        with psycopg.connect(case.url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN".encode())
            for statement in {"run": runner, "plan": planner}[rights].replace("ROLE", role).split(";"):
                if statement.strip():
                    connection.execute(statement.encode())
        return StoreCase(case.url.replace("//postgres:@", f"//{role}:@"))

    return granted


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2]


def test_the_rights_of_the_page_suffice_for_a_run_and_for_a_plan(tmp_path: Path, grant: Grant) -> None:
    owner = postgres_case()
    runner, planner = grant(owner, "run"), grant(owner, "plan")
    (tmp_path / "ackplan.yaml").write_text(FLEET)
    with simulator(time_scale=100_000) as api:

        def run(case: StoreCase, *arguments: str) -> str:
            settings = {**ENVIRONMENT, **api.credentials, "ACKPLAN_ENDPOINT": api.url, "ACKPLAN_STATE": case.url}
            ended = command_line(tmp_path, *arguments, environment=settings)
            return f"{ended.code} {ended.out} {ended.err}"

        assert run(planner, "plan").startswith("0 ")
        assert "ACK3103" in run(planner, "apply", "--auto-approve")
        assert run(runner, "plan", "--out", "store:").startswith("0 ")
        assert run(runner, "apply", "--auto-approve").startswith("0 ")
        assert "No changes" in run(planner, "plan")
        assert run(planner, "state", "history").startswith("0 ")
        assert run(runner, "lock", "hold", "--reason", "r").startswith("0 ")
        assert run(runner, "lock", "release").startswith("0 ")
        assert "1 destroyed" in run(runner, "destroy", "--auto-approve")
        assert "ACK3103" in run(runner, "workspace", "delete", "default")
        assert not re.search(r"ACK311\d", run(runner, "doctor"))
        assert "ACK3115" in run(planner, "doctor")


def test_without_rights_it_says_so_at_once(tmp_path: Path) -> None:
    owner = postgres_case()
    with psycopg.connect(owner.url, autocommit=True) as connection:
        role = f"r{secrets.token_hex(6)}"
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    (tmp_path / "ackplan.yaml").write_text(FLEET)
    stranger = owner.url.replace("//postgres:@", f"//{role}:@")
    ended = command_line(tmp_path, "state", "list", environment={"ACKPLAN_STATE": stranger})
    assert (ended.code, ended.err[:7]) == (1, "ACK3103")
    assert "permission denied" in ended.err
    shutil.rmtree(tmp_path)
