"""A company with a fleet: a repository, a store, an account in a simulator, an engine, and workers on "machines".

Each command and each worker is a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.client import Client

from ackplan.project.engines import open_engine
from ackplan.project.project_settings import ProjectSettings
from ackplan.workspaces.engine_run import EngineRun
from tests.running import Command, Simulator
from tests.stores.cases import postgres_case

from .engine_server import EngineServer

ROOT = Path(__file__).resolve().parents[2]
SPEC = """\
ackplan: 1
region: cn-beijing
defaults: {{}}
clusters:
{clusters}"""
CLUSTER = """\
  {name}:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: {size}
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {{env: ACK_NODE_PASSWORD}}
"""


@dataclass
class WorkerProcess:
    """A worker, as a machine runs it: in a session of its own, so that it can be killed with all that it started."""

    running: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    reading: threading.Thread = field(default_factory=threading.Thread)
    _said: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        self.reading = threading.Thread(target=self._read, daemon=True)
        self.reading.start()

    def _read(self) -> None:
        assert self.running.stderr is not None
        for line in self.running.stderr:
            with self._said:
                self.lines.append(line.rstrip("\n"))
                self._said.notify_all()

    def hear(self, text: str, seconds: float = 30.0) -> None:
        """Returns once it has said this."""
        with self._said:
            heard = self._said.wait_for(lambda: any(text in line for line in self.lines), seconds)
        assert heard, "\n".join(self.lines)

    def children(self) -> list[int]:
        """The processes of workspaces that it runs."""
        return children_of(self.running.pid)

    def signal_all(self, number: signal.Signals) -> None:
        """To the whole machine."""
        for pid in (self.running.pid, *self.children()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """The machine loses power."""
        self.signal_all(signal.SIGKILL)
        self.running.wait()


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in task.read_text().split()]
    return found


@dataclass
class Site:
    """`queue` is the engine's part that is this site's alone."""

    folder: Path
    api: Simulator
    server: EngineServer
    state: str = ""
    queue: str = field(default_factory=lambda: f"q{secrets.token_hex(4)}")
    more: dict[str, str] = field(default_factory=dict)
    workers: list[WorkerProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.state or postgres_case().url
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def engine(self) -> str:
        return self.server.url(self.queue)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {
            **kept, **self.api.credentials, "ACKPLAN_ENDPOINT": self.api.url, "ACKPLAN_STATE": self.state,
            "ACK_NODE_PASSWORD": "Node-password-1", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **self.more,
        }  # fmt: skip

    def fleet(self, workspaces: Mapping[str, Mapping[str, int]], needs: Mapping[str, list[str]] | None = None) -> None:
        """Writes a repository with these workspaces, each with clusters by name and size, and commits it."""
        lines = []
        for name, clusters in workspaces.items():
            spec = SPEC.replace("defaults: {{}}\n", "").format(
                clusters="".join(CLUSTER.format(name=each, size=size) for each, size in clusters.items())
            )
            path = self.folder / "accounts" / name / "ackplan.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(spec, "utf-8")
            behind = f", depends_on: {json.dumps((needs or {}).get(name, []))}"
            lines.append(f"  {name}: {{path: accounts/{name}{behind}}}\n")
        (self.folder / "workspaces.yaml").write_text("ackplan: 1\nworkspaces:\n" + "".join(lines), "utf-8")
        self.commit()

    def commit(self) -> None:
        for words in (("init", "-q"), ("add", "-A", "."), ("commit", "-q", "--allow-empty", "-m", "specs")):
            who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
            subprocess.run(("git", *who, *words), cwd=self.folder, check=True, capture_output=True)

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that goes on by itself."""
        words = (sys.executable, "-P", "-m", "ackplan", *arguments)
        pipe = subprocess.PIPE
        return subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str) -> Command:
        """A command, once it has ended."""
        return ended(self.command(*arguments))

    def on_engine(self, *arguments: str) -> Command:
        """The same with the engine named."""
        return self.run(*arguments, "--engine", self.engine)

    def worker(
        self, *arguments: str, folder: Path | None = None, engine: str = "", **environment: str
    ) -> WorkerProcess:
        """A worker that serves. Without a folder it works in the repository."""
        words = (
            sys.executable, "-P", "-m", "ackplan", "worker", "-C", str(folder or self.folder),
            "--engine", engine or self.engine, *arguments,
        )  # fmt: skip
        running = subprocess.Popen(
            words,
            env={**self.environment, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        worker = WorkerProcess(running)
        worker.listen()
        self.workers.append(worker)
        worker.hear(" serves ")
        return worker

    def live(self) -> dict[str, list[int]]:
        """The sizes of the clusters that the account has, by name: more than one is a doubled one."""
        sizes: dict[str, list[int]] = {}
        for cluster in json.loads(self.run("api", "GET", "/clusters").out):
            sizes.setdefault(cluster["name"], []).append(cluster["size"])
        return sizes

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        """Returns once this holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def begin(self, run: EngineRun) -> str:
        """Begins a run that no command begins; its id."""

        async def begin() -> str:
            engine = await open_engine(ProjectSettings(self.folder), self.engine, {})
            return await engine.start(run)

        return asyncio.run(begin())

    def triggered(self) -> str:
        """The id of the run that the schedule of this site begins now."""

        async def trigger() -> None:
            client = await Client.connect(f"127.0.0.1:{self.server.port}")
            await client.get_schedule_handle(f"{self.queue}-fleet-drift").trigger()

        asyncio.run(trigger())
        self.until(lambda: self.on_engine("runs").out.count("fleet-drift"))
        return self.on_engine("runs").out.splitlines()[1].split()[0]

    def events(self) -> list[int]:
        """How many events each history of this site has."""

        async def count() -> list[int]:
            client = await Client.connect(f"127.0.0.1:{self.server.port}")
            numbers = []
            async for run in client.list_workflows():
                if run.task_queue.startswith(self.queue):
                    handle = client.get_workflow_handle(run.id, run_id=run.run_id)
                    numbers.append(len([event async for event in handle.fetch_history_events()]))
            return numbers

        return asyncio.run(count())

    def histories(self) -> bytes:
        """All that the server keeps of this site's runs, as it is in its database: payloads as they came."""
        return asyncio.run(self._histories())

    async def _histories(self) -> bytes:
        client = await Client.connect(f"127.0.0.1:{self.server.port}")
        kept = b""
        async for run in client.list_workflows():
            if run.task_queue.startswith(self.queue):
                handle = client.get_workflow_handle(run.id, run_id=run.run_id)
                async for event in handle.fetch_history_events():
                    kept += event.SerializeToString()
        return kept

    def record(self, workspace: str) -> dict[str, Any]:
        """The clusters of a record."""
        shown = self.run("state", "show", "--workspace", workspace, "--format", "json")
        document: dict[str, Any] = json.loads(shown.out)
        return document

    def close(self) -> None:
        for worker in self.workers:
            if worker.running.poll() is None:
                worker.kill()
            worker.reading.join(10)
            if worker.running.stderr is not None:
                worker.running.stderr.close()


def ended(running: subprocess.Popen[str], seconds: float = 120.0) -> Command:
    """How a process ended."""
    out, err = running.communicate(timeout=seconds)
    return Command(running.returncode, out, err)


@contextlib.contextmanager
def site(folder: Path, api: Simulator, server: EngineServer, **more: str) -> Iterator[Site]:
    """A site for as long as a block lasts."""
    at = Site(folder, api, server, more=dict(more))
    try:
        yield at
    finally:
        at.close()
