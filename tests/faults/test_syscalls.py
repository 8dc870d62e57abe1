"""A sample of kills and failing disks below Python; `python -m tests.faults.syscalls` tries every point."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scenes import SCENES
from tests.faults.syscalls import trial, works
from tests.faults.trials import Prepared, prepare
from tests.faults.victim import Victims, victims

_REQUIRED = "ACKPLAN_REQUIRE_STRACE" in os.environ
pytestmark = pytest.mark.skipif(not works() and not _REQUIRED, reason="there is no strace here that may trace")
_KILLED = {-9, 137}


@pytest.fixture(scope="module")
def crew() -> Iterator[Victims]:
    with victims() as found:
        yield found


@pytest.fixture(scope="module")
def ready(crew: Victims, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(SCENES["scale-out"], tmp_path_factory.mktemp("ready"), crew)


@pytest.mark.parametrize(
    ("inject", "codes"),
    [
        ("fdatasync:signal=SIGKILL:when=2", _KILLED),
        ("fdatasync:error=EIO:when=1", {1}),
        ("pwrite64:error=ENOSPC:when=9", {1}),
        ("fsync:signal=SIGKILL:when=1", _KILLED),
        ("rename:error=ENOSPC:when=2", {1}),
        ("rename:error=EROFS:when=1", {1}),
    ],
)
def test_what_happens_below_python(
    ready: Prepared, crew: Victims, tmp_path: Path, inject: str, codes: set[int]
) -> None:
    assert trial(ready, tmp_path, crew, inject) in codes
