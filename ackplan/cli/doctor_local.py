"""The checks of `doctor` that need no API: spec, record and where it is kept, lock, journal, git."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
SPEC = "spec"
STORE = "state store"
ENCRYPTION = "encryption"
# What can't be looked at where a check failed.
_SKIPPED = {
    SPEC: ("the spec can't be used", frozenset({"secrets"})),
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
    for name, check in {
        SPEC: _spec,
        "secrets": _secrets,
        **place,
        "lock": _lock,
        "journal": _journal,
        "git": _git,
    }.items():
        if name in skipped:
            yield Check(name, phrase(skipped[name]), skipped=True)
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
    clusters, files = counted(len(checked.clusters), "cluster"), counted(len(checked.files), "file")
    said = phrase("{clusters} in {files}", clusters=clusters, files=files)
    return ("" if has_errors(checked.diagnostics) else said), checked.diagnostics


def _secrets(settings: Settings) -> Seen:
    """Whether what the spec names as secrets could be used here, by whoever runs this. None is kept or shown."""
    from ackplan import spec
    from ackplan.adapters.local.secrets import Secrets
    from ackplan.app.needed_secrets import look_at_secrets
    from ackplan.project.project_settings import inputs
    from ackplan.project.wiring import environment

    count, findings = look_at_secrets(spec.read(inputs(settings)), Secrets(environment(), settings.chdir))
    if not count:
        return phrase("the spec names none"), findings
    usable = phrase("{usable} of {count} can be used here", usable=count - len(findings), count=count)
    return usable, findings


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
        return phrase("none: whoever may read the store reads what is recorded"), ()
    said = "opens with the key of this machine; key {key}, for {readers}"
    return phrase(said, key=key.key_id, readers=", ".join(readers_of(key))), ()


def _record(settings: Settings) -> Seen:
    from ackplan.project.wiring import workspace

    opened = workspace(settings)
    record = opened.record.read()
    if not record.lineage:
        lost = opened.missing_record()
        said = phrase("workspace {name}: nothing is recorded yet", name=settings.workspace)
        return ("", (lost,)) if lost is not None else (said, ())
    clusters = counted(len(record.clusters), "cluster")
    said = "workspace {name}: {clusters} at serial {serial}"
    return phrase(said, name=settings.workspace, clusters=clusters, serial=record.serial), ()


def _folder(settings: Settings) -> Seen:
    """Tries to write where the record and what belongs to a run are written. Nothing stays."""
    from ackplan.project.wiring import run_folder, state_folder

    folders = (state_folder(settings), run_folder(settings))
    faults: dict[str, dict[str, None]] = {}
    for folder in folders:
        place, why = _unwritable(folder)
        if why:
            faults.setdefault(why, {})[place] = None
    findings = [error("ACK3092", path=_both(places), why=why) for why, places in faults.items()]
    return _both(map(_shown, folders)), tuple(findings)


def _both(names: Iterable[str]) -> str:
    return phrase(" and ").join(dict.fromkeys(names))


def _unwritable(folder: Path) -> tuple[str, str]:
    """Where the folder is or would be made, and why nothing can be written there; empty where it can be."""
    place = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
            file.flush()
    except OSError as fault:
        return _shown(place), fault.strerror or str(fault)
    return _shown(place), ""


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
        return phrase("no run was interrupted"), ()
    if before.running:
        return phrase("run {run} is under way", run=head.id), ()
    return phrase("run {run} was interrupted", run=head.id), (warning("ACK3094", run=head.id),)


def _git(settings: Settings) -> Seen:
    """Whether git keeps the record, and keeps out what belongs to this machine alone."""
    from ackplan.adapters.local.git import git, top_folder
    from ackplan.project.wiring import in_store

    folder = settings.chdir
    if settings.sandbox:
        return phrase("keeps nothing of the sandbox"), ()
    if in_store(settings):
        return phrase("keeps the spec; the record is in a store"), ()
    if top_folder(folder) is None:
        return "", (warning("ACK3095.nowhere", path=_shown(folder)),)
    return phrase("keeps the record, and ignores .ackplan/"), tuple(_kept_wrongly(settings, git))


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
