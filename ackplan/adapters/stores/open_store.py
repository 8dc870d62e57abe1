"""Opens the workspace that a URL names. What a store needs is imported only here, when it is used."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from ackplan.adapters.stores.store_url import OSS, POSTGRESQL, S3, StoreUrl
from ackplan.adapters.stores.waiting import Waiter
from ackplan.core.diagnostics import Failure, error
from ackplan.core.resource import CLUSTER_KINDS

if TYPE_CHECKING:
    from ackplan.adapters.stores.log.object_store import ObjectStore
    from ackplan.adapters.stores.store_settings import StoreSettings
    from ackplan.app.workspace import Store, Workspace
    from ackplan.core.resource import Kinds


def open_workspace(url: StoreUrl, name: str, settings: StoreSettings, kinds: Kinds) -> Workspace:
    """The workspace of this name. Nothing is asked yet. Raises Failure where the store's package is missing."""
    if url.scheme in POSTGRESQL:
        _need("psycopg", "postgres")
        from ackplan.adapters.stores.postgres.postgres_workspace import PostgresWorkspace

        return PostgresWorkspace(url.text, url.shown, name, settings, kinds)
    from ackplan.adapters.stores.log.log_workspace import LogWorkspace

    waiter = Waiter(url.shown, settings.patience, settings.notice)
    return LogWorkspace(_objects(url, settings), name, settings, waiter, kinds)


def _objects(url: StoreUrl, settings: StoreSettings) -> ObjectStore:
    if url.scheme == S3:
        _need("obstore", "s3")
        from ackplan.adapters.stores.log.s3 import S3Objects

        return S3Objects(url, settings.environment)
    if url.scheme == OSS:
        _need("alibabacloud_oss_v2", "oss")
        from ackplan.adapters.stores.log.oss import OssObjects

        return OssObjects(url, settings.environment, settings.access_key)
    raise Failure(error("ACK3107.scheme", scheme=url.scheme))


def open_store(url: StoreUrl, settings: StoreSettings, kinds: Kinds = CLUSTER_KINDS) -> Store:
    """The store. Nothing is asked yet. Raises Failure where its package is missing."""
    if url.scheme in POSTGRESQL:
        _need("psycopg", "postgres")
        from ackplan.adapters.stores.postgres.postgres_store import PostgresStore

        return PostgresStore(url.text, url.shown, settings, kinds)
    from ackplan.adapters.stores.log.log_store import LogStore

    waiter = Waiter(url.shown, settings.patience, settings.notice)
    return LogStore(_objects(url, settings), settings, waiter, kinds)


def _need(package: str, extra: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise Failure(error("ACK3108", package=package, extra=extra))
