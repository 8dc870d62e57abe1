"""How the nodes of a pool are upgraded, as the spec has it under `rolling_policy`: sent with the upgrade alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ackplan.core.json_types import Json, JsonObject

ROLLING: Final = "rolling_policy"


def upgrade_body(parameter: str, version: str, own: JsonObject) -> dict[str, Json]:
    """The body of the call that upgrades a pool's nodes; `own` are the pool's own keys."""
    policy = own.get(ROLLING)
    return {parameter: version, **({ROLLING: dict(policy)} if isinstance(policy, Mapping) and policy else {})}
