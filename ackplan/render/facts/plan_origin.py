"""Which world a plan is for, and where it comes from: the same words for every format. Texts are printable."""

from __future__ import annotations

from collections.abc import Callable

from ackplan.core.language import phrase
from ackplan.core.provenance import encode_provenance, link_of
from ackplan.core.world import LOOPBACK, encode_world
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


def place(plan: Plan, mark: Mark = str) -> str:
    """`the sandbox`; else the account, where it is known, and the endpoint. `mark` is put on names."""
    world = plan.pins.world
    if plan.provenance.sandbox:
        return phrase("the sandbox")
    account = phrase("account {account}", account=mark(printable(world.account))) if world.account else ""
    endpoint = phrase("endpoint {endpoint}", endpoint=mark(printable(world.endpoint))) if world.endpoint else ""
    if world.endpoint == LOOPBACK:
        endpoint = phrase("an endpoint on this machine")
    return phrase(", ").join(filter(None, (account, endpoint)))


def regions(plan: Plan, mark: Mark = str) -> str:
    """The first regions, and how many others there are."""
    names = regions_of(plan)
    more = phrase("{number} more", number=len(names) - _REGIONS) if len(names) > _REGIONS else ""
    return phrase(", ").join(filter(None, (*map(mark, names[:_REGIONS]), more)))


def target(plan: Plan, mark: Mark = str) -> str:
    """`account 1234, endpoint cs.aliyuncs.com, region cn-beijing, workspace default`.

    Empty for a plan file of a version that did not say what world it is for.
    """
    if not plan.pins.world:
        return ""
    number, named = len(regions_of(plan)), regions(plan, mark)
    words = phrase("{number:region|regions} {names}", number=number, names=named) if named else ""
    workspace = phrase("workspace {name}", name=mark(printable(plan.pins.workspace)))
    return phrase(", ").join(filter(None, (place(plan, mark), words, workspace)))


def commit(plan: Plan, mark: Mark = str) -> str:
    """`0123456789 on main, with uncommitted changes`; empty where it is not known."""
    provenance = plan.provenance
    if not provenance.commit:
        return ""
    branch, named = shortened(provenance.branch, _LONGEST), mark(provenance.commit[:_COMMIT])
    if branch:
        named = phrase("{commit} on {branch}", commit=named, branch=mark(branch))
    return phrase("{commit}, with uncommitted changes", commit=named) if provenance.altered else named


def job(plan: Plan) -> str:
    """The address of the CI job that made it; empty outside of CI."""
    return link_of(plan.provenance.job)


def planned(plan: Plan, mark: Mark = str) -> str:
    """When and by whom it was made; empty where that was not noted."""
    moment, who = printable(plan.provenance.at), shortened(plan.provenance.by, _LONGEST)
    return phrase("{moment} by {who}", moment=moment, who=mark(who)) if moment and who else moment


def origin(plan: Plan, mark: Mark = str) -> str:
    """When and by whom it was made, and from which commit, in one sentence; empty where that was not noted."""
    when, from_commit = planned(plan, mark), commit(plan, mark)
    if not when:
        return ""
    if from_commit:
        return phrase("Made {when}, from commit {commit}.", when=when, commit=from_commit)
    return phrase("Made {when}.", when=when)
