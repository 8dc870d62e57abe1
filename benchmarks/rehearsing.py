"""`python -m benchmarks.rehearsing COUNT`: a rehearsal beside the apply of the same plan in the sandbox.

Both as whole commands, in seconds of the processor: the sandbox waits for its clock, a rehearsal never does.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.fleets import fleet


def _seconds(folder: str, *arguments: str) -> float:
    """What a command takes of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "ackplan", *arguments, "-C", folder]
    environment = {**os.environ, "ACK_NODE_PASSWORD": "Bench-2026"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {ran.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(count: int) -> dict[str, float]:
    """Seconds of both for the creation of so many clusters, and the ratio."""
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        Path(folder, "ackplan.yaml").write_text(fleet(count), "utf-8")
        _seconds(folder, "plan", "--sandbox", "--out", "it.plan")
        rehearse = _seconds(folder, "rehearse", "it.plan")
        apply = _seconds(folder, "apply", "--sandbox", "it.plan")
    return {"rehearse": rehearse, "apply": apply, "ratio": rehearse / apply}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
