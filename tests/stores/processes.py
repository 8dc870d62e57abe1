"""Players in processes of their own, as a test drives them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from .cases import script


@dataclass
class Process:
    """A player. `say` waits for what it answers; `tell` does not."""

    running: subprocess.Popen[str]

    def tell(self, line: str) -> None:
        assert self.running.stdin is not None
        self.running.stdin.write(f"{line}\n")
        self.running.stdin.flush()

    def hear(self) -> str:
        assert self.running.stdout is not None
        return self.running.stdout.readline().rstrip("\n")

    def say(self, line: str) -> str:
        self.tell(line)
        return self.hear()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.running.pid, number)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()


@contextlib.contextmanager
def player(url: str) -> Iterator[Process]:
    """A player on the workspace of a URL, for as long as a block lasts."""
    pipe = subprocess.PIPE
    command = script("tests.stores.player", url)
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as running:
        try:
            yield Process(running)
        finally:
            running.kill()
