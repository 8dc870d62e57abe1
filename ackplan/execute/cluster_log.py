"""What a cluster's own log says of a failure, where the task that failed does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ackplan.core.answers import LogLine
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.execute.presence import Subject

_MOST: Final = 3
_TROUBLE: Final = re.compile(
    r"fail|error|denied|exceed|invalid|not enough|insufficient|unable|timed? ?out", re.IGNORECASE
)


async def logged(api: ApiReader, subject: Subject) -> str:
    """The last lines of the cluster's log that tell of trouble; empty where none does, or no log can be read."""
    try:
        return telling(await api.list_logs(subject.cluster_id, subject.region))
    except ApiError:
        return ""


def telling(lines: Iterable[LogLine]) -> str:
    """The last few lines that tell of trouble, the oldest first, each once."""
    ordered = sorted(lines, key=lambda line: line.created)
    told = list(dict.fromkeys(line.text for line in ordered if _TROUBLE.search(line.text)))
    return "; ".join(told[-_MOST:])
