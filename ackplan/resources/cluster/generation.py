"""A recorded cluster in the words of another generation of kinds: the same cluster, said otherwise.

A spec may begin to say of a cluster what is inside of it. That the record still has the guide's words is no reason to
make the cluster anew: what went elsewhere is left out, and what the record can't say is not known, rather than not set.
"""

from __future__ import annotations

from ackplan.core.catalog import Kind
from ackplan.core.json_types import Json
from ackplan.record import RecordedCluster


def in_words_of(recorded: RecordedCluster, kind: Kind) -> RecordedCluster:
    """The entry as one of this kind, where that is the same kind of today's; else as it is."""
    same = recorded.kind.constants == kind.constants and not recorded.kind.section_key
    if not kind.section_key or not same:
        return recorded
    parameters: dict[str, Json] = {}
    for name, value in recorded.parameters.items():
        if name in kind.parameters or name in kind.beside:
            parameters[name] = value
        elif (place := kind.moved.get(name, "")) in kind.parameters:
            read = kind.parameters[place].read(value)
            if read is not None:
                parameters.setdefault(place, read)
    return RecordedCluster(
        recorded.cluster_id,
        kind,
        parameters,
        recorded.own,
        created=recorded.created,
        partial=True,
        accepted_at=recorded.accepted_at,
    )
