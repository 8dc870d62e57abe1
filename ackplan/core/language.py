"""The language of what people read: chosen once for a command, and asked wherever words are made.

English stands in the code, and is the key under which another language has the same: `phrase("Nothing to do")`. What
programs read (keys, codes, records, plan files) is made with `speaking(ENGLISH)`, whatever was chosen.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Final

from ackplan.core import messages
from ackplan.core.messages import Text

ENGLISH: Final = "en"
CHINESE: Final = "zh"
LANGUAGES: Final = (ENGLISH, CHINESE)
VARIABLE: Final = "ACKPLAN_LANG"
# The variables of a locale; the first that is set decides.
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_TAGS: Final = {CHINESE: "zh-CN"}
# Where no blank follows: the end of a Chinese sentence or of a label, in colour or not.
_CLOSED: Final = re.compile(r"[。：；，！？）](?:\x1b\[[\d;]*m)*$")
_CURRENT: ContextVar[str] = ContextVar("LANGUAGE", default=ENGLISH)


def current() -> str:
    """The language of the command that is running."""
    return _CURRENT.get()


def tag() -> str:
    """The language as pages name it: `en`, `zh-CN`."""
    return _TAGS.get(current(), current())


def choose(language: str) -> None:
    """From here on, in this context and in all that it starts, words are in this language."""
    _CURRENT.set(language)


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Words in this language, until the end of the block."""
    before = _CURRENT.set(language)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def named(text: str) -> str | None:
    """The language that a name or a locale means: `zh`, `zh-Hans`, `zh_CN.UTF-8`, `en_GB`; None for one that is not
    there.
    """
    language = text.replace("_", "-").partition(".")[0].partition("-")[0].lower()
    return language if language in LANGUAGES else None


def of_environment(environment: Mapping[str, str]) -> str:
    """What ACKPLAN_LANG asks for, else the locale; English where neither names a language that is there."""
    if choice := named(environment.get(VARIABLE, "")):
        return choice
    locale = next((value for name in _LOCALE if (value := environment.get(name, ""))), "")
    return named(locale) or ENGLISH


def phrase(text: str, /, **arguments: Text) -> str:
    """The English words in the language that was chosen, with their arguments as `messages.filled` takes them.

    Words that a language does not have stay English.
    """
    language = _CURRENT.get()
    words = text if language == ENGLISH else messages.phrases(language).get(text, text)
    return messages.filled(words, arguments) if arguments else words


def sentences(*parts: str) -> str:
    """Labels and sentences in a row, those that are empty left out: with blanks between them as the language has it."""
    row = ""
    for part in filter(None, parts):
        row += part if not row or _CLOSED.search(row) else f" {part}"
    return row


def spoken(text: str) -> str:
    """A sentence that was made in English, or came from a file or a process, in the language that was chosen.

    What is none of ours stays as it is.
    """
    language = _CURRENT.get()
    if language == ENGLISH:
        return text
    from ackplan.core.messages import recognized

    return recognized.spoken(text, language)


def spoken_arguments(arguments: Mapping[str, Text]) -> Mapping[str, Text]:
    """Arguments of a message, those that are sentences of ours as `spoken` has them."""
    if _CURRENT.get() == ENGLISH:
        return arguments
    return {name: spoken(value) if isinstance(value, str) else value for name, value in arguments.items()}


def relayed(code: str, texts: tuple[str, str, str]) -> tuple[str, str, str]:
    """Summary, detail and cure that came with a finding, in the language that was chosen where they are its code's."""
    language = _CURRENT.get()
    if language == ENGLISH:
        return texts
    from ackplan.core.messages import recognized

    return recognized.relayed(code, texts, language)
