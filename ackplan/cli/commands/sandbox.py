"""`ackplan sandbox`: the project's sandbox, and changes to it as if somebody made them in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ackplan.cli.help_page import Group
from ackplan.cli.options import Settings, format_option, options
from ackplan.core.language import phrase, sentences

if TYPE_CHECKING:
    from ackplan.simulator.by_hand import Standing
    from ackplan.simulator.injection.ordered import Ordered
    from ackplan.simulator.injection.rule import Rule

# How a call goes wrong: the kind of the fault, and what `--help` says of it.
_HOW: Final = {
    "error": "error",
    "throttle": "throttle",
    "reset": "reset",
    "task": "task_fails",
}
_WORDS: Final = {
    "error": "is refused",
    "throttle": "is throttled",
    "reset": "loses its connection",
    "task_fails": "begins a task that fails",
}
_CODES: Final = {"error": "SandboxFault", "task_fails": "SandboxFault"}


@click.group("sandbox", cls=Group)
def command() -> None:
    """Look at the sandbox of the project, and change its world by hand, as in the console of an account.

    What is changed so is drift for the next plan. No account is touched.
    """


@command.command("status")
@options()
@format_option("text", "json")
def _status(settings: Settings) -> None:
    """Show the clusters of the sandbox with their pools, and the faults that are planned."""
    from ackplan.project.sandbox import by_hand
    from ackplan.render.facts.safe import json_text

    with by_hand(settings) as hands:
        clusters, faults = hands.clusters(), hands.faults()
    if settings.format == "json":
        click.echo(json_text(_document(clusters, faults)))
        return
    click.echo(_table(clusters))
    for fault in faults:
        click.echo(_line(fault))


@command.command("reset")
@options()
def _reset(settings: Settings) -> None:
    """Empty the sandbox: its clusters, its faults, its records and journals. Refused while a run is at work in it."""
    from ackplan.cli.loop import run_async
    from ackplan.core.diagnostics import hint
    from ackplan.project.sandbox import reset

    run_async(reset(settings))
    click.echo(hint(phrase("The sandbox is empty. Start again: ackplan apply --sandbox")))


@command.command("scale")
@options()
@click.argument("name", metavar="NAME[/POOL]")
@click.argument("count", metavar="N", type=click.IntRange(0, 10_000))
def _scale(settings: Settings, name: str, count: int) -> None:
    """Give a cluster, or a node pool of it, N workers, as if somebody scaled it in the console."""
    from ackplan.project.sandbox import by_hand

    cluster, _, pool = name.partition("/")
    with by_hand(settings) as hands:
        before = hands.scale(cluster, pool, count)
    _tell(phrase("{name} has {workers} now, before: {before}.", name=name, workers=_workers(count), before=before))


@command.command("rename")
@options()
@click.argument("name")
@click.argument("new", metavar="NEW")
def _rename(settings: Settings, name: str, new: str) -> None:
    """Give a cluster another name, as if somebody renamed it in the console."""
    from ackplan.project.sandbox import by_hand

    with by_hand(settings) as hands:
        hands.rename(name, new)
    _tell(phrase("{name} is called {new} now.", name=name, new=new))


@command.command("delete")
@options()
@click.argument("name")
def _delete(settings: Settings, name: str) -> None:
    """Take a cluster away at once, as if somebody deleted it in the console."""
    from ackplan.project.sandbox import by_hand

    with by_hand(settings) as hands:
        hands.delete(name)
    _tell(phrase("{name} is gone.", name=name))


@command.command("fail")
@options()
@click.option(
    "--how",
    type=click.Choice(list(_HOW)),
    default="error",
    show_default=True,
    help="The call is refused, is throttled, loses its connection, or begins a task that fails.",
)
@click.option(
    "--times", type=click.IntRange(1, 1_000_000), default=1, show_default=True, metavar="N", help="So many calls."
)
@click.option("--code", default="", metavar="CODE", help="Error code of the API, such as QuotaExceeded.")
@click.option("--list", "listed", is_flag=True, help="Show the faults that are planned.")
@click.option("--clear", is_flag=True, help="Remove them.")
@click.argument("operation", metavar="[OPERATION]", required=False, default="")
@click.argument("cluster", metavar="[CLUSTER]", required=False, default="")
def _fail(
    settings: Settings,
    operation: str,
    cluster: str,
    listed: bool,  # noqa: FBT001
    clear: bool,  # noqa: FBT001
    **fault: str | int,
) -> None:
    """Let the next calls of OPERATION go wrong, such as create_cluster or scale_out.

    With CLUSTER only those about it; it may be a pattern: 'shop-*'.
    """
    if [bool(operation), listed, clear].count(True) != 1:
        raise click.UsageError(phrase("Give an OPERATION, or --list, or --clear."))
    from ackplan.project.sandbox import by_hand

    with by_hand(settings) as hands:
        if clear:
            click.echo(phrase("Removed {number:# fault|# faults}.", number=hands.clear_faults()))
            return
        if operation:
            _check_operation(operation)
            hands.fail(_rule(operation, cluster, str(fault["how"]), str(fault["code"])), int(fault["times"]))
        faults = hands.faults()
    click.echo("\n".join(map(_line, faults)) or phrase("No faults are planned."))


def _check_operation(operation: str) -> None:
    from ackplan.cli.habits import suggestion
    from ackplan.core.catalog import DEFAULT

    names = sorted(DEFAULT.operations)
    if operation not in names:
        raise click.BadParameter(
            phrase("{name!r} is no operation.", name=operation)
            + suggestion(operation, names)
            + phrase(" All: {names}", names=", ".join(names)),
            param_hint="OPERATION",
        )


def _rule(operation: str, cluster: str, how: str, code: str) -> Rule:
    kind = _HOW[how]
    rule: Rule = {"kind": kind, "operation": operation}
    if cluster:
        rule["cluster"] = cluster
    if code and how == "reset":
        raise click.UsageError(phrase("--code goes with an answer, and --how reset has none"))
    if code or kind in _CODES:
        rule["code"] = code or _CODES[kind]
    if kind == "error":
        rule["status"] = 400
    return rule


def _tell(text: str) -> None:
    from ackplan.core.diagnostics import hint, printable

    click.echo(sentences(printable(text), hint(phrase("See what a plan makes of it: ackplan drift --sandbox"))))


def _workers(count: int) -> str:
    from ackplan.render.facts.words import counted

    return counted(count, "worker")


def _table(clusters: list[Standing]) -> str:
    from ackplan.render.text.table import table

    rows = [
        (f"{cluster.name}/{pool.pool}", str(pool.count), pool.state, cluster.region)
        if pool.pool
        else (cluster.name, str(pool.count), cluster.state, cluster.region)
        for cluster in clusters
        for pool in cluster.workers
    ]
    whole = [
        (cluster.name, "", cluster.state, cluster.region)
        for cluster in clusters
        if not any(not pool.pool for pool in cluster.workers)
    ]
    rows = sorted([*rows, *whole])
    return table(("NAME", "WORKERS", "STATE", "REGION"), rows) if rows else phrase("The sandbox has no clusters.")


def _line(fault: Ordered) -> str:
    from ackplan.core.diagnostics import printable

    rule = fault.rule
    said = phrase(
        "{operation}: {left:the next call|each of the next # calls}{cluster: about #} {happens}{code: (#)}",
        operation=rule.get("operation", phrase("all")),
        left=fault.left,
        cluster=rule.get("cluster", ""),
        happens=phrase(_WORDS.get(rule["kind"], rule["kind"])),
        code=rule.get("code", ""),
    )
    return printable(said)


def _document(clusters: list[Standing], faults: list[Ordered]) -> dict[str, object]:
    return {
        "clusters": [
            {
                "name": cluster.name,
                "cluster_id": cluster.cluster_id,
                "state": cluster.state,
                "region": cluster.region,
                "workers": [{"pool": p.pool, "count": p.count, "state": p.state} for p in cluster.workers],
            }
            for cluster in clusters
        ],
        "faults": [{**fault.rule, "left": fault.left} for fault in faults],
    }
