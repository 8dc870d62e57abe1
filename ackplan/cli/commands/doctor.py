"""`ackplan doctor`: what stands in the way of a plan or an apply, each with its cure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ackplan.cli.options import Settings, format_option, options

if TYPE_CHECKING:
    from ackplan.app.checkup import Check


@click.command("doctor")
@options(spec=True, state=True, api=True)
@format_option("text", "json")
def command(settings: Settings) -> int:
    """Look for what stands in the way: spec, record, lock, git, credentials, clock, endpoint. Changes nothing.

    Exit 1 when a check failed; a warning stops nothing.
    """
    from ackplan.app.checkup import failed
    from ackplan.cli.checkup_local import local_checks
    from ackplan.cli.session import run_async

    checks = [*local_checks(settings), *run_async(_asked(settings))]
    if settings.format == "json":
        click.echo(
            json.dumps({"ok": not failed(checks), "checks": [_json(check) for check in checks]}, ensure_ascii=False)
        )
    else:
        from ackplan.render.text.checkup import checkup_text

        click.echo(checkup_text(checks, color=settings.color))
    return 1 if failed(checks) else 0


async def _asked(settings: Settings) -> list[Check]:
    from ackplan.cli.checkup_api import api_checks

    return [check async for check in api_checks(settings)]


def _json(check: Check) -> dict[str, Any]:
    findings = [
        {"severity": f.severity.value, "code": f.code, "summary": f.summary, "detail": f.detail, "cure": f.cure}
        | ({"at": str(f.span)} if f.span else {})
        for f in check.findings
    ]
    return {"check": check.name, "status": check.status.value, "said": check.said, "findings": findings}
