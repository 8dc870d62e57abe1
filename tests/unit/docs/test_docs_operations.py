"""The page of operations says what the contract says, all of it, and can't be stale."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.conformance import contract
from tests.unit.docs.pages import generated


@pytest.fixture(scope="module")
def generator(root: Path) -> ModuleType:
    return generated(root, "operations")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/operations.md").read_text("utf-8")


def test_the_page_is_up_to_date(generator, monkeypatch, tmp_path):
    assert generator.main(["--check"]) == 0
    monkeypatch.setattr(generator, "OUTPUT", tmp_path / "operations.md")
    assert generator.main(["--check"]) == 1
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0


def test_every_operation_has_its_call_and_its_errors(page):
    parts = re.split(r"^## (.*)\n", page, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    for name, operation in contract.operations().items():
        assert f"`{operation.method} {operation.path}`" in sections[name]
        for code in operation.said["x-ack-codes"]:
            assert f"`{code}`" in sections[name].rpartition("Errors: ")[2]
        for parameter in re.findall(r"\{(\w+)\}", operation.path):
            assert f"| `{parameter}` | path | yes |" in sections[name]
    for code in contract.document()["x-ack-codes"]:
        assert f"| `{code}` |" in sections["Errors"]


def test_every_link_inside_of_the_page_leads_somewhere(page):
    headings = [
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    ]
    assert len(set(headings)) == len(headings)
    assert set(re.findall(r"\]\(#([\w-]+)\)", page)) <= set(headings)
