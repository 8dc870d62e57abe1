"""The words of every diagnostic, in one table a language: `LANGUAGE.toml` beside this file.

All else that people read stands in the code in English, and in `phrases.LANGUAGE.toml` by that for each other language.

A table of the file has the name of a code and the `summary` of all of its findings; `detail` and `cure` stand there
too, or in a table of their own for each variant. Arguments stand in braces, with what Python's format knows, and:
`{names:; not picked: #}` is nothing without names, else that text with them in the place of `#`, and
`{count:# worker|# workers}` is the first for one.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Mapping
from typing import NamedTuple

Text = str | int


class Message(NamedTuple):
    """The words of a code or of one of its variants: templates, but for the summary."""

    summary: str
    detail: str = ""
    cure: str = ""


def message(name: str, language: str) -> Message:
    """The message of `CODE` or `CODE.VARIANT`, in English where the language has none. KeyError for an unknown one."""
    return table(language).get(name) or table("en")[name]


@functools.cache
def table(language: str) -> Mapping[str, Message]:
    """All messages of a language by their names; a code with variants stands for its summary."""
    messages: dict[str, Message] = {}
    for code, entry in _read(language).items():
        words = {key: value for key, value in entry.items() if isinstance(value, str)}
        messages[code] = Message(**words)
        variants = {key: value for key, value in entry.items() if isinstance(value, dict)}
        messages |= {f"{code}.{key}": Message(**{**words, **variant}) for key, variant in variants.items()}
    return messages


@functools.cache
def phrases(language: str) -> Mapping[str, str]:
    """The words of a language by the English ones."""
    sections = _read(f"phrases.{language}").values()
    return {english: words for section in sections for english, words in section.items() if isinstance(words, str)}


def phrases_of(section: str, language: str) -> Mapping[str, str]:
    """Those of one section, for what puts words together elsewhere: the script of a page."""
    words = _read(f"phrases.{language}").get(section, {})
    return {english: text for english, text in words.items() if isinstance(text, str)}


def _read(name: str) -> Mapping[str, Mapping[str, object]]:
    # Neither is light, and whoever finds nothing wrong needs no words.
    import tomllib
    from importlib import resources

    return tomllib.loads(resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def filled(template: str, arguments: Mapping[str, Text]) -> str:
    """The template with its arguments; empty for an empty one. KeyError for an argument that is not given.

    Arguments are filled in by their names alone: a template reads no attribute and no item.
    """
    texts: list[str] = []
    for text, name, form, conversion in _parts(template):
        texts.append(text)
        if name is not None:
            value = arguments[name] if conversion is None else _FORMATTER.convert_field(arguments[name], conversion)
            texts.append(_formed(value, filled(form, arguments) if "{" in form else form))
    return "".join(texts)


@functools.lru_cache(4096)
def _parts(template: str) -> tuple[tuple[str, str | None, str, str | None], ...]:
    """The texts of a template, each with the argument that follows, if one does: its name, form and conversion."""
    parts = _FORMATTER.parse(template)
    return tuple((text, name, form or "", conversion) for text, name, form, conversion in parts)


def _formed(value: Text, form: str) -> str:
    if isinstance(value, str):
        return form.replace("#", value) if value and form else value
    one, several, many = form.partition("|")
    if several:
        return (one if value == 1 else many).replace("#", str(value))
    if "#" in form:
        return form.replace("#", str(value)) if value else ""
    return format(value, form)


_FORMATTER = string.Formatter()
