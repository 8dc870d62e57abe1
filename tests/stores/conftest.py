from __future__ import annotations

import pytest

from .cases import CASES, ENVIRONMENT, StoreCase
from .encrypted import VARIABLES


@pytest.fixture(params=CASES)
def store(request: pytest.FixtureRequest) -> StoreCase:
    """Each store in turn, empty."""
    return CASES[request.param]()


@pytest.fixture(params=[name for name in CASES if name != "folder"])
def leased(request: pytest.FixtureRequest) -> StoreCase:
    """Each store whose lock is a lease."""
    return CASES[request.param]()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the tests, and none of this machine's."""
    for name in ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "OSS_SESSION_TOKEN", *VARIABLES):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
