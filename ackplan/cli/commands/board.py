"""`ackplan board`: static pages of all workspaces of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, duration, format_option, on_command_line, options
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.project.board import BoardCounts


@click.command("board", cls=Command)
@options(state=True)
@format_option("text", "json")
@click.option("--out", default="", metavar="DIR", help="The folder for the pages; a board that is there is replaced.")
@click.option(
    "--versions", default=20, show_default=True, type=click.IntRange(1, 1000),
    help="How many versions of each record the history is told by.",
)  # fmt: skip
@click.option(
    "--check-age", default="24h", show_default=True, metavar="DURATION", callback=duration,
    help="How old a drift check may be.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Also a folder in which there is something else, which stays.")
def command(settings: Settings, out: str, versions: int, check_age: float, force: bool) -> int:  # noqa: FBT001
    """Write a board to DIR: pages of all workspaces of the store, to be opened from a disk or served as they are.

    Where --state is not given and there is a workspaces.yaml: of the workspaces that it lists, wherever they are.

    Last runs, calls in flight, who has the lock, the last drift check, plans that wait, the history of each cluster.
    With --format json its data are printed instead. Asks the store alone, and changes nothing there. Exit 1 where a
    workspace could not be read.
    """
    if not out and settings.format != "json":
        raise click.UsageError(phrase("Give {options}", options="--out"))
    if out and settings.format == "json":
        raise click.UsageError(phrase("--format json prints the data, --out writes pages: give one of them"))
    from ackplan.adapters.local.board_folder import BoardFolder
    from ackplan.documents.files import display
    from ackplan.project.board import (
        BoardCounts,
        BoardOrder,
        board_json,
        has_listing,
        parts_of_listing,
        parts_of_store,
        write_board,
    )

    is_listed = not settings.sandbox and not on_command_line("state") and has_listing(settings)
    parts = parts_of_listing(settings) if is_listed else parts_of_store(settings)
    order, counts = BoardOrder(parts, versions, check_age), BoardCounts()
    if settings.format == "json":
        for piece in board_json(order, counts):
            click.echo(piece, nl=False)
    else:
        counts = write_board(order, BoardFolder(settings.path(out), force))
        click.echo(_told(counts, display(settings.path(out) / "index.html")))
    return int(counts.unreadable > 0)


def _told(counts: BoardCounts, page: str) -> str:
    from ackplan.render.facts.words import counted

    sizes = phrase(", ").join([counted(counts.workspaces, "workspace"), counted(counts.clusters, "cluster")])
    unread = counted(counts.unreadable, "workspace") if counts.unreadable else ""
    return phrase(
        "{sizes}: {page}.{unread: # can't be read: the board says why.}", sizes=sizes, page=page, unread=unread
    )
