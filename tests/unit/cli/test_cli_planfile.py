"""A plan file that somebody forged, its digest made to fit: nothing shows it, nothing carries it out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from projects import Project

from ackplan.app.apply import digest as plan_digest
from ackplan.plan.plan_file_codec import decode_file
from ackplan.project.plan_files import read_plan_file
from ackplan.record.codec import decode_data, digest
from ackplan.render.terraform.former_words import in_former_words
from ackplan.render.terraform.plan import former_json
from tests import plan_files

BEFORE = """\
ackplan: 1
region: cn-beijing
templates:
  web:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 3
    key_pair: ops
clusters:
  grow: {extends: web}
  shrink: {extends: web}
  fresh: {extends: web}
  old: {extends: web, lifecycle: {prevent_destroy: false}}
  kept: {extends: web}
"""
AFTER = (
    BEFORE.replace("grow: {extends: web}", "grow: {extends: web, num_of_nodes: 5}")
    .replace(
        "shrink: {extends: web}",
        "shrink: {extends: web, num_of_nodes: 2, scale_in: {strategy: newest, release_node: false}}",
    )
    .replace(
        "fresh: {extends: web}", "fresh: {extends: web, worker_system_disk_size: 200, lifecycle: {replace: allow}}"
    )
    .replace(
        "  old: {extends: web, lifecycle: {prevent_destroy: false}}\n", "  new: {extends: web, depends_on: [grow]}\n"
    )
)
POLICY = """\
ackplan: 1
policies:
  - rule: few
    severity: warning
    message: many workers
    when: {action: create}
    deny: {num_of_nodes: {at_least: 3}}
"""
FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "dot", "mermaid", "svg", "html")

Forge = Callable[[dict[str, Any]], object]


@pytest.fixture
def at(project: Project) -> Project:
    """A project with a plan of every sort of change."""
    project.applied(BEFORE)
    project.write(AFTER)
    assert project.run("plan", "--out", "it.plan").code == 0
    return project


def change(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    (found,) = [change for change in document["plan"]["changes"] if change["cluster"] == name]
    return found


def step(document: Mapping[str, Any], name: str, kind: str) -> dict[str, Any]:
    (found,) = [step for step in change(document, name)["steps"] if step["kind"] == kind]
    return found


def shown(document: Mapping[str, Any], name: str, parameter: str) -> dict[str, Any]:
    (found,) = [p for p in change(document, name)["parameters"] if p["name"] == parameter]
    return found


def pins(document: dict[str, Any]) -> dict[str, Any]:
    return document["plan"]["pins"]


def body(document: dict[str, Any], name: str, kind: str) -> dict[str, Any]:
    return step(document, name, kind)["call"]["body"]


def all_of(*edits: Forge) -> Forge:
    return lambda document: [edit(document) for edit in edits]


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


OTHER = "cn-hongkong"
FORGERIES: dict[str, Forge] = {
    "200 workers more": lambda d: body(d, "grow", "scale-out").update(count=200),
    "200 workers more, pinned so": all_of(
        lambda d: body(d, "grow", "scale-out").update(count=200),
        lambda d: step(d, "grow", "scale-out").update(workers_after=203),
    ),
    "a worker less than none": lambda d: body(d, "grow", "scale-out").update(count=-1),
    "half a worker": lambda d: body(d, "grow", "scale-out").update(count=2.5),
    "a truth for a count": lambda d: body(d, "grow", "scale-out").update(count=True),
    "a huge count": lambda d: body(d, "grow", "scale-out").update(count=10**300),
    "text for a count": lambda d: body(d, "grow", "scale-out").update(count="2"),
    "another region of a scale-out": lambda d: step(d, "grow", "scale-out")["call"].update(region=OTHER),
    "another region of a create": lambda d: step(d, "new", "create")["call"].update(region=OTHER),
    "another region of a delete": lambda d: step(d, "old", "delete")["call"].update(region=OTHER),
    "another region to look for a cluster in": lambda d: step(d, "old", "delete").update(region=OTHER),
    "another region of both": all_of(
        lambda d: step(d, "old", "delete").update(region=OTHER),
        lambda d: step(d, "old", "delete")["call"].update(region=OTHER),
        lambda d: change(d, "old")["seen"].update(region_id=OTHER),
    ),
    "another time of creation": lambda d: step(d, "old", "delete").update(accepted_at="2099-01-01T00:00:00Z"),
    "no region": lambda d: step(d, "old", "delete")["call"].update(region=""),
    "an unknown key in a create": lambda d: body(d, "new", "create").update(evil=1),
    "an unknown key in a scale-out": lambda d: body(d, "grow", "scale-out").update(evil=1),
    "an unknown key in a removal": lambda d: body(d, "shrink", "scale-in").update(evil=1),
    "a body for a delete": lambda d: step(d, "old", "delete")["call"].update(body={"force": True}),
    "no body": lambda d: step(d, "grow", "scale-out")["call"].update(body=None),
    "an empty body": lambda d: step(d, "new", "create")["call"].update(body={}),
    "other machines in a create": lambda d: body(d, "new", "create").update(worker_instance_types=["ecs.x1.32xlarge"]),
    "other machines in a scale-out": lambda d: body(d, "grow", "scale-out").update(
        worker_instance_types=["ecs.x1.32xlarge"]
    ),
    "more workers in a create": lambda d: body(d, "new", "create").update(num_of_nodes=200),
    "more workers in a create, recorded so": all_of(
        lambda d: body(d, "new", "create").update(num_of_nodes=200),
        lambda d: step(d, "new", "create")["entry"]["parameters"].update(num_of_nodes=200),
    ),
    "more workers in a create, in all but what is shown": all_of(
        lambda d: body(d, "new", "create").update(num_of_nodes=200),
        lambda d: step(d, "new", "create")["entry"]["parameters"].update(num_of_nodes=200),
        lambda d: change(d, "new")["after"].update(num_of_nodes=200),
    ),
    "a parameter of a create that is not shown": lambda d: change(d, "new")["parameters"].pop(),
    "more workers in a replacement": lambda d: body(d, "fresh", "create").update(num_of_nodes=200),
    "more workers in a replacement, in all but what is shown": all_of(
        lambda d: body(d, "fresh", "create").update(num_of_nodes=200),
        lambda d: step(d, "fresh", "create")["entry"]["parameters"].update(num_of_nodes=200),
        lambda d: change(d, "fresh")["after"].update(num_of_nodes=200),
    ),
    "a literal secret": all_of(
        lambda d: body(d, "new", "create").update(login_password="Hunter22!"),
        lambda d: body(d, "new", "create").pop("key_pair"),
    ),
    "another size than is shown": lambda d: shown(d, "grow", "num_of_nodes").update(after=4),
    "another instance is given up": lambda d: body(d, "shrink", "scale-in").update(nodes=["i-other"]),
    "two instances are given up": lambda d: body(d, "shrink", "scale-in")["nodes"].append("i-other"),
    "an instance is released": lambda d: body(d, "shrink", "scale-in").update(release_node=True),
    "no instance is named": lambda d: body(d, "shrink", "scale-in").update(nodes=[]),
    "an instance without an id": lambda d: body(d, "shrink", "scale-in").update(nodes=[""]),
    "another cluster is deleted": lambda d: step(d, "old", "delete").update(cluster_id="c0123456789"),
    "a path for an id": lambda d: step(d, "old", "delete").update(cluster_id="../c1"),
    "a delete without an id": lambda d: step(d, "old", "delete").update(cluster_id=""),
    "a delete in the place of an update": lambda d: change(d, "grow").update(
        steps=[{**step(d, "old", "delete"), "id": "x", "cluster": "grow", "cluster_id": change(d, "grow")["cluster_id"]}]
    ),
    "a step more": lambda d: change(d, "kept").update(
        steps=[
            {**step(d, "old", "delete"), "id": "x", "cluster": "kept", "cluster_id": change(d, "kept")["cluster_id"]}
        ]
    ),
    "a step less": lambda d: change(d, "fresh")["steps"].pop(0),
    "a create twice": lambda d: change(d, "new")["steps"].append({**step(d, "new", "create"), "id": "again"}),
    "no steps": lambda d: change(d, "grow").update(steps=[]),
    "another id is recorded": lambda d: step(d, "grow", "scale-out")["entry"].update(cluster_id="c0123456789"),
    "another kind is recorded": lambda d: step(d, "grow", "scale-out")["entry"].update(kind="dedicated"),
    "other parameters are recorded": lambda d: step(d, "grow", "scale-out")["entry"]["parameters"].update(snat_entry=False),
    "nothing is recorded": lambda d: step(d, "new", "create").update(entry=None),
    "other dependencies are recorded": lambda d: step(d, "new", "create")["entry"]["own"].update(depends_on=[]),
    "a protected cluster is deleted": all_of(
        lambda d: d["record"]["clusters"]["old"]["own"].update(lifecycle={"prevent_destroy": True}),
    ),
    "a replacement that nobody allowed": lambda d: step(d, "fresh", "create")["entry"]["own"].pop("lifecycle"),
    "a mode that does less": lambda d: d["plan"].update(mode="refresh-only"),
    "a mode that only deletes": lambda d: d["plan"].update(mode="destroy"),
    "no pins": lambda d: d["plan"].update(pins={}),
    "no live pins": lambda d: pins(d).update(live={}),
    "a live pin less": lambda d: pins(d)["live"].pop("old"),
    "a live pin more": lambda d: pins(d)["live"].update(kept="absent"),
    "no pinned record": lambda d: pins(d).update(record=""),
    "another pinned record": lambda d: pins(d).update(record="0" * 64),
    "another serial": lambda d: pins(d).update(serial=2),
    "a negative serial": lambda d: pins(d).update(serial=-1),
    "a serial without end": lambda d: pins(d).update(serial=10**300),
    "another lineage": lambda d: pins(d).update(lineage=""),
    "no pinned spec": lambda d: pins(d).update(spec_files={}),
    "no digest of the spec": lambda d: pins(d).update(spec_digest=""),
    "another record": lambda d: d["record"]["clusters"].pop("kept"),
    "no record": lambda d: d.pop("record"),
    "a record of numbers": lambda d: d.update(record=[1]),
    "a region shown as another": lambda d: shown(d, "new", "region_id").update(after=OTHER),
    "the same cluster twice": lambda d: d["plan"]["changes"].append(
        {**change(d, "kept"), "action": "no-op", "steps": []}
    ),
    "a parameter shown twice": lambda d: change(d, "grow")["parameters"].append(shown(d, "grow", "num_of_nodes")),
    "a parameter that is none": lambda d: change(d, "grow")["parameters"].append(
        {**shown(d, "grow", "num_of_nodes"), "name": "harmless"}
    ),
    "a create under another name": all_of(
        lambda d: body(d, "new", "create").update(name="evil"),
        lambda d: step(d, "new", "create")["entry"]["parameters"].update(name="evil"),
        lambda d: change(d, "new")["after"].update(name="evil"),
        lambda d: shown(d, "new", "name").update(after="evil"),
    ),
    "a protected cluster is deleted, as if all were destroyed": all_of(
        lambda d: d["record"]["clusters"]["old"]["own"].update(lifecycle={"prevent_destroy": True}),
        lambda d: change(d, "old").update(reason="DESTROY"),
        lambda d: pins(d).update(record=digest(decode_data(d["record"]))),
    ),
    "a protected cluster is replaced, as if its creation had failed": all_of(
        lambda d: step(d, "fresh", "create")["entry"]["own"].update(lifecycle={"prevent_destroy": True}),
        lambda d: change(d, "fresh").update(reason="CREATE_FAILED"),
    ),
    "keys of its own of another type": lambda d: step(d, "shrink", "scale-in")["entry"]["own"].update(scale_in=[1]),
    "a size of another type": all_of(
        lambda d: change(d, "grow")["after"].update(num_of_nodes=[5]),
        lambda d: shown(d, "grow", "num_of_nodes").update(after=[5]),
        lambda d: step(d, "grow", "scale-out")["entry"]["parameters"].update(num_of_nodes=[5]),
    ),
    "nodes that are no texts": lambda d: body(d, "shrink", "scale-in").update(nodes=[{}]),
    "a view of another type": lambda d: change(d, "grow").update(seen={"cluster_id": "c", "nodes": 7}),
    "a value that is nested without end": lambda d: change(d, "new")["after"].update(tags=deep(500)),
    "a record that is nested without end": lambda d: d["record"]["clusters"]["kept"]["own"].update(attach=deep(500)),
    "policies that found something": lambda d: d["plan"].update(
        policies=[{"rule": "a/b", "severity": "error", "violations": 1}]
    ),
}  # fmt: skip


Maker = Callable[[dict[str, Any], bytes], bytes]


def carefully(document: dict[str, Any], original: bytes) -> bytes:
    """As ackplan itself would write the altered plan, wherever that can be done."""
    try:
        return plan_files.put_together(document, original)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        return plan_files.put_together_by_hand(document, original)


MAKERS: tuple[Maker, ...] = (carefully, plan_files.put_together_by_hand, plan_files.put_together_as_before)


READERS = (
    *[("show", "it.plan", "--format", name) for name in FORMATS],
    *[("apply", "it.plan"), ("graph", "it.plan"), ("rehearse", "it.plan"), ("plan", "--same-as", "it.plan")],
)
FEW = (("show", "it.plan"), ("apply", "it.plan"))


def is_refused(at: Project, commands: Iterable[tuple[str, ...]]) -> None:
    before = at.changing()
    record = (at.folder / "state/default.json").read_bytes()
    for command in commands:
        done = at.run(*command)
        assert (done.code, done.out) == (1, ""), command
        assert done.err.startswith(("ACK6001 ", "ACK6003 ")), (command, done.err)
        assert "Traceback" not in done.err
        assert "Hunter22!" not in done.err
    assert at.changing() == before
    assert (at.folder / "state/default.json").read_bytes() == record


def test_what_was_not_forged_is_shown_and_carried_out(at: Project) -> None:
    original, planned = (at.folder / "it.plan").read_bytes(), at.run("plan", "--format", "json")
    for made in (carefully, plan_files.put_together_as_before):
        (at.folder / "it.plan").write_bytes(made(plan_files.taken_apart(original), original))
        for name in FORMATS:
            assert at.run("show", "it.plan", "--format", name).code == 0
        assert timeless(at.run("show", "it.plan", "--format", "json").out) == timeless(planned.out)
    assert at.run("apply", "it.plan").code == 0


@pytest.mark.parametrize("made", MAKERS)
def test_a_forged_plan_is_refused_by_all_that_read_it(at: Project, made: Maker) -> None:
    original, taken = (at.folder / "it.plan").read_bytes(), {}
    for name, forge in FORGERIES.items():
        document = plan_files.taken_apart(original)
        forge(document)
        (at.folder / "it.plan").write_bytes(made(document, original))
        try:
            is_refused(at, READERS if name == "200 workers more" else FEW)
        except AssertionError as fault:
            taken[name] = str(fault)[:300]
    assert taken == {}


LEAN: dict[str, tuple[str, str]] = {
    "a key that is given twice": ('"count":2', '"count":2,"count":2'),
    "a key that nobody knows": ('"action":"update"', '"action":"update","more":1'),
    "a blank": ('"action":"update"', '"action": "update"'),
    "what is left out otherwise": ('"action":"create"', '"action":"create","notes":[]'),
    "a cluster that is wanted otherwise": ('"desired":{"own":{"depends_on":["grow"]}}',
                                           '"desired":{"own":{"depends_on":["grow"]},"parameters":{"name":"evil"}}'),
    "another side that all moved on": ('"parameters":"spec"', '"parameters":"moon"'),
    "an entry that the record does not have": ('"cluster":"grow"', '"recorded":null,"cluster":"grow"'),
    "a body of nothing": ('"call":{"body":true}', '"call":{"body":false}'),
    "made by nobody": ('"made":{', '"made":{"more":1,'),
    "made by a job elsewhere": ('"made":{', '"made":{"job":"javascript:alert(1)",'),
    "a version that is none": ('"ackplan_version":"', '"ackplan_version":1,"x":"'),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAN)
def test_a_forged_text_is_refused(at: Project, name: str) -> None:
    """One reader of a key that is given twice takes the first, another the last."""
    once, twice = LEAN[name]
    text = plan_files.text_of((at.folder / "it.plan").read_bytes())
    assert once in text
    (at.folder / "it.plan").write_bytes(plan_files.packed(text.replace(once, twice, 1)))
    is_refused(at, FEW)


def timeless(text: str) -> dict[str, Any]:
    """JSON of a plan, or what a plan file has, without when and by whom it was made."""
    document: dict[str, Any] = json.loads(text)
    (document.get("ackplan") or document).pop("made", None)
    return document


def test_a_plan_file_is_the_same_each_time_and_small(at: Project) -> None:
    first = (at.folder / "it.plan").read_bytes()
    assert at.run("plan", "--out", "it.plan").code == 0
    again = (at.folder / "it.plan").read_bytes()
    assert timeless(plan_files.text_of(again)) == timeless(plan_files.text_of(first))
    assert len(first) < 5 * 1024


# Files that earlier versions wrote: of a fleet that is to be created, and of every sort of change.

KEPT = Path(__file__).parent / "plan_files"


@pytest.mark.parametrize("name", ["changes.format-1", "changes.format-2", "creates.format-2"])
def test_files_of_earlier_formats_are_shown(project: Project, name: str) -> None:
    shutil.copy(KEPT / f"{name}.plan", project.folder / "old.plan")
    document = json.loads((KEPT / f"{name}.plan").read_text("utf-8"))
    for form in FORMATS:
        done = project.run("show", "old.plan", "--format", form)
        assert (done.code, done.err) == (0, "")
    kept = read_plan_file(project.folder / "old.plan")
    shown = json.loads(project.run("show", "old.plan", "--format", "json").out)
    assert (former_json(kept, kept.record) if kept.record else in_former_words(shown)) == document["json"]
    addresses = [change["address"] for change in document["json"]["resource_changes"]]
    assert [change["address"] for change in shown["resource_changes"]] == addresses


def test_a_plan_has_the_digest_that_it_had_when_it_was_written() -> None:
    """A run that an earlier version began is gone on with."""
    found = decode_file((KEPT / "changes.format-2.plan").read_bytes(), "old.plan")
    assert plan_digest(found.plan) == "be6b10bffb04f99d3c420ba6b18972a61a2d6cac6ecce5da6f4b3161aae87be7"


def test_a_file_of_the_second_format_is_applied(project: Project) -> None:
    project.write(BEFORE)
    shutil.copy(KEPT / "creates.format-2.plan", project.folder / "old.plan")
    done = project.run("apply", "old.plan")
    assert (done.code, done.err) == (0, "")
    assert {cluster["name"] for cluster in project.live()} == {"grow", "shrink", "fresh", "old", "kept"}


def test_a_file_of_the_first_format_is_shown_and_not_applied(at: Project) -> None:
    """It does not say what the record held."""
    original = (at.folder / "it.plan").read_bytes()
    second = plan_files.put_together_as_before(plan_files.taken_apart(original), original)
    (at.folder / "it.plan").write_bytes(second)
    shown_now, document = at.run("show", "it.plan").out, json.loads(second)
    del document["record"], document["plan"]["pins"]["record"], document["sha256"]
    document["ackplan_plan"] = 1
    (at.folder / "it.plan").write_bytes(plan_files.sealed(document))
    assert at.run("show", "it.plan").out == shown_now
    assert at.run("show", "it.plan", "--format", "json").code == 0
    before = at.changing()
    done = at.run("apply", "it.plan")
    assert (done.code, done.err[:7], "Plan again" in done.err) == (1, "ACK6002", True)
    assert at.changing() == before
    body(document, "grow", "scale-out").update(count=200)
    (at.folder / "it.plan").write_bytes(plan_files.sealed(document))
    is_refused(at, FEW)
