"""`python -m benchmarks.commands COUNT`: the commands and formats that `benchmarks.pipeline` leaves out.

Processor seconds of the commands' processes and the peak of their memory in MiB, start-up included. The API is the
simulator in a process of its own, whose seconds do not count.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fleets import fleet, name
from benchmarks.pipeline import Project, existing
from benchmarks.startup import Usage

_FORMATS = ("markdown", "json", "html", "sarif", "junit", "github", "dot", "mermaid", "svg")
_NARROWED = 1000
# A cluster can't move into another VPC: a plan refuses that, or replaces it where its lifecycle allows it.
_MOVED = ("vpc-2zegvl5etah5requ09nec", "vpc-2zegvl5etah5requ09ned")
_REPLACED = (_MOVED[0], f"{_MOVED[1]}\n    lifecycle: {{replace: allow}}")


def _without_api(count: int) -> Iterator[tuple[str, Usage]]:
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        project = Project(folder, "http://127.0.0.1:9")
        project.write(fleet(count))
        for form in _FORMATS:
            yield f"plan of creates, {form}", project.run("plan", "--no-refresh", "--format", form)
        for option in ("--target", "--exclude"):
            names = itertools.chain.from_iterable((option, name(number)) for number in range(min(count, _NARROWED)))
            yield f"plan with {_NARROWED} {option}", project.run("plan", "--no-refresh", *names)
        _split(Path(folder, "files"), count)
        yield "validate, a file for each cluster", project.run("validate", "-f", "files")
        yield "plan, a file for each cluster", project.run("plan", "-f", "files", "--no-refresh")


def _split(folder: Path, count: int) -> None:
    folder.mkdir()
    head, opening, clusters = fleet(count).partition("clusters:\n")
    (folder / "head.yaml").write_text(head, "utf-8")
    mark = "\n  cluster-"
    for number, cluster in enumerate(f"\n{clusters}".split(mark)[1:]):
        (folder / f"{number}.yaml").write_text(f"ackplan: 1\n{opening}{mark}{cluster}\n", "utf-8")


def _with_record(count: int) -> Iterator[tuple[str, Usage]]:
    with existing(count) as project:
        project.run("import", "--all")
        yield "plan without changes", project.run("plan")
        for shape in ("chains", "layers"):
            project.write(fleet(count, shape))
            yield f"plan --destroy, {shape}", project.run("plan", "--destroy")
        project.write(fleet(count))
        for form in ("text", "html"):
            yield f"drift, {form}", project.run("drift", "--format", form)
        for command in ("state list", "state history", "clusters", "doctor"):
            yield command, project.run(*command.split())
        project.write(fleet(count).replace(*_MOVED))
        yield "plan, all refused", project.run("plan", end=1)
        project.write(fleet(count).replace(*_REPLACED))
        for form in ("text", "json", "html"):
            yield f"plan, all replaced, {form}", project.run("plan", "--format", form)
        yield "export --all, a file for each", project.run("export", "--all", "--out", "exported/")
        yield "state rm", project.run("state", "rm", name(0))


def main(count: int) -> None:
    for label, spent in itertools.chain(_without_api(count), _with_record(count)):
        print(f"| {label} | {spent.seconds:.1f} | {spent.mib:.0f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
