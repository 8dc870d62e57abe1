"""What a narrowed plan leaves out and does not look at, and what it was asked for and can't do: that is always said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.core.work import Action, Reason
from ackplan.plan.model import Change, LeftOut
from ackplan.record import Record

TARGET, EXCLUDE, SKIP_BLOCKED, NO_REFRESH = "--target", "--exclude", "--skip-blocked", "--no-refresh"
_NAMES = 20
_CURE = "Plan without it to see the whole"
_OTHER_MODES = {"destroy": "a plan to destroy", "refresh-only": "a refresh of the record"}


def narrowed_by(
    targets: Sequence[str], excludes: Sequence[str], left_out: Iterable[LeftOut], *, refresh: bool
) -> tuple[str, ...]:
    """The options that make this less than the whole plan; --skip-blocked does so where there is something to skip."""
    skipped = any(left.option == SKIP_BLOCKED for left in left_out)
    given = {TARGET: bool(targets), EXCLUDE: bool(excludes), SKIP_BLOCKED: skipped, NO_REFRESH: not refresh}
    return tuple(option for option, narrows in given.items() if narrows)


def omissions(narrowed: Iterable[str], left_out: Sequence[LeftOut]) -> Iterator[Diagnostic]:
    """A warning for each option that narrows the plan, with what it leaves out and why."""
    for option in narrowed:
        if option == NO_REFRESH:
            detail = "what is live was not looked at: the record is taken for it"
        else:
            detail = _listed([left for left in left_out if left.option == option])
        yield warning("ACK2014", option=option, detail=detail, cure=_CURE)


def _listed(left: Sequence[LeftOut]) -> str:
    """The clusters that something would happen to by name; of others, and of very many, how many they are."""
    acting = [each for each in left if each.action is not Action.NOOP or each.why]
    idle = len(left) - len(acting)
    told = [str(each) for each in acting[:_NAMES]]
    told += [f"{len(acting) - _NAMES:,} more that would change"] if len(acting) > _NAMES else []
    told += [f"{idle:,} without changes"] if idle else []
    return f"left out: {', '.join(told)}" if told else "nothing is left out"


def idle_requests(
    mode: str,
    asked: Mapping[str, Iterable[str]],
    changes: Iterable[Change],
    left_out: Iterable[LeftOut],
    record: Record,
) -> Iterator[Diagnostic]:
    """An error for each `--replace` and `--adopt` (`asked`) that can't take effect in this plan."""
    planned = {change.name: change for change in changes}
    left = {each.name: each for each in left_out}
    for option, names in asked.items():
        for name in sorted(names):
            why = _OTHER_MODES.get(mode, "")
            why = f"{why} does nothing of the kind" if why else _idle(option, planned.get(name), left.get(name), record)
            if why:
                yield error("ACK2015", option=option, why=why, cluster=name)


def _idle(option: str, change: Change | None, left: LeftOut | None, record: Record) -> str:
    """Why the option does nothing to this cluster; empty where it does, or where an error of its own says more."""
    if change is None or change.is_blocked or (left is not None and left.option == SKIP_BLOCKED):
        return ""
    if left is not None:
        return f"the cluster is left out of this plan ({left.option})"
    adopts = option == "--adopt"
    if change.action is Action.REPLACE and not (adopts and change.name in record.clusters):
        return ""
    if change.action is Action.CREATE:
        return f"no live cluster has this name{'' if adopts else ': it is created anyway'}"
    if change.action in {Action.DELETE, Action.FORGET}:
        return "it is not in the spec"
    if not adopts:
        return f"it is not recorded: to take it over first, --adopt {change.name}"
    return "" if change.reason is Reason.ADOPTION else f"it is recorded already, as {change.cluster_id}"
