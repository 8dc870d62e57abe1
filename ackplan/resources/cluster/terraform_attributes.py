"""Says of a cluster of a Terraform state what a spec would say of it, and what of the state is not in that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.parameters import Parameter
from ackplan.core.diagnostics import Diagnostic, warning
from ackplan.core.json_types import JsonObject
from ackplan.core.values import ABSENT
from ackplan.documents.terraform_state import Resource
from ackplan.resources.cluster.describe import Described, completed, shown, visible
from ackplan.resources.terraform_reader import TranslatedResource

_REFUSED = "no spec can have this value, or another one rules it out"
_MOVED = "the live cluster has another value"
_LONGEST = 80
_NOTHING: Final[JsonObject] = {}


def kind_of(resource: Resource, section: str = "") -> Kind | None:
    """The kind of cluster that a resource is, of the generation that `section` tells; None for none.

    A managed one may say that it is an edge one.
    """
    family = next(each for each in catalog.DEFAULT.families if each.section == section)
    kind = next((kind for kind in family.kinds if kind.resource == resource.type), None)
    if kind is None:
        return None
    apart = [name for name in kind.discriminators if name not in kind.constants]
    said = {name: resource.attributes.get(name) for name in apart}
    return family.kind_of({**said, **kind.constants}) or kind


def described(
    found: TranslatedResource,
    live: Cluster | None,
    nodes: Sequence[Node],
    region: str,
    inside: JsonObject = _NOTHING,
) -> Described:
    """The cluster as a spec would have it: what is live wins, then what Terraform knows, then what the API shows.

    Without `live` it is as Terraform has it, in this region. `inside` are the sections of what is inside of it. Raises
    Failure where no spec can have it.
    """
    kind = found.kind
    if live is None:
        names = {
            kind.name_parameter.name: found.name,
            **({kind.region_parameter.name: region} if kind.region_parameter else {}),
        }
        filled = {name: value for name, value in names.items() if name and value}
        values = {**kind.constants, **found.parameters, **filled}
        return completed(Described(found.name, kind, values, found.own, inside=inside))
    known = {**shown(kind, live, nodes), **found.parameters}
    values = {**known, **visible(kind, live, nodes, known)}
    return completed(Described(live.name, kind, values, found.own, inside=inside))


def remarks(found: TranslatedResource, name: str, kept: JsonObject) -> Iterator[Diagnostic]:
    """What of a resource is not in what is kept of it (`kept`): a warning for each reason, which names attributes."""
    traits = found.kind.parameters
    dropped = [(traits[each].provider, _REFUSED) for each in found.parameters if each not in kept]
    moved = [(traits[each].provider, _MOVED) for each in found.parameters if _differs(traits[each], found, kept)]
    reasons: dict[str, list[str]] = {}
    for attribute, why in (*found.left, *dropped, *moved):
        reasons.setdefault(why, []).append(attribute[:_LONGEST])
    for why, attributes in reasons.items():
        yield warning("ACK3056", why=why, attributes=", ".join(sorted(attributes)), address=found.address, cluster=name)


def _differs(parameter: Parameter, found: TranslatedResource, kept: JsonObject) -> bool:
    """Whether what is live shows another value than Terraform knew."""
    values = (side.get(parameter.name, ABSENT) for side in (found.parameters, kept))
    before, after = (ABSENT if value is ABSENT else parameter.canonical(value) for value in values)
    return after is not ABSENT and before != after
