"""Reads a policy file: from YAML with positions to rules, or to everything that is wrong with it."""

from __future__ import annotations

import datetime
import functools
import json
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping

from ackplan.core import catalog
from ackplan.core.address import CLUSTER
from ackplan.core.catalog.schemas import POLICY
from ackplan.core.diagnostics import Diagnostic, Severity, Span, error
from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.documents import schema_words
from ackplan.documents.tree import Map, locate
from ackplan.documents.yaml import parse
from ackplan.policy import schema_keywords, unfolding
from ackplan.policy.faults import SchemaRefused, Validator, Violation, compiled, faults
from ackplan.policy.model import (
    NODE_POOL,
    Allowing,
    Check,
    Exemption,
    Hours,
    InstanceTypes,
    Limit,
    Protection,
    Regions,
    ResourceSchema,
    Rule,
    Selector,
    Supported,
    Tags,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])")


def read(data: bytes, file: str, *, built_in: bool = False) -> tuple[tuple[Rule, ...], tuple[Diagnostic, ...]]:
    """The rules of a policy file, and every fault in it, each with its place. `file` is what messages call it."""
    roots, findings = parse(data, file)
    if findings:
        return (), tuple(findings)
    if len(roots) != 1 or not isinstance(roots[0], Map):
        return (), (error("ACK2101.read", span=Span(file, 1, 1)),)
    reader = _Reader(roots[0], file, built_in=built_in)
    wrong = tuple(reader.check())
    if wrong:
        return (), wrong
    rules = tuple(reader.rules())
    return (() if reader.found else rules), tuple(reader.found)


@functools.cache
def _validator() -> Validator:
    return compiled(catalog.DEFAULT.schemas.read(POLICY))


class _Reader:
    """Reads one document. What the schema can't say is found while rules are made."""

    def __init__(self, root: Map, file: str, *, built_in: bool) -> None:
        self._root = root
        self._file = file
        self._built_in = built_in
        self.found: list[Diagnostic] = []

    def check(self) -> Iterator[Diagnostic]:
        schema = catalog.DEFAULT.schemas.read(POLICY)
        for fault in faults(_validator(), schema, self._root):
            yield self._wrong(_said(fault), fault.absolute_path, at_key=fault.at_key)

    def _wrong(self, detail: str, path: tuple[str | int, ...], *, at_key: bool = False) -> Diagnostic:
        span = locate(self._root, path, Span(self._file, 1, 1), at_key=at_key)
        where = ".".join(map(str, path))
        return error("ACK2101.wrong", detail=detail, span=span, parameter=where)

    def rules(self) -> Iterator[Rule]:
        rules = self._root.inner("rules")
        for name in rules:
            body = rules.inner(name)
            check = self._check(name, body)
            if check is not None:
                yield Rule(
                    id=f"{self._file}/{name}",
                    check=check,
                    reason=str(body["reason"]),
                    cure=str(body.get("cure", "")),
                    severity=Severity(body.get("severity", "error")),
                    select=_selector(body),
                    exceptions=tuple(self._exceptions(name, body)),
                    span=None if self._built_in else rules.key_span(name),
                )

    def _exceptions(self, name: str, body: Map) -> Iterator[Exemption]:
        for number, entry in enumerate(map(mapping, items(body.get("exceptions", ())))):
            until = str(entry.get("until", ""))
            try:
                day = datetime.date.fromisoformat(until) if until else None
            except ValueError:
                path = ("rules", name, "exceptions", number, "until")
                self.found.append(self._wrong(f"{schema_words.shown(until)} is no day of the calendar", path))
                continue
            yield Exemption(texts(entry["names"]), str(entry["reason"]), day)

    def _check(self, name: str, body: Map) -> Check | None:
        keyword = next(key for key in _MAKERS if key in body)
        try:
            check = _MAKERS[keyword](body[keyword])
        except SchemaRefused as refused:
            self.found.append(self._wrong(str(refused), ("rules", name, keyword, *refused.path)))
            return None
        if isinstance(check, ResourceSchema) and "types" in mapping(body.get("select", {})):
            self.found.append(self._wrong(f"{keyword} says the type itself", ("rules", name, "select", "types")))
        return check


def _selector(body: Map) -> Selector:
    if "select" not in body:
        return Selector()
    return Selector(**{key: texts(value) for key, value in body.inner("select").items()})


def _said(fault: Violation) -> str:
    """What is wrong with a policy, in words."""
    if fault.unwanted:
        properties = mapping(fault.schema.get("properties", {})) if isinstance(fault.schema, Mapping) else {}
        near = schema_words.suggestion(str(fault.absolute_path[-1]), properties)
        return f"is not known here: {near or 'there are: ' + ', '.join(properties)}"
    return fault.rule or fault.described()


def _limit(value: Json, *, destroys: bool) -> Limit:
    if isinstance(value, str):
        return Limit(destroys, int(value.removesuffix("%")), percent=True)
    if not isinstance(value, int | float):
        raise TypeError("a limit is a number, or percent")
    return Limit(destroys, int(value))


def _allowing(value: Json) -> Allowing:
    allowing = mapping(value)
    return Allowing(texts(allowing.get("allow", ())), texts(allowing.get("forbid", ())))


def _tags(value: Json) -> Tags:
    if isinstance(value, Mapping):
        return Tags({key: str(pattern) for key, pattern in value.items()})
    return Tags(dict.fromkeys(texts(value), "*"))


def _hours(value: Json) -> Hours:
    hours = mapping(value)
    zone, start, end = str(hours["zone"]), _minutes(str(hours["from"])), _minutes(str(hours["to"]))
    if start == end:
        raise SchemaRefused("from and to are the same minute", ("to",))
    days = frozenset(map(DAYS.index, texts(hours.get("days", DAYS))))
    return Hours(_zone(zone), zone, days, start, end)


def _days(value: Json) -> int:
    if not isinstance(value, int):
        raise TypeError("days are a whole number")
    return value


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _zone(name: str) -> datetime.tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset:
        shift = datetime.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return datetime.timezone(-shift if offset[1] == "-" else shift)
    if name == "UTC":
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        why = f"{schema_words.shown(name)} is no time zone that this machine knows; write it as Asia/Shanghai or +08:00"
        raise SchemaRefused(why, ("zone",)) from None


def _protection(value: Json) -> Protection:
    protected = mapping(value)
    return Protection(texts(protected["names"]), frozenset(texts(protected.get("from", ("destroy", "replace")))))


def _schema(value: Json, *, of: str) -> ResourceSchema:
    schema: JsonObject | bool = json.loads(json.dumps(value))
    validator = compiled(schema)
    schema_keywords.check(schema, _keys(of), of.replace("_", " "))
    unfolding.check(schema)
    return ResourceSchema(of, schema, validator)


@functools.cache
def _keys(of: str) -> schema_keywords.Keys:
    """What a cluster or node pool can have: parameters of any kind, ackplan's own keys, and its kind."""
    own = dict.fromkeys((*catalog.DEFAULT.own_keys, "kind"))
    every = catalog.Catalog(catalog.DEFAULT.schemas, f"create_{of}")
    names = sorted({name for kind in every.kinds for name in kind.parameters if name not in kind.inherited})
    return {**own, **schema_keywords.keys_of(names)}


_MAKERS: Mapping[str, Callable[[Json], Check]] = {
    "max_changes": functools.partial(_limit, destroys=False),
    "max_destroys": functools.partial(_limit, destroys=True),
    "regions": lambda value: Regions(_allowing(value)),
    "instance_types": lambda value: InstanceTypes(_allowing(value)),
    "required_tags": _tags,
    "hours": _hours,
    "protected": _protection,
    "supported_versions": lambda value: Supported(_days(mapping(value).get("days", 0))),
    "clusters": functools.partial(_schema, of=CLUSTER),
    "node_pools": functools.partial(_schema, of=NODE_POOL),
}
