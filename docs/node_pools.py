"""Rewrites what docs/node-pools.md shows of the schemas and of a plan: what a change becomes, where parameters went.

    python docs/node_pools.py            rewrites it
    python docs/node_pools.py --check    exits 1 when it is stale

The spec of the page is written by hand, as is all that stands between. The plan is that of `EDITS`, once the spec was
applied to the embedded API.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import example
from parameters import changed_by, pool_parameters
from reference import table

from ackplan.core.catalog import DEFAULT, Kind
from ackplan.core.catalog.parameters import Effect, Parameter

OUTPUT = Path(__file__).with_name("node-pools.md")
EFFECTS = {
    Effect.SCALE: "scaled in place",
    Effect.UPGRADE: "upgraded in place",
    Effect.RECORDED: "recorded; nothing is called",
    Effect.REPLACE: "a replacement: deleted and created again",
    Effect.IDENTITY: "another cluster, another pool",
}
# What stands in the page's spec, what stands there afterwards.
EDITS = (
    ("kubernetes_version: 1.31.9-aliyun.1", "kubernetes_version: 1.33.3-aliyun.1"),
    ("desired_size: 3", "desired_size: 5"),
    ("weekly_period: Monday", 'weekly_period: "Monday,Thursday"'),
    ("value: web}]", "value: front}]"),
    ("instance_types: [ecs.c7.2xlarge]", "instance_types: [ecs.c8i.2xlarge, ecs.c7.2xlarge]"),
)
MODIFIED = "changed in place"
NONE = "none"


def kinds() -> tuple[Kind, ...]:
    """The kinds of clusters with node pools."""
    return tuple(kind for kind in DEFAULT.kinds if kind.section_key)


def effects() -> str:
    """What a change becomes, of clusters and of pools; what is not listed is changed in place."""
    clusters = {kind.title.removesuffix(" cluster"): kind.parameters for kind in kinds()}
    pools = {"": pool_parameters()}
    usual = (f"all others of a cluster; {calls(clusters)}", f"all others of a pool; {calls(pools)}")
    rows = [(MODIFIED, *usual)]
    rows += [(said, names(clusters, effect), names(pools, effect)) for effect, said in EFFECTS.items()]
    return table("A change is | Of a cluster | Of a pool", rows)


def calls(owners: Mapping[str, Mapping[str, Parameter]]) -> str:
    """The calls that change something in place, the usual one first."""
    usual = "modify_node_pool" if "" in owners else "modify_cluster"
    every = [
        changed_by(p, usual) for parameters in owners.values() for p in parameters.values() if p.effect is Effect.MODIFY
    ]
    return "by " + ", ".join(dict.fromkeys(sorted(every, key=every.count, reverse=True)))


def names(owners: Mapping[str, Mapping[str, Parameter]], effect: Effect) -> str:
    """The parameters with this effect; in parentheses whose they are, where others have them with another effect."""
    found: dict[str, list[str]] = {}
    for owner, parameters in owners.items():
        for name in shortest(parameters, lambda p: p.effect is effect):
            found.setdefault(name, []).append(owner)
    return ", ".join(f"`{name}`{whose(name, mine, owners)}" for name, mine in found.items()) or NONE


def whose(name: str, mine: Sequence[str], owners: Mapping[str, Mapping[str, Parameter]]) -> str:
    having = [owner for owner, parameters in owners.items() if any(is_in(each, name) for each in parameters)]
    return f" ({', '.join(mine)})" if list(mine) != having else ""


def is_in(parameter: str, group: str) -> bool:
    return parameter == group or parameter.startswith(f"{group}.")


def shortest(parameters: Mapping[str, Parameter], fits: Callable[[Parameter], bool]) -> Iterator[str]:
    """The names of the parameters that fit; of a group in which all do, the group's alone."""
    said = ""
    for name in [name for name, parameter in parameters.items() if fits(parameter)]:
        if not said or not is_in(name, said):
            said = next(
                group for group in outwards(name) if all(fits(p) for n, p in parameters.items() if is_in(n, group))
            )
            yield said


def outwards(name: str) -> Iterable[str]:
    """The groups that a parameter is in, the outermost first, then itself."""
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def moved() -> str:
    """The guide's parameters that clusters with node pools do not have, each with its place today."""
    places: dict[str, dict[str, list[str]]] = {}
    for kind in kinds():
        for name, place in kind.root.get("x-ack-gone", {}).items():
            places.setdefault(name, {}).setdefault(place, []).append(kind.title.removesuffix(" cluster"))
    return table("The guide's | Today's", [(f"`{name}`", went(found)) for name, found in places.items()])


def went(places: Mapping[str, Sequence[str]]) -> str:
    """Where a parameter went; whose it is where that is not one answer for all kinds."""
    if len(places) == 1:
        return "; ".join(code(place) for place in places)
    return "; ".join(
        f"{code(place)} ({', '.join(kinds_of)})" for place, kinds_of in sorted(places.items(), reverse=True)
    )


def code(place: str) -> str:
    return f"`{place}`" if place else NONE


def spec_of(page: str) -> str:
    """The spec that the page shows."""
    return page.partition("```yaml\n")[2].partition("```")[0]


def planned(page: str) -> str:
    """What `ackplan plan` prints once the page's spec is applied and edited."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ackplan.yaml").write_text(spec_of(page), "utf-8")
        for resource in example.in_order(folder):
            example.ackplan(folder, "apply", "--auto-approve", "--target", resource)
        for before, after in EDITS:
            example.edit(folder / "ackplan.yaml", before, after)
        return f"```text\n$ ackplan plan\n{example.ackplan(folder, 'plan')}```"


def render(page: str) -> str:
    """The page with all of it made anew. Raises ValueError where it has no place for a part."""
    for name, made in (("plan", functools.partial(planned, page)), ("effects", effects), ("moved", moved)):
        before, begin, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"\n<!-- /{name} -->")
        if not begin or not end:
            raise ValueError(f"{OUTPUT.name} has no place for {name}")
        page = f"{before}{begin}{made()}{end}{after}"
    return page


def main(arguments: Sequence[str]) -> int:
    """Rewrites the page, or with `--check` only says whether they are up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/node_pools.py [--check]\n")
        return 64
    page = OUTPUT.read_text("utf-8")
    text = render(page)
    if not arguments:
        OUTPUT.write_text(text, "utf-8")
    elif page != text:
        sys.stderr.write(f"{OUTPUT.name} is stale: python docs/node_pools.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
