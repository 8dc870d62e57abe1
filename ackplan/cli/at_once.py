"""What is answered before anything is imported: the version, and the first page of help in English.

To import click takes longer than either. A test holds both against what click says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ackplan import __version__

_USAGE = "Usage: ackplan [OPTIONS] COMMAND [ARGS]..."
_OPTIONS = (
    ("--lang LANG", "Language: en or zh.  [default: that of the locale]"),
    ("--version", "Show the version and exit."),
    ("-h, --help", "Show this message and exit."),
)
# The variables that options of `version` are read from, where they change what is printed.
VARIABLES = frozenset({"ACKPLAN_CHDIR", "ACKPLAN_VERBOSE", "ACKPLAN_LOG_FILE", "ACKPLAN_LANG", "ACKPLAN_FORMAT"})
_NARROWEST, _WIDEST, _FIRST_COLUMN = 50, 100, 30


def answer(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command line prints; empty for one that has to be read, or whose options variables may set."""
    if len(arguments) != 1 or "_ACKPLAN_COMPLETE" in environment:
        return ""
    match arguments[0]:
        case "-h" | "--help":
            return _help(environment)
        case "version" if VARIABLES & environment.keys():
            return ""
        case "version" | "--version":
            return f"ackplan {__version__}\n"
        case _:
            return ""


def _help(environment: Mapping[str, str]) -> str:
    from ackplan.core import language

    if language.of_environment(environment) != language.ENGLISH:
        return ""
    import shutil

    return "\n".join(_page(max(min(shutil.get_terminal_size().columns, _WIDEST) - 2, _NARROWEST))) + "\n"


def _page(width: int) -> Iterator[str]:
    import textwrap

    from ackplan.cli.command_table import COMMANDS, PURPOSE, SECTIONS

    yield from (_USAGE, "", *textwrap.wrap(PURPOSE, width, initial_indent="  ", subsequent_indent="  "))
    sections = {name: [(command, COMMANDS[command]) for command in names] for name, names in SECTIONS.items()}
    for title, rows in {"Options": _OPTIONS, **sections}.items():
        yield from ("", f"{title}:", *_rows(rows, width))


def _rows(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    import textwrap

    first = min(max(len(name) for name, _ in rows), _FIRST_COLUMN) + 2
    for name, text in rows:
        line, *more = textwrap.wrap(text, max(width - first - 2, 10))
        yield f"  {name:{first}}{line}"
        yield from (" " * (first + 2) + rest for rest in more)
