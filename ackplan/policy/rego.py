"""What Rego policies say of a plan, in the form that conftest knows: rules `deny`, `violation` and `warn`.

Which rules there are is read from the sources; their values are somebody else's to find. A rule's value is a message,
or a list of messages: texts, or objects with `msg`. An object may say what it is about: `cluster`, or `address` as the
plan's JSON has it, `parameter`, `cure`, also under `details`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ackplan.core import catalog
from ackplan.core.catalog.terraform_names import address_of, name_of, parameters_of_attributes, workers_of
from ackplan.core.diagnostics import Diagnostic, Severity, error, warning
from ackplan.core.json_types import Json, JsonObject
from ackplan.plan.model import Judged
from ackplan.policy.judge import PolicyInput
from ackplan.policy.subject import Path, PolicySubject

_LEXEMES = re.compile(r'("(?:\\.|[^"\\\n])*"|`[^`]*`)|#[^\n]*')
_PACKAGE = re.compile(r"""^\s*package[ \t]+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\["[\w./ -]+"\])*)""", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:default[ \t]+)?((?:deny|violation|warn)(?:_[A-Za-z0-9]+)*)\b(?![ \t]*\()", re.MULTILINE)
_ROOTS = (
    "array|base64|base64url|bits|crypto|glob|graph|graphql|hex|http|io|json|net|numbers|object|opa|providers|rand"
    "|regex|rego|semver|strings|time|units|urlquery|uuid|yaml"
)
_CALL = re.compile(rf"(?<![\w.])((?:{_ROOTS})(?:\.\w+)+)[ \t]*\(")
_ALIAS = re.compile(rf"^[ \t]*import[ \t]+\S*?[. ]({_ROOTS})[ \t]*$", re.MULTILINE)
# A word that may be an address. What is inside of a cluster has an index, or the cluster's name before its own.
_ADDRESS = re.compile(r'\b[a-z_]+\.[\w-]+(?:\["(?:[^"\\\n]|\\.)*"\]|(?:/[\w-]+)*)')
_INDEX = re.compile(r"\[(\d+)\]")
_SUBJECT = ("cluster", "address", "resource", "resource_address")
_PARAMETER = ("parameter", "attribute")
# Of a place in a list. No list is so long, and more of them than Python reads a policy could make.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Query:
    """One rule of a package: where its value is, and what a violation of it is called."""

    package: str
    rule: str
    id: str

    @property
    def path(self) -> str:
        return f"data.{self.package}.{self.rule}"

    @property
    def exceptions(self) -> str:
        """Where conftest's exceptions are: a list of lists of the rules' names, without `deny_`."""
        return f"data.{self.package}.exception"

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self.rule.startswith("warn") else Severity.ERROR

    @property
    def short(self) -> str:
        return self.rule.partition("_")[2]


def queries(modules: Iterable[tuple[str, str]]) -> tuple[Query, ...]:
    """The rules in modules (name, source). A package may have several files."""
    by_rule: dict[tuple[str, str], Query] = {}
    for name, source in modules:
        package = _PACKAGE.search(_LEXEMES.sub(lambda match: match[1] or "", source))
        path = package[1] if package else ""
        for rule in dict.fromkeys(_RULE.findall(_bare(source))) if path else ():
            own = rule if path == "main" else f"{path}.{rule}"
            by_rule.setdefault((path, rule), Query(path, rule, f"{name}/{own}"))
    return tuple(by_rule.values())


def built_in_calls(source: str) -> Iterator[tuple[str, int]]:
    """Calls of OPA's own functions that have a dot in their names, each with its place, counted in characters.

    An engine may take one that it does not have for undefined, and a rule that needs it would never say anything.
    """
    bare = _bare(source)
    aliases = set(_ALIAS.findall(bare))
    for match in _CALL.finditer(bare):
        if match[1].partition(".")[0] not in aliases:
            yield match[1], match.start()


def _bare(source: str) -> str:
    """The source with blanks for comments and texts; places and line ends stay."""
    return _LEXEMES.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)


def nothing(name: str) -> Diagnostic:
    """A file or folder of Rego in which no rule would ever say anything."""
    return warning("ACK2106", name=name)


def judge(
    queries: Sequence[Query], values: JsonObject, case: PolicyInput
) -> tuple[tuple[Diagnostic, ...], tuple[Judged, ...]]:
    """What the rules say, by the values of their paths, and for each rule how much."""
    subjects = _by_name(case.subjects())
    findings: list[Diagnostic] = []
    judged = []
    for query in queries:
        excepted = query.short in _names(values.get(query.exceptions))
        said = [] if excepted else [_finding(query, message, subjects) for message in _messages(query, values)]
        findings += said
        judged.append(Judged(query.id, query.severity, len(said)))
    return tuple(findings), tuple(judged)


def _names(value: Json) -> set[str]:
    rows = value if isinstance(value, list) else []
    return {str(name) for row in rows for name in (row if isinstance(row, list) else [row])}


def _messages(query: Query, values: JsonObject) -> Iterator[JsonObject]:
    value = values.get(query.path)
    for message in value if isinstance(value, list) else [value]:
        if isinstance(message, Mapping):
            yield {"msg": query.id, **message}
        elif message is not None and message is not False:
            yield {"msg": query.id if message is True else str(message)}


def _finding(query: Query, message: JsonObject, subjects: Mapping[str, PolicySubject]) -> Diagnostic:
    details = message.get("details")
    facts = {**(details if isinstance(details, Mapping) else {}), **message}
    subject = _subject(facts, subjects)
    path = _parameter(facts, subject.change.kind) if subject else ()
    make = error if query.severity is Severity.ERROR else warning
    return make(
        "ACK2118",
        detail=f"{query.id}: {facts['msg']}".removesuffix("."),
        cure=str(facts.get("cure", "")),
        span=subject.place(path) if subject else None,
        cluster=subject.name if subject else "",
        parameter=".".join(map(str, path)),
        rule=query.id,
    )


def _subject(facts: JsonObject, subjects: Mapping[str, PolicySubject]) -> PolicySubject | None:
    """The cluster, or what is inside of one, that a message is about: named, or the one address in its text."""
    for key in _SUBJECT:
        name = str(facts.get(key, "")).removeprefix("module.")
        subject = subjects.get(name) or subjects.get(name.partition(".")[2])
        if subject:
            return subject
    words = _ADDRESS.findall(str(facts["msg"]))
    about = {subjects[word].name: subjects[word] for word in words if word in subjects}
    return next(iter(about.values())) if len(about) == 1 else None


def _by_name(subjects: Iterable[PolicySubject]) -> Mapping[str, PolicySubject]:
    """Subjects by names and by addresses, short ones too, and by those of the pools that workers of clusters become."""
    by_name: dict[str, PolicySubject] = {}
    for subject in subjects:
        change = subject.change
        name, index = name_of(change.address)
        workers = workers_of(change.kind)
        if workers:
            by_name.setdefault(address_of(workers.type, name), subject)
        names = (
            subject.name,
            address_of(change.kind.resource, name, index),
            address_of(change.kind.resource, subject.name),
        )
        by_name |= dict.fromkeys(names, subject)
    return by_name


def _parameter(facts: JsonObject, kind: catalog.Kind) -> Path:
    """The parameter under the API's own name, also where it is given under the provider's."""
    name = next((str(facts[key]) for key in _PARAMETER if facts.get(key)), "")
    if not name:
        return ()
    parts = _INDEX.sub(r".\1", name).split(".")
    path = tuple(int(part) if part.isdecimal() and len(part) <= _DIGITS else part for part in parts)
    attributes = parameters_of_attributes(kind)
    for end in range(len(path), 0, -1):
        head = ".".join(part for part in path[:end] if isinstance(part, str))
        if head in attributes and isinstance(path[end - 1], str):
            return (attributes[head], *path[end:])
    return path
