"""Safeguards of leases and of what they fence, each with a way to take it away that stories of a team notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .mutants import Mutant

_LOG = "adapters.stores.log."
_POSTGRES = "adapters.stores.postgres.postgres_workspace:PostgresWorkspace."


@dataclass(frozen=True)
class TeamMutant(Mutant):
    """One that stories notice: of each store that it is about, the one of this seed did. `seed` means nothing."""

    seed: int = 0
    seeds: Mapping[str, int] = field(default_factory=dict)


TEAM_MUTANTS = (
    TeamMutant(
        "an intent is renewed that was written down a while ago",
        "execute.fresh_intent:FreshIntent.renew",
        "self.clock.now() - self.begun > fresh",
        "False",
        seeds={"log": 1, "postgresql": 1},
    ),
    TeamMutant(
        "an intent is as old as when its commit was begun",
        "execute.fresh_intent:FreshIntent.write",
        "self.begun = begun",
        "self.begun = self.clock.now()",
        seeds={"log": 1, "postgresql": 1},
    ),
    TeamMutant(
        "a lease is waited for until it has run out",
        _LOG + "log_workspace:LogWorkspace._left",
        "return state.ttl - (now - since)",
        "return 0.0",
        seeds={"log": 40},
    ),
    TeamMutant(
        "whoever lost the lock writes no slot",
        _LOG + "log_state:LogState.is_held_by",
        "self.holder is not None and self.epoch == lease.epoch",
        "True",
        seeds={"log": 1},
    ),
    TeamMutant(
        "a slot that is taken is not ours",
        _LOG + "shared_log:SharedLog.create",
        "return stored.data == data",
        "return True",
        seeds={"log": 1},
    ),
    TeamMutant(
        "whoever lost the lock adds nothing to the journal",
        _POSTGRES + "under",
        "if not self._renewed(statement, {**self._who(lease), **more}):",
        "if self._renewed(statement, {**self._who(lease), **more}) is None:",
        seeds={"postgresql": 1},
    ),
    TeamMutant(
        "a lease that another one has is not ours",
        _POSTGRES + "take",
        "if won or lock.holder == mine:",
        "if True:",
        seeds={"postgresql": 5},
    ),
)
