"""The spec as use cases need it: whole and checked, or none, or without the values that they do not look at."""

from __future__ import annotations

from ackplan import spec
from ackplan.core.diagnostics import Failure, has_errors


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
