"""An API on 127.0.0.1 that answers with what a test put before it, and nothing else."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.corpus.answers import RealAnswer
from tests.running import Command, command_line

_MISSING = RealAnswer("missing", "", 404, {"code": "ErrorClusterNotFound", "message": "none", "requestId": "R-0"})


@dataclass
class RealApi:
    """What is answered, by method and path, and which calls came."""

    url: str = ""
    answers: dict[str, RealAnswer] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def says(self, line: str, body: Any, status: int = 200) -> None:
        """From now on this call is answered so."""
        self.answers[line] = body if isinstance(body, RealAnswer) else RealAnswer(line, "", status, body)

    def shows(self, *clusters: dict[str, Any], nodes: int | None = None) -> None:
        """These clusters are live, in the list and by themselves, each with as many nodes as its size says."""
        self.says("GET /clusters", list(clusters))
        for cluster in clusters:
            path = f"GET /clusters/{cluster['cluster_id']}"
            self.says(path, cluster)
            self.says(f"{path}/nodes", _nodes(int(cluster.get("size") or 0) if nodes is None else nodes))

    def changing(self) -> list[str]:
        return [call for call in self.calls if not call.startswith("GET ")]

    def run(self, folder: Path, *arguments: str) -> Command:
        settings = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIinvented",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "invented",
            "ACKPLAN_ENDPOINT": self.url,
            "ACKPLAN_RATE": "0",
            "ACK_NODE_PASSWORD": "Node-password-1",
        }
        return command_line(folder, *arguments, environment=settings)


def _nodes(number: int) -> dict[str, Any]:
    workers = [
        {"instance_id": f"i-{n}", "node_name": f"us-west-1.192.168.0.{n}", "instance_role": "Worker", "state": "running",
         "instance_type": "ecs.c5.xlarge", "creation_time": "2021-06-01T17:20:00+08:00", "source": "ess_attach"}
        for n in range(1, number + 1)
    ]  # fmt: skip
    return {"nodes": workers, "page": {"page_number": 1, "page_size": 100, "total_count": number}}


@contextlib.contextmanager
def serving() -> Iterator[RealApi]:
    """The API for as long as the block lasts; it has nothing to say at first."""
    api = RealApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            line = f"{self.command} {self.path.partition('?')[0]}"
            api.calls.append(line)
            found = api.answers.get(line, _MISSING)
            self.send_response(found.status)
            for name, value in {"Content-Type": "application/json", **found.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.data)))
            self.end_headers()
            self.wfile.write(found.data)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - as the base class calls them

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def text_of(command: Command) -> str:
    """Everything that a command said."""
    return command.out + command.err
