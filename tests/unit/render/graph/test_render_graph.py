"""The graph of steps: every step and every wait, in a fixed order, with labels that can't break out."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ackplan.core.address import CLUSTER, Address
from ackplan.core.language import CHINESE, speaking
from ackplan.core.work import TRAITS
from ackplan.plan.model import Step
from ackplan.render.graph import formats, svg
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet
from tests.works import WORKS

FLEET = Fleet(
    before="  d: {extends: web}\n",
    after="  b: {extends: web, attach: [{instances: [i-a], key_pair: k}]}\n  c: {extends: web, depends_on: [b]}\n",
)

DOT = """\
digraph plan {
  rankdir=LR
  node [shape=box, style="rounded,filled", fontname="sans-serif"]
  subgraph cluster_0 {
    label="b"
    color="#999999"
    "create:b" [label="create\\nPOST /clusters\\n~10m", fillcolor="#c6efce"]
    "attach:b:1" [label="attach\\nPOST /clusters/{id}/attach\\n~5m", fillcolor="#fff2cc"]
  }
  subgraph cluster_1 {
    label="c"
    color="#999999"
    "create:c" [label="create\\nPOST /clusters\\n~10m", fillcolor="#c6efce"]
  }
  subgraph cluster_2 {
    label="d"
    color="#999999"
    "delete:d" [label="delete\\nDELETE /clusters/{id}\\n~5m", fillcolor="#f8cbad"]
  }
  "create:b" -> "attach:b:1"
  "attach:b:1" -> "create:c"
}"""

MERMAID = """\
flowchart LR
  subgraph c0["b"]
    s0["create<br/>POST /clusters<br/>~10m"]:::create
    s1["attach<br/>POST /clusters/{id}/attach<br/>~5m"]:::attach
  end
  subgraph c1["c"]
    s2["create<br/>POST /clusters<br/>~10m"]:::create
  end
  subgraph c2["d"]
    s3["delete<br/>DELETE /clusters/{id}<br/>~5m"]:::delete
  end
  s0 --> s1
  s1 --> s2
  classDef create fill:#c6efce,stroke:#666,color:#000
  classDef attach fill:#fff2cc,stroke:#666,color:#000
  classDef delete fill:#f8cbad,stroke:#666,color:#000"""


def test_whole_graphs() -> None:
    steps = FLEET.plan().steps
    assert formats.dot(steps) == DOT
    assert formats.mermaid(steps) == MERMAID


def test_no_steps_make_an_empty_graph() -> None:
    assert formats.dot(()).splitlines()[0] == "digraph plan {"
    assert "->" not in formats.dot(())
    assert formats.mermaid(()) == "flowchart LR"


def test_every_kind_of_step_has_a_colour() -> None:
    (step,) = fleets.CREATE.plan().steps
    for work, traits in TRAITS.items():
        assert traits.name.replace("-", "_") in formats.mermaid([dataclasses.replace(step, work=WORKS[work])])


HOSTILE = [
    'a"] end; click s0 "javascript:alert(1)"',
    'a", URL="javascript:alert(1)',
    "%%{init: {'securityLevel': 'loose'}}%%",
    "<img src=x onerror=alert(1)>",
    "a\\",
    "a\nb --> c\u202e\x1b[2J",
    "`**bold**`",
    "#quot;",
]


def _named(name: str) -> Step:
    (step,) = fleets.CREATE.plan().steps
    return dataclasses.replace(step, address=Address(CLUSTER, name), id=f"create:{name}")


@pytest.mark.parametrize("name", HOSTILE)
def test_labels_of_dot_hold_what_is_in_them(name: str) -> None:
    harmless, hostile = formats.dot([_named("x")]), formats.dot([_named(name)])
    assert hostile.replace("\n", "").isprintable()
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "S", hostile)
    assert outside == re.sub(r'"(?:[^"\\]|\\.)*"', "S", harmless)


@pytest.mark.parametrize("name", HOSTILE)
def test_labels_of_mermaid_hold_what_is_in_them(name: str) -> None:
    harmless, hostile = formats.mermaid([_named("x")]), formats.mermaid([_named(name)])
    assert hostile.replace("\n", "").isprintable()
    label = re.search(r'subgraph c0\["(.*)"\]', hostile)
    assert label is not None
    assert not set(label[1]) & set('"<>`%\\')
    assert re.sub(r'"[^"]*"', "S", hostile) == re.sub(r'"[^"]*"', "S", harmless)


def test_waits_for_steps_that_are_not_there_are_left_out() -> None:
    steps = [step for step in FLEET.plan().steps if step.name == "c"]
    assert steps[0].needs
    assert "->" not in formats.dot(steps)
    assert "-->" not in formats.mermaid(steps)


def test_the_order_of_the_steps_changes_no_wait() -> None:
    steps = list(FLEET.plan().steps)
    arrows = {line for line in DOT.splitlines() if "->" in line}
    assert {line for line in formats.dot(steps[::-1]).splitlines() if "->" in line} == arrows


def test_boxes_say_what_they_do_in_chinese() -> None:
    named = _named("shop")
    with speaking(CHINESE):
        drawn = (formats.dot([named]), formats.mermaid([named]), svg.svg([named]))
    for text in drawn:
        assert "创建" in text
    assert "计划的步骤" in drawn[2]
