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
from collections.abc import Mapping, Sequence
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
    """The template with its arguments; empty for an empty one. KeyError for an argument that is not given."""
    return _FORMATTER.vformat(template, (), arguments) if template else ""


class _Formatter(string.Formatter):
    """Fills arguments in by their names alone: a template reads no attribute and no item."""

    def get_field(
        self,
        field_name: str,
        args: Sequence[object],  # noqa: ARG002 - of the base class
        kwargs: Mapping[str, object],
    ) -> tuple[object, str]:
        return kwargs[field_name], field_name

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, str) and format_spec:
            return format_spec.replace("#", value) if value else ""
        one, several, many = format_spec.partition("|")
        if several:
            return (one if value == 1 else many).replace("#", str(value))
        if "#" in format_spec:
            return format_spec.replace("#", str(value)) if value else ""
        return format(value, format_spec)


_FORMATTER = _Formatter()
