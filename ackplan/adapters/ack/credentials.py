"""Where the access key comes from: the official chain, a profile of the official CLI, or fixed values.

The environment is read here, as the chain's first link does; only what comes after it needs the official library, which
takes a second to import. Credentials are fetched when a call needs them and refreshed by the library when they expire.
They are never shown: not in a repr, not in an error.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from pathlib import Path
from typing import Final, Protocol

from ackplan.adapters.ack.api_errors import CredentialsUnavailable
from ackplan.adapters.ack.error_bodies import one_line
from ackplan.adapters.ack.redact import BLANK
from ackplan.adapters.ack.signing import Credential

log = logging.getLogger("ackplan.adapters.ack")

_ID: Final = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET: Final = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 - a variable's name
_TOKEN: Final = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105 - a variable's name
# What the library says before the words of each link, which are a page long.
_NONE_HAS_ANY: Final = "from any of the providers in the chain"
_PLAIN = re.compile(r"[!-~]+")
# Long runs with digits in a text of somebody else's may be keys or tokens.
_KEY_LIKE = re.compile(r"(?=[A-Za-z+/=_%-]*[0-9])[A-Za-z0-9+/=_%-]{16,}")


class Credentials(Protocol):
    """Something that has a credential to sign the next request with."""

    async def fetch(self) -> Credential:
        """The credential to use now. Raises CredentialsUnavailable."""
        ...


class FixedCredentials:
    """One credential that never changes, as the sandbox has it."""

    def __init__(self, access_key_id: str, access_key_secret: str, security_token: str = "") -> None:
        self._credential = _usable("the given credentials", access_key_id, access_key_secret, security_token)

    async def fetch(self) -> Credential:
        return self._credential


class _LibraryCredential(Protocol):
    """What the official library has for a credential."""

    def get_provider_name(self) -> str | None: ...

    def get_access_key_id(self) -> str | None: ...

    def get_access_key_secret(self) -> str | None: ...

    def get_security_token(self) -> str | None: ...


class _Provider(Protocol):
    """What the official library has for a source of credentials."""

    def get_credentials(self) -> _LibraryCredential: ...


class CredentialChain:
    """The official chain: environment, OIDC, `~/.aliyun/config.json`, credentials file, instance role.

    With `profile` only that profile of `~/.aliyun/config.json`.
    """

    def __init__(self, profile: str | None = None) -> None:
        self._profile = profile
        self._provider: _Provider | None = None
        self._lock = threading.Lock()
        self._link = ""

    async def fetch(self) -> Credential:
        credential = self._without_asking()
        return await asyncio.to_thread(self._from_library) if credential is None else credential

    def fetch_now(self) -> Credential:
        """The same for a caller that may wait. Raises CredentialsUnavailable."""
        credential = self._without_asking()
        return self._from_library() if credential is None else credential

    def _without_asking(self) -> Credential | None:
        self._link = "environment"
        return None if self._profile else _from_environment()

    @property
    def link(self) -> str:
        """The link of the chain that the last credential came from, such as `environment` or `oidc_role_arn`."""
        return self._link

    def _from_library(self) -> Credential:
        with self._lock:
            try:
                if self._provider is None:
                    self._provider = _provider(self._profile)
                credential = self._provider.get_credentials()
            except Exception as fault:  # noqa: BLE001 - the library lets anything through, files' and networks' faults too
                raise self._unavailable(fault) from None
        self._link = one_line(str(credential.get_provider_name() or "")).removeprefix("default/")
        return _usable(
            self._origin,
            credential.get_access_key_id(),
            credential.get_access_key_secret(),
            credential.get_security_token(),
        )

    @property
    def _origin(self) -> str:
        return f"profile {self._profile} of ~/.aliyun/config.json" if self._profile else "the credential chain"

    def _unavailable(self, fault: Exception) -> CredentialsUnavailable:
        home = str(Path.home())
        words = str(getattr(fault, "message", None) or fault)
        why = one_line(_KEY_LIKE.sub(BLANK, words.replace(home, "~") if home != "/" else words))
        cure = f"Set {_ID} and {_SECRET}, or name a profile with --profile; --sandbox needs none"
        if self._profile:
            cure = f"Create it with: aliyun configure --profile {self._profile}"
        elif bool(os.environ.get(_ID)) != bool(os.environ.get(_SECRET)):
            cure = f"Only one of {_ID} and {_SECRET} is set: set both"
        log.info("%s: %s", self._origin, why)
        more = "; -v says what each link of the chain found" if _NONE_HAS_ANY in words else f". ({why})"
        message = f"{self._origin} has no credentials. {cure}{more}"
        return CredentialsUnavailable("CredentialsUnavailable", message, operation="credentials")


def _from_environment() -> Credential | None:
    access_key_id, secret = os.environ.get(_ID, ""), os.environ.get(_SECRET, "")
    if not access_key_id or not secret:
        return None
    return _usable(f"{_ID} and its companions", access_key_id, secret, os.environ.get(_TOKEN, ""))


def _usable(origin: str, access_key_id: str | None, secret: str | None, token: str | None) -> Credential:
    """A credential of plain characters only: a stray line end would break the request's headers."""
    for value in (access_key_id, secret, token or "-"):
        if not value or not _PLAIN.fullmatch(value):
            why = f"{origin}: a part is empty or has spaces, line ends or other characters that a key never has"
            cure = "Set it again without them"
            raise CredentialsUnavailable("CredentialsUnusable", f"{why}. {cure}", operation="credentials")
    return Credential(access_key_id or "", secret or "", token or "")


class _Brief(logging.Filter):
    """The library logs what it tried with the trace of each exception that it met: what that says is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


def _provider(profile: str | None) -> _Provider:
    from alibabacloud_credentials.provider import CLIProfileCredentialsProvider, DefaultCredentialsProvider

    # The library prints its log to stderr by itself, at the level it likes: leave that to whoever sets logging up.
    library = logging.getLogger("credentials")
    library.handlers.clear()
    library.addFilter(_Brief())
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    if profile is None:
        chain: _Provider = DefaultCredentialsProvider()
        return chain
    profiles = str(Path.home() / ".aliyun" / "config.json")
    one: _Provider = CLIProfileCredentialsProvider(profile_name=profile, profile_file=profiles)
    return one
