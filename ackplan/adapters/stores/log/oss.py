"""Objects in OSS: created at most once by `x-oss-forbid-overwrite`, since it refuses If-None-Match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

import alibabacloud_oss_v2 as oss
from alibabacloud_oss_v2 import exceptions
from alibabacloud_oss_v2.types import Credentials, CredentialsProvider

from ackplan.adapters.stores.log.bucket_url import bucket_url
from ackplan.adapters.stores.log.object_store import StoredObject
from ackplan.adapters.stores.store_settings import AccessKey
from ackplan.adapters.stores.store_url import StoreUrl
from ackplan.adapters.stores.waiting import StoreAway
from ackplan.core.diagnostics import Diagnostic, Failure, error, printable

T = TypeVar("T")
_REGIONS = ("OSS_REGION", "ALIBABA_CLOUD_REGION_ID")
_EXISTS: Final = "FileAlreadyExists"
_ABSENT: Final = "NoSuchKey"
# What passes by itself, besides every answer of 500 and more that is no refusal.
_PASSING = frozenset({"RequestTimeout", "QpsLimitExceeded", "DownloadTrafficRateLimitExceeded", "Throttling"})
_REFUSED = frozenset({"NotImplemented"})
# After these nobody knows whether it was done.
_LOST = (exceptions.RequestError, exceptions.ResponseError, exceptions.InconsistentError)
_AT_ONCE = 1000


class _Keys(CredentialsProvider):  # type: ignore[misc]
    """Hands the access key of each moment over."""

    def __init__(self, access_key: Callable[[], AccessKey]) -> None:
        self._access_key = access_key

    def get_credentials(self) -> Credentials:
        return Credentials(*self._access_key())


class OssObjects:
    """Objects under the prefix of a URL. `shown` is what messages call the store."""

    def __init__(self, url: StoreUrl, environment: Mapping[str, str], access_key: Callable[[], AccessKey]) -> None:
        self._shown = url.shown
        self._where = bucket_url(url, environment, _REGIONS)
        if not self._where.region:
            raise Failure(error("ACK3107", scheme="oss://", why="it names no region: ?region=cn-hangzhou"))
        config = oss.config.load_default()
        config.region = self._where.region
        config.endpoint = self._where.endpoint or None
        config.credentials_provider = _Keys(_of_environment(environment, access_key))
        config.retry_max_attempts = 1
        config.connect_timeout = 5
        config.readwrite_timeout = 15
        config.user_agent = "ackplan"
        self._client = oss.Client(config)

    def create(self, key: str, data: bytes) -> bool:
        try:
            self._asked(lambda: self._client.put_object(self._request(key, data, forbid_overwrite=True)))
        except _Exists:
            return False
        return True

    def put(self, key: str, data: bytes) -> None:
        self._asked(lambda: self._client.put_object(self._request(key, data)))

    def _request(self, key: str, data: bytes, **more: bool) -> oss.PutObjectRequest:
        return oss.PutObjectRequest(bucket=self._where.bucket, key=self._where.key(key), body=data, **more)

    def get(self, key: str, most: int) -> StoredObject | None:
        whole = self._where.key(key)

        def fetched() -> StoredObject:
            result = self._client.get_object(oss.GetObjectRequest(bucket=self._where.bucket, key=whole))
            with result.body as body:
                if result.content_length is None or result.content_length > most:
                    raise Failure(
                        error("ACK3111", store=self._shown, key=whole, size=result.content_length or 0, most=most)
                    )
                data = body.read()
            if len(data) != result.content_length:
                raise StoreAway("an object came in part")
            return StoredObject(data, result.last_modified.timestamp() if result.last_modified else 0.0)

        try:
            return self._asked(fetched)
        except _Absent:
            return None

    def keys(self, prefix: str, after: str, most: int) -> Sequence[str]:
        begin = len(self._where.key(""))
        keys: list[str] = []
        after = self._where.key(after) if after else ""
        while len(keys) < most:
            whole, is_last = self._asked(partial(self._page, self._where.key(prefix), after))
            keys += (each[begin:] for each in whole)
            if is_last:
                break
            after = whole[-1]
        return keys[:most]

    def _page(self, prefix: str, after: str) -> tuple[list[str], bool]:
        """The keys that come next, and whether they are the last ones."""
        bucket = self._where.bucket
        request = oss.ListObjectsV2Request(bucket, prefix=prefix, start_after=after or None, max_keys=_AT_ONCE)
        page = self._client.list_objects_v2(request)
        keys = [str(each.key) for each in page.contents or ()]
        return keys, not (page.is_truncated and keys)

    def faults(self) -> Iterator[Diagnostic]:
        """A bucket that keeps versions ignores the header that we rely on."""
        request = oss.GetBucketVersioningRequest(bucket=self._where.bucket)
        status = self._asked(lambda: self._client.get_bucket_versioning(request)).version_status
        if status:
            yield error("ACK3113", store=self._shown, status=printable(str(status)[:50]))

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except (Failure, StoreAway):
            raise
        except Exception as fault:  # noqa: BLE001 - what answers are made of, the library lets through as it comes
            raise self._fault(fault) from None

    def _fault(self, fault: Exception) -> Exception:
        """What a fault means, by its code; a status would not do: OSS answers 400 and 501 for the same."""
        if isinstance(fault, exceptions.OperationError):
            fault = fault.unwrap()
        if isinstance(fault, exceptions.CredentialsFetchError):
            cause = fault.kwargs.get("error")
            return cause if isinstance(cause, Exception) else self._refused(fault)
        if isinstance(fault, exceptions.ServiceError):
            return self._answered(fault.status_code, printable(str(fault.code or "")[:80]))
        if isinstance(fault, exceptions.BaseError) and not isinstance(fault, _LOST):
            return self._refused(fault)
        return StoreAway(_words(fault))

    def _answered(self, status: int, code: str) -> Exception:
        if code in {_EXISTS, _ABSENT}:
            return _Exists() if code == _EXISTS else _Absent()
        why = f"HTTP {status} {code}".strip()
        if code in _PASSING or (status >= 500 and code not in _REFUSED):
            return StoreAway(why)
        return Failure(error("ACK3103", store=self._shown, why=why))

    def _refused(self, fault: Exception) -> Failure:
        return Failure(error("ACK3103", store=self._shown, why=_words(fault)))


class _Exists(Exception):
    """There is an object of this key."""


class _Absent(Exception):
    """There is no object of this key."""


def _of_environment(environment: Mapping[str, str], otherwise: Callable[[], AccessKey]) -> Callable[[], AccessKey]:
    """The access key of the variables of OSS itself, where they are set; else the one that calls are signed with."""
    names = ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN")
    access_key = AccessKey(*(environment.get(name, "") for name in names))
    return (lambda: access_key) if access_key.id and access_key.secret else otherwise


def _words(fault: Exception) -> str:
    first, *_ = str(fault).splitlines() or [""]
    return printable(first[:200]) or type(fault).__name__
