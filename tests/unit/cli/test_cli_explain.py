"""`ackplan explain CODE`: every code that the messages have is explained, whole, from the page of diagnostics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ackplan.cli.explanations import explanations
from ackplan.core import messages
from tests.running import command_line


def test_every_code_of_the_messages_is_explained(tmp_path: Path) -> None:
    codes = {name.partition(".")[0] for name in messages.table("en")}
    assert codes <= explanations().keys()
    for code in sorted(codes):
        done = command_line(tmp_path, "explain", code)
        assert done.code == 0
        assert done.out.startswith(f"{code}: {messages.message(code, 'en').summary}")
        assert "\n\nWhat: " in done.out
        assert re.search(r"^Do: +\S", done.out, re.MULTILINE), code
        assert "###" not in done.out


@pytest.mark.parametrize("written", ["ACK2001", "ack2001", "2001", "ACK2001:"])
def test_a_code_is_taken_as_it_is_written(written: str, tmp_path: Path) -> None:
    assert command_line(tmp_path, "explain", written).out.startswith("ACK2001: ")


def test_several_are_explained_one_after_the_other(tmp_path: Path) -> None:
    done = command_line(tmp_path, "explain", "ACK1001", "ACK1002", "--format", "markdown")
    assert re.findall(r"^### (ACK\d+)", done.out, re.MULTILINE) == ["ACK1001", "ACK1002"]


@pytest.mark.parametrize(
    ("written", "hint"), [("ACK0001", "Did you mean"), ("banana", "A code is ACK and four digits")]
)
def test_one_that_there_is_not_is_refused(written: str, hint: str, tmp_path: Path) -> None:
    refused = command_line(tmp_path, "explain", "ACK1001", written)
    assert (refused.code, refused.out) == (64, "")
    assert hint in refused.err


def test_every_code_is_explained_in_chinese(tmp_path: Path) -> None:
    codes = sorted({name.partition(".")[0] for name in messages.table("zh")})
    explained = command_line(tmp_path, "explain", *codes, "--lang", "zh")
    assert explained.code == 0
    for code in codes:
        assert f"{code}：{messages.message(code, 'zh').summary}" in explained.out
    assert "处理：请查看状态：ackplan state list" in explained.out
