"""The record as text: what was last applied to each cluster."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.core.language import phrase, spoken
from ackplan.record import Record, RecordedCluster
from ackplan.render.facts.formatting import quoted, written
from ackplan.render.facts.safe import pad, printable, width


def record_text(record: Record) -> str:
    """A block for each recorded cluster, in the order of their names."""
    entries = record.entries
    if not entries:
        return phrase("Nothing is recorded.")
    blocks = ("\n".join(_entry(name, entries[name])) for name in sorted(entries))
    world = (phrase("Recorded for {world}.", world=printable(spoken(str(record.world)))),) if record.world else ()
    return "\n\n".join((*blocks, *world))


def _entry(name: str, entry: RecordedCluster) -> Iterator[str]:
    facts = ", ".join(printable(str(fact)) for fact in (entry.region, entry.cluster_id) if fact)
    yield f"{printable(phrase(entry.kind.title))} {quoted(name)} ({facts})"
    if not entry.created:
        yield f"    # {phrase('its creation has not been seen to its end')}"
    values = {**entry.parameters, **entry.own}
    if entry.attached:
        values["attached"] = list(entry.attached)
    columns = max(width(printable(key)) for key in values) if values else 0
    secrets = entry.kind.catalog.secret_names
    for key, value in values.items():
        yield f"    {pad(printable(key), columns)} = {written(value, secret=key in secrets)}"
