"""The spec as use cases need it: whole and checked, or none, or without the values that they do not look at."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ackplan import spec
from ackplan.core.diagnostics import Failure, has_errors
from ackplan.spec.desired import ScaleInChoice, Wanted


def read_spec(inputs: spec.Inputs, *, optional: bool = False, values: bool = True) -> spec.Spec:
    """The checked spec. Raises Failure with every fault in it; `optional` takes a missing spec for an empty one.

    Without `values` nothing is wrong with variables that have none, but where they protect or order something.
    """
    loaded = spec.read(inputs) if values else spec.read(inputs).without_values()
    if has_errors(loaded.diagnostics):
        if optional and {d.code for d in loaded.diagnostics} == {"ACK1020"} and not inputs.paths:
            return spec.Spec({}, (), ())
        raise Failure(*loaded.diagnostics)
    return loaded


def choosing(loaded: spec.Spec, strategy: str) -> spec.Spec:
    """The spec where workers to remove are chosen so, unless it says itself which. What it asks for stays the same."""
    if not strategy:
        return loaded
    choice = ScaleInChoice(nodes=None, strategy=strategy, release_node=None)
    return dataclasses.replace(
        loaded, clusters=_choosing(loaded.clusters, choice), nested=_choosing(loaded.nested, choice)
    )


def _choosing(wanted: Mapping[str, Wanted], choice: ScaleInChoice) -> dict[str, Wanted]:
    return {
        name: each if each.scale_in else dataclasses.replace(each, scale_in=choice) for name, each in wanted.items()
    }
