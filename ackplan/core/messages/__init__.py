"""The words of every diagnostic, in one table a language: `LANGUAGE.toml` beside this file.

A table of the file has the name of a code and the `summary` of all of its findings; `detail` and `cure` stand there
too, or in a table of their own for each variant. Arguments stand in braces, with what Python's format knows, and:
`{names:; not picked: #}` is nothing without names, else that text with them in the place of `#`, and
`{count:# worker|# workers}` is the first for one.
"""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

LANGUAGE = "en"


def summary(code: str) -> str:
    """What a code means. KeyError for one that the table has not."""
    return str(_table(LANGUAGE)[code]["summary"])


def detail(code: str, variant: str, arguments: Mapping[str, Any]) -> str:
    """What a finding is about, with its arguments filled in; empty where its message has no detail."""
    return filled(_message(code, variant).get("detail", ""), arguments)


def cure(code: str, variant: str, arguments: Mapping[str, Any]) -> str:
    """What to do about a finding, with its arguments filled in; empty where its message has no cure."""
    return filled(_message(code, variant).get("cure", ""), arguments)


def table(language: str) -> Mapping[str, Mapping[str, Any]]:
    """The whole table of a language, by code: what a test holds against the code that uses it."""
    return _table(language)


def _message(code: str, variant: str) -> Mapping[str, Any]:
    entry = _table(LANGUAGE)[code]
    return {**entry, **entry[variant]} if variant else entry


@functools.cache
def _table(language: str) -> Mapping[str, Mapping[str, Any]]:
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def filled(template: str, arguments: Mapping[str, Any]) -> str:
    """The template with its arguments; empty for an empty one. KeyError for an argument that is not given."""
    return _FORMATTER.vformat(template, (), arguments) if template else ""


class _Formatter(string.Formatter):
    """Fills arguments in by their names alone: a template reads no attribute and no item."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:  # noqa: ARG002 - of the base class
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> Any:
        if isinstance(value, str) and format_spec:
            return format_spec.replace("#", value) if value else ""
        one, several, many = format_spec.partition("|")
        if several:
            return (one if value == 1 else many).replace("#", str(value))
        if "#" in format_spec:
            return format_spec.replace("#", str(value)) if value else ""
        return format(value, format_spec)


_FORMATTER = _Formatter()
