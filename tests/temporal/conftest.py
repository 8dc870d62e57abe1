from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import simulator

from .engine_server import EngineServer, engine_server
from .site import Site, site


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineServer]:
    """One for all tests of a process; each has a queue of its own."""
    with engine_server(tmp_path_factory.mktemp("temporal")) as running:
        yield running


@pytest.fixture
def at(tmp_path: Path, server: EngineServer) -> Iterator[Site]:
    """A site whose clusters are made in a moment."""
    with simulator(time_scale=20_000) as api, site(tmp_path / "repository", api, server) as made:
        yield made


@pytest.fixture
def slow(tmp_path: Path, server: EngineServer) -> Iterator[Site]:
    """A site whose clusters are never done while a test lasts."""
    with simulator(time_scale=1) as api, site(tmp_path / "repository", api, server) as made:
        yield made


@pytest.fixture
def brief(tmp_path: Path, server: EngineServer) -> Iterator[Site]:
    """A site whose clusters take some seconds to be made."""
    with simulator(time_scale=200) as api, site(tmp_path / "repository", api, server) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    """The same with a server of its own, to be killed."""
    (tmp_path / "temporal").mkdir()
    with (
        engine_server(tmp_path / "temporal") as running,
        simulator(time_scale=200) as api,
        site(tmp_path / "repository", api, running) as made,
    ):
        yield made
