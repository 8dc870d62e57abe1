"""Every message ends with what to do, but for those whose own words say it."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from ackplan.core.messages import table

# What is wrong is said by whoever found it (a parser, a schema, a policy, a server), with what is right; or nothing
# is to be done.
SAID_BY_ITS_OWN_WORDS = frozenset(
    [
        "ACK1001.unreadable",
        "ACK1001.syntax",
        "ACK1020",
        "ACK1023",
        "ACK1030",
        "ACK1031",
        "ACK1034",
        "ACK1040",
        "ACK1100",
        "ACK1101",
        "ACK1101.one_of",
        "ACK1101.needed",
        "ACK1102.kind",
        "ACK1103.not_one_of",
        "ACK1103.value",
        "ACK1103.refused",
        "ACK1103.section",
        "ACK1104",
        "ACK1106",
        "ACK1107",
        "ACK1201",
        "ACK1201.nested",
        "ACK1203",
        "ACK1204",
        "ACK1209",
        "ACK2101.wrong",
        "ACK2101.read",
        "ACK3008",
        "ACK3014",
        "ACK3021",
        "ACK3030",
        "ACK3031",
        "ACK3056",
        "ACK3057",
        "ACK3086",
        "ACK3107",
        "ACK4001.unsent",
        "ACK4007",
        "ACK5006.alone",
        "ACK6004",
        "ACK6008",
        "ACK7001.fault",
        "ACK8004",
        "ACK8008",
        "ACK8011.code",
        "ACK5021",
    ]
)
_SOURCES = Path(__file__).parents[3] / "ackplan"
# Cures that a policy, or the table of the API's errors, has the whole text of.
_RELAYED = frozenset({"{cure}", "{remedy}", "{remedies}"})
_NAMES = re.compile(r'"(ACK\d{4}(?:\.\w+)?)"')


def used() -> frozenset[str]:
    """The names of messages that stand in the code; of a code with variants these, however they are put together."""
    raised = {name for path in _SOURCES.rglob("*.py") for name in _NAMES.findall(path.read_text("utf-8"))}
    known = table("en")
    parents = {name.partition(".")[0] for name in known if "." in name}
    return frozenset(name for name in known if name in raised or name not in parents)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_message_says_what_to_do(language: str) -> None:
    silent = {name for name in used() if not table(language)[name].cure}
    assert silent == SAID_BY_ITS_OWN_WORDS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_to_do_is_a_sentence(language: str) -> None:
    for name, message in table(language).items():
        words = "".join(text for text, *_ in string.Formatter().parse(message.cure))
        assert not message.cure or words.strip() or message.cure in _RELAYED, name
