"""A plan file that somebody forged, its digest made to fit: nothing shows it, nothing carries it out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from projects import Project

from ackplan.plan import codec
from ackplan.record.codec import decode_data, digest
from ackplan.render.terraform.plan import plan_json

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


def content(at: Project) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((at.folder / "it.plan").read_text("utf-8"))
    del document["sha256"]
    return document


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


def carelessly(at: Project, forge: Forge) -> None:
    """Only the plan is altered, and the digest."""
    document = content(at)
    forge(document)
    at.write(codec.sealed(json.dumps(document, sort_keys=True, ensure_ascii=False)), "it.plan")


def carefully(at: Project, forge: Forge) -> None:
    """The JSON is made anew of the altered plan, wherever that can be done."""
    document = content(at)
    forge(document)
    try:
        plan, record = codec.decode(document["plan"]), decode_data(document["record"])
        pieces = codec.encode_file(plan, plan_json(plan, record), record)
        at.write(b"".join(pieces).decode(), "it.plan")
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        at.write(codec.sealed(json.dumps(document, sort_keys=True, ensure_ascii=False)), "it.plan")


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
    for how in (carelessly, carefully):
        how(at, lambda _document: None)
        for name in FORMATS:
            assert at.run("show", "it.plan", "--format", name).code == 0
    planned = at.run("plan", "--format", "json")
    assert at.run("show", "it.plan", "--format", "json").out == planned.out
    assert at.run("apply", "it.plan").code == 0


@pytest.mark.parametrize("how", [carelessly, carefully])
def test_a_forged_plan_is_refused_by_all_that_read_it(at: Project, how: Callable[[Project, Forge], None]) -> None:
    original, taken = (at.folder / "it.plan").read_text("utf-8"), {}
    for name, forge in FORGERIES.items():
        at.write(original, "it.plan")
        how(at, forge)
        try:
            is_refused(at, READERS if name == "200 workers more" else FEW)
        except AssertionError as fault:
            taken[name] = str(fault)[:300]
    assert taken == {}


def test_a_key_that_is_given_twice_is_refused(at: Project) -> None:
    """One reader takes the first, another the last."""
    text = json.dumps(content(at), sort_keys=True, ensure_ascii=False)
    for once, twice in (
        ('"count": 2', '"count": 2, "count": 2'),
        ('"applyable": true', '"applyable": true, "applyable": true'),
    ):
        assert once in text
        at.write(codec.sealed(text.replace(once, twice, 1)), "it.plan")
        is_refused(at, FEW)


def test_a_plan_file_of_the_first_format_is_shown_and_not_applied(at: Project) -> None:
    """It does not say what the record held."""
    shown_now = at.run("show", "it.plan").out
    document = content(at)
    del document["record"], document["plan"]["pins"]["record"]
    document["ackplan_plan"] = 1
    at.write(codec.sealed(json.dumps(document, sort_keys=True, ensure_ascii=False)), "it.plan")
    assert at.run("show", "it.plan").out == shown_now
    assert at.run("show", "it.plan", "--format", "json").code == 0
    before = at.changing()
    done = at.run("apply", "it.plan")
    assert (done.code, done.err[:7], "Plan again" in done.err) == (1, "ACK6002", True)
    assert at.changing() == before
    body(document, "grow", "scale-out").update(count=200)
    at.write(codec.sealed(json.dumps(document, sort_keys=True, ensure_ascii=False)), "it.plan")
    is_refused(at, FEW)
