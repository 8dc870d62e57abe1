"""Variables: declared in the spec, set from outside, filled in inside strings. Nothing else comes in."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.core.json_types import Json, JsonObject
from ackplan.documents.scalars import Refused, plain, requoted
from ackplan.documents.schema_words import listed
from ackplan.documents.tree import Laid, Map, Place, Seq, span_at
from ackplan.documents.yaml import parse

_REFERENCE = re.compile(r"\$?\$\{([^}]*)\}")
# Where a value stands in a file, and the word that stands there, with its quotes.
Placed: TypeAlias = tuple[Span, str]
_NOWHERE: Final[Mapping[str, Placed]] = {}
# How a value of more than one part is written on a command line.
_FORMS: Final = {"list": "a,b or '[{key: a}, {key: b}]'", "map": "'{key: value}'"}
_VARIABLE = re.compile(r"var\.([A-Za-z_][A-Za-z0-9_-]*)")


def _whole_number(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_FITS: dict[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _whole_number,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "map": lambda value: isinstance(value, dict),
}
# What a variable's name in the environment begins with.
IN_ENVIRONMENT: Final = "ACKPLAN_VAR_"
# How alike two names are, at least, of which one may be a slip of the other.
_ALIKE: Final = 0.75
_NEAR: Final = "ACK1032.near"
# Of these types an empty text is a value; of others it is a variable of a shell or a pipeline that was left empty.
_MAY_BE_EMPTY: Final = frozenset({"string", "list"})


def values_of(
    declared: Map, given: JsonObject, environment: Mapping[str, str], placed: Mapping[str, Placed] = _NOWHERE
) -> tuple[dict[str, Json], list[Diagnostic]]:
    """The value of every declared variable.

    `given` comes from the command line (text is read as the declared type) and wins over `environment`, which is
    only asked for the names that are declared; a default comes last. A variable without any value is left out. `placed`
    says of those in `given` that stand in a file where and how.
    """
    values: dict[str, Json] = {}
    diagnostics = [_undeclared(name, declared) for name in given if name not in declared]
    for name, declaration in declared.items():
        if not isinstance(declaration, Map):
            continue
        kind = str(declaration.get("type", "string"))
        in_environment = name in environment and bool(environment[name] or kind in _MAY_BE_EMPTY)
        outside = name in given or in_environment
        raw = given.get(name, environment[name] if in_environment else declaration.get("default"))
        if raw is None or kind not in _FITS:
            continue
        value = from_text(raw, kind) if outside and isinstance(raw, str) else raw
        if _FITS[kind](value):
            values[name] = value
            continue
        shown = "its default" if not outside else f"--var {name}" if name in given else IN_ENVIRONMENT + name
        message = "ACK1031.form" if kind in {"list", "map"} else "ACK1031"
        span, word = placed.get(name) or (declared.key_span(name), "" if outside else declaration.word_of("default"))
        shown = "its value in this file" if name in placed else shown
        quoted = requoted(value, word) if kind == "string" and isinstance(value, bool | int | float) else ""
        more = {"kind": kind, "form": _FORMS.get(kind, ""), "quoted": quoted}
        diagnostics.append(error(message, name=name, shown=shown, span=span, **more))
    return values, diagnostics


def without_echoes(wrong: list[Diagnostic], uses: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """What is wrong where variables are used, but for those of which is said already that their value is wrong."""
    names = {dict(diagnostic.arguments)["name"] for diagnostic in wrong if diagnostic.code == "ACK1031"}
    for diagnostic in uses:
        if diagnostic.code != "ACK1032" or dict(diagnostic.arguments)["name"] not in names:
            yield diagnostic


def with_near_names(uses: Iterable[Diagnostic], environment: Mapping[str, str], declared: Map) -> Iterator[Diagnostic]:
    """Where a variable has no value, what the environment sets under a name that is much like its own.

    Else nothing is said of what the environment sets: it may be for the spec of another project.
    """
    others = {name.lower(): name for name in environment if name not in declared}
    near = functools.cache(lambda name: _near(name, others))
    for diagnostic in uses:
        other = near(str(dict(diagnostic.arguments)["name"])) if others and diagnostic.code == "ACK1032" else ""
        more = (*diagnostic.arguments, ("near", other))
        yield dataclasses.replace(diagnostic, variant=_NEAR.partition(".")[2], arguments=more) if other else diagnostic


def _near(name: str, others: Mapping[str, str]) -> str:
    import difflib

    alike = difflib.get_close_matches(name.lower(), others, 1, _ALIKE)
    return IN_ENVIRONMENT + others[alike[0]] if alike else ""


def _undeclared(name: str, declared: Map) -> Diagnostic:
    known = listed(list(declared)) or "none"
    return error("ACK1030", name=name, recorded=known)


def from_text(text: str, kind: str) -> Json:
    """Text from the command line or environment as a variable's type; text that does not fit comes back as it is."""
    if kind == "string":
        return text
    if kind == "list" and not text.lstrip().startswith("["):
        return [item.strip() for item in text.split(",")] if text else []
    if kind in {"list", "map"}:
        roots, faults = parse(text.encode(), "")
        return text if faults or len(roots) != 1 else roots[0]
    try:
        return plain(text, None)
    except Refused:
        return text


def fill(value: Json, variables: JsonObject, place: Place, report: Callable[[Diagnostic], None]) -> Json:
    """`value` with every `${var.NAME}` in its strings filled in; the same object where there is none.

    `place` is where the value is written.
    A string that is nothing but one reference takes the variable's type; `$${` stands for a literal `${`.
    """
    if isinstance(value, str):
        return _fill_text(value, variables, place, report) if "${" in value else value
    if not isinstance(value, Map | Seq) or not value.open:
        return value
    if isinstance(value, Map):
        filled = Laid(value)
        filled.update({key: fill(item, variables, (value, key), report) for key, item in value.items()})
        return filled
    items = Seq(fill(item, variables, (value, index), report) for index, item in enumerate(value))
    items.source, items.number = value.source, value.number
    return items


class Sizes:
    """How many values there are in a value, exactly.

    Remembers what it counted: what many aliases share is counted once, however often it is met.
    """

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, value: Json) -> int:
        """How many values `value` unfolds to, itself included."""
        if not isinstance(value, Map | Seq):
            return 1
        size = self._known.get(id(value))
        if size is None:
            items = value.values() if isinstance(value, Map) else value
            size = self._known[id(value)] = 1 + sum(map(self.of, items))
        return size


def _fill_text(text: str, variables: JsonObject, place: Place, report: Callable[[Diagnostic], None]) -> Json:
    whole = _REFERENCE.fullmatch(text)
    if whole and not text.startswith("$$"):
        return _lookup(whole, variables, place, report, text)
    return _REFERENCE.sub(lambda match: _as_text(match, variables, place, report), text)


def _as_text(match: re.Match[str], variables: JsonObject, place: Place, report: Callable[[Diagnostic], None]) -> str:
    if match[0].startswith("$$"):
        return match[0][1:]
    value = _lookup(match, variables, place, report, match[0])
    if isinstance(value, list | dict):
        report(_fault("ACK1035", place, reference=match[0][:80]))
        return match[0]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lookup(
    match: re.Match[str],
    variables: JsonObject,
    place: Place,
    report: Callable[[Diagnostic], None],
    otherwise: str,
) -> Json:
    reference = _VARIABLE.fullmatch(match[1].strip())
    if reference is None:
        # Not quoted: it may be a secret that happens to look like a reference.
        report(_fault("ACK1034", place))
    elif reference[1] not in variables:
        report(_fault("ACK1032", place, reference=match[0][:80], name=reference[1]))
    else:
        return variables[reference[1]]
    return otherwise


def _fault(message: str, place: Place, **arguments: str) -> Diagnostic:
    return error(message, span=span_at(place), **arguments)
