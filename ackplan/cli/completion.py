"""What a shell offers while a command line is typed: commands, options, and values such as the names of clusters.

click speaks with the shells; what it does not know is which values there are. They are found by the name of an option,
in one place for all commands. Nothing here asks a network, and a spec or record that can't be read offers nothing.
bash puts what it is offered on the command line as it stands, so a name that means something to a shell is not offered.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    _resolve_context,
    _resolve_incomplete,
    add_completion_class,
    get_completion_class,
)

VARIABLE = "_ACKPLAN_COMPLETE"
# A spec that takes longer to read than someone waits for.
_MOST_BYTES = 2 << 20
_HARMLESS = re.compile(r"\w[\w.-]*=?")
_METHODS = ("GET", "POST", "PUT", "DELETE")


def install() -> None:
    """Lets the three shells ask here first."""
    for base in (BashComplete, ZshComplete, FishComplete):
        add_completion_class(type(base.__name__, (_Offers, base), {}))


def script(shell: str, cli: click.Command) -> str:
    """What the shell runs to complete command lines of ackplan."""
    known = get_completion_class(shell)
    assert known is not None  # noqa: S101 - the command takes no other
    return known(cli, {}, "ackplan", VARIABLE).source()


class _Offers(ShellComplete):
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        context = _resolve_context(self.cli, self.ctx_args, self.prog_name, args)
        subject, incomplete = _resolve_incomplete(context, args, incomplete)
        offered = values(context, subject, incomplete) if isinstance(subject, click.Parameter) else None
        return subject.shell_complete(context, incomplete) if offered is None else offered


def values(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem] | None:
    """What can stand for a parameter; None where click knows it itself."""
    command = context.command.name or ""
    find = _ARGUMENTS.get((command, parameter.name or "")) or _OPTIONS.get(parameter.name or "")
    if find is not None:
        given = context.params.get(parameter.name or "") or ()
        taken = set(given) if parameter.multiple or parameter.nargs == -1 else set()
        names = [name for name in find(context) if name.startswith(incomplete) and name not in taken]
        return [CompletionItem(name) for name in names]
    kind = _KINDS.get((parameter.metavar or parameter.name or "").strip("[].").upper())
    if kind and parameter.name != "chdir" and _folder(context) != Path():
        return list(_below(_folder(context), incomplete))
    return [CompletionItem(incomplete, type=kind)] if kind else None


def _below(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """Files and folders as a command that works in `folder` names them; the shell only knows those of its own."""
    top, _, start = incomplete.rpartition("/")
    with contextlib.suppress(OSError):
        for path in sorted((folder / top).iterdir()):
            if path.name.startswith(start) and _HARMLESS.fullmatch(path.name):
                yield CompletionItem(f"{top}/{path.name}" if top else path.name)


def _folder(context: click.Context) -> Path:
    return Path(context.params.get("chdir") or ".")


def _wanted(context: click.Context) -> Iterator[str]:
    """The names of clusters in the spec."""
    yield from _section(context, "clusters")


def _variables(context: click.Context) -> Iterator[str]:
    yield from (f"{name}=" for name in _section(context, "variables"))


def _section(context: click.Context, section: str) -> Iterable[str]:
    from ackplan.spec import fleet

    files, faults = fleet.find(tuple(context.params.get("files") or ()), _folder(context))
    if faults or sum(file.stat().st_size for file in files) > _MOST_BYTES:
        return ()
    merged, _ = fleet.merge(fleet.read_documents(files)[0])
    return tuple(getattr(merged, section))


def _state(context: click.Context) -> Path:
    from ackplan.cli.options import Settings

    if context.params.get("sandbox"):
        return Settings(chdir=_folder(context)).sandboxed
    location: str = context.params.get("state") or "state/"
    return _folder(context) / location.removeprefix("file:").removeprefix("//")


def _recorded(context: click.Context) -> Iterator[str]:
    """The names of recorded clusters."""
    from ackplan.documents.files import read_regular
    from ackplan.record.codec import MAX_BYTES

    data = read_regular(_state(context) / f"{context.params.get('workspace') or 'default'}.json", MAX_BYTES)
    yield from json.loads(data)["clusters"] if data else ()


def _workspaces(context: click.Context) -> Iterator[str]:
    yield from (path.stem for path in _state(context).glob("*.json"))


def _profiles(_context: click.Context) -> Iterator[str]:
    settings = json.loads((Path.home() / ".aliyun/config.json").read_text("utf-8"))
    yield from (str(profile["name"]) for profile in settings["profiles"])


def _further(context: click.Context) -> Iterator[str]:
    """The second words of a command that does something by its first one alone."""
    from ackplan.cli.command_table import FURTHER

    yield from FURTHER.get(str(context.info_name), ())


def _codes(_context: click.Context) -> Iterator[str]:
    from ackplan.cli.explanations import explanations

    yield from explanations()


def _schemas(_context: click.Context) -> Iterator[str]:
    from ackplan.core.catalog import DEFAULT, bundle

    yield from bundle.names(DEFAULT)


def _quietly(*sources: Callable[[click.Context], Iterable[str]]) -> Callable[[click.Context], list[str]]:
    """What the sources have between them, sorted; one that can't be read has nothing."""

    def find(context: click.Context) -> list[str]:
        found: set[str] = set()
        for source in sources:
            with contextlib.suppress(Exception):
                found.update(source(context))
        return sorted(name for name in found if _HARMLESS.fullmatch(name))

    return find


_CLUSTERS = _quietly(_wanted, _recorded)
_OPTIONS: dict[str, Callable[[click.Context], list[str]]] = {
    "target": _CLUSTERS,
    "exclude": _CLUSTERS,
    "replace": _CLUSTERS,
    "adopt": _quietly(_wanted),
    "variables": _quietly(_variables),
    "workspace": _quietly(_workspaces),
    "profile": _quietly(_profiles),
}
# By command and argument.
_ARGUMENTS: dict[tuple[str, str], Callable[[click.Context], Iterable[str]]] = {
    ("show", "name"): _quietly(_recorded),
    ("rm", "names"): _quietly(_recorded),
    ("mv", "old"): _quietly(_recorded),
    ("import", "name"): _quietly(_wanted),
    ("export", "names"): _CLUSTERS,
    ("upgrade-spec", "name"): _quietly(_wanted),
    ("clusters", "name"): _CLUSTERS,
    ("kubeconfig", "name"): _quietly(_wanted, _recorded, _further),
    ("revoke", "name"): _CLUSTERS,
    ("list", "name"): _CLUSTERS,
    ("tasks", "task_id"): _quietly(_further),
    ("certs", "name"): _CLUSTERS,
    ("attach-script", "name"): _CLUSTERS,
    ("schema", "name"): _quietly(_schemas),
    ("explain", "codes"): _quietly(_codes),
    ("api", "method"): lambda _context: _METHODS,
}
_KINDS = {"FILE": "file", "PATH": "file", "PLANFILE": "file", "DIR": "dir"}
