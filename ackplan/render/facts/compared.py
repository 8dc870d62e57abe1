"""What a plan or a look for drift held against live clusters, and what no answer shows of them: the closing sentence.

"No changes" is said of what was compared, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ackplan.core import catalog
from ackplan.core.actions import Action
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.json_types import JsonObject
from ackplan.core.language import phrase
from ackplan.plan.model import Plan
from ackplan.plan.narrowing import NO_REFRESH

_LOOKED_AT = frozenset({Action.NOOP, Action.UPDATE, Action.RECORD, Action.ADOPT})


def compared(plan: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parameters that were compared with live clusters, and those that no answer shows; in the schemas' order.

    What steers the creation alone, and passwords, belong to neither.
    """
    if NO_REFRESH in plan.narrowed:
        return (), ()
    given: dict[catalog.Kind, set[str]] = {}
    for change in plan.changes:
        if change.action in _LOOKED_AT and change.before is not None:
            given.setdefault(change.kind, set()).update(_held(change.kind, change.before))
    beside = {name for kind in given for name in kind.beside} if plan.mode == "refresh-only" else ()
    return (*_named(given, shown=True), *sorted(beside)), _named(given, shown=False)


def _held(kind: catalog.Kind, before: JsonObject) -> Iterator[str]:
    """Those of the parameters that are not the API's own matter."""
    counting = kind.count_parameter
    free = counting.name if counting is not None and before.get(counting.unless) is True else ""
    return (name for name in before if name != free)


def _named(given: dict[catalog.Kind, set[str]], *, shown: bool) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for kind, names in given.items():
        for name, parameter in kind.parameters.items():
            tells = name in kind.sights or _is_counted(kind, parameter)
            if name in names and _is_told(parameter) and tells is shown:
                found.setdefault(name)
    return tuple(found)


def _is_told(parameter: Parameter) -> bool:
    return parameter.effect in {Effect.REPLACE, Effect.SCALE, Effect.MODIFY, Effect.UPGRADE}


def _is_counted(kind: catalog.Kind, parameter: Parameter) -> bool:
    """Whether it is told by other fields: the number of workers by the size, the kind by its type."""
    return parameter.effect is Effect.SCALE or parameter.name in kind.discriminators


def sentence(plan: Plan) -> str:
    """Both in words; empty for a plan that compared nothing."""
    held, hidden = compared(plan)
    if not held:
        return ""
    never = phrase(" No answer shows {names}.", names=_listed(hidden)) if hidden else ""
    return phrase("Compared, where an answer shows it and it is not ignored: {names}.", names=_listed(held)) + never


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
