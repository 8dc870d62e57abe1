"""`ackplan init`: a new project, ready to be validated, planned and committed."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, options, workspace_name
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.language import phrase
from ackplan.project.project_settings import DEFAULT_STATE

_DEFAULT_BRANCH = "main"
_FROM_GIT = "git+https://HOST/OWNER/ackplan@COMMIT"
_PINNED = re.compile(r"@[0-9a-f]{40}(#.*)?\Z")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a project goes: its folder, the top of its repository (itself, outside of one), and the branch there."""

    folder: Path
    top: Path
    branch: str
    in_git: bool

    @property
    def inside(self) -> str:
        """The project's folder as seen from the top of its repository."""
        return os.path.relpath(self.folder.resolve(), self.top.resolve()).replace(os.sep, "/")


@click.command("init", cls=Command)
@options()
@click.option("--ci", "platform", type=click.Choice(["github", "gitlab", "jenkins"]), help="Write a pipeline for it.")
@click.option(
    "--branch",
    default="",
    metavar="NAME",
    help="Branch that pipelines apply.  [default: the one checked out, else main]",
)
@click.option(
    "--package",
    default="",
    metavar="REQUIREMENT",
    help="With --ci, needed: what pip installs there, as git+https://HOST/OWNER/ackplan@COMMIT.",
)
@click.option(
    "--environment",
    default="ackplan",
    show_default=True,
    metavar="NAME",
    help="Environment whose approval an apply waits for.",
)
@click.option(
    "--state",
    envvar="ACKPLAN_STATE",
    show_envvar=True,
    default=DEFAULT_STATE,
    metavar="URL",
    help="Store that the record is kept in, by its URL.  [default: committed, in state/]",
)
@click.option(
    "--workspace",
    envvar="ACKPLAN_WORKSPACE",
    show_envvar=True,
    default="",
    callback=lambda context, parameter, value: value and workspace_name(context, parameter, value),
    metavar="NAME",
    help="Its name in that store.  [default: after DIR's place in the repository; default at its top]",
)
@click.option("--keep", is_flag=True, help="Keep files that exist, and write the others.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.argument("folder", metavar="[DIR]", default=".")
def command(settings: Settings, folder: str, keep: bool, force: bool, **asked: str) -> None:  # fmt: skip # noqa: FBT001
    """Begin a project in DIR: a spec, the editor's schema, .gitignore, and with --ci a pipeline.

    With the URL of a store as --state, nothing of the record is committed, and the pipeline works with that store.
    Files that exist are never overwritten without --force.
    """
    if keep and force:
        raise click.UsageError(phrase("{one} and {other} can't go together", one="--keep", other="--force"))
    place = _place(settings.chdir / folder)
    state = _store(settings)
    workspace = _workspace(settings, place) if state else "default"
    planned = {**_own_files(place, committed=not state), **_pipeline(place, asked, (state, workspace))}
    _check_links(place, planned)
    existing = [path for path, text in planned.items() if os.path.lexists(path) and not _holds(path, text)]
    if existing and not keep and not force:
        raise Failure(*(_exists(path) for path in existing))
    written = [path for path in planned if force or not os.path.lexists(path)]
    _write({path: planned[path] for path in written})
    ignoring = _ignore(place.folder / ".gitignore")
    for path in (*written, *ignoring):
        click.echo(phrase("Wrote {name}", name=_shown(path)))
    for path in (path for path in planned if path not in written):
        click.echo(phrase("{name} is already there", name=_shown(path)), err=True)
    click.echo(_next_steps(place, asked["platform"] or "", (state, workspace)), err=True)
    if asked["platform"] and _of_an_index(asked["package"]):
        note = "pip takes {package} from its index: be sure whose it is there, for it runs with the role that applies."
        click.echo(phrase(note, package=asked["package"]), err=True)


def _place(folder: Path) -> _Place:
    from ackplan.adapters.local.git import branch, top_folder

    if os.path.lexists(folder) and not folder.is_dir():
        raise click.BadParameter(phrase("{path} is not a folder", path=str(folder)), param_hint="DIR")
    nearest = next(parent for parent in (folder, *folder.resolve().parents) if parent.is_dir())
    top = top_folder(nearest)
    found = branch(nearest) if top else ""
    return _Place(folder, top or folder, found or _DEFAULT_BRANCH, top is not None)


def _store(settings: Settings) -> str:
    """The URL of the store that the record is kept in; empty where it is committed. Raises Failure."""
    from ackplan.adapters.stores.store_url import scheme_of, store_url

    if not scheme_of(settings.state):
        if settings.path(settings.state) != settings.path(DEFAULT_STATE):
            raise click.UsageError(
                phrase("init writes for a record in state/, or in a store by its URL: --state names neither")
            )
        return ""
    url = store_url(settings.state)
    if url.has_password:
        raise Failure(error("ACK3081.password", shown=url.shown))
    return url.text


def _workspace(settings: Settings, place: _Place) -> str:
    """Projects of one repository that share a store must not share a record."""
    from ackplan.app.init import label

    return settings.workspace or ("default" if place.inside == "." else label(place.inside))


def _own_files(place: _Place, *, committed: bool) -> dict[Path, str]:
    """The project's files. A spec in `fleet/` stays the spec: an ackplan.yaml beside it would take its place."""
    from ackplan.app.init import project_files
    from ackplan.spec.fleet import DEFAULT_FILE, DEFAULT_FOLDER

    has_spec = (place.folder / DEFAULT_FOLDER).is_dir() and not os.path.lexists(place.folder / DEFAULT_FILE)
    return {
        place.folder / name: text
        for name, text in project_files(committed=committed).items()
        if not (has_spec and name == DEFAULT_FILE)
    }


def _pipeline(place: _Place, asked: Mapping[str, str], kept: tuple[str, str]) -> dict[Path, str]:
    """`kept`: the store and the workspace in it."""
    from ackplan.app.init import NewProject, NotPlain, pipeline_files

    if not asked["platform"]:
        return {}
    branch = asked["branch"] or place.branch
    try:
        project = NewProject(place.inside, branch, asked["package"] or "none", asked["environment"], *kept)
    except NotPlain as fault:
        raise Failure(error("ACK3081.name", name=fault)) from None
    _check_package(asked["package"])
    return {place.top / name: text for name, text in pipeline_files(asked["platform"], project).items()}


def _check_package(package: str) -> None:
    """What runs with the role that applies is named by whoever sets the pipeline up, and does not move."""
    if not package:
        raise click.UsageError(
            phrase("--ci needs --package, which names what pip installs: --package {name}", name=_FROM_GIT)
        )
    if "git+" in package and not _PINNED.search(package):
        raise Failure(error("ACK3081.package", package=package, example=_FROM_GIT))


def _of_an_index(package: str) -> bool:
    return bool(package) and "/" not in package


def _holds(path: Path, text: str) -> bool:
    """Whether this very text stands there already."""
    data = text.encode()
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def _check_links(place: _Place, planned: Mapping[Path, str]) -> None:
    """A clone of a stranger's can have links that lead anywhere; git follows none to its .gitignore either."""
    from ackplan.adapters.local.atomic_files import check_within

    for path in planned:
        check_within(path.parent, place.top)
    ignore = place.folder / ".gitignore"
    if ignore.is_symlink():
        raise Failure(error("ACK3015.file", path=_shown(ignore)))


def _exists(path: Path) -> Diagnostic:
    return error("ACK3080", path=_shown(path))


def _write(planned: Mapping[Path, str]) -> None:
    from ackplan.adapters.local.atomic_files import write_atomically

    for path, text in planned.items():
        write_atomically(path, text.encode())


def _ignore(path: Path) -> list[Path]:
    """Makes git ignore what is not committed; the file if that took a change."""
    from ackplan.adapters.local.atomic_files import write_atomically
    from ackplan.app.init import IGNORED
    from ackplan.documents.files import read_regular

    before = (read_regular(path, 1 << 20) or b"").decode("utf-8", "surrogateescape")
    there = {line.strip().strip("/") for line in before.splitlines()}
    lacking = [f"# {why}\n{name}\n" for name, why in IGNORED.items() if name.strip("/") not in there]
    if not lacking:
        return []
    gap = "\n" if before and not before.endswith("\n") else ""
    write_atomically(path, f"{before}{gap}{''.join(lacking)}".encode("utf-8", "surrogateescape"))
    return [path]


def _store_steps(state: str, workspace: str) -> list[str]:
    if not state:
        return []
    named = [f"export ACKPLAN_WORKSPACE={workspace}"] if workspace != "default" else []
    return [f"export ACKPLAN_STATE={shlex.quote(state)}", *named, _step("ackplan state init", "once for a store")]


def _shown(path: Path) -> str:
    from ackplan.documents.files import display

    return display(path)


def _next_steps(place: _Place, platform: str, kept: tuple[str, str]) -> str:
    shown = _shown(place.folder)
    go = [] if shown == "." else [f"cd {shown}"]
    steps = [
        *go,
        *_store_steps(*kept),
        "ackplan validate",
        _step("ackplan plan --sandbox", "a plan against the embedded API: no account is needed"),
        _step("export ACK_NODE_PASSWORD=...", "of the nodes: what the spec names, read by an apply alone"),
        _step("ackplan apply --sandbox", "carried out there; ackplan sandbox makes drift and faults by hand"),
        _step("ackplan doctor", "credentials, clock, endpoint, record: what is still missing"),
        *([] if place.in_git else ["git init"]),
        "git add -A && git commit",
    ]
    needed = {
        "github": "environment, variables and roles that the workflows name",
        "gitlab": "environment and variables that the pipeline names",
        "jenkins": "credentials that the Jenkinsfile names",
    }
    setup = phrase(
        "A pipeline for pull requests: {command}", command=f"ackplan init --keep --ci github --package {_FROM_GIT}"
    )
    if platform:
        opens = phrase(", and what opens the store") if kept[0] else ""
        what = phrase(needed[platform]) + opens
        setup = phrase("Set up the {what}: docs/pipelines.md of ackplan says how.", what=what)
    return f"\n{phrase('Next:')}\n" + "".join(f"  {step}\n" for step in steps) + f"\n{setup}"


def _step(command: str, why: str) -> str:
    return f"{command:32} # {phrase(why)}"
