"""`ackplan api`: one signed call, as `aliyun cs` makes it."""

from __future__ import annotations

import json
import sys

import click

from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.language import phrase
from ackplan.documents.files import read_regular
from ackplan.project.wiring import open_api

# No body that the API takes comes near it.
_MAX_BODY = 16 << 20


@click.command("api", cls=Command)
@options(api=True, document=True)
@click.option("--body", default="", metavar="JSON or @FILE", help="The body; @- reads standard input.")
@click.option("--query", multiple=True, metavar="K=V", help="A query parameter; repeatable.")
@click.argument("method", type=click.Choice(["GET", "POST", "PUT", "DELETE"], case_sensitive=False))
@click.argument("path")
def command(settings: Settings, body: str, query: tuple[str, ...], method: str, path: str) -> int:
    """Make one signed call and print its answer."""
    if not path.startswith("/"):
        raise click.UsageError(phrase("PATH begins with a slash: {path}", path=f"/{path}"))
    pairs = dict(_pair(item) for item in query)
    status, answer = run_async(_call(settings, method.upper(), path, pairs, _body(settings, body)))
    if answer is not None:
        from ackplan.render.facts.safe import json_text

        click.echo(answer if isinstance(answer, str) else json_text(answer, indent=2))
    return 0 if 200 <= status < 300 else 1


def _pair(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals:
        raise click.UsageError(phrase("{option} {value!r}: expected {form}", option="--query", value=item, form="K=V"))
    return key, value


def _body(settings: Settings, given: str) -> object:
    if not given:
        return None
    try:
        return json.loads(_read(settings, given[1:]) if given.startswith("@") else given)
    except (ValueError, RecursionError) as fault:
        raise click.UsageError(phrase("{option} is not JSON: {fault}", option="--body", fault=str(fault))) from None


def _read(settings: Settings, name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_MAX_BODY + 1)
    data = read_regular(settings.path(name), _MAX_BODY)
    if data is None:
        raise click.UsageError(phrase("{option}: there is no file {name}", option="--body", name=name))
    return data


async def _call(settings: Settings, method: str, path: str, query: dict[str, str], body: object) -> tuple[int, object]:
    async with open_api(settings) as api:
        return await api.call(method, path, query=query, body=body)
