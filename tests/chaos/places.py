"""The stores that chaos is made in: a real server each, which dies and comes back, behind a proxy that cuts connections."""

from __future__ import annotations

import contextlib
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.stores.bucket_process import BucketProcess
from tests.stores.cases import StoreCase
from tests.stores.cutting_proxy import Cuts, cutting, cutting_port
from tests.stores.postgres_process import Postgres
from tests.stores.weed import Weed, make_bucket


class Server(Protocol):
    """What may be killed, and started again on what it had written."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True)
class Place:
    """A store. `case` is how the runners reach it, `direct` how whoever looks does; a folder has no server and no cuts.

    `modules` is what it needs to have imported.
    """

    case: StoreCase
    direct: StoreCase
    server: Server | None = None
    cuts: Cuts | None = None
    modules: tuple[str, ...] = field(default=())


@contextlib.contextmanager
def _postgresql() -> Iterator[Place]:
    with contextlib.ExitStack() as stack:
        folder, proxy = (stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(2))
        server = Postgres(folder)
        stack.callback(server.close)
        cuts = stack.enter_context(cutting(server.socket_folder, Path(proxy)))
        direct = StoreCase(server.url)
        through = StoreCase(re.sub(r"host=[^&]*", f"host={proxy}", server.url))
        modules = ("ackplan.adapters.stores.postgres.postgres_workspace",)
        yield _set_up(Place(through, direct, server, cuts, modules))


@contextlib.contextmanager
def _seaweedfs() -> Iterator[Place]:
    server = Weed()
    server.start()
    try:
        make_bucket(server.url, bucket := f"t{secrets.token_hex(6)}")
        with cutting_port(server.port) as (port, cuts):
            through, direct = (
                StoreCase(f"s3://{bucket}/team?region=us-east-1&endpoint=http://127.0.0.1:{number}")
                for number in (port, server.port)
            )
            yield _set_up(Place(through, direct, server, cuts))
    finally:
        server.kill()


@contextlib.contextmanager
def _oss() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        server = BucketProcess(folder)
        try:
            with cutting_port(server.port) as (port, cuts):
                through, direct = (
                    StoreCase(f"oss://bucket/team?region=cn-hangzhou&endpoint=http://127.0.0.1:{number}")
                    for number in (port, server.port)
                )
                yield _set_up(Place(through, direct, server, cuts, ("alibabacloud_oss_v2",)))
        finally:
            server.close()


@contextlib.contextmanager
def _folder() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        case = StoreCase(f"file:{folder}/shared", leased=False)
        yield Place(case, case)


def _set_up(place: Place) -> Place:
    place.direct.workspace(patience=60.0).set_up()
    return place


PLACES: dict[str, Callable[[], contextlib.AbstractContextManager[Place]]] = {
    "postgresql": _postgresql,
    "seaweedfs": _seaweedfs,
    "oss": _oss,
    "folder": _folder,
}
