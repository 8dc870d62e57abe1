"""One measurement in a process of its own: `python -m benchmarks.phases PHASE COUNT SHAPE`."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ackplan.__main__ import tune
from benchmarks.fleets import fleet


def _kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def events(count: int, shape: str) -> Callable[[], None]:
    """The floor: libyaml's events alone."""
    from yaml.cyaml import CParser

    data = fleet(count, shape).encode()

    def run() -> None:
        parser = CParser(data)
        while parser.get_event() is not None:
            pass
        parser.dispose()

    return run


def validate(count: int, shape: str) -> Callable[[], None]:
    from ackplan import spec

    folder = Path(tempfile.mkdtemp())
    (folder / "ackplan.yaml").write_text(fleet(count, shape), "utf-8")

    def run() -> None:
        loaded = spec.read(spec.Inputs(folder))
        if loaded.diagnostics or len(loaded.clusters) != count:
            raise SystemExit("the fleet is not valid")

    return run


def _planning(count: int, shape: str, *, live_workers: int, acting: int) -> Callable[[], None]:
    from ackplan import spec
    from ackplan.app.planning import Known, make_plan
    from ackplan.cli.session import run_async
    from ackplan.model.answers import Cluster
    from ackplan.plan.planner import Options
    from ackplan.record import Record, RecordedCluster
    from ackplan.record.journal import NOTHING
    from ackplan.render.text import plan_text

    folder = Path(tempfile.mkdtemp())
    (folder / "ackplan.yaml").write_text(fleet(count, shape), "utf-8")
    wanted = spec.read(spec.Inputs(folder)).clusters
    recorded = {
        name: RecordedCluster(f"c{name}", w.kind, {**w.parameters, "num_of_nodes": live_workers}, w.own)
        for name, w in wanted.items()
    }
    live = tuple(
        Cluster(f"c{name}", name, "running", "cn-beijing", live_workers, "ManagedKubernetes",
                {"vpc_id": w.parameters["vpcid"], "region_id": "cn-beijing"})
        for name, w in wanted.items()
    )  # fmt: skip
    record = Record("benchmark", 1, recorded)

    class Api:
        async def list_clusters(self) -> tuple[Cluster, ...]:
            return live

    def run() -> None:
        known = Known(record, record, (), NOTHING)
        planned = run_async(make_plan(spec.Inputs(folder), known, Api(), Options()))  # type: ignore[arg-type]
        text = plan_text(planned.plan, color=False)
        if len(planned.plan.acting) != acting or not text:
            raise SystemExit(f"{len(planned.plan.acting)} changes, expected {acting}")

    return run


def unchanged(count: int, shape: str) -> Callable[[], None]:
    return _planning(count, shape, live_workers=3, acting=0)


def changed(count: int, shape: str) -> Callable[[], None]:
    return _planning(count, shape, live_workers=2, acting=count)


PHASES = {"events": events, "validate": validate, "unchanged": unchanged, "changed": changed}


def main() -> None:
    phase, count, shape = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    tune()
    run = PHASES[phase](count, shape)
    before = _kib()
    begun = time.process_time()
    run()
    print(json.dumps({"seconds": time.process_time() - begun, "kib": _kib() - before}))


if __name__ == "__main__":
    main()
