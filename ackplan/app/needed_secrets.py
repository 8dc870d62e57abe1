"""The secrets that steps need: looked for before a run sends its first call, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ackplan.app.host import SecretVault
from ackplan.core.catalog import DEFAULT
from ackplan.core.diagnostics import Diagnostic, Failure, error, warning
from ackplan.core.json_types import JsonObject
from ackplan.core.secret_parts import references_in
from ackplan.plan.model import Step
from ackplan.resources.types import BUILT_IN, ResourceTypes
from ackplan.spec import Spec
from ackplan.spec.desired import Wanted


def check_secrets(steps: Iterable[Step], secrets: SecretVault, types: ResourceTypes = BUILT_IN) -> None:
    """Raises Failure for every secret that these steps need and can't have. None is kept."""
    answers: dict[tuple[Any, ...], tuple[str, str]] = {}
    faults = []
    for step, name, reference in _references(steps, types):
        key = tuple(reference.items())
        if key not in answers:
            answers[key] = (secrets.missing(reference), secrets.fault(reference))
        absent, why = answers[key]
        if absent:
            faults.append(error("ACK5009", why=absent, cluster=step.name, parameter=name))
        elif why:
            faults.append(error("ACK5006.before", why=why, cluster=step.name, parameter=name))
    if faults:
        raise Failure(*dict.fromkeys(faults))


def look_at_secrets(spec: Spec, secrets: SecretVault) -> tuple[int, tuple[Diagnostic, ...]]:
    """How many secrets the spec names, and a warning of each that can't be used here. None is kept."""
    uses: dict[tuple[Any, ...], list[tuple[Wanted, str, JsonObject]]] = {}
    for wanted in (*spec.clusters.values(), *spec.nested.values()):
        for name, reference in _named_by(wanted):
            uses.setdefault(tuple(reference.items()), []).append((wanted, name, reference))
    return len(uses), tuple(told for each in uses.values() for told in _unusable(each, secrets))


def _unusable(uses: list[tuple[Wanted, str, JsonObject]], secrets: SecretVault) -> Iterator[Diagnostic]:
    wanted, name, reference = uses[0]
    why = secrets.missing(reference) or secrets.fault(reference)
    if why:
        others, span = len(uses) - 1, wanted.span_of(name)
        message = "ACK3099.several" if others else "ACK3099"
        yield warning(message, why=why, others=others, span=span, cluster=wanted.name, parameter=name)


def _named_by(wanted: Wanted) -> Iterator[tuple[str, JsonObject]]:
    attached = (("attach", value) for group in wanted.attach for key, value in group.body.items() if _is_secret(key))
    said = ((name, value) for name, value in wanted.parameters.items() if _is_secret(name))
    return ((name, value) for name, value in (*said, *attached) if isinstance(value, Mapping))


def _is_secret(name: str) -> bool:
    return name in DEFAULT.secret_names or name.rpartition(".")[2] in DEFAULT.secret_names


def _references(steps: Iterable[Step], types: ResourceTypes) -> Iterator[tuple[Step, str, Mapping[str, Any]]]:
    for step in steps:
        if step.call is not None:
            names = types.type_of(step.address).catalog.secret_parameters(step.call.operation)
            for name, reference in references_in(step.call.body or {}, sorted(names)):
                yield step, name, reference
