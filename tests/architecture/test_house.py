"""Names, sizes and types of the house. What breaks a rule today stands in allowed.json, and that list only shrinks.

An exception that is needed no more fails too. `pytest tests/architecture --update` takes such ones out and lowers the
ceilings; it never adds one and never raises one. `python -m tests.architecture` prints the numbers. The aim for `Any`
is 12 a thousand lines of the whole package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.architecture import measures

_FILE = Path(__file__).with_name("allowed.json")
_ALLOWED: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
EXCEPTIONS = {
    "modules of one name": measures.double_modules,
    "classes of one name": measures.double_classes,
    "long functions": measures.long_functions,
    "long files": measures.long_files,
    "functions of many parameters": measures.many_parameters,
}
CEILINGS = {"uses of Any": measures.any_counts, "variables that say nothing": measures.vague_counts}
_RULES = {
    "modules of one name": "a module's name has one meaning",
    "classes of one name": "a class's name has one meaning",
    "long functions": f"a function has at most {measures.FUNCTION_LINES} lines",
    "long files": f"a file has at most {measures.FILE_LINES} lines",
    "functions of many parameters": f"a function takes at most {measures.PARAMETERS} parameters",
}


@pytest.mark.parametrize("rule", EXCEPTIONS)
def test_rules_hold_but_for_the_exceptions(rule: str, pytestconfig: pytest.Config) -> None:
    breaches, allowed = EXCEPTIONS[rule](), _ALLOWED[rule]
    new = {name: breaches[name] for name in breaches if name not in allowed}
    assert not new, f"{_RULES[rule]}: {new}"
    needless = [name for name in allowed if name not in breaches]
    if needless and pytestconfig.getoption("--update"):
        _write(rule, [name for name in allowed if name in breaches])
    else:
        assert not needless, f"no longer needed in {_FILE.name} ({_UPDATE}): {needless}"


@pytest.mark.parametrize("rule", CEILINGS)
def test_ceilings_hold_and_come_down(rule: str, pytestconfig: pytest.Config) -> None:
    """A new package has no ceiling of its own until the next update; that of `all` holds for it from the beginning."""
    values, ceilings = CEILINGS[rule](), _ALLOWED[rule]
    if pytestconfig.getoption("--update"):
        ceilings = {package: min(value, ceilings.get(package, value)) for package, value in values.items()}
        _write(rule, ceilings)
    pairs = {package: (value, ceilings.get(package, value)) for package, value in values.items()}
    higher = {package: pair for package, pair in pairs.items() if pair[0] > pair[1]}
    assert not higher, f"{rule}, and the ceiling: {higher}"
    slack = {package: pair for package, pair in pairs.items() if _is_low(*pair)}
    assert not slack, f"{rule}: lower the ceiling ({_UPDATE}): {slack}"


_UPDATE = "pytest tests/architecture --update"


def _is_low(value: int, ceiling: int) -> bool:
    """A little may come and go; what was won stays won."""
    return ceiling - value > max(5, ceiling / 4)


def _write(rule: str, entries: list[str] | Mapping[str, int]) -> None:
    allowed = json.loads(_FILE.read_text(encoding="utf-8"))
    _FILE.write_text(json.dumps({**allowed, rule: entries}, indent=2) + "\n", encoding="utf-8")
