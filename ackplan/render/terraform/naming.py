"""How the resources of a plan are named: the ids of clusters before and after it, and the names of attributes.

What is inside of a cluster has the cluster's id among its attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.core.actions import Action
from ackplan.core.catalog import Kind
from ackplan.core.catalog.terraform_names import WorkersPool
from ackplan.core.json_types import JsonObject
from ackplan.plan.model import Change, Plan
from ackplan.record import Record
from ackplan.render.terraform import provider
from ackplan.render.terraform.provider import Attributes, Ids, PlacedValues

_ANEW = frozenset({Action.CREATE, Action.REPLACE})


@dataclass(frozen=True, slots=True)
class TerraformNaming:
    """Ids by the clusters' names; `after` lacks those of clusters that are made anew.

    With `former` attributes have the names that plan files of formats 1 and 2 have, and nothing else is there.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    former: bool = False
    _placed: PlacedValues = field(default_factory=dict, compare=False, repr=False)

    def ids_before(self, short: str, own: str) -> Ids:
        """The ids of a resource of this short name, its own being this one, as they are now."""
        return _ids(self.before, short, own)

    def ids_after(self, change: Change) -> Ids:
        """The ids of what a change leaves behind, as far as they are known."""
        return _ids(self.after, change.name, "" if change.action in _ANEW else change.cluster_id)

    def attributes(self, kind: Kind, short: str, parameters: JsonObject, ids: Ids = provider.NO_IDS) -> Attributes:
        return provider.attributes(kind, short, parameters, ids, self._placed, former=self.former)

    def workers(self, pool: WorkersPool, kind: Kind, parameters: JsonObject, cluster_id: str) -> Attributes:
        return provider.of_workers(pool, kind, parameters, cluster_id, self._placed)


def of_record(record: Record) -> TerraformNaming:
    recorded = {name: entry.cluster_id for name, entry in record.clusters.items()} if record.nested else {}
    return TerraformNaming(recorded, recorded)


def of_plan(plan: Plan, record: Record, *, former: bool = False) -> TerraformNaming:
    """What a narrowed plan does not show of its clusters the record tells."""
    recorded = of_record(record).before
    clusters = [change for change in plan.changes if change.address.parent is None]
    before = {**recorded, **{change.name: change.cluster_id for change in clusters}}
    after = {**before, **{change.name: "" for change in clusters if change.action in _ANEW}}
    return TerraformNaming(before, after, former)


def _ids(clusters: Mapping[str, str], short: str, own: str) -> Ids:
    return {"id": own, "cluster": clusters.get(short.partition("/")[0], "") if "/" in short else own}
