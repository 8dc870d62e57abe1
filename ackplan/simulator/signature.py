"""Who calls, and whether the request is theirs, fresh and whole (guide 1.2, 1.5).

Both signatures are taken: HMAC-SHA1 of the guide (`Authorization: acs ID:SIGNATURE`) and ACS3-HMAC-SHA256 of today's
clients. A nonce is refused when it comes again, not when it is missing: the older Python client sends none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ackplan.simulator import canonical
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming

VERSION = "2015-12-15"
TOLERANCE = 15 * 60.0
_ACS = re.compile(r"acs ([^:\s]{1,128}):([A-Za-z0-9+/=]{1,128})")
_ACS3 = re.compile(
    r"ACS3-HMAC-SHA256 +Credential=([^,\s]{1,128}), *SignedHeaders=([a-z0-9;_-]{1,4096}),"
    r" *Signature=([0-9a-fA-F]{1,128})"
)


@dataclass(frozen=True, slots=True)
class Gate:
    """`keys` maps access key ids to secrets; `tokens` maps the ids of temporary keys to their security tokens."""

    keys: Mapping[str, str] = field(repr=False)
    tokens: Mapping[str, str] = field(repr=False, default_factory=dict)

    def admit(self, request: Incoming, now: float, spend_nonce: Callable[[str], bool]) -> None:
        """Raises Refusal for a request that is not to be served. `now` is the server's time, seconds since 1970."""
        given = request.header("authorization").strip()
        _check_version(request)
        if found := _ACS.fullmatch(given):
            _check_method(request)
            _check_date(_http_date(request.header("date") or request.header("x-acs-date")), now)
            key, signature = found[1], found[2]
            self._check(request, key, _sha1_fits(request, self._secret(key), signature))
        elif found := _ACS3.fullmatch(given):
            _check_date(_iso_date(request.header("x-acs-date")), now)
            key, signed, signature = found[1], found[2].split(";"), found[3]
            self._check(request, key, _acs3_fits(request, self._secret(key), signed, signature))
        else:
            raise Refusal(403, "MissingAuthorization", "The request carries no signature of a known form.")
        _check_content(request)
        nonce = request.header("x-acs-signature-nonce")
        if nonce and not spend_nonce(hashlib.sha256(f"{key}\n{nonce}".encode("utf-8", "replace")).hexdigest()):
            raise Refusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.")

    def _secret(self, key: str) -> str:
        if key not in self.keys:
            raise Refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        return self.keys[key]

    def _check(self, request: Incoming, key: str, fits: bool) -> None:  # noqa: FBT001 - the outcome of a check
        if not fits:
            raise Refusal(403, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
        expected = self.tokens.get(key)
        given = request.header("x-acs-security-token")
        if expected is not None and not given:
            raise Refusal(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
        if expected is not None and not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise Refusal(400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken is not valid.")


def key_of(request: Incoming) -> str:
    """The access key id that a request names; empty where it names none."""
    given = request.header("authorization").strip()
    found = _ACS.fullmatch(given) or _ACS3.fullmatch(given)
    return found[1] if found else ""


def _sha1_fits(request: Incoming, secret: str, signature: str) -> bool:
    return any(
        hmac.compare_digest(_sha1(secret, text), signature.encode()) for text in canonical.strings_to_sign(request)
    )


def _sha1(secret: str, text: str) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode("utf-8", "surrogateescape"), "sha1"))


def _acs3_fits(request: Incoming, secret: str, signed: list[str], signature: str) -> bool:
    return any(
        hmac.compare_digest(hmac.digest(secret.encode(), text.encode(), "sha256").hex(), signature.lower())
        for text in canonical.canonical_digests(request, signed)
    )


def _check_version(request: Incoming) -> None:
    version = request.header("x-acs-version")
    if not version:
        raise Refusal(400, "MissingVersion", "x-acs-version is mandatory for this action.")
    if version != VERSION:
        raise Refusal(400, "InvalidVersion", f"Specified parameter Version is not valid; it is {VERSION}.")


def _check_method(request: Incoming) -> None:
    if request.header("x-acs-signature-method") not in {"", "HMAC-SHA1"}:
        raise Refusal(400, "InvalidSignatureMethod", "Specified signature method is not valid; it is HMAC-SHA1.")
    if request.header("x-acs-signature-version") not in {"", "1.0"}:
        raise Refusal(400, "InvalidSignatureVersion", "Specified signature version is not valid; it is 1.0.")


def _check_date(instant: float | None, now: float) -> None:
    if instant is None:
        raise Refusal(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
    if abs(instant - now) > TOLERANCE:
        raise Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def _http_date(text: str) -> float | None:
    """RFC 2616, always GMT."""
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed.timestamp() if parsed.tzinfo is not None and parsed.utcoffset() == UTC.utcoffset(None) else None


def _iso_date(text: str) -> float | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _check_content(request: Incoming) -> None:
    md5 = request.header("content-md5")
    if md5 and md5 != base64.b64encode(hashlib.md5(request.body).digest()).decode():  # noqa: S324 - of the protocol
        raise Refusal(400, "ContentMD5NotMatched", "The Content-MD5 you specified did not match what we received.")
    sha256 = request.header("x-acs-content-sha256")
    if sha256 and sha256.lower() != hashlib.sha256(request.body).hexdigest():
        raise Refusal(400, "ContentSHA256NotMatched", "The x-acs-content-sha256 you specified did not match the body.")
