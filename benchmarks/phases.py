"""One measurement in a process of its own: `python -m benchmarks.phases PHASE COUNT SHAPE`.

Each phase prepares what it needs, and gives the function that is measured: processor seconds, so that other work on the
machine counts less, and how much the peak of the process's memory rose.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ackplan.cli import gc
from benchmarks import todays
from benchmarks.fleets import fleet, name

Measured = Callable[[], Any]


def _folder(count: int, shape: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ackplan-bench-"))
    (folder / "ackplan.yaml").write_text(fleet(count, shape), "utf-8")
    return folder


def _inputs(folder: Path) -> Any:
    """The inputs of a spec as a command has them: it knows what is inside of clusters once some have that."""
    from ackplan.spec import Inputs

    def sections() -> Any:
        from ackplan.resources.types import BUILT_IN

        return BUILT_IN.sections

    return Inputs(folder, sections=sections)


def events(count: int, shape: str) -> Measured:
    """The floor: libyaml's events alone."""
    from yaml.cyaml import CParser

    data = fleet(count, shape).encode()

    def run() -> None:
        parser = CParser(data)
        while parser.get_event() is not None:
            pass
        parser.dispose()

    return run


def parse(count: int, shape: str) -> Measured:
    """The file as values."""
    from ackplan.documents import yaml

    data = fleet(count, shape).encode()
    return lambda: yaml.parse(data, "ackplan.yaml")


def validate(count: int, shape: str) -> Measured:
    """All that `ackplan validate` does with a spec."""
    from ackplan import spec

    folder = _folder(count, shape)

    def run() -> None:
        loaded = spec.read(_inputs(folder))
        if loaded.diagnostics or len(loaded.clusters) != count:
            raise SystemExit("the fleet is not valid")

    return run


def _write_sides(folder: Path, count: int, shape: str, workers: int) -> None:
    """A record that says what the spec does but for so many workers, and the API's answers that show them."""
    if shape == "today":
        todays.write_sides(folder, [name(number) for number in range(count)], workers)
        return
    from ackplan import spec
    from ackplan.record import Record, RecordedCluster
    from ackplan.record.codec import encode

    wanted = spec.read(spec.Inputs(folder)).clusters
    recorded = {
        name: RecordedCluster(f"c{name}", w.kind, {**w.parameters, "num_of_nodes": workers}, w.own)
        for name, w in wanted.items()
    }
    listed = [
        {
            "cluster_id": f"c{name}",
            "name": name,
            "state": "running",
            "size": workers,
            "region_id": "cn-beijing",
            "cluster_type": "ManagedKubernetes",
            "vpc_id": w.parameters["vpcid"],
            "vswitch_id": "vsw-1",
            "tags": [],
            "security_group_id": "sg-1",
            "created": "2026-01-01T00:00:00Z",
            "updated": "2026-01-01T00:00:00Z",
            "network_mode": "vpc",
            "master_url": "https://192.0.2.1:6443",
            "external_loadbalancer_id": "lb-1",
        }
        for name, w in wanted.items()
    ]
    (folder / "default.json").write_text(encode(Record("benchmark", 1, recorded)), "utf-8")
    (folder / "live.answer").write_text(json.dumps(listed), "utf-8")


def _elsewhere(work: Callable[[], None]) -> None:
    """Does something in a process of its own, so that its memory does not count as ours."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the sides of the plan could not be written")


def _planning(count: int, shape: str, *, workers: int, acting: int) -> Measured:
    """A whole plan: spec and record read, the live list decoded, planned, and written as text."""
    from ackplan.adapters.local.clock import RealClock
    from ackplan.adapters.local.folder_workspace import FolderWorkspace
    from ackplan.app.baseline import of_workspace
    from ackplan.app.observe import Observer
    from ackplan.app.plan import Purpose, make_plan
    from ackplan.cli.loop import run_async
    from ackplan.plan.planner import Options
    from ackplan.render.text import plan_text
    from ackplan.resources.types import BUILT_IN
    from benchmarks.answering import FileApi

    folder = _folder(count, shape)
    _elsewhere(lambda: _write_sides(folder, count, shape, workers))
    api: Any = FileApi(folder, workers)
    workspace = FolderWorkspace("default", folder, folder, BUILT_IN)

    def run() -> None:
        planned = run_async(
            make_plan(
                _inputs(folder), of_workspace(workspace), Observer(api, RealClock()), Options(), purpose=Purpose.SHOWN
            )
        )
        text = plan_text(planned.plan, color=False)
        if len(planned.plan.acting) != acting or not text:
            raise SystemExit(f"{len(planned.plan.acting)} changes, expected {acting}")

    return run


def unchanged(count: int, shape: str) -> Measured:
    return _planning(count, shape, workers=3, acting=0)


def changed(count: int, shape: str) -> Measured:
    return _planning(count, shape, workers=2, acting=count * todays.CHANGED.get(shape, 1))


def saved(count: int, shape: str) -> Measured:
    """A whole `plan --out` of creates: spec read, planned against an empty account, written to a file and as text."""
    from ackplan.adapters.local.clock import RealClock
    from ackplan.adapters.local.folder_workspace import FolderWorkspace
    from ackplan.adapters.local.output_files import Output, Sort
    from ackplan.app.baseline import of_workspace
    from ackplan.app.observe import Observer
    from ackplan.app.plan import Purpose, make_plan
    from ackplan.cli.loop import run_async
    from ackplan.plan.planner import Options
    from ackplan.project.plan_files import plan_file
    from ackplan.render.text import plan_text
    from ackplan.resources.types import BUILT_IN
    from benchmarks.answering import FileApi

    folder = _folder(count, shape)
    workspace = FolderWorkspace("default", folder, folder, BUILT_IN)
    file = Output(folder / "it.plan", Sort.PLAN)

    api: Any = FileApi(folder)

    def run() -> None:
        before, observer = of_workspace(workspace), Observer(api, RealClock())
        planned = run_async(make_plan(_inputs(folder), before, observer, Options(), purpose=Purpose.KEPT))
        file.write(plan_file(planned.plan, before.record))
        expected = count * todays.CREATED.get(shape, 1)
        if len(planned.plan.acting) != expected or not plan_text(planned.plan, color=False):
            raise SystemExit(f"{len(planned.plan.acting)} changes, expected {expected}")

    return run


PHASES: dict[str, Callable[[int, str], Measured]] = {
    "events": events,
    "parse": parse,
    "validate": validate,
    "unchanged": unchanged,
    "changed": changed,
    "saved": saved,
}


def _kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    phase, count, shape = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    gc.ignore()
    run = PHASES[phase](count, shape)
    before = _kib()
    begun = time.process_time()
    run()
    print(json.dumps({"seconds": time.process_time() - begun, "kib": _kib() - before, "peak": _kib()}))


if __name__ == "__main__":
    main()
