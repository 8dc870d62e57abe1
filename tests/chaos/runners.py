"""The runners: each applies the spec as it is, again and again, on a machine that loses its folder when it is killed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.scenes import SECRETS
from tests.faults.victim import Ended, Victims
from tests.stores.cases import ENVIRONMENT

from .fleet import Fleet
from .world import KEYS

TTL = 2.0
# The calls of the dead may be on their way for so long here, where ten minutes are a second.
LATEST = 8.0
_APPLY = ("apply", "--auto-approve", "--lock-timeout", "20s")
_KILLED = -signal.SIGKILL


@dataclass
class Setting:
    """What both runners share. `say` tells the timeline, `fleet` the spec as it is."""

    url: str
    endpoint: str
    say: Callable[[str], None]
    fleet: Fleet

    def environment(self, key: str) -> dict[str, str]:
        return {
            **ENVIRONMENT,
            **SECRETS,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEYS[key],
            "ACKPLAN_ENDPOINT": self.endpoint,
            "ACKPLAN_STATE": self.url,
            "ACKPLAN_RATE": "0",
            "ACKPLAN_PATIENCE": "0.01",
            "ACKPLAN_LOCK_TTL": f"{TTL:g}s",
            "ACKPLAN_STORE_PATIENCE": "30s",
        }


@dataclass
class Runner:
    """One machine. `endings` counts how its runs ended: exit code and the first code that was said."""

    name: str
    folder: Path
    crew: Victims
    setting: Setting
    endings: Counter[str] = field(default_factory=Counter)
    ugly: list[str] = field(default_factory=list)
    pid: int = 0
    wiped: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def go_on(self, is_over: threading.Event) -> None:
        """Runs until it is over. Whoever brought all about gets something else to do."""
        while not is_over.is_set():
            if self.run(_APPLY).code == 0:
                self.setting.say(f"the spec changes: {self.setting.fleet.edit()}")

    def run(self, arguments: tuple[str, ...]) -> Ended:
        if self.wiped:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)
        (self.folder / "ackplan.yaml").write_text(self.setting.fleet.text())
        ended = self.crew.run(self.folder, self.setting.environment(self.name), arguments, born=self._born)
        with self._lock:
            self.pid = 0
        how = ended.code if ended.code == _KILLED else f"{ended.code} {_codes(ended)}".strip()
        self.endings[str(how)] += 1
        self.setting.say(f"{self.name} ended: {how}")
        if ended.code not in {0, 1, 2, _KILLED} or "Traceback" in ended.output or "ACK9" in ended.output:
            self.ugly.append(f"{self.name}: exit {ended.code}\n{ended.output}")
        return ended

    def _born(self, pid: int) -> None:
        with self._lock:
            self.pid = pid

    def signal(self, number: signal.Signals) -> bool:
        """Whether there was somebody to get it."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.pid:
                os.kill(self.pid, number)
                return True
        return False


def _codes(ended: Ended) -> str:
    """Why a run failed."""
    return " ".join(sorted(set(re.findall("ACK[0-9]{4}", ended.output)))) if ended.code else ""
