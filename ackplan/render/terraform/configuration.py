"""`configuration` of the plan's JSON: what a module of Terraform's would say to have these resources.

What is inside of a cluster stands there as one block with `for_each`, whose keys are the names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from ackplan.core.catalog import Kind
from ackplan.core.catalog.terraform_names import address_of, ids_of, name_of
from ackplan.core.json_types import Json
from ackplan.plan.model import Change
from ackplan.render.terraform import provider
from ackplan.render.terraform.lazy_lists import LazyList
from ackplan.render.terraform.naming import TerraformNaming


def configuration(planned: Sequence[Change], naming: TerraformNaming) -> dict[str, object]:
    kinds = {change.name: change.kind for change in planned}
    blocks: dict[str, list[Change]] = {}
    for change in planned:
        name, _ = name_of(change.address)
        blocks.setdefault(address_of(change.kind.resource, name), []).append(change)
    ordered = sorted(blocks.items(), key=itemgetter(0))
    resources = LazyList(lambda _: (_block(address, changes, kinds, naming) for address, changes in ordered))
    named = {"name": provider.PROVIDER, "full_name": provider.PROVIDER_NAME}
    return {
        "provider_config": {provider.PROVIDER: named},
        "root_module": {"resources": resources} if blocks else {},
    }


def _block(
    address: str, changes: Sequence[Change], kinds: Mapping[str, Kind], naming: TerraformNaming
) -> dict[str, object]:
    first = changes[0]
    name, index = name_of(first.address)
    parent = first.address.parent
    cluster = parent.short if parent else ""
    block: dict[str, object] = {
        "address": address,
        "mode": "managed",
        "type": first.kind.resource,
        "name": name,
        "provider_config_key": provider.PROVIDER,
        "expressions": {
            **_common([_expressions(change, naming) for change in changes]),
            **_cluster(first.kind, cluster, kinds),
        },
        "schema_version": 0,
    }
    if index:
        block["for_each_expression"] = {}
    needed = dict.fromkeys(need for change in changes for need in change.depends_on if need != cluster)
    needs = [provider.address(kinds[need], need) for need in needed if need in kinds]
    return {**block, "depends_on": needs} if needs else block


def _expressions(change: Change, naming: TerraformNaming) -> dict[str, Json]:
    shown = naming.attributes(change.kind, change.name, change.after or {})
    hidden = provider.sensitive_attributes(change.kind)
    return {name: {} if name in hidden else _expression(value) for name, value in shown.items()}


def _common(each: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The expressions of a block: what its instances do not all have alike is told by the instance."""
    if len(each) == 1:
        return dict(each[0])
    names = sorted(dict.fromkeys(name for expressions in each for name in expressions))
    return {name: _shared(name, [expressions.get(name) for expressions in each]) for name in names}


def _shared(name: str, values: Sequence[Json]) -> Json:
    alike = all(value == values[0] for value in values)
    return values[0] if alike else {"references": [f"each.value.{name}", "each.value"]}


def _cluster(kind: Kind, cluster: str, kinds: Mapping[str, Kind]) -> dict[str, Json]:
    """The id of the cluster is that of another resource, where the plan has it."""
    if cluster not in kinds:
        return {}
    address = provider.address(kinds[cluster], cluster)
    names = [name for name, text in ids_of(kind).items() if text == "{cluster}"]
    return {name: {"references": [f"{address}.id", address]} for name in names}


def _expression(value: Json) -> Json:
    """Blocks are lists of expressions."""
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return [_of_block(item) for item in value]
    return {"constant_value": value}


def _of_block(item: Json) -> Json:
    return {key: _expression(inner) for key, inner in item.items()} if isinstance(item, Mapping) else item
