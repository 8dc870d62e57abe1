"""Reads what Terraform's provider for Alibaba Cloud says of a resource, as parameters. Nothing is left out in silence.

Which attribute is which parameter stands in the schemas. Of what has no counterpart the name is told, never the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.core import catalog
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.schemas import DEFINITIONS
from ackplan.core.catalog.timeouts import DURATION
from ackplan.core.json_types import Json, JsonObject
from ackplan.documents.terraform_state import Resource

_SECRETS = frozenset(
    {
        *("password", "kms_encrypted_password", "kms_encryption_context", "user_ca", "user_data", "pre_user_data"),
        *("kube_config", "client_cert", "client_key", "cluster_ca_cert", "certificate_authority"),
    }
)
# What the provider finds out by itself; there is nothing to set.
_FOUND = frozenset(
    {
        *("availability_zone", "connections", "nat_gateway_id", "slb_id", "slb_internet", "slb_intranet"),
        *("master_nodes", "worker_nodes", "worker_ram_role_name", "rrsa_metadata"),
        *("scaling_group_id", "can_upgrade", "next_version", "required"),
    }
)
# What steers Terraform or its provider, and says nothing of what is live.
_OWN = frozenset(
    {
        *("name_prefix", "force_update", "skip_set_certificate_authority", "exclude_autoscaler_nodes"),
        *("force_delete", "update_nodes", "upgrade_policy", "rolling_policy", "cleanup_cloud_resources"),
        *("delete_options", "retain_resources", "keep_instance_name", "format_disk"),
    }
)
# Where a resource says which it is, and in which cluster.
_IDENTITY = frozenset({"id", "name", "cluster_id", "node_pool_id", "node_pool_name"})
_NO_COUNTERPART = "no create parameter of this API version says it"
_NOT_SET: tuple[Json, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class TranslatedResource:
    """A resource in our words; `parameters` are those that Terraform knows.

    `left` has every attribute that was not taken over, and why.
    """

    address: str
    kind: Kind
    cluster_id: str
    name: str
    parameters: JsonObject
    own: JsonObject
    left: tuple[tuple[str, str], ...]


def translated(resource: Resource, kind: Kind) -> TranslatedResource:
    """What the resource says, in our words."""
    reader = _AttributeReader(resource, kind)
    parameters, own = dict(reader.parameters()), dict(reader.own())
    attributes = resource.attributes
    names = (attributes.get(each) for each in kind.name_parameter.provider_names)
    return TranslatedResource(
        resource.address,
        kind,
        _text(attributes.get("id")),
        next((name for name in names if isinstance(name, str) and name), ""),
        parameters,
        own,
        tuple(reader.left()),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class _AttributeReader:
    """Takes one resource's attributes for the parameters of its kind, and remembers which it used."""

    def __init__(self, resource: Resource, kind: Kind) -> None:
        self._attributes = resource.attributes
        self._secret = resource.sensitive | _SECRETS
        self._kind = kind
        self._used: set[str] = {*_IDENTITY, *kind.constants}
        self._why: dict[str, str] = {}
        self._paths = [path.split(".") for p in kind.parameters.values() for path in p.provider_names]
        # The parts of blocks that are looked for, each without the numbers of items.
        self._sought = {tuple(part for part in path if part != "0") for path in self._paths}

    def parameters(self) -> Iterator[tuple[str, Json]]:
        for name, parameter in self._kind.parameters.items():
            if parameter.fill or name in self._kind.constants:
                continue
            if parameter.secret:
                # Of a secret nothing is read but that there is one; of the guide's the rules ask anyway.
                if "." in name and any(self._attributes.get(path) for path in parameter.provider_names):
                    yield name, parameter.stand_in
                continue
            values = [each for path in parameter.provider_names if (each := self._value(path, parameter)) is not None]
            if values:
                yield name, values[0]
            if any(value != values[0] for value in values):
                self._why[parameter.provider_names[-1]] = f"{parameter.provider} says otherwise"

    def own(self) -> Iterator[tuple[str, Json]]:
        """Terraform's timeouts are ours where they have the same name and form; so is what a deletion keeps."""
        yield from self._of_deletion()
        given = self._attributes.get("timeouts")
        if not isinstance(given, Mapping):
            return
        known = catalog.DEFAULT.own_keys["timeouts"].schema["properties"]
        kept: dict[str, Json] = {}
        for name, value in given.items():
            if name in known and isinstance(value, str) and DURATION.fullmatch(value):
                kept[name] = value
            elif value is not None:
                self._why[f"timeouts.{name}"] = "no timeout of this name and form is there"
        self._used.add("timeouts")
        if kept:
            yield "timeouts", kept

    def _of_deletion(self) -> Iterator[tuple[str, Json]]:
        """Own keys of today's clusters that a call sends."""
        if not self._kind.section_key:
            return
        for name, parameter in catalog.DEFAULT.own_keys.items():
            value = self._value(name, parameter) if parameter.operation else None
            if value not in _NOT_SET:
                yield name, value

    def left(self) -> Iterator[tuple[str, str]]:
        """What has a value and was not used, and why."""
        for name in sorted(self._used & self._attributes.keys() - _IDENTITY):
            self._parts(self._attributes[name], (name,))
        yield from self._why.items()
        for name, value in self._attributes.items():
            if name not in self._used and value not in _NOT_SET:
                yield name, self._reason(name)

    def _parts(self, value: Json, path: tuple[str, ...]) -> None:
        """Remembers the parts of a block, and of blocks in it, that nothing looked for."""
        deeper = any(len(each) > len(path) and each[: len(path)] == path for each in self._sought)
        block = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not deeper or not isinstance(block, Mapping):
            return
        for key, part in block.items():
            inner = (*path, key)
            if any(each[: len(inner)] == inner for each in self._sought):
                self._parts(part, inner)
            elif part not in _NOT_SET:
                self._why[".".join(inner)] = _NO_COUNTERPART

    def _reason(self, attribute: str) -> str:
        if attribute in self._secret:
            return "a secret stays where it is"
        if attribute in _FOUND:
            return "the provider found it out, and there is nothing to set"
        if attribute in {path[0] for path in self._paths}:
            return "it has not the form that the provider gives it"
        return "it steers Terraform alone" if attribute in _OWN else _NO_COUNTERPART

    def _value(self, path: str, parameter: Parameter) -> Json:
        """What the attribute at this path says of the parameter; None where it says nothing."""
        name, *rest = path.split(".")
        raw = self._attributes.get(name)
        if name in self._secret or raw in _NOT_SET:
            return None
        if rest:
            return self._within(name, raw, rest, parameter)
        value = self._read(name, raw, parameter)
        if value == 0 and not isinstance(value, bool) and parameter.effect is not Effect.SCALE:
            self._used.add(name)
            return None  # a number that was never set
        if value is not None:
            self._used.add(name)
        return value

    def _within(self, name: str, raw: Json, rest: list[str], parameter: Parameter) -> Json:
        """A value inside of blocks: `#` how many items there are, or whether any; `0` the only one; `KEY` its part."""
        if not isinstance(raw, list | Mapping):
            return None
        self._used.add(name)
        value: Json = raw
        for part in rest:
            if isinstance(value, list):
                if part == "#":
                    return bool(value) if "boolean" in _types(parameter.schema) else len(value)
                if len(value) != 1:
                    self._why[name] = f"several items where {parameter.name} takes one"
                    return None
                value = value[0]
            if part != "0":
                value = value.get(part) if isinstance(value, Mapping) else None
        return self._read(name, value, parameter) if value not in _NOT_SET else None

    def _read(self, name: str, raw: Json, parameter: Parameter) -> Json:
        types = _types(parameter.schema)
        if "array" in types:
            return self._entries(name, raw, parameter)
        if "object" in types:
            return dict(_only(raw)) or None
        if types == {"string"} and isinstance(raw, list) and raw and all(isinstance(each, str) for each in raw):
            return ",".join(map(str, raw))
        return parameter.read(raw)

    def _entries(self, name: str, raw: Json, parameter: Parameter) -> Json:
        """A list: of texts as it is, of a mapping as keys and values, of blocks without what was not set in them."""
        if isinstance(raw, Mapping):
            self._why |= {
                f"{name}.{key}": "its value is no text" for key, value in raw.items() if not isinstance(value, str)
            }
            return [{"key": key, "value": value} for key, value in sorted(raw.items()) if isinstance(value, str)]
        if not isinstance(raw, list):
            return None
        blocks = [item for item in raw if isinstance(item, Mapping)]
        if len(blocks) != len(raw):
            return raw
        kept = [self._block(name, item, parameter) for item in blocks]
        return [item for item in kept if item] or None

    def _block(self, name: str, item: JsonObject, parameter: Parameter) -> JsonObject:
        """One item: those of its parts that were set, in our words."""
        parts = self._item_parts(parameter)
        if item.get("disabled") is True and "disabled" not in parts:
            self._why[f"{name}.disabled"] = "what is not to be installed can't be said here"
            return {}
        theirs = {str(schema.get("x-ack-provider", key)): (key, schema) for key, schema in parts.items()}
        kept: dict[str, Json] = {}
        for key, value in item.items():
            if value in _NOT_SET or value is False:
                continue
            if key not in theirs:
                self._why[f"{name}.{key}"] = _NO_COUNTERPART
                continue
            ours, schema = theirs[key]
            read = Parameter(ours, parameter.effect, schema).read(value)
            if read is not None and (read != 0 or isinstance(value, str)) and read is not False:
                kept[ours] = read
        return kept

    def _item_parts(self, parameter: Parameter) -> Mapping[str, Schema]:
        """What an item of a list may have, with the schema of each."""
        schemas = self._kind.catalog.schemas
        raw = parameter.schema.get("items", {})
        for base in (self._kind.schema_file, DEFINITIONS):
            try:
                return schemas.merged(raw, base).get("properties", {})
            except KeyError:
                continue
        return {}


def _only(raw: Json) -> JsonObject:
    """The mapping that this is, or that is its only item."""
    value = raw[0] if isinstance(raw, list) and len(raw) == 1 else raw
    return {key: part for key, part in value.items() if part not in _NOT_SET} if isinstance(value, Mapping) else {}


def _types(schema: Schema) -> set[str]:
    types = schema.get("type", ())
    return {types} if isinstance(types, str) else set(types)
