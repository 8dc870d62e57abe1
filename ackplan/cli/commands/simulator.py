"""`ackplan simulator`: the embedded ACK API, on loopback, for any client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Final, Literal, NoReturn, TypedDict, Unpack

import click

from ackplan.cli import gc
from ackplan.cli.faults_option import faults_option
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.json_types import JsonObject
from ackplan.core.language import phrase
from ackplan.documents.files import read_regular
from ackplan.project.embedded import EmbeddedSettings, embedded

# A world of 30,000 clusters is about a tenth of it.
_MAX_SEED = 256 << 20
_USUAL: Final = {"sandbox": "sandbox"}
_SANDBOX_PAIR: Final = "ALIBABA_CLOUD_ACCESS_KEY_ID=sandbox ALIBABA_CLOUD_ACCESS_KEY_SECRET=sandbox "
_FILES: Final[tuple[Literal["db"], Literal["faults"], Literal["seed"]]] = ("db", "faults", "seed")


class _World(TypedDict):
    """Which world it serves: names of files, empty for none, and how fast time runs in it."""

    db: str
    faults: str
    seed: str
    speed: float


@click.command("simulator", cls=Command)
@options()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on 127.0.0.1; 0: any free one.")
@click.option("--db", default="", metavar="FILE", help="Keep the world in FILE; else in memory.")
@click.option(
    "--time-scale",
    "speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.001, 1e9),
    metavar="X",
    help="How much faster time runs; 600 makes ten minutes one second.",
)
@faults_option
@click.option(
    "--seed",
    default="",
    metavar="FILE",
    help='Begin with the live state that FILE describes: {"clusters": [{"name": "a", "size": 3}]}.',
)
@click.option("--access-key", default="", metavar="ID:SECRET", help="The key pair that is accepted.")
def command(settings: Settings, port: int, access_key: str, **world: Unpack[_World]) -> int:
    """Serve the embedded ACK API until interrupted.

    Accepts the key pair of --access-key, else of its own environment, else sandbox:sandbox.
    """
    db, faults, seed = (settings.path(world[name]) if world[name] else None for name in _FILES)
    how = EmbeddedSettings(db=db, faults=faults, live=_live(seed) if seed else None, time_scale=world["speed"])
    keys = _keys(access_key)
    return run_async(_serve(port, {**how, "access_keys": keys}, _SANDBOX_PAIR if keys == _USUAL else ""))


def _live(seed: Path) -> JsonObject:
    data = read_regular(seed, _MAX_SEED)
    if data is None:
        _refuse(error("ACK7001.missing", file=seed))
    try:
        live: JsonObject = json.loads(data)
        return live
    except (ValueError, RecursionError) as fault:
        _refuse(error("ACK7001.json", file=seed, fault=fault))


def _refuse(why: Diagnostic) -> NoReturn:
    raise Failure(why) from None


def _keys(given: str) -> dict[str, str]:
    if given:
        name, colon, secret = given.partition(":")
        if not colon:
            raise click.UsageError(phrase("{option}: expected {form}", option="--access-key", form="ID:SECRET"))
        return {name: secret}
    environment = os.environ
    name = environment.get("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
    secret = environment.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "")
    return {name: secret} if name and secret else _USUAL


async def _serve(port: int, how: EmbeddedSettings, ahead: str) -> int:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    gc.collect()
    async with embedded(port, **how) as running:
        click.echo(running.url)
        use = f"{ahead}ackplan plan --endpoint {running.url}"
        serving = phrase("Serving the embedded ACK API. Use it: {command}", command=use)
        click.echo(serving, err=True)
        await ended.wait()
    return 0
