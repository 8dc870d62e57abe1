"""A connection to an engine, and its faults as diagnostics."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from temporalio.client import Client
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.exceptions import TemporalError
from temporalio.service import RetryConfig, RPCError, RPCStatusCode, TLSConfig

from ackplan import __version__
from ackplan.adapters.temporal.engine_url import EngineUrl
from ackplan.adapters.temporal.payload_codec import payload_codec
from ackplan.core.diagnostics import Diagnostic, Failure, error, printable
from ackplan.documents.files import read_regular

_AWAY: Final = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED})
_PREFIX: Final = "ACKPLAN_ENGINE_"
_MOST = 1 << 16
_MILLISECONDS = 1000
_NESTED = re.compile(r'message: "([^"]+)"')


async def connect(url: EngineUrl, environment: Mapping[str, str], folder: Path, patience: float) -> Client:
    """A client that speaks to the engine; calls are tried again for `patience` seconds. Raises Failure."""
    codec = payload_codec(environment, folder)
    converter = dataclasses.replace(
        DataConverter.default,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
    tls = _tls(environment, folder) if url.tls else False
    with engine_faults(url):
        return await Client.connect(
            url.target,
            namespace=url.namespace,
            data_converter=converter,
            tls=tls,
            api_key=_secret(environment, folder, "API_KEY") or None,
            retry_config=RetryConfig(max_elapsed_time_millis=int(patience * _MILLISECONDS), max_retries=0),
        )


def _tls(environment: Mapping[str, str], folder: Path) -> TLSConfig:
    ca, certificate, key = (_file(environment, folder, name) for name in ("TLS_CA", "TLS_CERT", "TLS_KEY"))
    return TLSConfig(server_root_ca_cert=ca, client_cert=certificate, client_private_key=key)


def _secret(environment: Mapping[str, str], folder: Path, name: str) -> str:
    data = _file(environment, folder, f"{name}_FILE")
    text = data.decode("ascii", "replace") if data is not None else environment.get(_PREFIX + name, "")
    return text.strip()


def _file(environment: Mapping[str, str], folder: Path, name: str) -> bytes | None:
    """The file that a variable names."""
    file = environment.get(_PREFIX + name, "")
    if not file:
        return None
    data = read_regular(folder / file, _MOST)
    if data is None:
        raise Failure(error("ACK8200.file", variable=_PREFIX + name, file=printable(file)))
    return data


def workflow_queue(url: EngineUrl) -> str:
    """The task queue of runs, and of listing a checkout: each version of ackplan has its own."""
    return f"{url.queue}@{__version__}"


def account_queue(url: EngineUrl, profile: str) -> str:
    """The task queue of what needs a profile's credentials; empty: those of the worker's environment."""
    return f"{workflow_queue(url)}/{profile}"


@contextlib.contextmanager
def engine_faults(url: EngineUrl) -> Iterator[None]:
    """Faults of an engine as Failure."""
    try:
        yield
    except RPCError as fault:
        raise Failure(engine_fault(url, fault)) from None
    except (TemporalError, RuntimeError, OSError) as fault:
        raise Failure(error("ACK8201", engine=url.shown, why=_words(fault))) from None


def engine_fault(url: EngineUrl, fault: RPCError) -> Diagnostic:
    """What a fault of a call means."""
    if is_away(fault):
        return error("ACK8201", engine=url.shown, why=_words(fault))
    return error("ACK8201.refused", engine=url.shown, why=_words(fault))


def is_away(fault: RPCError) -> bool:
    """Whether the engine did not answer: the same call may succeed later."""
    return fault.status in _AWAY


def _words(fault: Exception) -> str:
    """What a fault says, without how the library's own parts are nested in it."""
    nested = _NESTED.search(str(fault))
    text = nested[1] if nested else next(iter(str(fault).splitlines()), "") or type(fault).__name__
    return printable(text)[:300]
