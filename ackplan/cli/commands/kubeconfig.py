"""`ackplan kubeconfig`: a cluster's kubeconfig, to stdout, to a file of mode 0600, or merged into kubectl's own."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypedDict, Unpack

import click

from ackplan.cli.approval import ask, auto_approve
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, duration, options
from ackplan.core.diagnostics import hint, printable
from ackplan.core.language import phrase, sentences
from ackplan.project.wiring import open_api

_MINUTES: Final = "TemporaryDurationMinutes"
# In minutes, as the API takes them.
_SHORTEST, _LONGEST = 15, 4320


class _Choices(TypedDict):
    """What the options say; `ttl` in minutes."""

    out: str
    merge: bool
    allow_plugins: bool
    ttl: int
    private: bool


def _minutes(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """A duration in whole minutes; 0 where none is given."""
    if not value:
        return 0
    minutes = math.ceil(duration(context, parameter, value) / 60)
    if not _SHORTEST <= minutes <= _LONGEST:
        raise click.BadParameter(
            phrase("the API takes {least} to {most}", least=f"{_SHORTEST}m", most=f"{_LONGEST // 60}h")
        )
    return minutes


@click.command("kubeconfig", cls=Command, epilog="Further: kubeconfig revoke NAME")
@options(state=True, api=True, document=True)
@click.option("--out", default="", metavar="FILE", help="Write it to FILE, mode 0600.")
@click.option(
    "--merge", is_flag=True, help="Merge it into $KUBECONFIG or ~/.kube/config; makes it the current context."
)
@click.option(
    "--allow-plugins", is_flag=True, help="Take it also where it runs programs or reads files of this machine."
)
@click.option(
    "--ttl",
    default="",
    callback=_minutes,
    metavar="DURATION",
    help=f"Have one that ends after this long, {_SHORTEST}m to {_LONGEST // 60}h.",
)
@click.option("--private", is_flag=True, help="Have one for the address inside of the cluster's VPC.")
@click.argument("name")
def command(settings: Settings, name: str, **how: Unpack[_Choices]) -> None:
    """Fetch the kubeconfig of the cluster NAME (a name or an id).

    A file gets what a connection needs: an answer with more, as an exec plugin, is refused without --allow-plugins.
    """
    from ackplan.adapters.local.output_files import Sort
    from ackplan.cli.output_options import output
    from ackplan.documents.files import display

    out, merge, allow_plugins = how["out"], how["merge"], how["allow_plugins"]
    if out and merge:
        raise click.UsageError(phrase("{one} and {other} can't go together", one="--out", other="--merge"))
    file = output(settings, out, Sort.KUBECONFIG) if out else None
    if file is not None:
        file.check()
    config = run_async(_fetch(settings, name, _query(how)))
    if not allow_plugins and not merge:
        _check(config, printed=not out)
    if file is not None:
        file.write(config.encode(), mode=0o600)
        click.echo(phrase("Wrote {name}", name=display(file.path)), err=True)
    elif merge:
        _merge(_default(), config, name, plugins=allow_plugins)
    else:
        click.echo(config, nl=not config.endswith("\n"))


def _check(config: str, *, printed: bool) -> None:
    """Refuses what must not go unseen into a file that kubectl believes; of what is printed it is said."""
    from ackplan.adapters.local.kubeconfig_file import check_plain
    from ackplan.cli.printing import say
    from ackplan.core.diagnostics import Failure

    try:
        check_plain(config)
    except Failure as fault:
        if not printed:
            raise
        for diagnostic in fault.diagnostics:
            say(str(diagnostic))


def _query(how: _Choices) -> Mapping[str, str]:
    """What today's API is asked for; nothing where no option says so, as in the guide."""
    limited = {_MINUTES: str(how["ttl"])} if how["ttl"] else {}
    return limited | ({"PrivateIpAddress": "true"} if how["private"] else {})


async def _fetch(settings: Settings, name: str, query: Mapping[str, str]) -> str:
    from ackplan.app.lookup import find
    from ackplan.cli.records import on_record
    from ackplan.core.diagnostics import Failure, error

    async with open_api(settings) as api:
        cluster = await find(api, name, on_record(settings))
        kubeconfig = await api.kubeconfig(cluster.cluster_id, cluster.region_id, query)
    if _MINUTES in query:
        if not kubeconfig.expiration:
            raise Failure(error("ACK4008", cluster=name))
        click.echo(phrase("Valid until {time}", time=printable(kubeconfig.expiration)), err=True)
    return kubeconfig.text


def _default() -> Path:
    """The file that kubectl would change: of a list the first that is there, else its last."""
    listed = [Path(name) for name in os.environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    return next((path for path in listed if path.exists()), listed[-1] if listed else Path.home() / ".kube" / "config")


def _merge(path: Path, config: str, name: str, *, plugins: bool) -> None:
    """Writes it into a file, and says what that changes for whoever uses the file."""
    from ackplan.adapters.local.atomic_files import write_atomically
    from ackplan.adapters.local.kubeconfig_file import MAX_BYTES, merged
    from ackplan.documents.files import read_regular

    before = read_regular(path, MAX_BYTES)
    made = merged(before, config, name, str(path), plugins=plugins)
    write_atomically(path.resolve(), made.text.encode(), mode=0o600)
    click.echo(phrase("Merged into {path} as context {name}", path=str(path), name=name), err=True)
    if made.server:
        replaced = phrase(
            "It takes the place of the entry of that name, which led to {server}", server=printable(made.server)
        )
        click.echo(replaced, err=True)
    if made.context != name:
        was = printable(made.context)
        back = phrase(", and was {was}. Back: kubectl config use-context {was}", was=was) if was else ""
        click.echo(phrase("The current context is {name} now", name=name) + back, err=True)


@click.command("revoke", cls=Command)
@options(state=True, api=True)
@auto_approve
@click.argument("name")
def _revoke(settings: Settings, name: str, auto_approve: bool) -> None:  # noqa: FBT001
    """Take your kubeconfig of the cluster NAME (a name or an id) back: it opens nothing any more. Asks first."""
    run_async(_revoked(settings, name, approved=auto_approve))


async def _revoked(settings: Settings, name: str, *, approved: bool) -> None:
    from ackplan.app.lookup import find
    from ackplan.cli.records import on_record
    from ackplan.execute.ports import Sent

    async with open_api(settings) as api:
        cluster = await find(api, name, on_record(settings))
        what = printable(f"{cluster.name} ({cluster.cluster_id})")
        question = phrase(
            "Do you want to revoke your kubeconfig of {what}? Whatever uses it loses its access.", what=what
        )
        ask(question, approved=approved)
        await api.change("revoke_kubeconfig", cluster.region_id, Sent({"id": cluster.cluster_id}))
    revoked = phrase("Revoked your kubeconfig of {what}.", what=what)
    click.echo(sentences(revoked, hint(phrase("For a new one: ackplan kubeconfig {name}", name=name))))


FURTHER: Final[Mapping[str, click.Command]] = {"revoke": _revoke}
