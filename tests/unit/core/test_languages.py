"""Each language says what English says: every message and variant, with the same arguments, and no English left in it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from ackplan.core import messages
from ackplan.core.diagnostics import error
from ackplan.core.language import CHINESE, ENGLISH, speaking

# Names that Chinese texts have as they are.
_NAMES = frozenset(
    """
    account ack ackplan addons age api apply attach base bucket check cluster cn conftest console cron
    deleted deleting deletion deny env failed false file format git id identity initial install json key
    kubeconfig kubectl kubernetes lineage name newest off ok opa opentelemetry oss path pip plan postgresql profile
    queue rebind recipient rego schema serial sha sigkill ssh temporal temporalio terraform true url utc
    utf var violation warn worker workers workspaces yaml
    """.split()  # noqa: SIM905
)
# Commands, options, variables, files, placeholders and values: what is typed stays as it is.
_TYPED = re.compile(
    r"(ackplan|terraform|git|opa|pip|timedatectl|openssl|chmod|mkdir|echo|age-keygen)( [^\u4e00-\u9fff；。，）]+)?"
    r"|--?[a-z][a-z-]*( [A-Z0-9][\w:/.]*)?|\$\{[^}]*\}|[\w.~*-]*[/._:@*][\w./:@*-]*|\b[A-Z_]{3,}\b|[a-z]+_[a-z_]+|'[^']*'|`[^`]*`"
)


def _templates(language: str) -> Iterator[tuple[str, str]]:
    for name, message in messages.table(language).items():
        yield from ((f"{name} {part}", getattr(message, part)) for part in ("summary", "detail", "cure"))


def _arguments(template: str) -> set[tuple[str, str | None]]:
    return {(field, conversion) for _, field, _, conversion in string.Formatter().parse(template) if field}


@pytest.mark.parametrize("name", sorted(messages.table(ENGLISH)))
def test_each_message_is_there_with_the_same_arguments(name: str) -> None:
    english, chinese = messages.table(ENGLISH)[name], messages.table(CHINESE)[name]
    for part in ("summary", "detail", "cure"):
        words, other = getattr(english, part), getattr(chinese, part)
        assert bool(words) == bool(other)
        assert _arguments(words) == _arguments(other)


def test_no_message_is_left_over() -> None:
    assert messages.table(CHINESE).keys() == messages.table(ENGLISH).keys()


def test_each_phrase_has_the_arguments_of_the_english_one() -> None:
    for english, chinese in messages.phrases(CHINESE).items():
        assert {name for name, _ in _arguments(chinese)} <= {name for name, _ in _arguments(english)}, english


@pytest.mark.parametrize(("name", "template"), list(_templates(CHINESE)))
def test_no_english_is_left(name: str, template: str) -> None:
    pieces = [(text, spec or "") for text, _, spec, _ in string.Formatter().parse(template)]
    text = " ".join(text + " " + spec.replace("#", " ") for text, spec in pieces)
    words = re.findall(r"[A-Za-z]{2,}", _TYPED.sub(" ", text))
    assert [word for word in words if word.lower() not in _NAMES] == [], name


@pytest.mark.parametrize(("name", "template"), list(_templates(CHINESE)))
def test_chinese_has_its_own_punctuation(name: str, template: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\.(\s|$)", template), name
    assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", template), name


def test_commands_of_a_cure_are_the_same_in_each_language() -> None:
    for name, message in messages.table(ENGLISH).items():
        commands = [
            set(re.findall(r"--[a-z][a-z-]+", text)) for text in (message.cure, messages.table(CHINESE)[name].cure)
        ]
        assert commands[0] == commands[1], name


def test_a_finding_is_one_line_in_each_language() -> None:
    fault = error("ACK2010", flag="--target", name="web", cluster="web")
    assert fault.line().startswith("ACK2010 web: Cluster is not in the spec or the record: --target web")
    with speaking(CHINESE):
        assert (
            fault.line()
            == "ACK2010 web：集群既不在配置中，也不在状态中：--target web。请更正名称或删除该选项；状态中的名称：ackplan state list"
        )
