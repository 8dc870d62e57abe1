"""A storm over one store: edits, kills, stops, dying servers and cut connections; then calm, in which all must be whole."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ackplan.core.diagnostics import Failure
from ackplan.record import Record
from ackplan.record.journal import Leftover
from tests.faults.victim import victims

from .fleet import Fleet
from .places import PLACES, Place
from .runners import LATEST, TTL, Runner, Setting
from .world import KEYS, Account

# What happens, and how often beside the rest.
_EVENTS = {"kill": 6, "stop": 2, "server": 1, "cut": 5, "look": 3}
_PAUSE = 0.6
# So many runs in calm weather bring all about.
_ENOUGH = 5
_CALM = ("apply", "--auto-approve", "--lock-timeout", "30s")


@dataclass
class Told:
    """How a storm went. `lost` and `doubled` are findings, `broken` any other; `timeline` is all that happened."""

    store: str
    seed: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    timeline: list[str] = field(default_factory=list)
    seconds: float = 0.0
    clusters: int = 0

    def say(self, text: str) -> None:
        """Adds to the timeline."""
        self.timeline.append(f"{time.strftime('%H:%M:%S')}  {text}")

    @property
    def is_whole(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


class Storm:
    """One storm."""

    def __init__(self, told: Told, place: Place, account: Account, runners: list[Runner], fleet: Fleet) -> None:
        self._told = told
        self._place = place
        self._account = account
        self._runners = runners
        self._fleet = fleet
        self._rng = random.Random(f"storm {told.seed} {told.store}")
        self._is_over = threading.Event()
        self._waking: list[threading.Timer] = []

    def blow(self, seconds: float) -> None:
        """Blows for so long, and calms down."""
        threads = [threading.Thread(target=runner.go_on, args=(self._is_over,)) for runner in self._runners]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline and self._told.is_whole:
                self._is_over.wait(self._rng.uniform(0, 2 * _PAUSE))
                self._happen()
        finally:
            self._is_over.set()
            for waking in self._waking:
                waking.join()
            for thread in threads:
                thread.join()
        self._calm()

    def _happen(self) -> None:
        possible = dict(_EVENTS)
        if self._place.server is None:
            possible.pop("server"), possible.pop("cut")
        event = self._rng.choices(list(possible), list(possible.values()))[0]
        getattr(self, f"_{event}")(self._rng.choice(self._runners))

    # What happens

    def _kill(self, runner: Runner) -> None:
        holds = self._holds(runner)
        if runner.signal(signal.SIGKILL):
            runner.wiped = self._rng.random() < 0.7
            self._told.counts["kills"] += 1
            self._told.counts["kills with the lock"] += holds
            self._told.say(
                f"kill -9 of {runner.name}{', which has the lock' * holds}{', its folder is gone' * runner.wiped}"
            )

    def _stop(self, runner: Runner) -> None:
        holds, seconds = self._holds(runner), self._rng.uniform(1.5, 2.5) * TTL
        if runner.signal(signal.SIGSTOP):
            self._told.counts["stops"] += 1
            self._told.say(f"{runner.name} stands still for {seconds:.1f} s{', with the lock' * holds}")
            waking = threading.Timer(seconds, self._wake, (runner,))
            waking.start()
            self._waking.append(waking)

    def _wake(self, runner: Runner) -> None:
        runner.signal(signal.SIGCONT)
        self._told.say(f"{runner.name} goes on")

    def _server(self, _runner: Runner) -> None:
        assert self._place.server
        seconds = self._rng.choice((0.0, 0.0, 1.0, 3.0))
        self._place.server.kill()
        self._told.say(f"kill -9 of the store's server, for {seconds:g} s")
        time.sleep(seconds)
        self._place.server.start()
        self._told.counts["server kills"] += 1
        self._told.say("the store's server is there again")

    def _cut(self, _runner: Runner) -> None:
        assert self._place.cuts
        before = self._rng.random() < 0.4
        self._place.cuts.begin(self._rng.randint(1, 8), before=before)
        self._told.counts["cuts"] += 1
        self._told.say(f"a connection is about to be cut, {'before' if before else 'after'} a statement")

    def _holds(self, runner: Runner) -> bool:
        with contextlib.suppress(Failure):
            holder = self._place.direct.workspace(patience=0.0).holder()
            return holder is not None and holder.pid == runner.pid != 0
        return False

    # What must hold

    def _look(self, _runner: Runner | None = None) -> None:
        """All that is live is recorded or written down; and the account noticed nothing."""
        seen = self._account.look()
        self._take(seen)
        with contextlib.suppress(Failure):
            known = _known(*self._place.direct.workspace(patience=0.0).snapshot())
            missing = {(each["name"], each["id"]) for each in seen["clusters"] if each["name"] not in known}
            if missing:
                still = {(each["name"], each["id"]) for each in self._account.look()["clusters"]}
                known = _known(*self._place.direct.workspace(patience=0.0).snapshot())
                self._told.lost += [f"{name} is live, and neither recorded nor written down"
                                    for name, _ in sorted(missing & still) if name not in known]  # fmt: skip
            self._told.counts["looks"] += 1

    def _take(self, seen: dict[str, Any]) -> None:
        self._told.calls = Counter(seen["calls"])
        self._told.doubled = list(seen["broken"])

    def _calm(self) -> None:
        """All servers are there and nobody is killed: what is wanted comes about, and is recorded."""
        if not self._told.is_whole:
            return
        if self._place.cuts:
            self._place.cuts.begin(0)
        runner = self._runners[0]
        for _ in range(_ENOUGH):
            ended = runner.run(_CALM)
            if ended.code == 0:
                break
        else:
            self._told.broken.append(f"{_ENOUGH} runs in calm weather do not bring it about:\n{ended.output}")
        planned = runner.run(("plan", "--detailed-exitcode"))
        if planned.code != 0:
            self._told.broken.append(f"a plan in calm weather ends with {planned.code}:\n{planned.output}")
        self._look()
        self._hold_against(self._account.look(), *self._place.direct.workspace().snapshot())

    def _hold_against(self, seen: dict[str, Any], record: Record, leftover: Leftover) -> None:
        told, live = self._told, {each["name"]: each for each in seen["clusters"]}
        told.clusters = len(live)
        wanted = {name: {} for name in self._fleet.plain} | self._fleet.pools
        if leftover.head is not None or leftover.entries:
            told.broken.append(f"the journal is not empty: {leftover}")
        if {name: each["id"] for name, each in live.items()} != {
            name: each.cluster_id for name, each in record.clusters.items()
        }:
            told.broken.append(f"recorded are {sorted(record.clusters)}, live {sorted(live)}")
        if live.keys() != wanted.keys():
            told.broken.append(f"wanted are {sorted(wanted)}, live {sorted(live)}")
        for name, size in self._fleet.plain.items():
            if name in live and live[name]["size"] != size:
                told.broken.append(f"{name} has {live[name]['size']} workers, {size} are wanted")
        for name, pools in self._fleet.pools.items():
            if name in live and live[name]["pools"] != pools:
                told.broken.append(f"{name} has the pools {live[name]['pools']}, {pools} are wanted")


def _known(record: Record, leftover: Leftover) -> set[str]:
    return {*record.clusters, *(entry.name.partition("/")[0] for entry in leftover.entries)}


@contextlib.contextmanager
def _account() -> Iterator[Account]:
    account = Account()
    try:
        yield account
    finally:
        account.close()


def storm(store: str, seed: int, seconds: float) -> Told:
    """A storm over the store of this name."""
    told, begun = Told(store, seed), time.monotonic()
    fleet = Fleet(random.Random(f"fleet {seed} {store}"))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place, account = stack.enter_context(PLACES[store]()), stack.enter_context(_account())
        setting = Setting(place.case.url, account.url, told.say, fleet)
        runners = [
            Runner(key, folder / key, stack.enter_context(victims(LATEST, place.modules)), setting) for key in KEYS
        ]
        Storm(told, place, account, runners, fleet).blow(seconds)
        for runner in runners:
            told.endings.update(runner.endings)
            told.broken += runner.ugly
    told.seconds = time.monotonic() - begun
    return told


def summary(told: Told) -> str:
    """A line or two about a storm."""
    counts, endings = told.counts, told.endings
    took_over = counts["kills with the lock"] + sum(number for how, number in endings.items() if "ACK3101" in how)
    return (
        f"{told.store}: {len(told.lost)} lost, {len(told.doubled)} doubled, {len(told.broken)} otherwise broken; "
        f"{endings.total()} runs, {counts['kills']} killed, {counts['stops']} stopped, {took_over} taken over, "
        f"{counts['server kills']} kills of the server, {counts['cuts']} cuts, "
        f"{told.calls.total()} changing calls, {counts['looks']} looks; "
        f"{'record = live, journal empty' if told.is_whole else 'NOT WHOLE'}: {told.clusters} clusters; "
        f"{told.seconds:.0f} s\n  ends of runs: {json.dumps(dict(sorted(endings.items())))}"
    )
