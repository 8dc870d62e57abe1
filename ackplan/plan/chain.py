"""The steps of one resource, one after another: each with its exact call, and the record entry that it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ackplan.core.actions import Reason, Side
from ackplan.core.address import Address
from ackplan.core.call import Call, listed
from ackplan.core.catalog import Kind
from ackplan.core.catalog.timeouts import timeouts
from ackplan.core.work import TRAITS, Work, call_of
from ackplan.plan.model import Step
from ackplan.record import RecordedCluster


@dataclass(slots=True)
class Chain:
    """Collects the steps of one resource, each needing the one before; keeps the record entry as it grows."""

    address: Address
    kind: Kind
    cluster_id: str
    region: str
    own: Mapping[str, Any]
    reason: Reason
    side: Side
    entry: RecordedCluster | None = None
    steps: tuple[Step, ...] = ()
    accepted_at: str = ""
    parent_id: str = ""

    def add(self, work: Work, *, label: str = "", side: Side | None = None) -> None:
        """One step that does this work."""
        traits, call, api = TRAITS[type(work)], call_of(work), self.kind.catalog
        step = Step(
            id=f"{traits.name}:{self.address.short}" + (f":{label}" if label else ""),
            address=self.address,
            work=work,
            reason=self.reason,
            side=side or self.side,
            cluster_id=self.cluster_id,
            needs=(self.steps[-1].id,) if self.steps else (),
            expected_seconds=api.operation(call.operation).expected(self.kind.schema_file) if call else 0.0,
            timeout=timeouts(api, self.own, self.entry.parameters if self.entry else {})[traits.timeout],
            after=self.entry,
            region=self.region,
            accepted_at=self.accepted_at,
            parent_id=self.parent_id,
        )
        self.steps = (*self.steps, step)

    def call(
        self,
        work: type[Work],
        body: Mapping[str, Any] | None = None,
        named: str = "",
        query: Mapping[str, str] | None = None,
    ) -> Call:
        """The call of a work that calls something: the usual operation, or the one that is `named`."""
        traits = TRAITS[work]
        operation = self.kind.catalog.operation(named or self.kind.operation_of(traits.name, traits.operation))
        path = operation.path_with({"id": self.parent_id, self.kind.place: self.cluster_id})
        naming = self.kind.catalog.item_name(operation.id)
        said = listed({naming: self.address.name, **(body or {})}) if naming else body
        return Call(operation.id, operation.method, path, self.region, said, query or {})
