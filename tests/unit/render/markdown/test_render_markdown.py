"""The comment below a pull request: what it says, in which order, and what it leaves out when it would be too long."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ackplan.core.address import CLUSTER, Address
from ackplan.core.call import Call
from ackplan.core.diagnostics import error, warning
from ackplan.core.work import Create
from ackplan.plan.model import Plan
from ackplan.render.markdown.plan import LIMIT, plan_markdown
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet
from tests.unit.render.hostile import MIXED


def many(number: int) -> Plan:
    """A plan that creates `number` clusters, made from one by renaming it."""
    planned = fleets.CREATE.plan()
    (change,) = planned.changes
    (step,) = change.steps
    changes = []
    for index in range(number):
        name = f"shop-{index:04}"
        renamed = dataclasses.replace(step, id=f"create:{name}", address=Address(CLUSTER, name))
        changes.append(dataclasses.replace(change, address=Address(CLUSTER, name), steps=(renamed,)))
    return dataclasses.replace(planned, changes=tuple(changes))


@pytest.mark.parametrize(
    ("fleet", "said"),
    [
        (fleets.CREATE, "### ackplan: 1 to create"),
        (fleets.SCALE_OUT, "### ackplan: 1 to scale out"),
        (fleets.ATTACH, "### ackplan: 1 to change"),
        (fleets.DELETE, "### ackplan: 1 to destroy"),
        (fleets.REPLACE, "### ackplan: 1 blocked"),
        (fleets.RECORD_ONLY, "### ackplan: 1 to record"),
        (fleets.FORGET, "### ackplan: 1 to forget"),
        (fleets.SAME, "### ackplan: No changes: the fleet is as the spec wants it"),
        (MIXED, "### ackplan: 1 to create, 2 to scale out, 1 to destroy, 1 blocked"),
    ],
)
def test_headline(fleet: Fleet, said: str) -> None:
    assert plan_markdown(fleet.plan()).splitlines()[0] == said


def test_adoption_and_replacement_are_counted() -> None:
    assert plan_markdown(fleets.ADOPT.plan(adopt=frozenset({"shop"}))).startswith("### ackplan: 1 to adopt\n")
    assert plan_markdown(fleets.REPLACE.plan(replace=frozenset({"shop"}))).startswith("### ackplan: 1 to replace\n")


def test_no_changes_is_all_there_is_to_say() -> None:
    head, compared = plan_markdown(fleets.SAME.plan()).split("\n\n")
    assert head == "### ackplan: No changes: the fleet is as the spec wants it"
    assert re.fullmatch(r"Compared, where .*\. No answer shows .*\.", compared)


def test_what_could_hurt_stands_before_everything_else() -> None:
    lines = plan_markdown(MIXED.plan()).splitlines()
    order = [
        line for line in lines if line.startswith(("> [!", "> ", "- **error", "**", "Expected", "| `", "<details>"))
    ]
    assert order[:5] == [
        "> [!CAUTION]",
        "> - **1 change is blocked: nothing is applied while that is so:** `replaced`",
        "> - **1 cluster will be destroyed:** `deleted`",
        "> [!WARNING]",
        "> **1 cluster changed outside of ackplan since the last apply:** `moved`",
    ]
    assert order[5].startswith(
        "- **error** `ACK2003` `replaced`: `container_cidr`: Parameter can't be changed in place ("
    )
    assert "Expected to take about **" in order[6]
    assert re.findall(r"^\| `\S+` \| `(\w+)`", "\n".join(lines), re.MULTILINE)[:5] == [
        "replaced",
        "deleted",
        "bigger",
        "moved",
        "created",
    ]


def test_a_replacement_is_a_warning_of_its_own() -> None:
    text = plan_markdown(fleets.REPLACE.plan(replace=frozenset({"shop"})))
    assert "> **1 cluster will be replaced: destroyed, then created again:** `shop`" in text


def test_whole_update() -> None:
    assert plan_markdown(fleets.SCALE_OUT.plan()) == UPDATE


UPDATE = """\
### ackplan: 1 to scale out

**2 workers added**. Expected to take about **5m**.

|  | cluster | what | calls | expected |
| --- | --- | --- | --- | --- |
| `~` | `shop` | will be updated in place: add 2 workers: 3 → 5 | 1 | ~5m |

<details><summary><code>~</code> <code>shop</code> will be updated in place</summary>

managed cluster `"shop"` (cn-beijing, c-shop)

Why: the spec changed.

|  | parameter | before | after |  |
| --- | --- | --- | --- | --- |
| `~` | `num_of_nodes` | `3` | `5` |  |

16 parameters stay as before.

scale out: `POST /api/v2/clusters/c-shop`, about 5m

```json
{
  "count": 2,
  "login_password": "(sensitive value)",
  "tags": [
    {
      "key": "team",
      "value": "shop"
    }
  ],
  "vswitch_ids": [
    "vsw-a"
  ],
  "worker_data_disk": false,
  "worker_instance_types": [
    "ecs.hfc5.xlarge"
  ],
  "worker_system_disk_category": "cloud_efficiency",
  "worker_system_disk_size": 120
}
```

</details>"""


def test_a_new_cluster_has_no_side_before() -> None:
    text = plan_markdown(fleets.CREATE.plan())
    assert "|  | parameter | value |" in text
    assert "| `+` | `num_of_nodes` | `3` |" in text


def test_no_secret_and_no_name_of_one_is_shown() -> None:
    text = plan_markdown(fleets.CREATE.plan())
    assert "ACK_NODE_PASSWORD" not in text
    assert "| `+` | `login_password` | `(sensitive value)` |" in text
    assert '"login_password": "(sensitive value)"' in text


def test_drift_and_its_reason_stand_with_the_cluster() -> None:
    text = plan_markdown(fleets.DRIFT.plan())
    assert "**Drift:** the live cluster was changed outside of ackplan." in text
    assert "| `~` | `num_of_nodes` | `2` | `3` | drift |" in text


def test_critical_path_and_order() -> None:
    text = plan_markdown(Fleet(after="  b: {extends: web}\n  c: {extends: web, depends_on: [b]}\n").plan())
    assert "Expected to take about **20m**. Critical path: `b` → `c`." in text
    assert "After: `b`." in text


def test_a_long_critical_path_leaves_out_its_middle() -> None:
    spec = "".join(f"  c{n:02}: {{extends: web{f', depends_on: [c{n - 1:02}]' if n else ''}}}\n" for n in range(12))
    assert "`c03` → 5 more → `c09`" in plan_markdown(Fleet(after=spec).plan())


def test_unmanaged_clusters_are_counted() -> None:
    planned = dataclasses.replace(fleets.CREATE, others=[fleets.STRANGER]).plan()
    assert "1 live cluster is not managed by this spec." in plan_markdown(planned)


def test_the_rest_can_be_planned_without_what_is_blocked() -> None:
    said = "To plan the rest alone: `ackplan plan --skip-blocked`."
    assert said in plan_markdown(MIXED.plan())
    assert said not in plan_markdown(fleets.REPLACE.plan())


def test_errors_of_a_plan_that_has_nothing_else() -> None:
    planned = dataclasses.replace(
        fleets.SAME.plan(),
        diagnostics=(error("ACK2010", "Cluster is not in the spec or the record", "--target x: neither"),),
    )
    assert plan_markdown(planned) == (
        "### ackplan: Nothing was planned\n\n- **error** `ACK2010` Cluster is not in the spec or the record<br>`--target` x: neither"
    )


@pytest.mark.parametrize(("number", "told", "end"), [(13, 13, "</details>"), (63, 60, "- and 3 more\n\n</details>")])
def test_ten_findings_are_told_more_are_folded_and_the_rest_is_counted(number: int, told: int, end: str) -> None:
    found = tuple(warning("ACK3030", "An earlier apply was interrupted", f"run {n}") for n in range(number))
    text = plan_markdown(dataclasses.replace(fleets.SAME.plan(), diagnostics=found))
    assert text.count("- **warning**") == told
    assert text.partition("<details>")[0].count("- **warning**") == 10
    assert f"<summary>{number - 10} more</summary>" in text
    assert text.partition("\n\nCompared, ")[0].endswith(end)


@pytest.mark.parametrize(("number", "drawn"), [(1, False), (2, True), (40, True), (41, False)])
def test_the_graph_is_drawn_where_it_can_be_read(number: int, drawn: bool) -> None:
    text = plan_markdown(many(number))
    assert ("```mermaid\nflowchart LR" in text) is drawn
    assert (f"the graph of {number} steps (`ackplan graph PLANFILE`)" in text) is (number > 40)


def test_blocked_steps_are_not_in_the_graph() -> None:
    graph = re.search(r"```mermaid\n(.*?)\n```", plan_markdown(MIXED.plan()), re.DOTALL)
    assert graph is not None
    assert '"created"' in graph[1]
    assert '"replaced"' not in graph[1]


@pytest.mark.parametrize("number", [60, 500, 2000])
def test_a_comment_is_never_too_long_and_says_what_is_missing(number: int) -> None:
    text = plan_markdown(many(number))
    assert len(text.encode()) <= LIMIT < 65_536
    assert len(text.encode()) > LIMIT - 4_000
    details, rows = text.count("<details><summary><code>"), text.count("| will be created |")
    assert f"the details of {number - details} of {number} clusters" in text
    assert (f"{number - rows} of {number} rows of the table" in text) is (rows < number)
    assert text.endswith(
        "All of it is in the plan file: `ackplan show PLANFILE`, as a page `ackplan show --format html PLANFILE`."
    )
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("limit", [2_000, 3_000, 5_000, 20_000])
def test_any_limit_is_kept(limit: int) -> None:
    for fleet in (MIXED, fleets.SCALE_OUT, fleets.REPLACE):
        text = plan_markdown(fleet.plan(), limit)
        assert len(text.encode()) <= limit
        assert text.startswith("### ackplan: ")


def test_a_huge_value_or_body_does_not_push_the_rest_out() -> None:
    planned = fleets.CREATE.plan()
    (change,) = planned.changes
    (step,) = change.steps
    assert step.call is not None
    body = {**(step.call.body or {}), "tags": [{"key": "k", "value": "v" * 300_000}]}
    call = Call(step.call.operation, step.call.method, step.call.path, step.call.region, body)
    parameters = tuple(
        dataclasses.replace(p, after="v" * 300_000) if p.name == "tags" else p for p in change.parameters
    )
    changed = dataclasses.replace(change, parameters=parameters, steps=(dataclasses.replace(step, work=Create(call)),))
    text = plan_markdown(dataclasses.replace(planned, changes=(changed,)))
    assert len(text) < 12_000
    assert "| `+` | `num_of_nodes` | `3` |" in text
    assert "The rest of this body is in the plan file." in text
    assert "…` |" in text
