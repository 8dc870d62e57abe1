"""Text from outside can't steer a terminal, and columns line up whatever the names are."""

from __future__ import annotations

import pytest

from ackplan.core.actions import Action, Reason
from ackplan.render.facts import words
from ackplan.render.facts.safe import pad, printable, shortened, width

HOSTILE = {
    "clear screen": "\x1b[2Jshop",
    "window title": "\x1b]0;owned\x07",
    "C1 control": "shop\x9b31m",
    "right to left": "shop\u202egnp.exe",
    "isolate": "\u2066shop\u2069",
    "line end": "shop\nPlan: 0 to create",
    "carriage return": "destroy shop\rcreate shop ",
    "backspace": "bad\x08\x08\x08ok",
    "line separator": "shop\u2028other",
    "invisible": "sh\u200bop",
    "byte order mark": "\ufeffshop",
    "tag characters": "shop\U000e0041",
    "broken surrogate": "shop\ud800",
    "null": "shop\x00",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_written_out(text: str) -> None:
    safe = printable(text)
    assert safe.isprintable()
    assert "\\" in safe
    assert safe.encode()


@pytest.mark.parametrize("text", ["shop-dev", "商店-生产", "é", "a b", "{id}", ""])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_long_text_is_cut_visibly() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert len(shortened("\x1b" * 1000, 50)) == 50


def test_chinese_takes_two_columns_and_combining_marks_none() -> None:
    assert width("shop") == 4
    assert width("商店") == 4
    assert width("e\u0301") == 1
    assert pad("商店", 6) == "商店  "
    assert pad("too long", 3) == "too long"


def test_every_action_has_its_words() -> None:
    assert set(words.MARKS) == set(Action) == set(words.DONE)
    assert set(words.MARKS.values()) == set(words.LEGEND)
    for action in Action:
        for reason in Reason:
            assert words.headline(action, reason, blocked=False)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.4, "0s"), (45, "45s"), (60, "1m"), (90, "1m30s"), (600, "10m"), (3600, "1h"), (3900.2, "1h5m")],
)
def test_durations_read_at_a_glance(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text
