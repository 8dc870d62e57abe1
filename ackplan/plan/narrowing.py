"""What a narrowed plan leaves out and does not look at, and what it was asked for and can't do: that is always said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ackplan.core.actions import Action, Reason
from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.plan.model import Change, LeftOut
from ackplan.record import Record

TARGET, EXCLUDE, SKIP_BLOCKED, NO_REFRESH = "--target", "--exclude", "--skip-blocked", "--no-refresh"
_NAMES = 20
_OTHER_MODES = {"destroy": "ACK2015.destroy", "refresh-only": "ACK2015.refresh_only"}


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
        listed = _listed([left for left in left_out if left.option == option])
        if option == NO_REFRESH:
            yield warning("ACK2014.no_refresh", option=option)
        elif listed:
            yield warning("ACK2014.left_out", option=option, clusters=listed)
        else:
            yield warning("ACK2014.whole", option=option)


def _listed(left: Sequence[LeftOut]) -> str:
    """The clusters that something would happen to by name; of others, and of very many, how many they are."""
    acting = [each for each in left if each.action is not Action.NOOP or each.why]
    idle = len(left) - len(acting)
    told = [str(each) for each in acting[:_NAMES]]
    told += [f"{len(acting) - _NAMES:,} more that would change"] if len(acting) > _NAMES else []
    told += [f"{idle:,} without changes"] if idle else []
    return ", ".join(told)


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
            if mode in _OTHER_MODES:
                yield error(_OTHER_MODES[mode], option=option, cluster=name)
            elif name in planned:
                yield from _idle(option, planned[name], left.get(name), record)


def _idle(option: str, change: Change, left: LeftOut | None, record: Record) -> Iterator[Diagnostic]:
    """Why the option does nothing to this cluster; nothing where it does, or where an error of its own says more."""
    name, adopts = change.name, option == "--adopt"
    if change.is_blocked or (left is not None and left.option == SKIP_BLOCKED):
        return
    if left is not None:
        yield error("ACK2015.left_out", option=option, other=left.option, cluster=name)
    elif change.action is Action.REPLACE and not (adopts and name in record.clusters):
        return
    elif change.action is Action.CREATE:
        yield error("ACK2015.adopt_new" if adopts else "ACK2015.replace_new", option=option, cluster=name)
    elif change.action in {Action.DELETE, Action.FORGET}:
        yield error("ACK2015.not_in_spec", option=option, cluster=name)
    elif not adopts:
        yield error("ACK2015.not_recorded", option=option, cluster=name)
    elif change.reason is not Reason.ADOPTION:
        yield error("ACK2015.recorded", option=option, cluster_id=change.cluster_id, cluster=name)
