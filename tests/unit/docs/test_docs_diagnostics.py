"""Every code that ackplan uses has an entry in docs/diagnostics.md under its own summary, and no entry is left over."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ackplan.core import messages
from tests.unit.docs.pages import generated

CODE = re.compile(r"ACK[0-9]{4}")
PARTS = ("What", "Why", "Do")


class Module:
    """One module's uses of codes: a code, and the summary that stands behind it."""

    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)
        self._functions = [
            node for node in ast.walk(self._tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    def codes(self) -> set[str]:
        return {node.value for node in ast.walk(self._tree) if is_code(node)}

    def summaries(self) -> Iterator[tuple[str, str | None]]:
        """Each code with each of its summaries; None for one that can't be read off."""
        for node in ast.walk(self._tree):
            yield from self._behind(node, node.args if isinstance(node, ast.Call) else getattr(node, "elts", ()))

    def _behind(self, node: ast.AST, values: Sequence[ast.expr]) -> Iterator[tuple[str, str | None]]:
        for code, summary in itertools.pairwise(values):
            if is_code(code) and not is_code(summary):
                yield from ((code.value, text) for text in self._texts(summary, node))

    def _texts(self, summary: ast.expr, call: ast.AST) -> Iterator[str | None]:
        """What a summary may be: itself, or what is handed to the function that it is a parameter of."""
        if isinstance(summary, ast.Constant):
            yield summary.value
            return
        around = next((f for f in self._functions if any(part is call for part in ast.walk(f))), None)
        names = [argument.arg for argument in around.args.args] if around else []
        if not isinstance(summary, ast.Name) or summary.id not in names or around is None:
            yield None
            return
        for other in ast.walk(self._tree):
            if (
                isinstance(other, ast.Call)
                and getattr(other.func, "id", getattr(other.func, "attr", "")) == around.name
            ):
                handed = other.args[names.index(summary.id) - (names[0] == "self")]
                yield handed.value if isinstance(handed, ast.Constant) else None


def is_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value) is not None


@pytest.fixture(scope="module")
def modules(root: Path) -> list[Module]:
    return [Module(path.read_text("utf-8")) for path in sorted((root / "ackplan").rglob("*.py"))]


@pytest.fixture(scope="module")
def used(modules: list[Module]) -> dict[str, set[str | None]]:
    """Every code of the package with its summaries: of the table of messages, and of calls that bring their words."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for name, message in messages.table("en").items():
        found[name.partition(".")[0]].add(message.summary)
    for module in modules:
        for code, summary in module.summaries():
            if code not in messages.table("en"):
                found[code].add(summary)
    return dict(found)


@pytest.fixture(scope="module")
def entries(root: Path) -> dict[str, str]:
    """The entries of the page by their codes."""
    text = (root / "docs/diagnostics.md").read_text("utf-8")
    parts = re.split(r"^### (.*)\n", text, flags=re.MULTILINE)
    assert len(set(parts[1::2])) == len(parts[1::2])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_a_summary_is_found_wherever_a_code_is_used():
    source = """
def fault(step, code, summary): ...
def called(mark, summary): return error("ACK1000", summary, mark)
class Reporter:
    def said(self, summary): self._error("ACK1003", summary)
    def more(self): self.said("by a method")
found = [called(1, "handed on"), called(2, "handed on too")]
fault(step, "ACK1001", "as it is")
table = {401: ("ACK1002", "in a tuple")}
error("ACK1004", f"made {up}")
if code == "ACK1005": ...
"""
    module = Module(source)
    assert set(module.summaries()) == {
        ("ACK1000", "handed on"),
        ("ACK1000", "handed on too"),
        ("ACK1001", "as it is"),
        ("ACK1002", "in a tuple"),
        ("ACK1003", "by a method"),
        ("ACK1004", None),
    }
    assert module.codes() == {"ACK1000", "ACK1001", "ACK1002", "ACK1003", "ACK1004", "ACK1005"}


def test_every_code_is_used_with_a_summary_that_stands_in_the_code(modules, used):
    assert len(used) > 50
    assert set().union(*(module.codes() for module in modules)) | {
        name.partition(".")[0] for name in messages.table("en")
    } == set(used)
    assert {code for code, summaries in used.items() if None in summaries} == set()


def test_every_code_has_an_entry_and_every_entry_a_code(used, entries):
    assert {
        "without an entry": sorted(set(used) - set(entries)),
        "without a use": sorted(set(entries) - set(used)),
    } == {
        "without an entry": [],
        "without a use": [],
    }


def test_an_entry_has_the_summaries_of_its_code(used, entries):
    written = {code: set(re.findall(r"\*\*(.*?)\*\*", entry)) for code, entry in entries.items()}
    assert {code: written.get(code) for code in used} == used


def test_an_entry_says_what_it_means_why_it_matters_and_what_to_do(entries):
    for code, entry in entries.items():
        assert re.findall(r"^- (\w+): \S", entry, re.MULTILINE) == list(PARTS), code


def test_entries_stand_in_order_under_the_group_of_their_first_digit(root):
    text = (root / "docs/diagnostics.md").read_text("utf-8")
    lines = re.findall(r"^(?:## (\d)xxx:|### ACK(\d{4})$)", text, re.MULTILINE)
    groups = [group for group, _ in lines if group]
    codes = [code for _, code in lines if code]
    assert groups == sorted(set(groups))
    assert codes == sorted(codes)
    current = ""
    for group, code in lines:
        current = group or current
        assert not code or code[0] == current
    assert {code[0] for code in codes} == set(groups)


def test_the_page_in_chinese_has_every_code_and_is_up_to_date(root: Path) -> None:
    english, chinese = ((root / "docs" / name).read_text("utf-8") for name in ("diagnostics.md", "zh/diagnostics.md"))
    assert generated(root, "diagnostics_zh").render() == chinese
    codes = [sorted(re.findall(r"^### (ACK\d{4})$", text, re.MULTILINE)) for text in (english, chinese)]
    assert codes[0] == codes[1]
