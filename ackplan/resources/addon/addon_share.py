"""What a plan says of add-ons: besides what their parameters become, that some can't be taken out of a cluster."""

from __future__ import annotations

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.json_types import items
from ackplan.plan.live_sides import LiveResource
from ackplan.resources.addon.live_addons import ACTIONS
from ackplan.resources.nested.share import NestedShare

_UNINSTALL = "Uninstall"


class AddonShare(NestedShare):
    """The share of add-ons. They go with their cluster, and many come with it: those are taken over unasked."""

    goes_along = True

    def hindrances(self, name: str, live: LiveResource | None, what: str) -> tuple[Diagnostic, ...]:
        """The catalogue says what can be done to an add-on; one whose actions it does not tell is not refused."""
        del what
        actions = items(live.fields.get(ACTIONS, ())) if live is not None else ()
        if not actions or _UNINSTALL in actions:
            return ()
        return (error("ACK2025", cluster=name),)
