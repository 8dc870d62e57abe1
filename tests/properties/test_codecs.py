"""Record, journal and plan file hold what was put in, whatever it was, and take nothing else for it."""

from __future__ import annotations

import functools
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.core import catalog
from ackplan.core.aims import Born
from ackplan.core.diagnostics import Diagnostic, Failure, Severity, Span
from ackplan.plan import plan_file_codec
from ackplan.plan.model import Pins, Plan
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import decode, encode
from ackplan.record.journal import Entry, Facts, Phase, fold
from ackplan.resources.cluster.recovery import recover

EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)
TEXT = st.text(max_size=12)
NAMES = st.sampled_from(["a", "b", "商店", "x-1"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
CLUSTERS = st.builds(
    RecordedCluster,
    cluster_id=st.from_regex(r"[A-Za-z0-9_-]{0,20}", fullmatch=True),
    kind=st.sampled_from(catalog.DEFAULT.kinds),
    parameters=st.dictionaries(TEXT, JSON, max_size=4),
    own=st.fixed_dictionaries(
        {},
        optional={
            "depends_on": st.lists(TEXT, max_size=2),
            "lifecycle": st.fixed_dictionaries({}, optional={"prevent_destroy": st.booleans()}),
            "timeouts": st.fixed_dictionaries({}, optional={"create": st.sampled_from(["90s", "1h"])}),
        },
    ),
    attached=st.lists(TEXT, max_size=3).map(tuple),
    created=st.booleans(),
)
RECORDS = st.builds(
    Record,
    lineage=st.text(min_size=1, max_size=100),
    serial=st.integers(0, 2**53 - 2),
    clusters=st.dictionaries(NAMES | TEXT, CLUSTERS, max_size=3),
)


@EXAMPLES
@given(RECORDS)
def test_a_record_comes_back_as_it_was(record):
    text = encode(record)
    assert decode(text, "f") == record
    assert encode(decode(text, "f")) == text


@EXAMPLES
@given(JSON, st.sampled_from(["version", "lineage", "serial", "clusters"]))
def test_any_json_in_place_of_a_part_is_a_record_or_a_failure(value, part):
    document = {"version": 1, "lineage": "l", "serial": 1, "clusters": {}, part: value}
    try:
        decoded = decode(json.dumps(document), "f")
    except Failure as failure:
        messages = str(failure)
    else:
        messages = ""
        assert decode(encode(decoded), "f") == decoded
    assert messages.isprintable()


@EXAMPLES
@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_refused_as_a_record_and_as_a_plan(text):
    whole = text.encode("utf-8", "surrogatepass")
    for read in (decode, lambda text, file: plan_file_codec.decode_file(text.encode("utf-8", "surrogatepass"), file)):
        with pytest.raises(Failure) as refused:
            read(text, "f")
        assert str(refused.value).isprintable()
    for packed in (gzip.compress(whole, 1), b"\x1f\x8b" + whole):
        with pytest.raises(Failure) as refused:
            plan_file_codec.decode_file(packed, "f")
        assert str(refused.value).isprintable()


@functools.cache
def plan_file() -> tuple[Plan, bytes]:
    """A plan that fits in a few hundred bytes, and its file."""
    why = Diagnostic(Severity.WARNING, "ACK1", texts=("s", "d", "c"), span=Span("f", 1, 2), cluster="商", parameter="p")
    plan = Plan("normal", (), Pins("l", 3, "0" * 64, {"a": "absent"}, record="0" * 64), 2, (why,))
    return plan, b"".join(plan_file_codec.encode_file(plan, Record("l", 3)))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.data())
def test_a_plan_file_with_another_byte_is_refused(data):
    """Of the file, or of its text; of the file some bits mean nothing, those that fill up its last byte among them."""
    _, file = plan_file()
    packed = data.draw(st.booleans())
    content = file if packed else gzip.decompress(file)
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255))
    how = data.draw(st.sampled_from(["changed", "added", "left out"]))
    middle = {"changed": bytes([byte]), "added": bytes([byte, content[at]]), "left out": b""}[how]
    altered = content[:at] + middle + content[at + 1 :]
    try:
        plan_file_codec.decode_file(altered if packed else gzip.compress(altered, 1), "f")
    except Failure:
        assert altered != content
    else:
        assert altered == content or (packed and gzip.decompress(altered) == gzip.decompress(content))


STEPS = st.sampled_from(["create:a", "create:b", "delete:a", "scale-out:b"])


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Entries of a run: of each step its phases in their order, steps mixed."""
    order = draw(st.lists(STEPS, max_size=8))
    reached: dict[str, int] = {}
    found = []
    for step in order:
        phase = list(Phase)[min(reached.get(step, 0), 2)]
        reached[step] = reached.get(step, 0) + 1
        cluster = step.rpartition(":")[2]
        settled = phase is Phase.SETTLED
        after = draw(CLUSTERS) if phase is not Phase.INTENT and not step.startswith("delete") else None
        removed = settled and step.startswith("delete")
        facts = Facts(Born()) if step.startswith("create") else Facts()
        found.append(Entry("run", step, cluster, phase, facts, after, removed))
    return found


@EXAMPLES
@given(RECORDS, entries(), st.integers(0, 8))
def test_taking_entries_in_piece_by_piece_or_again_gives_the_same_record(record, found, cut):
    whole, flying = fold(record, found)
    first, _ = fold(record, found[:cut])
    assert fold(first, found[cut:])[0] == whole
    assert fold(whole, found)[0].clusters == whole.clusters
    open_steps = {entry.step for entry in found} - {entry.step for entry in found if entry.phase is Phase.SETTLED}
    assert {call.step for call in flying} == open_steps
    assert {call.step for call in flying if call.answered} == {
        entry.step for entry in found if entry.phase is Phase.ANSWER and entry.step in open_steps
    }


@EXAMPLES
@given(RECORDS, entries())
def test_a_record_that_moved_on_loses_nothing(record, found):
    merged, _ = fold(record, found, stale=True)
    assert {name: merged.clusters[name] for name in record.clusters} == dict(record.clusters)
    added = {entry.name for entry in found if entry.entry is not None}
    assert set(merged.clusters) == set(record.clusters) | added


@EXAMPLES
@given(RECORDS, entries())
def test_recovery_settles_every_call_and_adds_nothing_that_is_not_live(record, found):
    before, flying = fold(record, found)
    after, settling = recover(before, flying, [])
    assert after == before
    assert fold(record, [*found, *settling])[1] == ()
