"""The page about the Terraform provider names each test that shows what it says, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_row_has_its_test_and_every_test_its_row():
    page = (ROOT / "docs/provider.md").read_text("utf-8")
    tests = (ROOT / "tests/conformance/test_provider_calls.py").read_text("utf-8")
    assert sorted(re.findall(r"`(test_[a-z0-9_]+)` \|$", page, re.MULTILINE)) == sorted(
        re.findall(r"^def (test_[a-z0-9_]+)", tests, re.MULTILINE)
    )
