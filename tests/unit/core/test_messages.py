"""The table of messages and the code that uses it: nothing is missing, nothing is left over, every argument is given."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from ackplan.core import messages
from ackplan.core.diagnostics import error, warning

PACKAGE = Path(messages.__file__).parents[2]
_MESSAGE = re.compile(r"ACK\d{4}(\.\w+)?")
_PLACES = {"span", "cluster", "parameter", "rule", "at_key"}
# Messages that are nothing but an argument, by whose words or names these are.
_RELAYED = {
    "the world of a sandbox, by the name of what it refuses": {"ACK7004"},
    "a parser of YAML, JSON or Rego": {"ACK1001", "ACK1051", "ACK2104", "ACK2105"},
    "the operating system": {"ACK1023", "ACK3014", "ACK7001"},
    "the API": {"ACK4001", "ACK5001", "ACK5007", "ACK5014"},
    "schemas, and what they say of a value": {
        "ACK1101",
        "ACK1103",
        "ACK1104",
        "ACK1106",
        "ACK1107",
        "ACK2101",
        "ACK2130",
        "ACK8002",
    },
    "a policy": {f"ACK21{number}" for number in range(10, 20)},
    "another finding": {"ACK3051"},
    "names, ids, paths and values": {
        *("ACK1004", "ACK1006", "ACK1010", "ACK1032", "ACK1035", "ACK1041", "ACK1202", "ACK1207", "ACK2011", "ACK2022"),
        *("ACK2106", "ACK3013", "ACK3021", "ACK3022", "ACK3034", "ACK3054", "ACK3093", "ACK4004", "ACK6006"),
        "ACK8005",
    },
}
# Those whose words are still put together in the code; the list only shrinks.
_GLUED = {"ACK1050", "ACK3001", "ACK3032", "ACK3059", "ACK3086", "ACK3090", "ACK5006", "ACK5009", "ACK6004", "ACK6005"}
# What a policy adds to each of its findings.
_OF_POLICIES = {"reason", "remedy", "exception", "clusters"}


def _calls() -> Iterator[tuple[str, ast.Call, bool]]:
    """Each call that is given a message: which, and whether it brings the words along."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))) if "simulator" not in file.parts else ():
            if isinstance(node, ast.Call):
                for place, argument in enumerate(node.args):
                    after = node.args[place + 1] if len(node.args) > place + 1 else None
                    glued = isinstance(after, ast.Constant) and isinstance(after.value, str) and bool(after.value)
                    yield from ((text, node, glued) for text in _texts(argument) if _MESSAGE.fullmatch(text))


def _texts(argument: ast.expr) -> Iterator[str]:
    """A text that is written down, or one of two."""
    for part in (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _names() -> Iterator[str]:
    """Every message that the code names, in a call or in a table."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _MESSAGE.fullmatch(node.value):
                yield node.value


CALLS = [(name, node) for name, node, glued in _calls() if not glued]


def _fields(template: str) -> set[str]:
    parsed = [(field, spec) for _, field, spec, _ in string.Formatter().parse(template) if field is not None]
    return {field for field, _ in parsed}.union(*(_fields(spec or "") for _, spec in parsed)) - {
        "cluster",
        "home",
        "parameter",
        "rule",
    }


@pytest.mark.parametrize("name", sorted({name for name, _ in CALLS}))
def test_a_call_gives_what_its_message_names(name: str) -> None:
    message = messages.table("en")[name]
    needed = _fields(message.detail) | _fields(message.cure)
    needed -= _OF_POLICIES if name.startswith("ACK211") else set()
    for node in (node for other, node in CALLS if other == name):
        if all(keyword.arg for keyword in node.keywords):
            assert {str(keyword.arg) for keyword in node.keywords} - _PLACES == needed


def test_every_message_is_used() -> None:
    used, table = set(_names()), messages.table("en")
    with_variants = {name.partition(".")[0] for name in table if "." in name}
    assert {name for name in table if name not in with_variants} <= used


def test_templates_reach_into_no_argument() -> None:
    for message in messages.table("en").values():
        assert all(field.isidentifier() for field in _fields(message.detail) | _fields(message.cure))


def test_each_summary_stands_once() -> None:
    summaries = [message.summary for name, message in messages.table("en").items() if "." not in name]
    assert len(summaries) == len(set(summaries))


def test_no_call_brings_its_words_along() -> None:
    assert [name for name, _, glued in _calls() if glued] == []


def test_what_is_nothing_but_an_argument_relays_it() -> None:
    words = {(name, text) for name, each in messages.table("en").items() for text in (each.detail, each.cure)}
    whole = {
        name.partition(".")[0]
        for name, text in words
        if _fields(text) and not any(part for part, *_ in string.Formatter().parse(text))
    }
    assert whole == set().union(_GLUED, *_RELAYED.values())


def test_words_are_filled_in_and_made_printable() -> None:
    why = error("ACK3042", cluster_id="c1\x1b[2J", names="a and as b", names_2="a or b", cluster="a")
    assert why.summary == "Cluster is recorded twice"
    assert why.detail == "c1\\x1b[2J is recorded as a and as b"
    assert "ackplan state rm a or b" in why.cure
    assert str(why).startswith("ACK3042 a: Cluster is recorded twice: ")
    assert hash(why) == hash(
        error("ACK3042", cluster_id="c1\x1b[2J", names="a and as b", names_2="a or b", cluster="a")
    )


def test_an_argument_is_no_template() -> None:
    why = warning("ACK2106", name="{version.__class__} {0}")
    assert why.detail == "{version.__class__} {0}"
    assert not why.is_error


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("a{left:; not #}", "", "a"),
        ("a{left:; not #}", "b, c", "a; not b, c"),
        ("{left:# worker|# workers}", 1, "1 worker"),
        ("{left:# worker|# workers}", 2, "2 workers"),
        ("{left:,}", 12000, "12,000"),
        ("{left!r}", "x", "'x'"),
    ],
)
def test_what_a_template_knows_besides(template: str, value: str | int, text: str) -> None:
    assert messages.filled(template, {"left": value}) == text
