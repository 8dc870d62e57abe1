"""The client of the ACK API (2015-12-15): operations, signing, credentials, pace, retries, errors.

    async with open_client(ClientSettings(region="cn-beijing"), CredentialChain()) as client:
        clusters = await client.list_clusters()

aiohttp is imported when a client is opened, the credentials library when the environment has none: importing this
package is cheap.
"""

from ackplan.adapters.ack.api_errors import (
    Answered,
    AnswerTooLarge,
    AnswerUnreadable,
    ConnectionLost,
    CredentialsUnavailable,
    Denied,
    Fault,
    NameExists,
    NotFound,
    NotSent,
    Rejected,
    ServerFault,
    Throttled,
    Timeout,
    Unreachable,
    Untrusted,
)
from ackplan.adapters.ack.client import AckClient, open_client
from ackplan.adapters.ack.credentials import CredentialChain, Credentials, FixedCredentials
from ackplan.adapters.ack.endpoint import parse_endpoint
from ackplan.adapters.ack.identity import DEFAULT_STS, Caller, caller_identity
from ackplan.adapters.ack.probe import Reached, probe, proxy_of
from ackplan.adapters.ack.retry import RetryPolicy
from ackplan.adapters.ack.sender import Surroundings
from ackplan.adapters.ack.settings import ClientSettings, Timeouts

__all__ = [
    "DEFAULT_STS",
    "AckClient",
    "AnswerTooLarge",
    "AnswerUnreadable",
    "Answered",
    "Caller",
    "ClientSettings",
    "ConnectionLost",
    "CredentialChain",
    "Credentials",
    "CredentialsUnavailable",
    "Denied",
    "Fault",
    "FixedCredentials",
    "NameExists",
    "NotFound",
    "NotSent",
    "Reached",
    "Rejected",
    "RetryPolicy",
    "ServerFault",
    "Surroundings",
    "Throttled",
    "Timeout",
    "Timeouts",
    "Unreachable",
    "Untrusted",
    "caller_identity",
    "open_client",
    "parse_endpoint",
    "probe",
    "proxy_of",
]
