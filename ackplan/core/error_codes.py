"""What the API's error codes mean, and what to do about each: one table for verdicts, messages and waits.

Codes are compared without regard to case. The API's gateway and its services spell some of them differently, and none
of their statuses can be relied on: expired tokens come with 400, unknown keys with 404, throttling with 400 or 503.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Meaning(enum.Enum):
    """What follows from a code. All but REPEATED, THROTTLED and OTHER are definite: nothing happened."""

    NO_CLUSTER = "there is no such cluster"
    NO_CALL = "the endpoint has no such call"
    NO_ROLE = "the account has not authorized the service"
    DENIED = "who calls, or what they may do"
    MISTIMED = "the call's time is not the API's"
    REPEATED = "the same request came before"
    THROTTLED = "too many calls"
    NAME_EXISTS = "another cluster has the name"
    CONDITION = "something has to change before the call is taken"
    OTHER = "only its message tells"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code: its meaning and what a user can do; `cure` is empty where only the message tells."""

    meaning: Meaning
    cure: str = ""


_KEY: Final = ErrorCode(
    Meaning.DENIED,
    "Check the credentials: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or --profile",
)
_SECRET: Final = ErrorCode(
    Meaning.DENIED,
    "Check the credentials: the secret is not the access key's: ALIBABA_CLOUD_ACCESS_KEY_SECRET, or --profile",
)
_TOKEN: Final = ErrorCode(
    Meaning.DENIED, "Check the credentials: ALIBABA_CLOUD_SECURITY_TOKEN has to belong to the access key"
)
_RIGHTS: Final = ErrorCode(
    Meaning.DENIED, "Check what these credentials may do: have their RAM policy extended, or use another --profile"
)
_CLOCK: Final = ErrorCode(Meaning.MISTIMED, "Set this machine's clock")
_PACE: Final = ErrorCode(Meaning.THROTTLED, "Try again in a while, or make fewer calls: --rate CALLS_PER_S")
_MISSING: Final = ErrorCode(
    Meaning.NO_CLUSTER, "Check the name or id: ackplan clusters; check the region and the account"
)
_TAKEN: Final = ErrorCode(Meaning.NAME_EXISTS, "Look at what has the name: ackplan clusters")
_NO_CALL: Final = ErrorCode(Meaning.NO_CALL, "Check --endpoint: it has to be one of the Container Service")
_STATE: Final = ErrorCode(Meaning.CONDITION, "Wait until the cluster is running: ackplan clusters")
_PROTECTED: Final = ErrorCode(
    Meaning.CONDITION, "Switch the cluster's deletion protection off first, in the console or with ackplan api"
)
_QUOTA: Final = ErrorCode(Meaning.CONDITION, "Check the quotas: have this one raised, or remove what is not needed")
_MONEY: Final = ErrorCode(Meaning.CONDITION, "Check that the account can pay: its balance and its ways of payment")

# Whole codes: a longer one that begins so says something else.
_WHOLE: Final[Mapping[str, ErrorCode]] = {
    "errorclusternotfound": _MISSING,
    "errorquerycluster": _MISSING,
    "clusternotfound": _MISSING,
    "invalidclusterid.notfound": _MISSING,
    "clusternamealreadyexist": _TAKEN,
    "clusternamealreadyexists": _TAKEN,
    "errorclusternamealreadyexist": _TAKEN,
    "errorclusternamealreadyexists": _TAKEN,
}
# How codes begin; the longest that fits counts.
_BEGINNINGS: Final[Mapping[str, ErrorCode]] = {
    "invalidaccesskeyid": _KEY,
    "invalidaccesskeyid.inactive": ErrorCode(
        Meaning.DENIED, "Check the access key: it is disabled; enable it, or use another one or another --profile"
    ),
    "invalidsecuritytoken": _TOKEN,
    "invalidsecuritytoken.expired": ErrorCode(
        Meaning.DENIED, "Check the credentials: the security token has expired; get new ones, then: ackplan doctor"
    ),
    "securitytokenexpired": ErrorCode(
        Meaning.DENIED, "Check the credentials: the security token has expired; get new ones, then: ackplan doctor"
    ),
    "missingsecuritytoken": _TOKEN,
    "signaturedoesnotmatch": _SECRET,
    "incompletesignature": _SECRET,
    "invalidtimestamp": _CLOCK,
    "illegaltimestamp": _CLOCK,
    "signaturenonceused": ErrorCode(
        Meaning.REPEATED, "Something repeated the request on its way: look before it is sent again: ackplan clusters"
    ),
    "forbidden": _RIGHTS,
    "statusforbidden": _RIGHTS,
    "nopermission": _RIGHTS,
    "accessdenied": _RIGHTS,
    "errorcheckacl": _RIGHTS,
    "throttling": _PACE,
    "qps limit exceeded": _PACE,
    "qpslimitexceeded": _PACE,
    "requestthrottled": _PACE,
    "toomanyrequests": _PACE,
    "entitynotexist.role": ErrorCode(
        Meaning.NO_ROLE, "Check the account's roles: the Container Service has to be authorized once, in its console"
    ),
    "invalidaction": _NO_CALL,
    "invalidapi": _NO_CALL,
    "invalidversion": _NO_CALL,
    "invalidproduct": _NO_CALL,
    "invalidregion": ErrorCode(Meaning.NO_CALL, "Check --region and the spec's region"),
    "errorclusterstate": _STATE,
    "errorclustertype": ErrorCode(
        Meaning.CONDITION, "Check the kind of the cluster, which has no such call: ackplan clusters"
    ),
    "errorclusterdeletionprotection": _PROTECTED,
    "deletionprotection": _PROTECTED,
    "quotaexceeded": _QUOTA,
    "quota_exceeded": _QUOTA,
    "insufficientbalance": _MONEY,
    "notenoughbalance": _MONEY,
    "invalidaccountstatus.notenoughbalance": _MONEY,
    "dependencyviolation": ErrorCode(
        Meaning.CONDITION,
        "Check what still uses the cluster's load balancers, interfaces and security groups, and release it",
    ),
}
_OTHER: Final = ErrorCode(Meaning.OTHER)


@functools.lru_cache(256)
def error_code(code: str) -> ErrorCode:
    """What this code means; of meaning OTHER for one that is not known."""
    kind = code.strip().lower()
    if kind in _WHOLE:
        return _WHOLE[kind]
    fitting = [beginning for beginning in _BEGINNINGS if kind.startswith(beginning)]
    return _BEGINNINGS[max(fitting, key=len)] if fitting else _OTHER
