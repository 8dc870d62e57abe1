"""`--lang`, ACKPLAN_LANG and the locale: the language of what people read, and never of what programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import command_line

CHINESE, ENGLISH = "不是有效的 YAML", "Not valid YAML"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text("a: [\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "environment", "expected"),
    [
        ("validate", {}, ENGLISH),
        ("validate", {"LANG": "zh_CN.UTF-8"}, CHINESE),
        ("validate", {"ACKPLAN_LANG": "zh"}, CHINESE),
        ("validate", {"ACKPLAN_LANG": "en", "LANG": "zh_CN.UTF-8"}, ENGLISH),
        ("validate --lang zh", {}, CHINESE),
        ("validate --lang=zh-CN", {}, CHINESE),
        ("--lang zh validate", {}, CHINESE),
        ("-lang=zh validate", {}, CHINESE),
        ("validate --lang en", {"ACKPLAN_LANG": "zh"}, ENGLISH),
    ],
)
def test_messages_are_in_the_language_asked_for(
    line: str, environment: dict[str, str], expected: str, folder: Path
) -> None:
    assert expected in command_line(folder, *line.split(), environment=environment).err


@pytest.mark.parametrize(("line", "environment"), [("--lang fr", {}), ("", {"ACKPLAN_LANG": "fr"})])
def test_a_language_that_is_not_there_is_refused(line: str, environment: dict[str, str], folder: Path) -> None:
    refused = command_line(folder, "validate", *line.split(), environment=environment)
    assert refused.code == 64
    assert "'fr' is none of en, zh" in refused.err


def test_json_is_english_unless_the_command_line_says_else(folder: Path) -> None:
    def summary(*words: str) -> object:
        done = command_line(folder, "validate", "--format", "json", *words, environment={"ACKPLAN_LANG": "zh"})
        return json.loads(done.out)["diagnostics"][0]["summary"]

    assert (summary(), summary("--lang", "zh")) == (ENGLISH, CHINESE)


@pytest.mark.parametrize("line", ["", "--lang", "--lang zh", "--lang=", "version --lang"])
def test_a_line_that_ends_early_is_no_bug(line: str, folder: Path) -> None:
    done = command_line(folder, *line.split())
    assert done.code in {0, 64}
    assert "ACK9001" not in done.err
