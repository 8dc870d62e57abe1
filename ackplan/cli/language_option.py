"""The language of a command: `--lang`, else ACKPLAN_LANG, else the locale. Known before the command line is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from ackplan.core import language


def chosen(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of a command line; a wrong one is told where the command reads its options."""
    for word, after in zip(words, (*words[1:], ""), strict=False):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name in {"--lang", "-lang"} and (choice := language.named(value if equals else after)):
            return choice
    return language.of_environment(environment)


def checked(_context: object, _parameter: object, value: str) -> str:
    """The language that the option names, empty for none. Raises BadParameter for one that is not there."""
    if value and language.named(value) is None:
        raise click.BadParameter(language.phrase("{value} is none of {names}", value=repr(value), names="en, zh"))
    return language.named(value) or ""


def for_document(lang: str, form: str) -> None:
    """Documents for programs are in English, unless the command line itself asks for another language."""
    source = click.get_current_context().get_parameter_source("lang")
    if form == "json" and not (lang and source is click.core.ParameterSource.COMMANDLINE):
        language.choose(language.ENGLISH)


# For commands that have no other shared option; `chosen` reads it.
alone = click.option(
    "--lang",
    expose_value=False,
    default="",
    metavar="LANG",
    callback=checked,
    help="Language: en or zh.  [default: that of the locale]",
)
