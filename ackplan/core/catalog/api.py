"""What one version of the ACK API has: kinds of clusters, operations, and ackplan's own keys beside them.

A catalog is a value: another version of the API is another folder of schema files and another catalog. Whoever has a
kind reaches its catalog through it; `DEFAULT` is for those who begin with a name or an answer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.core.catalog.family import Family, families_of
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.operations import Operation, operation_from
from ackplan.core.catalog.parameters import Parameter, parameters_of
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.schemas import DEFINITIONS, OPERATIONS, SPEC, Schemas, installed
from ackplan.core.catalog.sight import Sight
from ackplan.core.json_types import Json, JsonObject

# The file that says which create body a kind has is the operation's own list of bodies.
_CREATE = "create_cluster"


@dataclass(frozen=True, eq=False)
class Catalog:
    """One version of the API. Each part is read from the schema files when it is first asked for.

    `create` is the operation whose bodies are the kinds.
    """

    schemas: Schemas
    create: str = _CREATE

    @functools.cached_property
    def version(self) -> str:
        """The API version that every request names (guide 1.2, `x-acs-version`)."""
        return str(self.schemas.read(OPERATIONS)["version"])

    @functools.cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation by its id."""
        return {entry["id"]: operation_from(entry) for entry in self.schemas.read(OPERATIONS)["operations"]}

    @functools.cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind, in the order of the create operation's bodies."""
        creating = self.operations[self.create]
        return tuple(self._kind_from(file) for file in (*creating.bodies, *creating.bodies_today))

    def _kind_from(self, file: str) -> Kind:
        root = self.schemas.read(file)
        parameters = parameters_of(self.schemas, root["$defs"]["properties"]["properties"], file)
        parameters |= parameters_of(self.schemas, root.get("x-ack-inherits", {}), file)
        constants = {p.name: str(p.schema["const"]) for p in parameters.values() if "const" in p.schema}
        beside = parameters_of(self.schemas, root.get("x-ack-beside", {}), file)
        return Kind(self, root["x-ack-kind"], file, root, parameters, constants, beside)

    @functools.cached_property
    def spec(self) -> Schema:
        """The schema of a spec."""
        return self.schemas.read(SPEC)

    @functools.cached_property
    def own_keys(self) -> Mapping[str, Parameter]:
        """ackplan's own keys inside a cluster of the spec."""
        return parameters_of(self.schemas, self.spec["$defs"]["own"]["properties"], SPEC)

    @functools.cached_property
    def families(self) -> tuple[Family, ...]:
        """The kinds by their generations, those of the guide first."""
        return families_of(self.kinds)

    def family_of(self, values: JsonObject) -> Family:
        """The generation of kinds that these values of a spec's cluster are of: a section in them tells it."""
        for family in self.families[1:]:
            if family.section in values:
                return family
        return self.families[0]

    def has_family(self, section: str) -> bool:
        """Whether this key of a spec's cluster tells a generation."""
        return any(family.section == section for family in self.families[1:])

    @functools.cached_property
    def discriminators(self) -> frozenset[str]:
        """The parameters that tell kinds of any generation apart."""
        return frozenset(name for family in self.families for name in family.discriminators)

    @functools.cached_property
    def sights(self) -> tuple[Sight, ...]:
        """Every field of a live cluster that shows a parameter of any kind, once."""
        by_field = {sight.field: sight for kind in self.kinds for sight in kind.sights.values()}
        return tuple(by_field[field] for field in sorted(by_field))

    @functools.cached_property
    def secret_names(self) -> frozenset[str]:
        """Every parameter, of any operation, whose value is a secret."""
        return frozenset(name for operation in self.operations for name in self.secret_parameters(operation))

    @functools.cached_property
    def secret_rule(self) -> Schema:
        """What a password must look like: `minLength`, `maxLength` and `pattern` of its schema."""
        return self.schemas.read(DEFINITIONS)["$defs"]["secret"]

    @functools.cached_property
    def _kinds_by_name(self) -> Mapping[str, Kind]:
        return {kind.name: kind for kind in self.kinds}

    def kind(self, name: str) -> Kind:
        """The kind of this name. KeyError for a name that no schema has."""
        return self._kinds_by_name[name]

    def kind_of(self, values: JsonObject) -> Kind | None:
        """The kind whose constants these values of a spec's cluster hold; of several, the one with most of them."""
        return self.family_of(values).kind_of(values)

    def kind_of_live(self, attributes: JsonObject, section: str = "") -> Kind | None:
        """The kind of a live cluster; None where no spec can say what it is, as with a profile that no kind has.

        A live cluster does not tell its generation: `section` does, and is empty for the guide's own.
        """
        return next(family for family in self.families if family.section == section).kind_of_live(attributes)

    def operation(self, operation_id: str) -> Operation:
        """The operation of this id. KeyError for an id that the contract does not have."""
        return self.operations[operation_id]

    def payload(self, operation_id: str, body: JsonObject) -> Json:
        """What a call sends of a body: the list that is its only value, where the API takes a bare list."""
        bodies = self.operations[operation_id].bodies
        bare = bool(bodies) and self.schemas.read(bodies[0]).get("type") == "array"
        return next(iter(body.values())) if bare else body

    @functools.cache  # noqa: B019 - catalogs live as long as the process
    def item_name(self, operation_id: str) -> str:
        """What names the thing that each item of a body is about, where the API takes a list of such; else empty."""
        for file in self.operations[operation_id].bodies:
            if self.schemas.read(file).get("type") == "array":
                names = self.body_parameters(file).items()
                return next((name for name, schema in names if schema.get("x-ack-effect") == "identity"), "")
        return ""

    @functools.cache  # noqa: B019 - catalogs live as long as the process
    def body_parameters(self, body_file: str) -> Mapping[str, Schema]:
        """The parameters of a request body, each with all that its schema and what that refers to says."""
        properties = self.schemas.read(body_file)["$defs"]["properties"]["properties"]
        return {name: self.schemas.merged(raw, body_file) for name, raw in properties.items()}

    @functools.cache  # noqa: B019 - catalogs live as long as the process
    def required_parameters(self, body_file: str) -> tuple[str, ...]:
        """The parameters that a request body must have whatever else it has."""
        return tuple(self.schemas.read(body_file)["$defs"]["rules"].get("required", ()))

    @functools.cache  # noqa: B019 - catalogs live as long as the process
    def secret_parameters(self, operation_id: str) -> frozenset[str]:
        """The names in an operation's bodies, dotted where they are inside of others, whose values are secrets."""
        operation = self.operations[operation_id]
        files = (*operation.bodies, *operation.bodies_today)
        bodies = ((file, self.schemas.read(file)["$defs"]["properties"]["properties"]) for file in files)
        return frozenset(name for file, properties in bodies for name in self._secrets_in(properties, file))

    def _secrets_in(self, properties: Mapping[str, Schema], base: str, prefix: str = "") -> Iterator[str]:
        for key, raw in properties.items():
            schema = self.schemas.merged(raw, base)
            if schema.get("x-ack-secret"):
                yield prefix + key
            yield from self._secrets_in(schema.get("properties", {}), self.schemas.home(raw, base), f"{prefix}{key}.")


DEFAULT = Catalog(Schemas(installed))
"""The catalog of the schema files that came with this ackplan."""
