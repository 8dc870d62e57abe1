"""Which world a plan is for, and where it comes from: the same words for every format. Texts are printable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ackplan.core.language import phrase
from ackplan.core.provenance import Provenance, encode_provenance, link_of
from ackplan.core.world import LOOPBACK, World, encode_world
from ackplan.plan.model import Change, Plan
from ackplan.render.facts.safe import printable, shortened

# Puts a name into the form in which a format has names.
Mark = Callable[[str], str]

_REGIONS = 3
_COMMIT = 10
_LONGEST = 200


def regions_of(plan: Plan) -> tuple[str, ...]:
    """The regions of the plan's clusters, each once, by name."""
    return tuple(sorted({printable(region) for region in map(_region, plan.changes) if region}))


def _region(change: Change) -> str:
    recorded = change.recorded.region if change.recorded else ""
    return change.kind.region_of(change.after or change.before or {}) or recorded


def world_facts(plan: Plan) -> dict[str, object]:
    """The same for programs: the workspace, the world, its regions, and how the plan was made, where that is known."""
    facts: dict[str, object] = {
        "workspace": plan.pins.workspace,
        "world": encode_world(plan.pins.world),
        "regions": list(regions_of(plan)),
    }
    return {**facts, "made": encode_provenance(plan.provenance)} if plan.provenance else facts


def place(world: World, mark: Mark = str, *, sandbox: bool = False) -> str:
    """`the sandbox`; else the account, where it is known, and the endpoint. `mark` is put on names."""
    if sandbox:
        return phrase("the sandbox")
    account = phrase("account {account}", account=mark(printable(world.account))) if world.account else ""
    endpoint = phrase("endpoint {endpoint}", endpoint=mark(printable(world.endpoint))) if world.endpoint else ""
    if world.endpoint == LOOPBACK:
        endpoint = phrase("an endpoint on this machine")
    return phrase(", ").join(filter(None, (account, endpoint)))


def listed_regions(names: Sequence[str], mark: Mark = str) -> str:
    """The first regions, and how many others there are."""
    more = phrase("{number} more", number=len(names) - _REGIONS) if len(names) > _REGIONS else ""
    return phrase(", ").join(filter(None, (*map(mark, names[:_REGIONS]), more)))


def in_regions(names: Sequence[str], mark: Mark = str) -> str:
    """`region cn-beijing`; empty for none."""
    listed = listed_regions(names, mark)
    return phrase("{number:region|regions} {names}", number=len(names), names=listed) if listed else ""


def target(plan: Plan, mark: Mark = str) -> str:
    """`account 1234, endpoint cs.aliyuncs.com, region cn-beijing, workspace default`.

    Empty for a plan file of a version that did not say what world it is for.
    """
    if not plan.pins.world:
        return ""
    where = place(plan.pins.world, mark, sandbox=plan.provenance.sandbox)
    workspace = phrase("workspace {name}", name=mark(printable(plan.pins.workspace)))
    return phrase(", ").join(filter(None, (where, in_regions(regions_of(plan), mark), workspace)))


def commit(provenance: Provenance, mark: Mark = str) -> str:
    """`0123456789 on main, with uncommitted changes`; empty where it is not known."""
    if not provenance.commit:
        return ""
    branch, named = shortened(provenance.branch, _LONGEST), mark(provenance.commit[:_COMMIT])
    if branch:
        named = phrase("{commit} on {branch}", commit=named, branch=mark(branch))
    return phrase("{commit}, with uncommitted changes", commit=named) if provenance.altered else named


def job(provenance: Provenance) -> str:
    """The address of the CI job that made it; empty outside of CI."""
    return link_of(provenance.job)


def planned(provenance: Provenance, mark: Mark = str) -> str:
    """When and by whom it was made; empty where that was not noted."""
    moment, who = printable(provenance.at), shortened(provenance.by, _LONGEST)
    return phrase("{moment} by {who}", moment=moment, who=mark(who)) if moment and who else moment


def origin(provenance: Provenance, mark: Mark = str) -> str:
    """When and by whom it was made, and from which commit, in one sentence; empty where that was not noted."""
    when, from_commit = planned(provenance, mark), commit(provenance, mark)
    if not when:
        return ""
    if from_commit:
        return phrase("Made {when}, from commit {commit}.", when=when, commit=from_commit)
    return phrase("Made {when}.", when=when)
