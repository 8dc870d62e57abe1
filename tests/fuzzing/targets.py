"""What is fuzzed. A target takes any bytes, and raises for whatever must not happen on them."""

from __future__ import annotations

import contextlib
import functools
import json
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ackplan import spec
from ackplan.adapters.ack import decode
from ackplan.adapters.ack.answer_fields import Malformed
from ackplan.adapters.ack.api_errors import Fault
from ackplan.adapters.ack.classify import error_of
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.app.errors import as_diagnostics
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Task
from ackplan.core.diagnostics import Diagnostic, Failure
from ackplan.plan import codec, plan_file_codec
from ackplan.plan.model import Plan
from ackplan.record.codec import decode as decode_record
from ackplan.record.codec import encode as encode_record
from ackplan.record.journal import Entry, Phase, RunHead, fold
from ackplan.record.model import Record
from ackplan.render import text
from ackplan.render.findings import github
from ackplan.render.findings.content import of_plan
from ackplan.render.graph import formats
from ackplan.render.markdown import plan as markdown
from ackplan.resources.cluster.recovery import recover
from ackplan.simulator import VirtualClock, World, answers, bodies, operations, routes
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Invocation
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection.rules import UNTOUCHED
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import incoming
from ackplan.simulator.store import Store
from tests import plan_files
from tests.fuzzing import seeds

CANARY = "Canary-4711-sings"
_FOLDER = Path(tempfile.mkdtemp(prefix="fuzzing"))


@dataclass(frozen=True)
class Target:
    """`run` takes one input, `seeds` are inputs to begin with, `tokens` texts that are worth putting into one."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    tokens: Sequence[str]


def _tame(shown: str) -> None:
    """Nothing in a text that is shown can move a terminal."""
    loose = {character for character in shown if not character.isprintable() and character != "\n"}
    assert not loose, f"shown as it is: {loose!a}"


def _fit(diagnostics: Iterable[Diagnostic], hidden: Iterable[str] = ()) -> None:
    """Findings can be shown, and tell no secret."""
    for diagnostic in diagnostics:
        said = str(diagnostic)
        assert said.isprintable(), ascii(said)
        assert diagnostic.code != "ACK9001", said
        assert not any(secret in said for secret in hidden), "a secret is told"
    _tame(github.commands(diagnostics))


# What the user writes


def _spec(data: bytes) -> None:
    (_FOLDER / "ackplan.yaml").write_bytes(data)
    read = spec.read(spec.Inputs(_FOLDER))
    _fit(read.diagnostics, {secret for secret in (CANARY,) if _literal(data)})
    for wanted in read.clusters.values():
        assert CANARY not in repr(dict(wanted.parameters).get("login_password", "")), "a literal secret is taken"


def _literal(data: bytes) -> bool:
    """Whether the canary stands in the spec as a password and nowhere else."""
    literal = f"login_password: {CANARY}\n".encode()
    if literal not in data or data.count(CANARY.encode()) != data.count(literal):
        return False
    try:
        return not any(map(_spoken, yaml.safe_load_all(data)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return True


def _spoken(value: Any) -> bool:
    """Whether the canary stands in a value at a place that is no password's: inside of a longer text, or in a name."""
    if isinstance(value, dict):
        return any(CANARY in str(k) or ("password" not in str(k) and _spoken(v)) for k, v in value.items())
    if isinstance(value, list):
        return any(map(_spoken, value))
    return CANARY in str(value)


# What ackplan wrote, and somebody changed


def _plan(data: bytes) -> None:
    text = data.decode("utf-8", "replace").rstrip()
    _refuses(lambda: plan_file_codec.decode_file(data, "it.plan"))
    for whole in (plan_files.resealed(text), plan_files.packed(text)):
        found = _refuses(functools.partial(plan_file_codec.decode_file, whole, "it.plan"))
        if found is not None:
            _shown(found.plan)


def _shown(plan: Plan) -> None:
    """A plan that was taken can be shown in every form, and is the same when it is written and read again."""
    assert codec.encode(codec.decode(json.loads(json.dumps(codec.encode(plan))))) == codec.encode(plan)
    _tame(text.plan_text(plan, color=False))
    _tame(markdown.plan_markdown(plan))
    _tame(formats.mermaid(plan.steps) + formats.dot(plan.steps))
    _fit(of_plan(plan))


def _record(data: bytes) -> None:
    read = _refuses(lambda: decode_record(data.decode("utf-8", "replace"), "state/default.json"))
    if read is not None:
        assert decode_record(encode_record(read), "again") == read


def _journal(data: bytes) -> None:
    """A row of the journal, one column a line, as a hand may have changed it."""
    phase, facts, after = [*data.decode("utf-8", "replace").split("\n", 2), "", ""][:3]
    path = _FOLDER / "it.journal"
    journal = SqliteJournal(path)
    try:
        journal.replace(RunHead("run", "", "lineage", 1), [Entry("run", "attach:c:1", "c", Phase.INTENT)])
        connection = journal._connect()
        row = (phase, facts, after or None)
        connection.execute("UPDATE entry SET phase = ?, data = ?, entry = ?", row)
        leftover = _refuses(journal.read)
    finally:
        journal.close()
    if leftover is None:
        return
    try:
        record, flying = fold(Record("lineage", 1), leftover.entries)
        recover(record, flying, [Cluster("c1", "c", "running", "cn-beijing", 3, None, {})])
    except ValueError as fault:
        _fit([*as_diagnostics(Failure(*_told(fault)))])


def _told(fault: ValueError) -> Iterator[Diagnostic]:
    from ackplan.core.diagnostics import error

    yield error("ACK3012", "Can't use the journal", str(fault))


def _refuses(read: Callable[[], Any]) -> Any:
    """What was read; None where it was refused in the proper way."""
    try:
        return read()
    except Failure as failure:
        _fit(as_diagnostics(failure))
        return None


# What a server answers

_READ: Sequence[Callable[[Answer], Any]] = (
    lambda answer: decode.clusters(answer)[0],
    lambda answer: decode.cluster(answer, "c1"),
    decode.nodes,
    lambda answer: decode.task(answer, "T-1"),
    decode.created,
    decode.accepted,
    decode.accepted_or_empty,
    decode.attached,
    decode.script,
    decode.config,
    decode.mapping,
    decode.value,
    decode.logs,
)


def _answers(data: bytes) -> None:
    answer = Answer(200, {"x-acs-request-id": "r"}, data[1:])
    refusal = ""
    found: Any = None
    try:
        found = _READ[(data[0] if data else 0) % len(_READ)](answer)
    except Malformed as why:
        refusal = str(why)
    assert refusal.isprintable(), ascii(refusal)
    for each in found if isinstance(found, tuple | list) else (found,):
        if isinstance(each, Cluster):
            assert not _secret_names(each.attributes), each.attributes
        if isinstance(each, Cluster | Task):
            assert not {"Cc", "Cf", "Zl", "Zp"} & {*map(unicodedata.category, each.state)}, ascii(each.state)


def _secret_names(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any("passw" in name.lower() or _secret_names(part) for name, part in value.items())
    return isinstance(value, list) and any(map(_secret_names, value))


_STATUS = (400, 403, 404, 409, 429, 500, 502, 302)
_WHEN = datetime(2020, 1, 1, tzinfo=UTC)
_CALLS = tuple(
    ApiCall(operation, "POST", "/clusters", changes=True, missing_by_status=missing)
    for operation, missing in (("create_cluster", False), ("get_task", True))
)


def _errors(data: bytes) -> None:
    head = data[0] if data else 0
    header, _, body = data[1:].partition(b"\n\n") if head & 64 else (b"", b"", data[1:])
    retry = {"retry-after": header.decode("latin-1"), "x-acs-retry-after": header.decode("latin-1")}
    answer = Answer(_STATUS[head % len(_STATUS)], retry if header else {}, body)
    fault = error_of(_CALLS[head // 128], answer, [CANARY], _WHEN)
    assert isinstance(fault, Fault)
    _fit(as_diagnostics(fault), [CANARY])
    assert CANARY not in repr(getattr(fault, "body", None)), "a secret is kept"
    assert fault.retry_after is None or fault.retry_after >= 0


# What a client asks of the embedded API


class _Undone(Exception):
    """Every input finds the world as it was."""


def _world() -> World:
    world = World(Ledger(Store(None), VirtualClock(_WHEN.timestamp()), Identifiers(1), 60.0, 1000, 300))
    world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "size": 3}]})
    return world


_WORLD = _world()


def _requests(data: bytes) -> None:
    head, _, body = data.partition(b"\n\n")
    line, *headers = head.decode("latin-1").split("\n")
    method, _, target = line.partition(" ")
    pairs = [(name.strip(), value.strip()) for name, _, value in (header.partition(":") for header in headers)]
    request = incoming(method, target.strip() or "/", pairs, body)
    route = routes.find(request)
    if route is None:
        return
    with contextlib.suppress(_Undone, Refusal), _WORLD.moment():
        parsed: Mapping[str, Any] = {}
        if route.operation in routes.WITH_BODY:
            parsed = bodies.parse(request, route.operation)
            parsed = bodies.check(parsed, route.operation, today=bool(request.header("x-acs-action")))
        call = Invocation(route.operation, route.places, request.parameters(), parsed, UNTOUCHED.fate, UNTOUCHED.view)
        status, payload = operations.perform(_WORLD, call, request)
        for as_json in (True, False):
            assert CANARY.encode() not in answers.success(status, payload, as_json=as_json).body, "a secret is told"
        raise _Undone


_PARAMETERS = sorted(
    {name for kind in catalog.DEFAULT.kinds for name in kind.parameters} | set(catalog.DEFAULT.own_keys)
)
_ODD = [
    "\x1b[2J",
    "\u202e",
    "\u2028",
    "\x00",
    "\ud800",
    "]]>",
    "<!--",
    "|",
    "`",
    "::error::",
    "%0A",
    "%%{init",
    "&a ",
    "*a",
]
_YAML = ["ackplan: 1\n", "clusters:\n", "templates:\n", "variables:\n", "<<: ", "!!int ", "${var.x}", "---\n", f"login_password: {CANARY}\n"]  # fmt: skip
_JSON = ['{"', '": ', "null", "1e999", "-1", "[]", "{}", "true", "\\ud800", "\\u001b[2J", "NaN", "9" * 40]
_FIELDS = ["cluster_id", "name", "state", "size", "nodes", "task_id", "error", "page_info", "total_count", "list"]
_MARKUP = ["<Error>", "<Code>", "<Message>", "<!DOCTYPE", "<!ENTITY", "&#27;", "<title>", "<html>", CANARY]

TARGETS: Mapping[str, Target] = {
    "spec": Target(_spec, seeds.specs, [*_PARAMETERS, *_YAML, *_ODD]),
    "plan": Target(_plan, seeds.plans, [*_JSON, *_ODD, "sha256", "steps", "needs", "before", "blocked"]),
    "record": Target(_record, seeds.records, [*_JSON, *_ODD, "attached", "lineage", "serial", "version", "own"]),
    "journal": Target(_journal, seeds.journals, [*_JSON, *_ODD, "operation", "instances", "entry", "at"]),
    "answers": Target(_answers, seeds.decoded, [*_JSON, *_ODD, *_FIELDS]),
    "errors": Target(_errors, seeds.errors, [*_JSON, *_ODD, *_MARKUP, "Code", "requestId", "Throttling"]),
    "requests": Target(_requests, seeds.requests, [*_JSON, *_ODD, *_PARAMETERS, "GET ", "POST ", "/clusters/"]),
}
