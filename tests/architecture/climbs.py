"""How often the way from a command to an effect leads back up, by following every call of a real run.

A climb is a call from a lower layer to a higher one, as the import contracts order them; a call through a port is one
too. What counts is how many of them stand on one another between the command and what is called: a task goes on from
where it was begun. The simulator in this process is not followed.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from tests.running import command_line

MOST = 3
SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  web: {cluster_type: Ask}
"""
COMMANDS = {
    "plan": ("plan", "--out", "it.plan"),
    "apply": ("apply", "--auto-approve", "--report", "it.json"),
}
# A function by its module below the package: `cli.console:Console.event`. With the one that calls it.
Climb = tuple[str, str]


@functools.cache
def layers() -> Mapping[str, int]:
    """How high each package is."""
    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text("utf-8"))
    (order,) = (c["layers"] for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    return {name.strip(): -depth for depth, names in enumerate(order) for name in names.split("|")}


def height(function: str) -> int:
    return layers()[function.partition(":")[0].partition(".")[0]]


def climbs(way: Sequence[str]) -> tuple[Climb, ...]:
    """The calls on a way, from the outermost function to the innermost, that lead up."""
    return tuple((a, b) for a, b in itertools.pairwise(way) if height(a) < height(b))


@dataclass
class Walk:
    """What a run climbed: every climb, and the most that stood on one another."""

    all: set[Climb] = field(default_factory=set)
    longest: tuple[Climb, ...] = ()
    _begun: dict[asyncio.Task[Any], list[str]] = field(default_factory=dict)

    def follow(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or not (function := _function(frame)):
            return
        caller = _caller(frame)
        if caller and height(caller) < height(function):
            way = climbs(self._way(frame))
            self.all.add((caller, function))
            self.longest = max(self.longest, way, key=len)

    def begin(self, loop: asyncio.BaseEventLoop, *arguments: Any, **keywords: Any) -> asyncio.Task[Any]:
        """Stands for `create_task` of the loop."""
        way = self._way(sys._getframe(2))
        task = _create_task(loop, *arguments, **keywords)
        self._begun[task] = way
        return task

    def _way(self, frame: FrameType | None) -> list[str]:
        """The functions of ours that called one another up to this one, the command first."""
        way: list[str] = []
        while frame is not None and not _is_task(frame):
            if function := _function(frame):
                way.append(function)
            frame = frame.f_back
        task = asyncio.current_task() if frame is not None else None
        return [*(self._begun.get(task, []) if task else []), *reversed(way)]


_create_task = asyncio.BaseEventLoop.create_task


def walk(command: str, folder: Path) -> Walk:
    """Runs one of COMMANDS in an empty folder."""
    (folder / "ackplan.yaml").write_text(SPEC)
    steps = Walk()

    def create_task(loop: asyncio.BaseEventLoop, *arguments: Any, **keywords: Any) -> asyncio.Task[Any]:
        return steps.begin(loop, *arguments, **keywords)

    with mock.patch.object(asyncio.BaseEventLoop, "create_task", create_task):
        sys.setprofile(steps.follow)
        try:
            done = command_line(folder, *COMMANDS[command], "--sandbox", "--time-scale", "1000000")
        finally:
            sys.setprofile(None)
    assert done.code == 0, done.out + done.err
    return steps


def _is_task(frame: FrameType) -> bool:
    """Whether the event loop runs a task or a callback here."""
    return frame.f_code.co_name == "_run" and frame.f_globals.get("__name__") == "asyncio.events"


def _function(frame: FrameType) -> str:
    """Ours, or nothing."""
    package, _, module = frame.f_globals.get("__name__", "").partition(".")
    followed = package == "ackplan" and module.partition(".")[0] in layers() and not module.startswith("simulator")
    return f"{module}:{frame.f_code.co_qualname}" if followed else ""


def _caller(frame: FrameType) -> str:
    back = frame.f_back
    while back is not None and not (function := _function(back)):
        back = back.f_back
    return function if back is not None else ""
