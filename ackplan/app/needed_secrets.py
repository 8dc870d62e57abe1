"""The secrets that steps need: looked for before a run sends its first call, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ackplan.app.host import SecretVault
from ackplan.core.diagnostics import Failure, error
from ackplan.core.secret_parts import references_in
from ackplan.plan.model import Step
from ackplan.resources.types import BUILT_IN, ResourceTypes


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


def _references(steps: Iterable[Step], types: ResourceTypes) -> Iterator[tuple[Step, str, Mapping[str, Any]]]:
    for step in steps:
        if step.call is not None:
            names = types.type_of(step.address).catalog.secret_parameters(step.call.operation)
            for name, reference in references_in(step.call.body or {}, sorted(names)):
                yield step, name, reference
