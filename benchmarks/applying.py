"""`apply` against the simulator in another process: `python -m benchmarks.applying rate|path COUNT PARALLELISM`.

`rate`: clusters whose creation takes no time, beside a bare loop that sends the same signed calls and does nothing
else. `path`: creations of random length, beside the longest of them. Both in seconds of the clock, for they measure
how two processes work together; on a busy machine only the ratios say anything.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ackplan import spec
from ackplan.adapters import ack
from ackplan.adapters.ack.signing import Credential, UnsignedRequest, sign_hmac_sha1
from ackplan.adapters.local.clock import RealClock
from ackplan.adapters.local.folder_workspace import FolderWorkspace
from ackplan.adapters.local.secrets import Secrets
from ackplan.app import apply, plan
from ackplan.app.baseline import of_workspace
from ackplan.app.observe import Observer
from ackplan.app.workspace import Workspace
from ackplan.cli import gc
from ackplan.execute.executor import Executor
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Run
from ackplan.execute.presence import Patience
from ackplan.execute.step_run import Ports
from ackplan.plan.planner import Options
from ackplan.resources.types import BUILT_IN
from benchmarks.fleets import fleet

_PASSWORD = "Bench-2026"
# The simulator here does not lag.
_PATIENCE = Patience(0.0)
_AT_ONCE = "1000000000"
# Ten minutes of provisioning, give or take a tenth, in a minute.
_SCALED = "10"


@contextlib.contextmanager
def simulator(scale: str) -> Iterator[str]:
    """The address of a simulator in a process of its own."""
    command = [sys.executable, "-m", "ackplan", "simulator", "--time-scale", scale, "--access-key", "bench:bench"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def _bodies(count: int) -> list[bytes]:
    """The bodies that an apply of the fleet sends."""
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        Path(folder, "ackplan.yaml").write_text(fleet(count), "utf-8")
        wanted = spec.read(spec.Inputs(Path(folder))).clusters.values()
    return [json.dumps({**w.parameters, "login_password": _PASSWORD}).encode() for w in wanted]


async def bare(url: str, count: int, parallelism: int) -> float:
    """Calls a second of a loop that signs, sends and reads, and knows nothing of what it does."""
    import aiohttp

    bodies = _bodies(count)
    credential, host = Credential("bench", "bench"), url.removeprefix("http://")

    async def send(session: aiohttp.ClientSession) -> None:
        while bodies:
            request = UnsignedRequest("POST", host, "/clusters", {}, bodies.pop())
            nonce, now = str(uuid.uuid4()), datetime.now(UTC)
            headers = sign_hmac_sha1(request, credential, now=now, nonce=nonce, region="cn-beijing")
            async with session.post(f"{url}/clusters", data=request.body, headers=headers) as response:
                await response.read()
                response.raise_for_status()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        begun = time.perf_counter()
        await asyncio.gather(*(send(session) for _ in range(parallelism)))
        return count / (time.perf_counter() - begun)


class _Counting:
    """A carrier that counts the calls of each operation."""

    def __init__(self, carrier: Any, calls: collections.Counter[str]) -> None:
        self._carrier = carrier
        self._calls = calls

    async def send(self, call: Any, headers: Any, body: Any) -> Any:
        self._calls[call.operation] += 1
        return await self._carrier.send(call, headers, body)


def in_folder(folder: Path) -> Workspace:
    return FolderWorkspace("default", folder / "state", folder / ".ackplan")


async def applied(
    url: str, count: int, parallelism: int, kept: Callable[[Path], Workspace] = in_folder, pace: float | None = 0.0
) -> tuple[float, collections.Counter[str]]:
    """The seconds of an apply and its calls. `kept` gives its workspace; by default its journal is on disk.

    `pace` is how many calls it may send a second; 0: as many as it can; None: it finds out what the API takes.
    """
    calls: collections.Counter[str] = collections.Counter()
    settings = ack.ClientSettings(endpoint=url, connections=parallelism, rate=pace or None, adapts=pace is None)
    client = ack.open_client(
        settings, ack.FixedCredentials("bench", "bench"), carried=lambda carrier: _Counting(carrier, calls)
    )
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        (folder / "ackplan.yaml").write_text(fleet(count), "utf-8")
        workspace = kept(folder)
        secrets = Secrets({"ACK_NODE_PASSWORD": _PASSWORD}, folder)
        async with workspace.lock("bench"), client as acting:
            before = of_workspace(workspace)
            planned = await plan.make_plan(spec.Inputs(folder), before, Observer(acting, RealClock()), Options())
            ports = Ports(acting, RealClock(), workspace.journal, secrets, lambda _event: None, BUILT_IN, _PATIENCE)
            calls.clear()
            gc.collect()
            begun = time.perf_counter()
            run = Run("bench")
            apply.begin(workspace, planned.plan, before, run)
            executor = Executor(ports, Limits(parallelism), run)
            result, _ = await apply.carry_out(workspace, planned.plan, before, executor)
            seconds = time.perf_counter() - begun
        workspace.journal.close()
    if not result.complete:
        raise SystemExit("the apply did not finish")
    return seconds, calls


def rate(count: int, parallelism: int) -> dict[str, Any]:
    """Ours as a share of the bare loop's, in calls and in clusters a second."""
    with simulator(_AT_ONCE) as url:
        floor = asyncio.run(bare(url, count, parallelism))
    with simulator(_AT_ONCE) as url:
        seconds, calls = asyncio.run(applied(url, count, parallelism))
    return {
        "bare": floor,
        "calls": calls,
        "of calls": calls.total() / seconds / floor,
        "of clusters": count / seconds / floor,
    }


def path(count: int, parallelism: int) -> dict[str, Any]:
    """The apply's seconds as times of its critical path: from its begin until the simulator had made the last cluster.

    Beside that as times of the longest creation alone, as if a thousand calls took no time.
    """
    with simulator(_SCALED) as url:
        begun = datetime.now(UTC)
        seconds, calls = asyncio.run(applied(url, count, parallelism))
        # What was done before the run began (the plan) is not in its seconds.
        begun += datetime.now(UTC) - begun - timedelta(seconds=seconds)
        times = asyncio.run(_times(url))
    longest = max((ended - created).total_seconds() for created, ended in times)
    critical = (max(ended for _, ended in times) - begun).total_seconds()
    return {
        "seconds": seconds,
        "calls": calls,
        "of critical path": seconds / critical,
        "of longest": seconds / longest,
    }


async def _times(url: str) -> list[tuple[datetime, datetime]]:
    """When each creation began and ended."""
    settings = ack.ClientSettings(endpoint=url)
    async with ack.open_client(settings, ack.FixedCredentials("bench", "bench")) as client:
        live = await client.list_clusters()
    shown = [cluster.attributes for cluster in live]
    return [(datetime.fromisoformat(c["created"]), datetime.fromisoformat(c["updated"])) for c in shown]


def main() -> None:
    what, count, parallelism = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    gc.ignore()
    print(json.dumps({"rate": rate, "path": path}[what](count, parallelism)))


if __name__ == "__main__":
    main()
