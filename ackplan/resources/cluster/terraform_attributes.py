"""Says in our words what Terraform's provider for Alibaba Cloud says of a cluster. Nothing is left out in silence.

Which attribute is which parameter stands in the schemas. Of what has no counterpart the name is told, never the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.timeouts import DURATION
from ackplan.core.diagnostics import Diagnostic, warning
from ackplan.core.values import ABSENT
from ackplan.documents.terraform_state import Resource
from ackplan.resources.cluster.describe import Described, completed, shown, visible

_SECRETS = frozenset(
    {
        *("password", "kms_encrypted_password", "kms_encryption_context", "user_ca", "user_data"),
        *("kube_config", "client_cert", "client_key", "cluster_ca_cert", "certificate_authority"),
    }
)
# What the provider finds out by itself; there is nothing to set.
_FOUND = frozenset(
    {
        *("availability_zone", "connections", "nat_gateway_id", "slb_id", "slb_internet", "slb_intranet"),
        *("master_nodes", "worker_nodes", "worker_ram_role_name", "rrsa_metadata"),
    }
)
# What steers Terraform or its provider, and says nothing of the cluster.
_OWN = frozenset({"name_prefix", "force_update", "skip_set_certificate_authority", "exclude_autoscaler_nodes"})
_NO_COUNTERPART = "no create parameter of this API version says it"
_REFUSED = "no spec can have this value, or another one rules it out"
_MOVED = "the live cluster has another value"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Translated:
    """A resource as a cluster; `parameters` are those that Terraform knows.

    `left` has every attribute that was not taken over, and why.
    """

    address: str
    kind: Kind
    cluster_id: str
    name: str
    parameters: Mapping[str, Any]
    own: Mapping[str, Any]
    left: tuple[tuple[str, str], ...]


def kind_of(resource: Resource) -> Kind | None:
    """The kind of cluster that a resource is, None for none. A managed one may say that it is an edge one."""
    kind = next((kind for kind in catalog.DEFAULT.kinds if kind.resource == resource.type), None)
    if kind is None:
        return None
    apart = [name for name in kind.discriminators if name not in kind.constants]
    said = {name: resource.attributes.get(name) for name in apart}
    return kind.catalog.kind_of({**said, **kind.constants}) or kind


def translated(resource: Resource, kind: Kind) -> Translated:
    """What the resource says, in our words."""
    reader = _AttributeReader(resource, kind)
    parameters, own = dict(reader.parameters()), dict(reader.own())
    name, cluster_id = (resource.attributes.get(key) for key in ("name", "id"))
    return Translated(
        resource.address,
        kind,
        cluster_id if isinstance(cluster_id, str) else "",
        name if isinstance(name, str) else "",
        parameters,
        own,
        tuple(reader.left()),
    )


def described(found: Translated, live: Cluster | None, nodes: Sequence[Node], region: str) -> Described:
    """The cluster as a spec would have it: what is live wins, then what Terraform knows, then what the API shows.

    Without `live` it is as Terraform has it, in this region. Raises Failure where no spec can have it.
    """
    kind = found.kind
    if live is None:
        names = {
            kind.name_parameter.name: found.name,
            **({kind.region_parameter.name: region} if kind.region_parameter else {}),
        }
        filled = {name: value for name, value in names.items() if name and value}
        return completed(Described(found.name, kind, {**kind.constants, **found.parameters, **filled}, found.own))
    known = {**shown(kind, live, nodes), **found.parameters}
    return completed(Described(live.name, kind, {**known, **visible(kind, live, nodes, known)}, found.own))


def remarks(found: Translated, kept: Described) -> Iterator[Diagnostic]:
    """What of a resource is not in the cluster: a warning for each reason, which names the attributes."""
    known = kept.kind.parameters
    dropped = [(known[name].provider, _REFUSED) for name in found.parameters if name not in kept.parameters]
    moved = [(known[name].provider, _MOVED) for name in found.parameters if _differs(known[name], found, kept)]
    reasons: dict[str, list[str]] = {}
    for attribute, why in (*found.left, *dropped, *moved):
        reasons.setdefault(why, []).append(attribute[:_LONGEST])
    for why, attributes in reasons.items():
        yield warning(
            "ACK3056", why=why, attributes=", ".join(sorted(attributes)), address=found.address, cluster=kept.name
        )


def _differs(parameter: Parameter, found: Translated, kept: Described) -> bool:
    """Whether the live cluster shows another value than Terraform knew."""
    values = (side.parameters.get(parameter.name, ABSENT) for side in (found, kept))
    before, after = (ABSENT if value is ABSENT else parameter.canonical(value) for value in values)
    return after is not ABSENT and before != after


class _AttributeReader:
    """Takes one resource's attributes for the parameters of its kind, and remembers which it used."""

    def __init__(self, resource: Resource, kind: Kind) -> None:
        self._attributes = resource.attributes
        self._secret = resource.sensitive | _SECRETS
        self._kind = kind
        self._used: set[str] = {"id", "name", *kind.constants}
        self._why: dict[str, str] = {}

    def parameters(self) -> Iterator[tuple[str, Any]]:
        for name, parameter in self._kind.parameters.items():
            if parameter.secret or parameter.fill or name in self._kind.constants:
                continue
            told = [value for path in parameter.provider_names if (value := self._value(path, parameter)) is not None]
            if told:
                yield name, told[0]
            if any(value != told[0] for value in told):
                self._why[parameter.provider_names[-1]] = f"{parameter.provider} says otherwise"

    def own(self) -> Iterator[tuple[str, Any]]:
        """Terraform's timeouts are ours where they have the same name and form."""
        given = self._attributes.get("timeouts")
        if not isinstance(given, Mapping):
            return
        known = catalog.DEFAULT.own_keys["timeouts"].schema["properties"]
        kept = {}
        for name, value in given.items():
            if name in known and isinstance(value, str) and DURATION.fullmatch(value):
                kept[name] = value
            elif value is not None:
                self._why[f"timeouts.{name}"] = "no timeout of this name and form is there"
        self._used.add("timeouts")
        if kept:
            yield "timeouts", kept

    def left(self) -> Iterator[tuple[str, str]]:
        """What has a value and was not used, and why."""
        yield from self._why.items()
        for name, value in self._attributes.items():
            if name not in self._used and value not in (None, "", [], {}):
                yield name, self._reason(name)

    def _reason(self, attribute: str) -> str:
        if attribute in self._secret:
            return "a secret stays where it is"
        if attribute in _FOUND:
            return "the provider found it out, and there is nothing to set"
        if attribute in {path.partition(".")[0] for path in self._paths()}:
            return "it has not the form that the provider gives it"
        return "it steers Terraform alone" if attribute in _OWN else _NO_COUNTERPART

    def _value(self, path: str, parameter: Parameter) -> Any:
        """What the attribute at this path says of the parameter; None where it says nothing."""
        name, _, rest = path.partition(".")
        raw = self._attributes.get(name)
        if name in self._secret or raw in (None, "", [], {}):
            return None
        if rest:
            return self._within(name, raw, rest, parameter)
        value = self._entries(name, raw) if "array" in _types(parameter) else parameter.read(raw)
        if value == 0 and not isinstance(value, bool) and parameter.effect is not Effect.SCALE:
            self._used.add(name)
            return None  # a number that was never set
        if value is not None:
            self._used.add(name)
        return value

    def _within(self, name: str, raw: Any, rest: str, parameter: Parameter) -> Any:
        """A value inside of a list: `#` how many items it has, or whether any; `0` the only one; `0.key` its part."""
        if not isinstance(raw, list):
            return None
        self._used.add(name)
        if rest == "#":
            return bool(raw) if "boolean" in _types(parameter) else len(raw)
        key = rest.partition(".")[2]
        if len(raw) != 1:
            self._why[name] = f"several items where {parameter.name} takes one"
            return None
        if not key:
            return parameter.read(raw[0])
        if not isinstance(raw[0], Mapping):
            return None
        self._unused(name, raw[0], {p.rpartition(".")[2] for p in self._paths() if p.startswith(f"{name}.0.")})
        return parameter.read(raw[0].get(key))

    def _paths(self) -> Iterator[str]:
        for parameter in self._kind.parameters.values():
            yield from parameter.provider_names

    def _unused(self, name: str, item: Mapping[str, Any], known: set[str]) -> None:
        for key, value in item.items():
            if key not in known and value not in (None, "", [], {}):
                self._why[f"{name}.{key}"] = _NO_COUNTERPART

    def _entries(self, name: str, raw: Any) -> Any:
        """A list: of texts as it is, of a mapping as keys and values, of blocks without what was not set in them."""
        if isinstance(raw, Mapping):
            self._why |= {
                f"{name}.{key}": "its value is no text" for key, value in raw.items() if not isinstance(value, str)
            }
            return [{"key": key, "value": value} for key, value in sorted(raw.items()) if isinstance(value, str)]
        if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
            return raw if isinstance(raw, list) else None
        kept = []
        for item in raw:
            if item.get("disabled") is True:
                self._why[f"{name}.disabled"] = "what is not to be installed can't be said here"
                continue
            self._unused(name, {k: v for k, v in item.items() if v is not False}, {"name", "version", "config"})
            kept.append({k: item[k] for k in ("name", "version", "config") if item.get(k) not in (None, "")})
        return kept or None


def _types(parameter: Parameter) -> set[str]:
    found = parameter.schema.get("type", ())
    return {found} if isinstance(found, str) else set(found)
