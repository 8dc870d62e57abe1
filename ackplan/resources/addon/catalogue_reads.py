"""Asks the catalogue of add-ons what a plan needs to know: what can be uninstalled, and which versions there are.

Nothing is asked of an add-on that stays as it is. An answer that tells nothing refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ackplan.core.address import parse
from ackplan.core.answers import Cluster
from ackplan.core.json_types import Json, JsonObject
from ackplan.execute.ports import ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.offered import Offered
from ackplan.plan.planner import Options, Sides
from ackplan.resources.addon.live_addons import ACTIONS, entry_of

TYPE: Final = "addon"
_VERSION, _LONGEST, _MOST = "version", 255, 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked of an add-on. `version` is the one to ask about; empty where its actions alone count.

    `installs`: the cluster does not have it. `upgraded`: the cluster is upgraded before, and takes newer ones then.
    """

    name: str
    cluster: Cluster
    version: str = ""
    installs: bool = False
    upgraded: bool = False


def questions(sides: Sides, options: Options) -> Iterator[Question]:
    """What this plan has to know: of each add-on that it may uninstall, or of which it writes another version."""
    live: Mapping[str, LiveResource] = sides.inside.get(TYPE, {})
    homes = {one.cluster_id: one for one in reversed(sides.live) if not one.gone}
    wanted = {name: one for name, one in sides.nested.items() if parse(name).type == TYPE}
    for name in sorted({*wanted, *(each for each in sides.record.nested if parse(each).type == TYPE)}):
        # The live cluster that it is in, or is to be installed in; none where that is to be made.
        entry, there = sides.record.clusters.get(parse(name).root.short), live.get(name)
        cluster = homes.get(entry.cluster_id) if entry is not None else None
        if cluster is None:
            continue
        if there is not None and name in sides.record.nested and _may_leave(name, options, kept=name in wanted):
            yield Question(name, cluster)
        elif name in wanted and options.mode == "normal":
            pinned, has = wanted[name].parameters.get(_VERSION), there.shown.get(_VERSION) if there else None
            if isinstance(pinned, str) and pinned and pinned != has:
                version = has if isinstance(has, str) else pinned
                upgraded = parse(name).root.short in sides.routes
                yield Question(name, cluster, version, installs=there is None, upgraded=upgraded)


def _may_leave(name: str, options: Options, *, kept: bool) -> bool:
    """Whether it may be uninstalled by a call of its own; `kept`: the spec wants it."""
    if options.mode == "destroy":
        return name in options.targets
    return options.mode == "normal" and (not kept or name in options.replace)


async def ask(api: ApiReader, question: Question) -> Offered:
    """What the catalogue offers of an add-on. Raises ApiError."""
    home, addon = (question.cluster.cluster_id, question.cluster.region_id), parse(question.name).name
    entry = await entry_of(api, home, addon, question.version)
    if question.installs and not entry:
        # There is no such version: the newest is all that the catalogue tells then.
        newest = await entry_of(api, home, addon)
        return Offered(versions=tuple(_versions(newest, upgraded=False)), complete=bool(newest))
    if question.version and entry.get(_VERSION) != question.version:
        return Offered()
    versions = tuple(_versions(entry, upgraded=question.upgraded))
    return Offered(tuple(_texts(entry.get(ACTIONS))), versions, complete=bool(question.version))


def _versions(entry: JsonObject, *, upgraded: bool) -> Iterator[str]:
    """The version that is told, and the newer ones that it can be brought to."""
    yield from _texts([entry.get(_VERSION)])
    newer = entry.get("newer_versions")
    for each in newer[:_MOST] if isinstance(newer, list) else ():
        if isinstance(each, Mapping) and (upgraded or each.get("upgradable") is not False):
            yield from _texts([each.get(_VERSION)])


def _texts(value: Json) -> Iterator[str]:
    """The short texts of a list, of whatever stands where one should."""
    for each in value[:_MOST] if isinstance(value, list) else ():
        if isinstance(each, str) and 0 < len(each) <= _LONGEST and each.isprintable():
            yield each
