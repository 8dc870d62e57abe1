"""An event loop whose time jumps: nobody ever waits, and the same program always runs in the same order."""

from __future__ import annotations

import asyncio
import contextvars
import selectors
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
# Which computer a task belongs to, where there are several; None for what belongs to none.
OWNER: contextvars.ContextVar[Machine | None] = contextvars.ContextVar("owner", default=None)
# What the clocks show when the loop's own time is 0; that time stays small, for the loop counts in nanoseconds.
_START = 1_577_836_800.0


class Stuck(Exception):
    """Everyone waits for something, and nothing is going to happen any more."""


class Machine(Protocol):
    """A computer that may stand still."""

    async def awake(self) -> None:
        """Returns when it does not stand still."""
        ...

    def did(self, arguments: Sequence[Any]) -> None:
        """Something that it asked for was done, with these arguments; it has not heard of it."""
        ...

    @property
    def latency(self) -> float:
        """Seconds to whatever it asks, and back again."""
        ...


class _Jump(selectors.SelectSelector):
    """Instead of waiting for a file it moves the time on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck
        self.now += max(timeout, 0.0)
        return []


class Numbered(asyncio.Task[Any]):
    """A task whose place in a set is no chance: asyncio keeps tasks in sets, and products take them from there."""

    def __init__(self, coro: Coroutine[Any, Any, Any], number: int, **more: Any) -> None:
        self._number = number
        self.owner = OWNER.get()
        super().__init__(coro, **more)

    def __hash__(self) -> int:
        return self._number


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with virtual time, and signals that come only from `press`.

    `lost` are exceptions that nobody took.
    """

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self.lost: list[BaseException | str] = []
        self._tasks = 0
        self.set_task_factory(VirtualLoop._numbered)
        self._handlers: dict[int, Callable[[], object]] = {}
        self.set_exception_handler(lambda _, context: self.lost.append(context.get("exception") or context["message"]))

    def time(self) -> float:
        return self._jump.now

    @staticmethod
    def _numbered(loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, T], **more: Any) -> asyncio.Task[T]:
        assert isinstance(loop, VirtualLoop)
        loop._tasks += 1
        return Numbered(coro, loop._tasks, loop=loop, **more)

    def run_in_executor(self, _executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        """What the products do in threads takes a while here, and is done at once then."""
        return self.create_task(_done_elsewhere(func, args))

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: Any) -> None:
        self._handlers[sig] = lambda: callback(*args)

    def remove_signal_handler(self, sig: int) -> bool:
        return self._handlers.pop(sig, None) is not None

    def press(self, sig: int) -> bool:
        """The signal comes. False where nobody listens for it."""
        handler = self._handlers.get(sig)
        if handler is not None:
            handler()
        return handler is not None


async def _done_elsewhere(func: Callable[..., T], args: Sequence[Any]) -> T:
    machine = OWNER.get()
    if machine is None:
        return func(*args)
    await asyncio.sleep(machine.latency)
    await machine.awake()
    result = func(*args)
    machine.did(args)
    await asyncio.sleep(machine.latency)
    await machine.awake()
    return result


class LoopClock:
    """The loop's time, in seconds since 1970, for the run and for the simulated account alike."""

    def now(self) -> float:
        return _START + asyncio.get_running_loop().time()

    def wall(self) -> float:
        return self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """What `main` returns, however much virtual time it takes."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(_abandoned())
        loop.close()


async def _abandoned() -> None:
    """Ends whatever still waits for something that never came."""
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
