"""What can become of a call, as typed errors.

Each is an ApiError, so that whoever executes a plan needs to know no more than that. `uncertain` is true only for a
call that changes something, was (or may have been) sent, and got no definite refusal. `http_status` says what an answer
means, since decisions hang on it: 404 only where the API says that the thing asked for is not there (an unknown access
key comes as 404 too, and becomes 401), 429 for whatever was throttled, 0 for an answer that is not the API's.
"""

from __future__ import annotations

from ackplan.execute.ports import ApiError


class Fault(ApiError):
    """A call that did not succeed. `passing`: it may well succeed when sent again, if that is harmless at all."""

    passing = False
    retry_after: float | None = None
    """Seconds that the server asks us to wait, where it says so."""

    @property
    def repeatable(self) -> bool:
        """Whether the same call may be sent again: it can do no harm and may do good."""
        return self.passing and not self.uncertain


class NotSent(Fault):
    """Refused by this client before anything was sent: a wrong id, path, region or setting."""

    sent = False


class CredentialsUnavailable(NotSent):
    """No credentials were found, or they can't be used; the message says what to do about it."""


class Unreachable(Fault):
    """No connection: refused, no such host, proxy or TLS trouble. Nothing was sent."""

    passing = True


class Untrusted(Unreachable):
    """The server's certificate does not check out. Nothing was sent, and trying again won't help."""

    passing = False


class NoTls(Unreachable):
    """The server speaks plain http where https was asked for. Nothing was sent, and trying again won't help."""

    passing = False


class ConnectionLost(Fault):
    """The connection broke after sending began, or the answer broke off."""

    passing = True


class Timeout(Fault):
    """No answer in time."""

    passing = True


class AnswerUnreadable(Fault):
    """An answer that is not what the API answers: not JSON, of a wrong shape, or a gateway's page."""


class AnswerTooLarge(Fault):
    """An answer beyond the bound for its operation; reading stopped there."""


class Answered(Fault):
    """The API's own error answer. `status` is the status as it came, `body` the decoded answer where it is JSON."""

    status: int = 0
    body: object = None


class Rejected(Answered):
    """A definite refusal (4xx): nothing happened."""


class Denied(Rejected):
    """Credentials, signature, clock or permissions."""


class NotFound(Rejected):
    """What the call names is not there."""


class NameExists(Rejected):
    """A cluster of that name is there already."""


class Throttled(Rejected):
    """Too many calls; nothing happened."""

    passing = True


class ServerFault(Answered):
    """The server failed (5xx)."""

    passing = True
