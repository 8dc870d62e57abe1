"""A project in a folder of its own, beside a simulator whose time runs fast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import Project

from tests.running import simulator


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with simulator(time_scale=60_000) as api:
        yield Project(tmp_path, api)
