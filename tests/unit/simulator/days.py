"""A simulator on a bad day, its clock, and a way to call it, without an event loop in the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ackplan.simulator import Running, VirtualClock, serve
from tests.unit.simulator.callers import NOW, Reply, call, settings

Ask = Callable[..., Reply]
FLEET = {"clusters": [{"name": name, "cluster_id": f"c-{name}", "size": 2} for name in ("shop", "web", "data")]}


@contextlib.contextmanager
def bad_day(*rules: dict[str, Any], traits: Any = None, **more: Any) -> Iterator[tuple[Running, VirtualClock, Ask]]:
    """A simulator with these faults, its clock, and a way to call it."""
    clock = VirtualClock(NOW)
    with asyncio.Runner() as runner:
        context = serve(settings(clock=clock, faults={"faults": list(rules), "traits": traits or {}}, **more))
        running = runner.run(context.__aenter__())
        try:
            yield running, clock, lambda *given, **parts: runner.run(call(running.url, *given, **parts))
        finally:
            runner.run(context.__aexit__(None, None, None))


def names(ask: Ask) -> list[str]:
    return [cluster["name"] for cluster in ask("GET", "/clusters").json]
