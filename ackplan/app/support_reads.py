"""Asks the API until when the versions of a plan's clusters are supported, where a rule of a policy wants to know.

Each version is asked for once for each sort of cluster (DescribeKubernetesVersionMetadata).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ackplan.app.observe import together
from ackplan.app.version_reads import VersionPlace, entries_of, following_of
from ackplan.core.actions import Action
from ackplan.core.answers import Cluster
from ackplan.core.catalog import Kind
from ackplan.core.json_types import Json
from ackplan.core.kubernetes_version import means, numbers
from ackplan.core.work import Upgrade
from ackplan.execute.ports import ApiReader
from ackplan.plan.model import Change, Plan
from ackplan.policy.model import Rule, Supported
from ackplan.policy.support import Support, VersionSupport

_MADE = frozenset({Action.CREATE, Action.REPLACE})
_TYPES = frozenset({"Kubernetes", "ManagedKubernetes"})


class _Question(NamedTuple):
    """A version of one sort of cluster. `exact`: it is one that a cluster has, not a name of several."""

    place: VersionPlace
    version: str
    exact: bool


async def read_support(
    api: ApiReader | None, plan: Plan, live: Sequence[Cluster], rules: Iterable[Rule]
) -> Support | None:
    """What is known of the versions that clusters will have. None where nobody may be asked, or no rule wants it.

    Raises ApiError.
    """
    if api is None or not any(isinstance(rule.check, Supported) for rule in rules):
        return None
    by_id = {cluster.cluster_id: cluster for cluster in live}
    versions = {change.name: _version(change, by_id) for change in plan.changes if change.address.parent is None}
    wanted = {name: each for name, each in versions.items() if each is not None}
    distinct = tuple(dict.fromkeys(wanted.values()))
    answers = dict(zip(distinct, await together(_read(api, each) for each in distinct), strict=True))
    return {name: answers[each] for name, each in wanted.items()}


def _version(change: Change, live: Mapping[str, Cluster]) -> _Question | None:
    """The version that a cluster will have; None where there will be none, or the API chooses it."""
    place = _place(change)
    if change.after is None or place is None:
        return None
    steps = [step.work.version for step in change.steps if isinstance(step.work, Upgrade)]
    if steps:
        return _Question(place, steps[-1], exact=True)
    kept = change.live_cluster
    cluster = live.get(change.cluster_id) or (kept.cluster if kept is not None else None)
    if change.action not in _MADE and cluster is not None:
        shown = _shown(change.kind, cluster)
        return _Question(place, shown, exact=True) if shown else None
    written = next((change.after.get(name) for name in _version_parameters(change.kind)), None)
    return _Question(place, written, exact=False) if isinstance(written, str) and written else None


def _version_parameters(kind: Kind) -> Iterator[str]:
    return (name for name, sight in kind.sights.items() if sight.form == "version")


def _shown(kind: Kind, cluster: Cluster) -> str:
    values = (kind.sights[name].value(cluster.attributes) for name in _version_parameters(kind))
    return next((value for value in values if isinstance(value, str)), "")


def _place(change: Change) -> VersionPlace | None:
    """Where its versions are asked for; None for a kind whose versions the API does not list."""
    kind = change.kind
    named, profile = str(kind.constants.get("cluster_type", "")), str(kind.constants.get("profile", ""))
    region = kind.region_of(change.after or {})
    return VersionPlace(region, named, profile) if named in _TYPES else None


async def _read(api: ApiReader, question: _Question) -> VersionSupport:
    """A name of several versions means the newest of them: it is the one that the API would choose."""
    version = question.version
    if not question.exact:
        listed = [str(entry.get("version", "")) for entry in await entries_of(api, question.place)]
        version = max((each for each in listed if means(version, each)), key=numbers, default=version)
    entries = await entries_of(api, question.place, version)
    entry = next((each for each in entries if each.get("version") == version), None)
    if entry is None:
        return VersionSupport(version)
    return VersionSupport(version, _day(entry.get("expiration_date")), following_of(entry))


def _day(value: Json) -> datetime.date | None:
    try:
        return datetime.datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None
