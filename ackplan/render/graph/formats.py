"""A plan's graph of steps for Graphviz and for Mermaid: one box a step, one frame a cluster, an arrow to what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ackplan.core.work import TRAITS
from ackplan.core.work_traits import Traits
from ackplan.plan.model import Step
from ackplan.render.facts.safe import printable
from ackplan.render.facts.step_words import in_short
from ackplan.render.facts.view import call_of
from ackplan.render.facts.words import estimate

# Mermaid takes these for markup, line ends or directives even inside quoted text; it has its own notation for them.
_MERMAID = str.maketrans({character: f"#{ord(character)};" for character in '"#<>&`\\%'})


def dot(steps: Iterable[Step], notes: Sequence[str] = ()) -> str:
    """The graph in the DOT language, steps and clusters in the order given. `notes` stand below it."""
    listed = tuple(steps)
    lines = ["digraph plan {", "  rankdir=LR", '  node [shape=box, style="rounded,filled", fontname="sans-serif"]']
    lines += [f"  label={_dot(*notes)}"] if notes else []
    for number, (cluster, own) in enumerate(_by_cluster(listed).items()):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_dot(cluster)}", '    color="#999999"']
        lines += [f"    {_dot(s.id)} [label={_dot(*_label(s))}, fillcolor={_dot(s.traits.color)}]" for s in own]
        lines.append("  }")
    lines += [f"  {_dot(before)} -> {_dot(after)}" for before, after in _edges(listed)]
    return "\n".join([*lines, "}"])


def mermaid(steps: Iterable[Step], notes: Sequence[str] = ()) -> str:
    """The graph as a Mermaid flow chart, steps and clusters in the order given. `notes` are boxes of their own."""
    listed = tuple(steps)
    numbers = {step.id: f"s{number}" for number, step in enumerate(listed)}
    lines = ["flowchart LR"]
    for number, (cluster, own) in enumerate(_by_cluster(listed).items()):
        lines.append(f'  subgraph c{number}["{_mermaid(cluster)}"]')
        lines += [f'    {numbers[s.id]}["{"<br/>".join(map(_mermaid, _label(s)))}"]:::{_class(s.traits)}' for s in own]
        lines.append("  end")
    lines += [f'  n{number}["{_mermaid(note)}"]' for number, note in enumerate(notes)]
    lines += [f"  {numbers[before]} --> {numbers[after]}" for before, after in _edges(listed)]
    used = [traits for work, traits in TRAITS.items() if any(type(step.work) is work for step in listed)]
    lines += [f"  classDef {_class(each)} fill:{each.color},stroke:#666,color:#000" for each in used]
    return "\n".join(lines)


def _by_cluster(steps: Iterable[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.name, []).append(step)
    return found


def _edges(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    listed = list(steps)
    known = {step.id for step in listed}
    return ((need, step.id) for step in listed for need in step.needs if need in known)


def _label(step: Step) -> tuple[str, ...]:
    expected = f"~{estimate(step.expected_seconds)}" if step.expected_seconds else ""
    return tuple(filter(None, (in_short(step), call_of(step), expected)))


def _class(traits: Traits) -> str:
    return traits.name.replace("-", "_")


def _dot(*lines: str) -> str:
    """A quoted string of DOT; several lines are set one below the other."""
    escaped = (printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _mermaid(text: str) -> str:
    return printable(text).translate(_MERMAID)
