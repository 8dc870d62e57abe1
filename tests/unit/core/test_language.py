"""The language of what people read: from a name, from the environment, for a block, for what a block starts."""

from __future__ import annotations

import asyncio

import pytest

from ackplan.core import language
from ackplan.core.diagnostics import error
from ackplan.core.language import CHINESE, ENGLISH, speaking


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "zh-Hans-CN"}, "zh"),
        ({"LANG": "zh_CN.GBK"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zhuang"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh"),
        ({"ACKPLAN_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
        ({"ACKPLAN_LANG": "zh", "LC_ALL": "C"}, "zh"),
        ({"ACKPLAN_LANG": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_environment_names_the_language(environment: dict[str, str], expected: str) -> None:
    assert language.of_environment(environment) == expected


def test_words_are_looked_up_when_they_are_read() -> None:
    fault = error("ACK1001.unreadable", reason="x")
    with speaking(CHINESE):
        assert fault.summary == "不是有效的 YAML"
        with speaking(ENGLISH):
            assert fault.summary == "Not valid YAML"
        assert fault.summary == "不是有效的 YAML"
    assert fault.summary == "Not valid YAML"


def test_a_phrase_has_its_arguments_in_each_language() -> None:
    words = "{value} is none of {names}"
    assert language.phrase(words, value="fr", names="en, zh") == "fr is none of en, zh"
    with speaking(CHINESE):
        assert language.phrase(words, value="fr", names="en, zh") == "fr 无效，可选值为 en, zh"
        assert language.phrase("{no such phrase}") == "{no such phrase}"


def test_what_a_block_starts_has_its_language() -> None:
    async def started() -> list[str]:
        return [
            await asyncio.create_task(asyncio.sleep(0, language.current())),
            await asyncio.to_thread(language.current),
        ]

    with speaking(CHINESE):
        assert asyncio.run(started()) == [CHINESE, CHINESE]
