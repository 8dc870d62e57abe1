"""Calls go down: from a command to wiring to a use case to what it needs. What climbs back is a declared port.

The first tests read the source, the last ones follow the calls of a real plan and a real apply.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import climbs, measures

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


def _called_above(command: str, folder: Path) -> set[str]:
    """What is called of the command line and its wiring, from below, while a command runs."""
    return {function for _, function in climbs.walk(command, folder).all if function.startswith(("cli.", "project."))}


def test_a_plan_climbs_to_open_the_api_and_nothing_else(tmp_path: Path) -> None:
    assert _called_above("plan", tmp_path) <= HOST


def test_an_apply_climbs_by_its_ports_alone(tmp_path: Path) -> None:
    above = _called_above("apply", tmp_path)
    assert above & VIEW
    assert above & APPROVER
    assert above & REPORTER
    assert above <= HOST | VIEW | APPROVER | REPORTER


@pytest.mark.parametrize("command", climbs.COMMANDS)
def test_the_way_to_an_effect_climbs_seldom(command: str, tmp_path: Path) -> None:
    """Through every layer and every port, those to adapters too."""
    walk = climbs.walk(command, tmp_path)
    assert any(function.startswith("adapters.ack.client:") for _, function in walk.all), "the API is not seen"
    assert 0 < len(walk.longest) <= climbs.MOST, walk.longest


def test_each_call_to_a_higher_layer_is_a_climb() -> None:
    way = ["cli.main:run", "app.apply:run", "cli.console:ask", "cli.printing:say", "plan.steps:of", "project.wiring:of"]
    assert climbs.climbs(way) == (("app.apply:run", "cli.console:ask"), ("plan.steps:of", "project.wiring:of"))
