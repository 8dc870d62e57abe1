"""Add-ons as a type of resources. They stand in the list `addons` of a cluster of today's kinds.

The same list goes into the cluster's create call, for a network add-on has to come with the cluster: what is there
already is only recorded.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ackplan import spec
from ackplan.core.answers import Accepted
from ackplan.core.call import Call
from ackplan.core.catalog import DEFAULT, Catalog
from ackplan.core.catalog.json_text import from_json, laid_over
from ackplan.core.json_types import Json, JsonObject, items, mapping
from ackplan.core.work import Create
from ackplan.execute.ports import ApiReader, Sent
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change
from ackplan.plan.offered import Offered
from ackplan.plan.planner import Options, Sides
from ackplan.resources.addon.addon_share import AddonShare
from ackplan.resources.addon.catalogue_reads import ask, questions
from ackplan.resources.addon.live_addons import newest_version, read_addon, read_addons
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType

if TYPE_CHECKING:
    from ackplan.execute.step_run import StepContext

_CONFIG, _VERSION = "config", "version"


class AddonType(NestedType):
    """One call lists the add-ons of a cluster; settings are read of those alone that the spec sets some of."""

    family = "node_pools"
    listed = True
    takes_over = True

    def __init__(self) -> None:
        super().__init__("addon", "addons", Catalog(DEFAULT.schemas, "install_addons"))

    @property
    def own_keys(self) -> frozenset[str]:
        return frozenset()

    def body_faults(self, file: str, body: JsonObject) -> Sequence[str]:
        """What the schema refuses of a body; the version of an installation is filled in when it is sent."""
        if DEFAULT.schemas.read(file).get("type") != "array":
            return spec.body_faults(file, body)
        making = file in self.catalog.operation(self.catalog.create).bodies
        sent = [{_VERSION: "", **mapping(item)} if making else item for each in body.values() for item in items(each)]
        return spec.body_faults(file, sent)

    async def live_in(self, api: ApiReader, cluster_id: str, region: str) -> Mapping[str, LiveResource]:
        return await read_addons(api, (cluster_id, region))

    async def live_one(self, api: ApiReader, home: tuple[str, str], name: str) -> LiveResource | None:
        return await read_addon(api, home, name)

    async def look_closer(
        self, api: ApiReader, home: tuple[str, str], live: Mapping[str, LiveResource], sides: InsideSides
    ) -> Mapping[str, LiveResource]:
        """With the settings of those that the spec sets some of, and with recorded ones that are there unlisted."""
        configured = [name for name, one in sides.wanted.items() if name in live and _CONFIG in one.parameters]
        asked = [*configured, *(name for name in sides.recorded if name not in live)]
        if not asked:
            return live
        read = await asyncio.gather(*(read_addon(api, home, name) for name in asked))
        return {**live, **{name: one for name, one in zip(asked, read, strict=True) if one is not None}}

    async def offers(self, api: ApiReader, sides: Sides, options: Options) -> Mapping[str, Offered]:
        inquiries = tuple(questions(sides, options))
        answers = await asyncio.gather(*(ask(api, question) for question in inquiries))
        return {question.name: answer for question, answer in zip(inquiries, answers, strict=True)}

    async def send(self, context: StepContext, call: Call, body: JsonObject) -> Accepted:
        """Sends a call. An installation without a version asks for the newest one that the cluster can have.

        Settings are laid over those that the add-on has: the API takes what is left out for its default (assumed).
        """
        api, home, name = context.ports.api, (context.parent_id, call.region), context.step.address.name
        said: Json = self.catalog.payload(call.operation, body)
        if isinstance(context.step.work, Create) and isinstance(said, list):
            said = [await _versioned(api, home, item) for item in said if isinstance(item, Mapping)]
        elif isinstance(said, Mapping):
            said = await _merged(api, home, name, said)
        places = {"id": context.parent_id, self.kind.place: name}
        path = self.catalog.operation(call.operation).path
        ids = {place: value for place, value in places.items() if f"{{{place}}}" in path}
        answer = await api.change(call.operation, call.region, Sent(ids, said), context.write_down)
        return replace(answer, cluster_id=name)

    async def perform(self, context: StepContext) -> None:
        """Where a change took no effect, the task of it that failed says why."""
        from ackplan.execute import failures
        from ackplan.resources.addon.addon_failure import failed_task

        try:
            await super().perform(context)
        except failures.StepFailed as failure:
            if failure.diagnostic.code != failures.NOT_CHANGED:
                raise
            home, step = (context.parent_id, context.step.region), context.step
            task = await failed_task(context.ports.api, home, step.address.name)
            if task is None:
                raise
            why = failures.task_failed(step, task.task_id, task.error_code, task.error_message)
            raise failures.StepFailed(why) from None

    def share(self, sides: Sides, options: Options, planned: Mapping[str, Change]) -> AddonShare:
        return AddonShare(self, sides, options, planned)


async def _versioned(api: ApiReader, home: tuple[str, str], item: JsonObject) -> JsonObject:
    """An item of an installation with the version that its client has to name."""
    if item.get(_VERSION):
        return item
    return {**item, _VERSION: await newest_version(api, home, str(item["name"]))}


async def _merged(api: ApiReader, home: tuple[str, str], name: str, body: JsonObject) -> JsonObject:
    """New settings with those that the add-on has and the spec does not say."""
    live = await read_addon(api, home, name)
    has = from_json(str(live.fields.get(_CONFIG, ""))) if live is not None else None
    wanted = from_json(str(body.get(_CONFIG, "")))
    if not isinstance(has, Mapping) or not isinstance(wanted, Mapping):
        return body
    return {**body, _CONFIG: json.dumps(laid_over(has, wanted), ensure_ascii=False)}
