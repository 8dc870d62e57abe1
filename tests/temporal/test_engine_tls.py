"""An engine behind TLS: whom commands and workers trust, and who they say they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import certificate

from .site import Site
from .tls_front import tls_front


@pytest.fixture
def secure(at: Site, tmp_path: Path) -> Iterator[Site]:
    """A site whose engine is reached by TLS alone, with all that this takes in its environment."""
    for name in ("engine", "caller"):
        (tmp_path / name).mkdir()
    engine, caller = (certificate(tmp_path / name, ca=False) for name in ("engine", "caller"))
    with tls_front(engine, caller, at.server.port) as port:
        at.more |= {
            "ACKPLAN_ENGINE": f"temporal://127.0.0.1:{port}/default?queue={at.queue}&tls=true",
            "ACKPLAN_ENGINE_TLS_CA": str(engine),
            "ACKPLAN_ENGINE_TLS_CERT": str(caller),
            "ACKPLAN_ENGINE_TLS_KEY": str(caller),
        }
        yield at


def test_a_fleet_is_applied_over_tls(secure: Site) -> None:
    secure.fleet({"a": {"a1": 2}})
    secure.worker(engine=secure.more["ACKPLAN_ENGINE"])
    applied = secure.run("fleet", "apply", "--auto-approve")
    assert applied.code == 0, applied.err
    assert secure.live() == {"a1": [2]}


@pytest.mark.parametrize("lacking", ["ACKPLAN_ENGINE_TLS_CA", "ACKPLAN_ENGINE_TLS_CERT", "tls=true"])
def test_who_is_not_trusted_or_not_known_is_told(secure: Site, lacking: str) -> None:
    if lacking == "tls=true":
        secure.more["ACKPLAN_ENGINE"] = secure.more["ACKPLAN_ENGINE"].replace("&tls=true", "")
    else:
        del secure.more[lacking]
        if lacking.endswith("CERT"):
            del secure.more["ACKPLAN_ENGINE_TLS_KEY"]
    refused = secure.run("runs")
    assert refused.code == 1
    assert "ACK8201" in refused.err
    assert "Traceback" not in refused.err


def test_a_certificate_that_is_no_file_is_named(secure: Site) -> None:
    secure.more["ACKPLAN_ENGINE_TLS_CA"] = "nowhere.pem"
    refused = secure.run("runs")
    assert refused.code == 1
    assert "ACKPLAN_ENGINE_TLS_CA" in refused.err
    assert "nowhere.pem" in refused.err
