"""Makes a board: reads every workspace of a store, one after the other, and writes its pages or its data."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ackplan import __version__
from ackplan.adapters.local import clock, process
from ackplan.adapters.stores.store_url import OSS, scheme_of
from ackplan.app.survey import survey
from ackplan.app.workspace import WORKSPACE
from ackplan.project import wiring
from ackplan.project.project_settings import ProjectSettings
from ackplan.record.notes import Author
from ackplan.render.board.data import FORMAT, moment, workspace_data
from ackplan.render.board.fleet_page import BoardRow, fleet_page, names_script
from ackplan.render.board.statuses import WorkspaceStatus
from ackplan.render.board.workspace_page import history_script, workspace_page
from ackplan.render.facts.safe import escaped, printable
from ackplan.workspaces.model import FILE, WorkspaceEntry, is_store

if TYPE_CHECKING:
    from pathlib import Path

    from ackplan.adapters.local.board_folder import BoardFolder
    from ackplan.app.workspace import Store
    from ackplan.render.board.shapes import WorkspaceData


@dataclass(frozen=True, slots=True)
class BoardPart:
    """What a board shows of a store: the workspaces of these names, each called so there; None: all that there are."""

    store: Store
    named: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BoardOrder:
    """What a board is of, with how many versions of each record, and how old a drift check may be (seconds)."""

    parts: Sequence[BoardPart]
    versions: int
    check_age: float


@dataclass(slots=True)
class BoardCounts:
    """What a board is of, once it is made."""

    workspaces: int = 0
    clusters: int = 0
    unreadable: int = 0

    def count(self, data: WorkspaceData) -> None:
        self.workspaces += 1
        self.clusters += data["clusters"]
        self.unreadable += WorkspaceStatus.UNREADABLE.value in data["statuses"]


def parts_of_store(settings: ProjectSettings) -> list[BoardPart]:
    """All workspaces of the store that the options name. Raises Failure where it can't be used."""
    return [BoardPart(wiring.store(settings))]


def parts_of_listing(settings: ProjectSettings) -> list[BoardPart]:
    """The workspaces that `workspaces.yaml` lists, each where it is kept. Raises Failure."""
    from ackplan.workspaces.workspaces_file import read_workspaces

    listed = read_workspaces(settings.chdir)
    places: dict[tuple[Path, str, str], dict[str, str]] = {}
    for entry in listed.entries.values():
        state = entry.state or settings.state
        place = (listed.root if is_store(state) else listed.folder(entry)), state, _profile(entry, state)
        places.setdefault(place, {})[entry.record] = entry.name
    return [BoardPart(wiring.store(_settings(settings, *place)), named) for place, named in places.items()]


def has_listing(settings: ProjectSettings) -> bool:
    """Whether there is a `workspaces.yaml`."""
    return (settings.chdir / FILE).exists()


def _profile(entry: WorkspaceEntry, state: str) -> str:
    """Whose credentials the store asks for: those of the cloud alone are the workspace's own."""
    return entry.profile if scheme_of(state) == OSS else ""


def _settings(settings: ProjectSettings, folder: Path, state: str, profile: str) -> ProjectSettings:
    """Those that say where the records of some workspaces are."""
    return ProjectSettings(
        folder,
        state=state,
        profile=profile or settings.profile,
        lock_ttl=settings.lock_ttl,
        store_patience=settings.store_patience,
        identity=settings.identity,
        key_id=settings.key_id,
        types=settings.types,
    )


def write_board(order: BoardOrder, folder: BoardFolder) -> BoardCounts:
    """Writes the pages; what they are of. Raises Failure where stores or the folder can't be used."""
    from ackplan.render.board.assets import assets

    now, counts = clock.now().timestamp(), BoardCounts()
    rows: list[BoardRow] = []
    names: list[tuple[str, list[str]]] = []
    folder.begin()
    try:
        for data, page in _paged(_all_data(order, now)):
            counts.count(data)
            folder.write(f"workspaces/{page}.html", workspace_page(data, page, moment(now)))
            folder.write(f"workspaces/{page}.js", history_script(data))
            names.append((page, [each["name"] for each in data["entries"]]))
            rows.append(BoardRow(page, {**data, "entries": [], "versions": []}))
        folder.write("clusters.js", names_script(names))
        for name, text in assets().items():
            folder.write(name, text)
        folder.write("index.html", fleet_page(rows, moment(now), _author()))
        folder.finish({"ackplan_board": FORMAT, "ackplan_version": __version__, "made": moment(now)})
    finally:
        folder.abandon()
    return counts


def board_json(order: BoardOrder, counts: BoardCounts) -> Iterator[str]:
    """The data as JSON, in pieces; `counts` is filled on the way. Raises Failure."""
    now = clock.now().timestamp()
    author = _author()
    head = {"ackplan_board": FORMAT, "ackplan_version": __version__, "made": moment(now), "by": author.who}
    head |= {"job": author.job} if author.job else {}
    yield escaped(json.dumps(head, ensure_ascii=False))[:-1] + ', "workspaces": ['
    comma = ""
    for data in _all_data(order, now):
        counts.count(data)
        yield comma + escaped(json.dumps(data, ensure_ascii=False))
        comma = ",\n"
    yield "]}\n"


def _author() -> Author:
    environment = wiring.environment()
    return Author(printable(process.who(environment)), process.job(environment))


def _all_data(order: BoardOrder, now: float) -> Iterator[WorkspaceData]:
    for part in order.parts:
        named = part.named
        names = [name for name in part.store.names() if WORKSPACE.fullmatch(name)] if named is None else list(named)
        for seen in survey(part.store, names, order.versions):
            yield workspace_data(seen, now, order.check_age, (named or {}).get(seen.name, ""))


def _paged(all_data: Iterator[WorkspaceData]) -> Iterator[tuple[WorkspaceData, str]]:
    """Each with the name of its page: that of the workspace, with a number where another one has that."""
    used: set[str] = set()
    for data in all_data:
        name = data["name"]
        candidates = itertools.chain([name], (f"{name}.{number}" for number in itertools.count(2)))
        page = next(each for each in candidates if each.lower() not in used)
        used.add(page.lower())
        yield data, page
