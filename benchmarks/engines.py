"""`python -m benchmarks.engines [WORKSPACES CLUSTERS KILLS]`: `fleet apply` with and without an engine, side by side.

Each workspace has a profile of its own; plans and records are in a PostgreSQL of this machine, the account in a
simulator of this process. The same fleet is created four times in new accounts: without an engine, by one worker and by
two, and by two of which some are killed with all that they run. As many workspaces run at a time in all, as there are
cores, but with one worker: half of them. Prints JSON: seconds of each, clusters a second, `doubled`, `missing`, `left`
(changes that a plan then still has), and the longest take-over.
"""

from __future__ import annotations

import asyncio
import compileall
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client

from tests.running import simulator
from tests.temporal.engine_server import EngineServer, engine_server
from tests.temporal.site import CLUSTER, ROOT, SPEC, Site, WorkerProcess, ended, site

_TIME_SCALE = 20_000
# Seconds. Longer than this nobody waits for a run.
_LONGEST = 1800


def measure(workspaces: int, clusters: int, kills: int) -> dict[str, dict[str, float]]:
    # Processes of tests write no bytecode: they would compile what they import each time.
    compileall.compile_dir(ROOT / "ackplan", quiet=1)
    cores = len(os.sched_getaffinity(0))
    results = {}
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder, engine_server(Path(folder)) as server:
        for name, workers, dying in (
            ("local", 0, 0),
            ("one worker", 1, 0),
            ("two workers", 2, 0),
            ("killed", 2, kills),
        ):
            with _planned(Path(folder) / name.replace(" ", "-"), server, workspaces, clusters) as at:
                places = max(1, cores // 2)
                for _ in range(workers):
                    at.worker("--jobs", str(places))
                results[name] = _applied(at, workspaces * clusters, cores, dying, places)
            print(f"{name}: {json.dumps(results[name])}", file=sys.stderr, flush=True)
    return results


@contextmanager
def _planned(folder: Path, server: EngineServer, workspaces: int, clusters: int) -> Iterator[Site]:
    """A site of its own, whose plans are kept."""
    home = folder / "home"
    (home / ".aliyun").mkdir(parents=True)
    names = [f"w{number}" for number in range(workspaces)]
    key = {"mode": "AK", "access_key_id": "sandbox", "access_key_secret": "sandbox", "region_id": "cn-beijing"}
    profiles = {"current": names[0], "profiles": [{"name": name, **key} for name in names]}
    (home / ".aliyun" / "config.json").write_text(json.dumps(profiles), "utf-8")
    with simulator(time_scale=_TIME_SCALE) as api, site(folder / "repository", api, server, HOME=str(home)) as at:
        entries = "".join(f"  {name}: {{path: {name}, profile: {name}}}\n" for name in names)
        for name in names:
            (at.folder / name).mkdir()
            text = "".join(CLUSTER.format(name=f"{name}-{number}", size=3) for number in range(clusters))
            (at.folder / name / "ackplan.yaml").write_text(SPEC.replace("defaults: {{}}\n", "").format(clusters=text))
        (at.folder / "workspaces.yaml").write_text(f"ackplan: 1\nworkspaces:\n{entries}", "utf-8")
        at.commit()
        done = at.run("fleet", "plan", "--out", "store:")
        assert done.code == 0, done.out + done.err
        yield at


def _applied(at: Site, total: int, cores: int, kills: int, places: int) -> dict[str, float]:
    on = ("--engine", at.engine) if at.workers else ("--jobs", str(cores))
    began = time.perf_counter()
    running = at.command("fleet", "apply", "fleet-plan", *on)
    slowest = asyncio.run(_kill(at, kills, places)) if kills else 0.0
    done = ended(running, _LONGEST)
    seconds = time.perf_counter() - began
    assert done.code == 0, done.out + done.err
    live = at.live()
    left = at.run("fleet", "plan", "--detailed-exitcode").code
    result = {"seconds": seconds, "a second": total / seconds, "missing": total - len(live), "left": left}
    result["doubled"] = sum(len(sizes) > 1 or sizes != [3] for sizes in live.values())
    return {**result, **({"take-over": slowest, "kills": kills} if kills else {})}


async def _kill(at: Site, kills: int, places: int) -> float:
    """Kills workers that are at work, each replaced at once; the longest time until another one was at what it left."""
    client = await Client.connect(f"127.0.0.1:{at.server.port}")
    chance, slowest = random.Random(1), 0.0
    for _ in range(kills):
        busy = await _busy(at, chance)
        if busy is None:
            break
        left = await _of(at, client, busy)
        busy.kill()
        died = time.monotonic()
        await asyncio.to_thread(at.worker, "--jobs", str(places))
        while left & await _waiting(at, client, busy):  # noqa: ASYNC110 - other processes are waited for
            await asyncio.sleep(0.2)
        slowest = max(slowest, time.monotonic() - died)
    return slowest


async def _busy(at: Site, chance: random.Random) -> WorkerProcess | None:
    """A worker that runs a workspace; None where none does any more."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        busy = [worker for worker in at.workers if worker.running.poll() is None and worker.children()]
        if busy:
            await asyncio.sleep(chance.random() * 3)
            return chance.choice(busy)
        await asyncio.sleep(0.05)
    return None


async def _of(at: Site, client: Client, worker: WorkerProcess) -> set[str]:
    """The workspaces that a worker runs."""
    return {name for name, identity in await _pending(at, client) if identity.startswith(f"{worker.running.pid}@")}


async def _waiting(at: Site, client: Client, worker: WorkerProcess) -> set[str]:
    """Those that nobody runs but a worker that is dead."""
    return {
        n for n, identity in await _pending(at, client) if not identity or identity.startswith(f"{worker.running.pid}@")
    }


async def _pending(at: Site, client: Client) -> list[tuple[str, str]]:
    found = []
    async for run in client.list_workflows("ExecutionStatus = 'Running'"):
        if run.task_queue.startswith(at.queue):
            described = await client.get_workflow_handle(run.id).describe()
            for each in described.raw_description.pending_activities:
                started = each.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
                found.append((each.activity_id, each.last_worker_identity if started else ""))
    return found


if __name__ == "__main__":
    count, size, deaths = (int(word) for word in (*sys.argv[1:], *("20", "50", "4")[len(sys.argv) - 1 :])[:3])
    print(json.dumps(measure(count, size, deaths)))
