"""Calls that a gateway gave up and that take their effect later all the same.

They were looked at when they came: a name that was free then is given, whoever has it by now.
"""

from __future__ import annotations

import contextlib

from ackplan.simulator import changing, creating, groups
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Invocation
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.records import LateCall
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.today.surroundings import wish


def commit(ledger: Ledger, call: LateCall) -> None:
    """The effect of a call; none where it is not allowed any more. Nobody hears of it."""
    with contextlib.suppress(Refusal), ledger.store.transaction():
        _perform(ledger, call, call.fate)


def _perform(ledger: Ledger, call: LateCall, fate: Fate) -> None:
    subject, body = call.cluster_id, call.body
    late = Invocation(call.operation, call.places, call.query, body, fate)
    match call.operation:
        case "create_cluster":
            creating.create(ledger, body, fate, looked=True)
        case "scale_out":
            changing.scale_out(ledger, subject, body, fate)
        case "scale":
            changing.scale(ledger, subject, body, fate)
        case "attach":
            changing.attach(ledger, subject, body, fate)
        case "remove_nodes":
            changing.remove_nodes(ledger, subject, body, fate)
        case "delete_cluster":
            changing.delete(ledger, subject, fate, wish(ledger, late))
        case _:
            groups.CHANGES[call.operation](ledger, late)
