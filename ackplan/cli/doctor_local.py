"""The checks of `doctor` that need no API: spec, record and where it is kept, lock, journal, git."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ackplan.app.doctor import Check, failed
from ackplan.cli.options import Settings
from ackplan.core.diagnostics import Diagnostic, Failure, error, has_errors, warning
from ackplan.core.language import phrase
from ackplan.execute.ports import ApiError
from ackplan.render.facts.words import counted

# What was seen, and what is wrong with it.
Seen = tuple[str, tuple[Diagnostic, ...]]
STORE = "state store"
ENCRYPTION = "encryption"
# What can't be looked at where a check failed.
_SKIPPED = {
    STORE: ("the state store can't be used", frozenset({ENCRYPTION, "record", "lock", "journal"})),
    ENCRYPTION: ("the state store can't be opened", frozenset({"record", "journal"})),
}
# Whoever looks for what stands in the way does not wait for long for a store that is away, in seconds.
_PATIENCE = 10.0


def local_checks(settings: Settings) -> Iterator[Check]:
    """The checks in the order in which what they find has to be mended."""
    from ackplan.project.wiring import in_store

    place: dict[str, Callable[[Settings], Seen]] = {"record": _record, "state folder": _folder}
    if in_store(settings):
        place = {STORE: _store, ENCRYPTION: _encryption, "record": _record}
    skipped: dict[str, str] = {}
    for name, check in {"spec": _spec, **place, "lock": _lock, "journal": _journal, "git": _git}.items():
        if name in skipped:
            yield Check(name, skipped[name], skipped=True)
            continue
        looked = _made(name, check, settings)
        if name in _SKIPPED and failed([looked]):
            why, names = _SKIPPED[name]
            skipped |= dict.fromkeys(names, why)
        yield looked


def _made(name: str, check: Callable[[Settings], Seen], settings: Settings) -> Check:
    from ackplan.app.errors import as_diagnostics

    try:
        said, findings = check(settings)
    except (Failure, ApiError, OSError) as fault:
        return Check(name, "", as_diagnostics(fault))
    return Check(name, said, findings)


def _spec(settings: Settings) -> Seen:
    from ackplan import spec
    from ackplan.project.project_settings import inputs

    checked = spec.read(inputs(settings))
    sizes = {"clusters": counted(len(checked.clusters), "cluster"), "files": counted(len(checked.files), "file")}
    said = phrase("{clusters} in {files}", **sizes)
    return ("" if has_errors(checked.diagnostics) else said), checked.diagnostics


def _store(settings: Settings) -> Seen:
    """Whether the store of the record keeps what is relied on."""
    from ackplan.project.wiring import workspace

    opened = workspace(replace(settings, store_patience=min(settings.store_patience, _PATIENCE)))
    findings = tuple(opened.check())
    return ("" if has_errors(findings) else opened.store), findings


def _encryption(settings: Settings) -> Seen:
    """Whether the store is encrypted, and the key of this machine opens it."""
    from ackplan.cli.encryption import encryption_of, readers_of

    key = encryption_of(settings).key()
    if key is None:
        return "none: whoever may read the store reads what is recorded", ()
    return f"opens with the key of this machine; key {key.key_id}, for {', '.join(readers_of(key))}", ()


def _record(settings: Settings) -> Seen:
    from ackplan.project.wiring import workspace

    record = workspace(settings).record.read()
    if not record.lineage:
        return f"workspace {settings.workspace}: nothing is recorded yet", ()
    return f"workspace {settings.workspace}: {counted(len(record.clusters), 'cluster')} at serial {record.serial}", ()


def _folder(settings: Settings) -> Seen:
    """Tries to write where the record and what belongs to a run are written. Nothing stays."""
    from ackplan.project.wiring import run_folder, state_folder

    folders = (state_folder(settings), run_folder(settings))
    findings = [fault for folder in folders for fault in _unwritable(folder)]
    return phrase(" and ").join(dict.fromkeys(map(_shown, folders))), tuple(dict.fromkeys(findings))


def _unwritable(folder: Path) -> Iterator[Diagnostic]:
    place = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
            file.flush()
    except OSError as fault:
        yield error("ACK3092", path=_shown(place), why=fault.strerror or fault)


def _lock(settings: Settings) -> Seen:
    from ackplan.project.wiring import workspace

    opened = workspace(settings)
    holder = opened.holder()
    if holder:
        return phrase("held"), (warning("ACK3093.held", holder=holder),)
    note = opened.left_behind()
    if note is not None:
        return phrase("free"), (warning("ACK3093.left", note=note, id=note.id),)
    return phrase("free"), ()


def _journal(settings: Settings) -> Seen:
    from ackplan.app.baseline import beside
    from ackplan.project.wiring import workspace

    before = beside(workspace(settings))
    head = before.leftover.head
    if head is None:
        return "no run was interrupted", ()
    if before.running:
        return f"run {head.id} is under way", ()
    return f"run {head.id} was interrupted", (warning("ACK3094", run=head.id),)


def _git(settings: Settings) -> Seen:
    """Whether git keeps the record, and keeps out what belongs to this machine alone."""
    from ackplan.adapters.local.git import git, top_folder
    from ackplan.project.wiring import in_store

    folder = settings.chdir
    if settings.sandbox:
        return "keeps nothing of the sandbox", ()
    if in_store(settings):
        return "keeps the spec; the record is in a store", ()
    if top_folder(folder) is None:
        return "", (warning("ACK3095.nowhere", path=_shown(folder)),)
    return "keeps the record, and ignores .ackplan/", tuple(_kept_wrongly(settings, git))


def _kept_wrongly(settings: Settings, git: Callable[..., bytes]) -> Iterator[Diagnostic]:
    from ackplan.project.wiring import state_folder

    inside = (settings.private / "x").absolute()
    if git(settings.chdir, "ls-files", "--", str(settings.private.absolute())):
        yield error("ACK3096.committed")
    elif not git(settings.chdir, "check-ignore", "--", str(inside)):
        yield error("ACK3096.open")
    record = (state_folder(settings) / f"{settings.workspace}.json").absolute()
    if git(settings.chdir, "check-ignore", "--", str(record)):
        yield warning("ACK3095.ignored", path=_shown(record))


def _shown(path: Path) -> str:
    from ackplan.documents.files import display

    return display(path)
