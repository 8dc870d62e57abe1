"""What a plan can be refused for before anybody is asked: the spec, the policies and the names on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ackplan import spec
from ackplan.app.baseline import of_workspace
from ackplan.app.read_spec import read_spec
from ackplan.core import tracing
from ackplan.core.diagnostics import Diagnostic, Failure
from ackplan.plan.planner import unknown_names

if TYPE_CHECKING:
    from ackplan.app.host import Host
    from ackplan.app.plan import PlanOptions


def spec_for(inputs: spec.Inputs, mode: str) -> spec.Spec:
    """The spec as a plan of this mode needs it. Raises Failure with every fault in it."""
    compares = mode == "normal"
    with tracing.span("read the spec"):
        return read_spec(inputs, optional=not compares, values=compares)


def looked_ahead(host: Host, options: PlanOptions) -> spec.Spec:
    """The spec that a plan is to be made of. Needs no credentials and no network, but that of the record's store.

    Raises Failure with all that is wrong: a plan that is refused in the end should ask nobody before.
    """
    faults: list[Diagnostic] = []
    loaded = None
    try:
        loaded = spec_for(host.inputs, options.planner().mode)
    except Failure as fault:
        faults += fault.diagnostics
    else:
        faults += _unknown(host, options, loaded)
    faults += _of_policies(host, options)
    if loaded is None or faults:
        raise Failure(*faults)
    return loaded


def _of_policies(host: Host, options: PlanOptions) -> Sequence[Diagnostic]:
    """What keeps policies from being read; their code is loaded where there are some."""
    if not options.policy:
        return ()
    from ackplan.app.policies import load

    try:
        load(options.policy, host.inputs.folder)
    except Failure as fault:
        return fault.diagnostics
    return ()


def _unknown(host: Host, options: PlanOptions, loaded: spec.Spec) -> Iterator[Diagnostic]:
    """The record is read where a name is given that the spec does not have; what a run left counts as recorded."""
    planner, wanted = options.planner(), {*loaded.clusters, *loaded.nested}
    if not any(unknown_names(wanted, planner)):
        return
    before = of_workspace(host.workspace)
    names = {*wanted, *before.record.entries, *(call.name for call in before.flying)}
    yield from unknown_names(names, planner)
