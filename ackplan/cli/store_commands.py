"""The commands of `ackplan state` that are about a store as a whole: setting it up, its encryption, moving into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, options
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from collections.abc import Callable


def _recipient(help_text: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    return click.option("--recipient", "recipients", multiple=True, metavar="RECIPIENT", help=help_text)


@click.command("init", cls=Command)
@options(state=True)
@_recipient("Encrypt it for this recipient: age1..., or a public SSH key; repeatable.")
@click.option("--passphrase", is_flag=True, help="Encrypt it for whoever has the passphrase in ACKPLAN_PASSPHRASE.")
def init(settings: Settings, recipients: tuple[str, ...], passphrase: bool) -> None:  # noqa: FBT001
    """Set a state store up, once, with rights that later commands do not need. Doing it again changes nothing.

    Only an empty store is encrypted; what is elsewhere moves into it: state migrate.
    """
    from ackplan.app.store_encryption import Readers
    from ackplan.cli.encryption import begin_encryption, key_text
    from ackplan.project.wiring import passphrase_of, workspace

    readers = Readers(recipients, passphrase_of("ACKPLAN_PASSPHRASE") if passphrase else "")
    opened = workspace(settings)
    key = begin_encryption(settings, readers, opened.set_up)
    click.echo(
        hint(phrase("Ready: {store}. See whether all holds that is relied on: ackplan doctor", store=opened.store))
    )
    if key:
        click.echo(key_text(key))


@click.command("rekey", cls=Command)
@options(state=True)
@_recipient("Let this recipient read what is kept: age1..., or a public SSH key; repeatable.")
@click.option("--remove-recipient", "removed", multiple=True, metavar="RECIPIENT",
              help="Let this one read nothing that is written from now on; repeatable.")  # fmt: skip
@click.option("--passphrase/--no-passphrase", default=None,
              help="Let the passphrase in ACKPLAN_NEW_PASSPHRASE or ACKPLAN_PASSPHRASE open it; or none.")  # fmt: skip
def rekey(settings: Settings, recipients: tuple[str, ...], removed: tuple[str, ...], passphrase: bool | None) -> None:  # noqa: FBT001
    """Give an encrypted store a new key for what is written from now on, and change who opens it.

    Whoever is removed can read what was written before, as they could have copied it: take their rights away, too.
    """
    from ackplan.app.store_encryption import Readers
    from ackplan.cli.encryption import encryption_of, key_text
    from ackplan.project.wiring import passphrase_of

    chosen = passphrase_of("ACKPLAN_NEW_PASSPHRASE", "ACKPLAN_PASSPHRASE") if passphrase else ""
    readers = Readers(recipients, chosen)
    key = encryption_of(settings).rekey(readers, removed, keeps_passphrase=passphrase is not False)
    click.echo(key_text(key))


@click.command("migrate", cls=Command)
@options(state=True)
@click.option("--to", "target", required=True, metavar="URL", help="The store or folder to move to.")
@click.option("--unencrypted", is_flag=True, help="Also from or to a place that is not encrypted, though a key is set.")
def migrate(settings: Settings, target: str, unencrypted: bool) -> None:  # noqa: FBT001
    """Move the workspace to another store, with what an interrupted run left. The old place sends everybody there."""
    import dataclasses

    from ackplan.app import migrate as use_case
    from ackplan.cli.encryption import check_move
    from ackplan.cli.loop import run_async
    from ackplan.cli.options import check_state
    from ackplan.project.wiring import store, workspace

    check_state(target)
    new = dataclasses.replace(settings, state=target, state_named=True)
    address = store(new).address
    if not unencrypted:
        check_move(settings, new)
    old, moved = (workspace(each, unencrypted=unencrypted) for each in (settings, new))
    record = run_async(use_case.migrate(old, moved, (store(settings).address, address)))
    at = phrase("at serial {serial}", serial=record.serial) if record.lineage else phrase("with nothing recorded yet")
    moved_to = "Workspace {name} is in {store} now, {at}. Name it from now on: --state {store}"
    click.echo(phrase(moved_to, name=settings.workspace, store=address, at=at))
