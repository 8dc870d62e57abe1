"""What a template says of something inside of a cluster, under what the cluster says of it: parameter by parameter.

`null` takes away what a template set. Every value keeps the place that it was written at.
"""

from __future__ import annotations

from ackplan.core.catalog import Kind
from ackplan.documents.tree import Laid, Map, weight_of


def section_over(below: Map, above: Map, kind: Kind) -> Laid:
    """A section (`node_pools`) of resources of this kind, laid over the same section of a template."""
    both = _copied(below)
    for name, body in above.items():
        under = both.get(name)
        inner = _over(under, body, kind, "") if isinstance(body, Map) and isinstance(under, Map) else body
        _put(both, name, inner, above)
    return _weighed(both)


def _over(below: Map, above: Map, kind: Kind, group: str) -> Laid:
    """`group` is the dotted name of what both are parts of, with a dot at its end; empty for a whole resource."""
    both = _copied(below)
    for key, value in above.items():
        under, name = both.get(key), group + key
        merges = isinstance(value, Map) and isinstance(under, Map) and name not in kind.parameters
        inner = _over(under, value, kind, f"{name}.") if merges else value  # type: ignore[arg-type]
        _put(both, key, inner, above)
    return _weighed(both)


def _put(both: Laid, key: str, value: object, above: Map) -> None:
    if value is None:
        both.pop(key, None)
    else:
        both.put(key, value, (above, key))  # type: ignore[arg-type]


def _copied(below: Map) -> Laid:
    both = Laid(below)
    both.update(below)
    return both


def _weighed(both: Laid) -> Laid:
    both.weight, both.open = weighed(both)
    return both


def weighed(laid: Map) -> tuple[int, bool]:
    """How many values there are in a mapping that was made of others, at most, and whether any is to be filled in."""
    weights = [weight_of(value) for value in laid.values()]
    return sum(weight for weight, _ in weights), any(is_open for _, is_open in weights)
