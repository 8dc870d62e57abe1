"""What can be counted of the source: names, sizes, `Any`, and variables that say nothing. All by the syntax tree."""

from __future__ import annotations

import ast
import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2] / "ackplan"
FUNCTION_LINES, FILE_LINES, PARAMETERS = 60, 300, 6
# A variable of such a name says that there was something, not what it is.
VAGUE = frozenset({"found", "known", "told", "asked", "given", "made"})
# Names that mean the same in each package.
_EVERYWHERE = {"__init__", "__main__", "model", "codec"}
# Folders whose modules are named alike because they do the same for another thing. A use case has one name in app and
# in each format of its output; a command's module has the name that is typed.
_PARALLEL = {"adapters": "adapter", "resources": "resource type", "render": "use case", "app": "use case"}


@dataclass(frozen=True)
class Module:
    path: Path
    """Below the package: `cli/main.py`."""
    lines: int
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.parts[0] if len(self.path.parts) > 1 else "ackplan"

    @property
    def kind(self) -> str:
        """Two modules of one kind may have one name."""
        return _PARALLEL.get(self.package, "") if len(self.path.parts) > 2 or self.package == "app" else ""


@functools.cache
def modules() -> tuple[Module, ...]:
    texts = ((path, path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py")))
    return tuple(Module(path.relative_to(ROOT), len(text.splitlines()), ast.parse(text)) for path, text in texts)


def double_modules() -> Mapping[str, Sequence[str]]:
    """Names of modules with more than one meaning, and where each is."""
    named = defaultdict(list)
    for module in _with_unique_names():
        if module.path.stem not in _EVERYWHERE and module.path.parts[:2] != ("cli", "commands"):
            named[module.path.stem].append(module)
    return {
        name: [str(module.path) for module in same]
        for name, same in named.items()
        if len(same) > 1 and (len({module.kind for module in same}) > 1 or not same[0].kind)
    }


def double_classes() -> Mapping[str, Sequence[str]]:
    named = defaultdict(list)
    for module in _with_unique_names():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                named[node.name].append(module)
    return {
        name: [str(module.path) for module in same]
        for name, same in named.items()
        if len(same) > 1 and not (same[0].kind in {"adapter", "resource type"} and len({m.kind for m in same}) == 1)
    }


def _with_unique_names() -> Iterator[Module]:
    """All but the simulator's: it shares nothing with the rest, and calls the same things by the same names."""
    return (module for module in modules() if module.package != "simulator")


def long_functions() -> Mapping[str, int]:
    return {
        f"{module.path}:{function.name}": lines
        for module, function in _functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    }


def long_files() -> Mapping[str, int]:
    return {str(module.path): module.lines for module in modules() if module.lines > FILE_LINES}


def many_parameters() -> Mapping[str, int]:
    return {
        f"{module.path}:{function.name}": number
        for module, function in _functions()
        if (number := len([name for name in _parameters(function) if name not in {"self", "cls"}])) > PARAMETERS
    }


def uses_of_any() -> Counter[str]:
    """How often each package says `Any`."""
    return Counter(
        module.package
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id == "Any"
    )


def vague_variables() -> Counter[str]:
    """How often each package binds a variable or takes a parameter of such a name."""
    stored = Counter(
        module.package
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE
    )
    return stored + Counter(
        module.package for module, function in _functions() for name in _parameters(function) if name in VAGUE
    )


def lines() -> Counter[str]:
    counter: Counter[str] = Counter()
    for module in modules():
        counter[module.package] += module.lines
    return counter


def any_counts() -> Mapping[str, int]:
    """By package, and in `all`."""
    return _with_total(uses_of_any())


def any_density() -> Mapping[str, float]:
    """`Any` a thousand lines."""
    counts, length = any_counts(), _with_total(lines())
    return {package: round(1000 * counts[package] / length[package], 1) for package in length}


def vague_counts() -> Mapping[str, int]:
    return _with_total(vague_variables())


def _with_total(counts: Counter[str]) -> Mapping[str, int]:
    return {**{package: counts[package] for package in lines()}, "all": counts.total()}


def _functions() -> Iterator[tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
