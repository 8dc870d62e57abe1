"""Objects in S3, or in a store that speaks its protocol: created at most once by `If-None-Match: *`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from ackplan.adapters.stores.log.bucket_url import BucketUrl, bucket_url
from ackplan.adapters.stores.log.object_store import StoredObject
from ackplan.adapters.stores.store_url import StoreUrl
from ackplan.adapters.stores.waiting import StoreAway
from ackplan.core.diagnostics import Diagnostic, Failure, error, printable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

T = TypeVar("T")
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
# An answer to something small is waited for so long; what is larger takes its time to send.
_SILENCE: Final = timedelta(seconds=15)
_LONGEST: Final = timedelta(minutes=5)
_SMALL = 1024 * 1024
# The library has no field for the status of an answer, nor for its code. Where its words are others one day, the store
# counts as away: that costs time, and nothing else.
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,80})</Code>")
_NEVER = "NotImplemented"
_PASSING = frozenset({"408", "425", "429"})
_REFUSED = (PermissionDeniedError, UnauthenticatedError, NotSupportedError)


class S3Objects:
    """Objects under the prefix of a URL. `shown` is what messages call the store."""

    def __init__(self, url: StoreUrl, environment: Mapping[str, str]) -> None:
        self._shown = url.shown
        self._where = _located(url, environment)
        self._store = self._opened({"read_timeout": _SILENCE})
        self._slow_store = self._opened({})

    def _opened(self, waits: ClientConfig) -> S3Store:
        """A client that repeats nothing by itself: it could not tell its own object from somebody else's."""
        where = self._where
        config: S3Config = {"region": where.region, "conditional_put": "etag"}
        if where.endpoint:
            config["endpoint"] = where.endpoint
        return S3Store(
            where.bucket,
            config=config,
            client_options={
                "allow_http": where.plain,
                "connect_timeout": timedelta(seconds=5),
                "timeout": _LONGEST,
                "user_agent": "ackplan",
                **waits,
            },
            retry_config={"max_retries": 0},
        )

    def create(self, key: str, data: bytes) -> bool:
        try:
            self._put(key, data, "create")
        except AlreadyExistsError:
            return False
        return True

    def put(self, key: str, data: bytes) -> None:
        self._put(key, data, "overwrite")

    def _put(self, key: str, data: bytes, mode: obstore.PutMode) -> None:
        store = self._store if len(data) <= _SMALL else self._slow_store
        whole = self._where.key(key)
        self._asked(lambda: obstore.put(store, whole, data, mode=mode, use_multipart=False))

    def get(self, key: str, most: int) -> StoredObject | None:
        whole = self._where.key(key)

        def fetched() -> StoredObject | None:
            try:
                result = obstore.get(self._store, whole)
            except FileNotFoundError:
                return None
            if result.meta["size"] > most:
                raise Failure(error("ACK3111", store=self._shown, key=whole, size=result.meta["size"], most=most))
            return StoredObject(bytes(result.bytes()), result.meta["last_modified"].timestamp())

        return self._asked(fetched)

    def keys(self, prefix: str, after: str, most: int) -> Sequence[str]:
        begin = len(self._where.key(""))
        whole, offset = self._where.key(prefix), self._where.key(after) if after else None

        def listed() -> list[str]:
            keys: list[str] = []
            for page in obstore.list(self._store, whole, offset=offset, chunk_size=1000):
                keys += (each["path"][begin:] for each in page)
                if len(keys) >= most:
                    break
            return sorted(keys)[:most]

        return self._asked(listed)

    def faults(self) -> Iterator[Diagnostic]:
        """A bucket that keeps versions does no harm here: the condition holds for the newest one."""
        return iter(())

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except AlreadyExistsError:
            raise
        except FileNotFoundError as fault:
            raise Failure(error("ACK3103", store=self._shown, why=_words(fault))) from None
        except GenericError as fault:
            if _is_refusal(str(fault)):
                raise Failure(error("ACK3103", store=self._shown, why=_words(fault))) from None
            raise StoreAway(_words(fault)) from None
        except BaseError as fault:
            if isinstance(fault, _REFUSED):
                raise Failure(error("ACK3103", store=self._shown, why=_words(fault))) from None
            raise StoreAway(_words(fault)) from None


def _located(url: StoreUrl, environment: Mapping[str, str]) -> BucketUrl:
    """The bucket; the endpoint may stand in the environment as well, and is held to the same."""
    where = bucket_url(url, environment, _REGIONS)
    endpoint = next((environment[name] for name in _ENDPOINTS if environment.get(name)), "")
    if endpoint and not where.endpoint:
        separator = "&" if "?" in url.text else "?"
        where = bucket_url(
            StoreUrl(url.scheme, f"{url.text}{separator}endpoint={endpoint}", url.shown), environment, _REGIONS
        )
    return where


def _is_refusal(text: str) -> bool:
    """Whether the store answered that it will not do this, however often it is asked."""
    status = match[1] if (match := _STATUS.search(text)) else ""
    code = match[1] if (match := _CODE.search(text)) else ""
    return code == _NEVER or (status.startswith("4") and status not in _PASSING)


def _words(fault: Exception) -> str:
    """What the store says, in a few words; a body may say anything."""
    text = str(fault)
    code = match[1] if (match := _CODE.search(text)) else ""
    status = f"HTTP {match[1]}" if (match := _STATUS.search(text)) else ""
    if code or status:
        return f"{status} {code}".strip()
    first, *_ = text.splitlines() or [""]
    return printable(first.rpartition(" - ")[2][:200]) or type(fault).__name__
