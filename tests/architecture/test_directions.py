"""Calls go down: from a command to wiring to a use case to what it needs. What climbs back is a declared port.

The first tests read the source, the last ones follow the calls of a real plan and a real apply.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.architecture import measures
from tests.running import command_line

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  web: {cluster_type: Ask}
"""
ABOVE_USE_CASES = ("ackplan.cli", "ackplan.project", "ackplan.adapters", "ackplan.render", "ackplan.rego", "click")
# What a use case takes that is called back: fields and parameters of these names. The list only shrinks.
CALLBACKS = {
    "apply.ApplyOrder.saved",
    "edit_record.rewrite.changed",
    "host.Host.judges",
    "host.Host.new_run",
    "policies.Judges.document",
    "rehearse.rehearse.tell",
    "run_view.RunView.running.stop",
}
# The ports by which a use case may call what stands above it, as the command line has them.
HOST = {f"project.wiring:{name}" for name in ("open_world", "open_api", "new_run", "judges")} | {
    "project.embedded:embedded"
}
VIEW = {f"cli.console:Console.{name}" for name in ("plan", "note", "event", "result", "running")}
APPROVER, REPORTER = {"cli.console:Prompt.approve"}, {"cli.report_file:Report.write"}
RANK = {"cli": 3, "project": 2}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_no_use_case_imports_what_stands_above_it_wherever_in_the_module() -> None:
    use_cases = [module for module in measures.modules() if module.package == "app"]
    climbing = {
        str(module.path): name
        for module in use_cases
        for name in _imports(module.tree)
        if name.startswith(ABOVE_USE_CASES)
    }
    assert use_cases
    assert climbing == {}


def test_commands_of_plan_and_apply_reach_use_cases_by_the_project_alone() -> None:
    """None of them makes a plan, opens a store or sends a call by itself."""
    for name in ("plan", "apply", "destroy"):
        (module,) = (m for m in measures.modules() if m.path == Path("cli/commands", f"{name}.py"))
        imports = {part for part in _imports(module.tree) if part.startswith("ackplan.")}
        lower = {part.split(".")[1] for part in imports} - {"cli", "project", "core"}
        assert lower <= {"app", "adapters", "plan"}, (name, imports)
        assert imports & {"ackplan.project.project", "ackplan.cli.execution"}, name
        assert not any(part.startswith(("ackplan.execute", "ackplan.project.wiring")) for part in imports), name


def test_what_use_cases_call_back_is_declared() -> None:
    taken = {name for module in measures.modules() if module.package == "app" for name in _callbacks(module)}
    assert taken - CALLBACKS == set()
    assert CALLBACKS - taken == set(), "no longer needed"


def _callbacks(module: measures.Module) -> Iterator[str]:
    for node, path in _scopes(module.tree, (module.path.stem,)):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _callable(node.annotation):
            yield ".".join((*path, node.target.id))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            arguments = (*node.args.args, *node.args.kwonlyargs)
            yield from (
                ".".join((*path, node.name, a.arg)) for a in arguments if a.annotation and _callable(a.annotation)
            )


def _scopes(tree: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    for node in ast.iter_child_nodes(tree):
        yield node, path
        if isinstance(node, ast.ClassDef):
            yield from _scopes(node, (*path, node.name))


def _callable(annotation: ast.expr) -> bool:
    return "Callable[" in ast.unparse(annotation)


def _climbs(folder: Path, *arguments: str) -> set[str]:
    """What is called of a higher layer, from the use cases down, while a command runs: `module:function`."""
    climbs: set[str] = set()

    def follow(frame: FrameType, event: str, _argument: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and (rank := _rank(module)):
            caller = _caller(frame)
            if caller and _rank(caller) < rank:
                climbs.add(f"{module.removeprefix('ackplan.')}:{frame.f_code.co_qualname}")

    sys.setprofile(follow)
    try:
        done = command_line(folder, *arguments, "--sandbox", "--time-scale", "1000000")
    finally:
        sys.setprofile(None)
    assert done.code == 0, done.out + done.err
    return {name for name in climbs if "<locals>" not in name}


def _rank(module: str) -> int:
    return RANK.get(module.split(".")[1], 0) if module.startswith("ackplan.") else 0


def _caller(frame: FrameType) -> str:
    """The nearest module of ours that called it; the simulator in this process is not ours to follow."""
    back = frame.f_back
    while back is not None:
        name: str = back.f_globals.get("__name__", "")
        if name.startswith("ackplan.") and not name.startswith("ackplan.simulator"):
            return name
        back = back.f_back
    return ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC)
    return tmp_path


def test_a_plan_climbs_to_open_the_api_and_nothing_else(folder: Path) -> None:
    assert _climbs(folder, "plan", "--out", "it.plan") <= HOST


def test_an_apply_climbs_by_its_ports_alone(folder: Path) -> None:
    climbs = _climbs(folder, "apply", "--auto-approve", "--report", "it.json")
    assert climbs & VIEW
    assert climbs & APPROVER
    assert climbs & REPORTER
    assert climbs <= HOST | VIEW | APPROVER | REPORTER
