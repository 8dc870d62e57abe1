"""Holds a plan against rules. Pure: the time of day is given, and what is found are diagnostics."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ackplan.core.address import parse
from ackplan.core.diagnostics import Diagnostic, Severity, error, warning
from ackplan.plan.model import Change, Judged, Plan
from ackplan.policy.faults import faults
from ackplan.policy.model import (
    TYPES,
    Allowing,
    Hours,
    InstanceTypes,
    Limit,
    Protection,
    Regions,
    ResourceSchema,
    Rule,
    Supported,
    Tags,
    fits,
)
from ackplan.policy.read import DAYS
from ackplan.policy.subject import (
    CHANGING,
    DESTROYING,
    Excepted,
    Path,
    PolicyHome,
    PolicySubject,
    instance_types,
    tags,
)
from ackplan.policy.support import Support, VersionSupport
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted

_NAMES = 5
# What is said of each cluster for itself.
_OfOne: TypeAlias = Regions | InstanceTypes | Tags | Protection | ResourceSchema


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """What is judged: a plan, what the spec wants with its places, what is recorded, and when.

    `wanted` and `recorded` are clusters and what is inside of them, by their short names. `support` is None where
    nobody was asked for it.
    """

    plan: Plan
    wanted: Mapping[str, Wanted]
    recorded: Mapping[str, RecordedCluster]
    now: datetime.datetime
    support: Support | None = None

    def subjects(self) -> tuple[PolicySubject, ...]:
        homes = {change.name: _home(change) for change in self.plan.changes if change.address.parent is None}
        return tuple(
            PolicySubject(change, homes.get(home) or self._left_out(home), self.wanted.get(change.name))
            for change in self.plan.changes
            if change.address.type in TYPES
            for home in [change.address.root.name]
        )

    def _left_out(self, name: str) -> PolicyHome:
        """A cluster that the plan was narrowed to the inside of."""
        held = self.wanted.get(name) or self.recorded.get(name)
        return (
            PolicyHome(name, held.kind.region_of(held.parameters), held.kind.name) if held else PolicyHome(name, "", "")
        )

    def fleet(self, types: tuple[str, ...]) -> int:
        """How many resources of these types are wanted or recorded."""
        return sum(parse(name).type in types for name in {*self.wanted, *self.recorded})


def _home(change: Change) -> PolicyHome:
    return PolicyHome(change.name, change.kind.region_of(change.after or change.before or {}), change.kind.name)


def judge(rules: Iterable[Rule], case: PolicyInput) -> tuple[tuple[Diagnostic, ...], tuple[Judged, ...]]:
    """What the rules find, and for each rule how much. The order is that of the rules, then of the clusters."""
    subjects = case.subjects()
    findings: list[Diagnostic] = []
    judged = []
    for rule in rules:
        violations = list(_Judge(rule, case).violations(subjects))
        findings += violations
        judged.append(Judged(rule.id, rule.severity, len(violations)))
    return tuple(findings), tuple(judged)


class _Judge:
    """One rule on one plan."""

    def __init__(self, rule: Rule, case: PolicyInput) -> None:
        self._rule = rule
        self._make = error if rule.severity is Severity.ERROR else warning
        self._case = case
        self._excepted = Excepted(rule, case.now.astimezone(datetime.UTC).date())
        self._told: dict[str, list[tuple[Path, str]]] = {}

    def violations(self, subjects: Iterable[PolicySubject]) -> Iterator[Diagnostic]:
        types = self._rule.types
        of_types = [s for s in subjects if s.change.address.type in types]
        chosen = [s for s in of_types if s.selected(self._rule.select) and not self._excepted.frees(s)]
        match self._rule.check:
            case Limit() as limit:
                yield from self._limit(limit, chosen)
            case Hours() as hours:
                yield from self._hours(hours, chosen)
            case Supported(days):
                yield from self._supported(days, chosen)
            case check:
                one = self._of_one(check)
                yield from (violation for subject in chosen for violation in one(subject))

    def _of_one(self, check: _OfOne) -> Callable[[PolicySubject], Iterator[Diagnostic]]:
        match check:
            case Regions(allowing):
                return lambda subject: self._region(allowing, subject)
            case InstanceTypes(allowing):
                return lambda subject: self._instance_types(allowing, subject)
            case Tags(required):
                return lambda subject: self._tags(required, subject)
            case Protection() as protection:
                return lambda subject: self._protected(protection, subject)
            case ResourceSchema() as schema:
                return lambda subject: self._schema(schema, subject)

    def _of_cluster(self, message: str, subject: PolicySubject, path: Path = (), **named: object) -> Diagnostic:
        """What is wrong with one cluster."""
        return self._make(
            message,
            span=subject.place(path),
            cluster=subject.name,
            parameter=".".join(map(str, path)),
            rule=self._rule.id,
            exception=self._excepted.ended(subject),
            **self._words,
            **named,
        )

    def _of_all(self, message: str, subjects: Sequence[PolicySubject], **named: object) -> Diagnostic:
        """What is wrong with several clusters together; it is put at the first of them that stands in the spec."""
        place = next((subject.wanted.span for subject in subjects if subject.wanted), self._rule.span)
        texts = {"clusters": _names(subjects), **self._words, **named}
        return self._make(message, span=place, cluster="", parameter="", rule=self._rule.id, **texts)

    @property
    def _words(self) -> dict[str, object]:
        """What the rule itself says."""
        return {"reason": self._rule.reason.removesuffix("."), "remedy": self._rule.cure.removesuffix(".")}

    def _limit(self, limit: Limit, chosen: Sequence[PolicySubject]) -> Iterator[Diagnostic]:
        counted = [s for s in chosen if s.change.action in (DESTROYING if limit.destroys else CHANGING)]
        fleet = self._case.fleet(self._rule.types)
        most = fleet * limit.number // 100 if limit.percent else limit.number
        if len(counted) <= most:
            return
        share = f"{limit} of {fleet} in all" if limit.percent else ""
        size = {"count": len(counted), "most": most, "share": share}
        yield self._of_all("ACK2111" if limit.destroys else "ACK2110", counted, **size)

    def _hours(self, hours: Hours, chosen: Sequence[PolicySubject]) -> Iterator[Diagnostic]:
        changing = [subject for subject in chosen if subject.change.action in CHANGING]
        local = self._case.now.astimezone(hours.zone)
        if not changing or within(hours, local):
            return
        days = ", ".join(DAYS[day] for day in sorted(hours.days))
        allowed = f"{days} {_clock(hours.start)}-{_clock(hours.end)} {hours.named}"
        yield self._of_all("ACK2115", changing, now=f"{DAYS[local.weekday()]} {local:%H:%M}", hours=allowed)

    def _supported(self, days: int, chosen: Sequence[PolicySubject]) -> Iterator[Diagnostic]:
        """What was not looked at is a violation as well: a rule does not pass what it can't see."""
        standing = [subject for subject in chosen if subject.change.after is not None]
        if self._case.support is None:
            if standing:
                yield self._of_all("ACK2119.unseen", standing)
            return
        for subject in standing:
            support = self._case.support.get(subject.name)
            if support is not None:
                yield from self._ending(days, subject, support)

    def _ending(self, days: int, subject: PolicySubject, support: VersionSupport) -> Iterator[Diagnostic]:
        named = {"version": support.version, "following": ", ".join(support.following)}
        today, ends = self._case.now.astimezone(datetime.UTC).date(), support.ends
        path = tuple(name for name, sight in subject.change.kind.sights.items() if sight.form == "version")[:1]
        if ends is None:
            yield self._of_cluster("ACK2119.untold", subject, path, **named)
        elif ends < today:
            yield self._of_cluster("ACK2119.over", subject, path, ends=ends, **named)
        elif ends < today + datetime.timedelta(days=days):
            yield self._of_cluster("ACK2119.soon", subject, path, ends=ends, left=(ends - today).days, **named)

    def _region(self, allowing: Allowing, subject: PolicySubject) -> Iterator[Diagnostic]:
        if subject.change.after is not None and allowing.refuses(subject.region):
            parameter = subject.change.kind.region_parameter
            path = (parameter.name,) if parameter else ()
            yield self._of_cluster("ACK2112", subject, path, region=subject.region, allowing=allowing)

    def _instance_types(self, allowing: Allowing, subject: PolicySubject) -> Iterator[Diagnostic]:
        for path, value in instance_types(subject):
            if allowing.refuses(value):
                yield self._of_cluster("ACK2113", subject, path, value=value, allowing=allowing)

    def _tags(self, required: Mapping[str, str], subject: PolicySubject) -> Iterator[Diagnostic]:
        """Kinds without tags can't be asked for some."""
        for name, values in tags(subject):
            for key, pattern in required.items():
                at, value = values.get(key, (None, ""))
                if at is None:
                    yield self._of_cluster("ACK2114.missing", subject, name, tag=key)
                elif not fits(value, (pattern,)):
                    path = (*name, at, "value")
                    yield self._of_cluster("ACK2114.other", subject, path, tag=key, value=value, pattern=pattern)

    def _protected(self, protection: Protection, subject: PolicySubject) -> Iterator[Diagnostic]:
        action = subject.change.action
        refused = {"destroy": DESTROYING - {action.REPLACE}, "replace": {action.REPLACE}, "change": CHANGING}
        if subject.named(protection.names) and any(action in refused[what] for what in protection.refused):
            yield self._of_cluster("ACK2116", subject, action=f"{action.value} it")

    def _schema(self, check: ResourceSchema, subject: PolicySubject) -> Iterator[Diagnostic]:
        for path, fault in self._refused(check, subject) if subject.document else ():
            yield self._of_cluster("ACK2117", subject, path, fault=fault)

    def _refused(self, check: ResourceSchema, subject: PolicySubject) -> list[tuple[Path, str]]:
        """What is wrong, and where. A rule that does not ask for names looks once at clusters that differ in theirs."""
        key = subject.content if self._rule.built_in else subject.name
        if key not in self._told:
            refusals = faults(check.validator, check.schema, subject.document)
            self._told[key] = [(fault.absolute_path, fault.described()) for fault in refusals]
        return self._told[key]


def within(hours: Hours, local: datetime.datetime) -> bool:
    """Whether a time in the hours' own zone is inside. Hours over midnight belong to the day that they begin on."""
    minute, day = local.hour * 60 + local.minute, local.weekday()
    if hours.start < hours.end:
        return day in hours.days and hours.start <= minute < hours.end
    return (day in hours.days and minute >= hours.start) or ((day - 1) % 7 in hours.days and minute < hours.end)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _names(subjects: Sequence[PolicySubject]) -> str:
    more = len(subjects) - _NAMES
    named = ", ".join(subject.name for subject in subjects[:_NAMES])
    return named + (f" and {more} more" if more > 0 else "")
