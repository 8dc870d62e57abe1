"""A storm: for some time the API takes far fewer calls a second than the run would make. Shows the rate over time.

`python -m tests.faults.storm` prints the table of docs/reliability.md: a whole `apply` on the command line, in virtual
time, against a simulator behind a quota.
"""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ackplan.adapters.ack.exchange import Answer
from tests.faults.scenes import spec
from tests.faults.virtual import Bench, bench

RATE = 20.0
BEGINS, ENDS = 4.0, 24.0
_BODY = json.dumps({"code": "Throttling.User", "message": "slow down", "requestId": "R-1"}).encode()
_BAR = 2


@dataclass(frozen=True)
class Arrival:
    """A call that arrived, `at` so many seconds after the first."""

    at: float
    throttled: bool


@dataclass
class Quota:
    """Lets `allowed` calls a second through while the storm lasts, and tells the others to come back later."""

    at: Bench
    allowed: int = 4
    retry_after: int | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    begun: float = 0.0
    _passed: deque[float] = field(default_factory=deque)

    def refuses(self) -> Answer | None:
        now = self.at.clock.now()
        self.begun = self.begun or now
        moment = now - self.begun
        while self._passed and self._passed[0] <= moment - 1:
            self._passed.popleft()
        throttled = BEGINS <= moment < ENDS and len(self._passed) >= self.allowed
        self.arrivals.append(Arrival(moment, throttled))
        if not throttled:
            self._passed.append(moment)
            return None
        headers: Mapping[str, str] = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        return Answer(429, headers, _BODY)


def weathered(folder: Path, clusters: int, retry_after: int | None) -> list[Arrival]:
    """Every call of an apply that creates so many clusters through a storm; it has to end well."""
    (folder / "ackplan.yaml").write_text(spec({f"shop-{number:03}": {} for number in range(clusters)}))
    with bench(folder, rate=RATE) as at:
        quota = Quota(at, retry_after=retry_after)
        at.wire.refuses = quota.refuses
        run = at.run("apply", "--auto-approve")
        assert run.code == 0, run.out[-2000:]
        created = [call for call in at.calls if call.operation == "create_cluster"]
        assert len(created) == len(at.world.clusters()) == clusters
    return quota.arrivals


def per(arrivals: list[Arrival], seconds: float, begin: float, end: float) -> list[tuple[float, int, int]]:
    """For each slice of so many seconds: when it begins, how many calls arrived, how many of these were throttled."""
    found = []
    while begin < end:
        here = [a for a in arrivals if begin <= a.at < begin + seconds]
        found.append((begin, len(here), sum(a.throttled for a in here)))
        begin += seconds
    return found


def table(clusters: int = 500) -> str:
    """Calls a second over time, without and with Retry-After."""
    with tempfile.TemporaryDirectory() as root:
        told = []
        for name, retry_after in (("plain", None), ("asked", 5)):
            folder = Path(root, name)
            folder.mkdir()
            told.append(weathered(folder, clusters, retry_after))
    lines = [
        "| seconds | the API takes | calls a second | throttled | the same with `Retry-After: 5` | throttled |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    end = min(arrivals[-1].at for arrivals in told)
    slices = zip(*(per(arrivals, 4.0, 0.0, end - 4.0) for arrivals in told), strict=True)
    for (begin, plain, lost), (_, asked, lost_asked) in slices:
        takes = "4 a second" if BEGINS <= begin < ENDS else "all"
        cells = (f"{begin:.0f} to {begin + 4:.0f}", takes, _rate(plain), str(lost), _rate(asked), str(lost_asked))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _rate(calls: int) -> str:
    return f"{calls / 4:.1f} {'█' * round(calls / 4 / _BAR)}".rstrip()


if __name__ == "__main__":
    print(table())
