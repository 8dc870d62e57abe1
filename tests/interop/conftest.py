"""The tools for Terraform plans that read ours: each in an environment of its own, which `make interop` sets up.

They pin what ackplan must not be pinned to. Without their environments the tests are skipped, unless
ACKPLAN_REQUIRE_INTEROP is set, as it is where a change lands.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Outside:
    """Stands for the network: a proxy that all tools are told to use, and that counts who comes."""

    server: socket.socket
    visits: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                visitor, _ = self.server.accept()
            except OSError:
                return
            with visitor:
                self.visits.append(visitor.recv(200).decode("latin-1"))


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Outside(server)
        threading.Thread(target=found.serve, daemon=True).start()
        yield found
        server.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Tool:
    """A tool in its environment. It gets nothing of this process's environment."""

    program: Path
    home: Path
    outside: Outside

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        proxies = dict.fromkeys(
            ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), self.outside.url
        )
        quiet = {"LOG_LEVEL": "ERROR", "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **quiet, **proxies}
        command = [str(self.program), *map(str, arguments)]
        return subprocess.run(command, env=environment, cwd=self.home, capture_output=True, text=True, check=False)


@pytest.fixture
def checkov(tmp_path: Path, outside: Outside) -> Tool:
    return _tool("checkov", tmp_path, outside)


@pytest.fixture
def terraform_compliance(tmp_path: Path, outside: Outside) -> Tool:
    return _tool("terraform-compliance", tmp_path, outside)


def _tool(name: str, home: Path, outside: Outside) -> Tool:
    program = ROOT / ".interop" / name / "bin" / name
    if not program.exists():
        assert not os.environ.get("ACKPLAN_REQUIRE_INTEROP"), f"{program} is missing: make interop"
        pytest.skip("make interop sets this tool up")
    return Tool(program, home, outside)
