"""A value of each work, for tests of what is said of all of them."""

from __future__ import annotations

from ackplan.core.call import Call, Pinned
from ackplan.core.work import (
    Attach,
    AwaitGone,
    AwaitReady,
    Create,
    Delete,
    Detach,
    Forget,
    GoAlong,
    Modify,
    ScaleIn,
    ScaleOut,
    Upgrade,
    Work,
    WriteRecord,
)

_CALL = Call("create_cluster", "POST", "/clusters", "cn-beijing", {"name": "c"})
WORKS: dict[type[Work], Work] = {
    type(work): work
    for work in (
        Create(_CALL),
        Attach(_CALL, ("i-a",)),
        ScaleOut(_CALL, Pinned(3, 5)),
        Detach(_CALL, ("i-a",)),
        ScaleIn(_CALL, Pinned(3, 2), ("i-a",)),
        Modify(_CALL),
        Upgrade(_CALL),
        Delete(_CALL),
        AwaitReady(),
        AwaitGone(),
        WriteRecord(),
        Forget(),
        GoAlong(),
    )
}
