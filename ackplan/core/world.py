"""Which world clusters are of: which account, and by which endpoint. Ids and names mean something within one alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ackplan.core.json_types import Json, JsonObject

# What an endpoint on this machine is called, whatever its port.
LOOPBACK: Final = "loopback"
ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class World:
    """An account and the host of the endpoint that it is asked by; empty where it is not known.

    `region` is what calls name that name no cluster: it is told, and neither compared nor written down.
    """

    account: str = ""
    endpoint: str = ""
    region: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        return bool(self.account or self.endpoint)

    def __str__(self) -> str:
        region = (f"region {self.region}",) if self.region else ()
        return ", ".join(
            (f"account {self.account or 'not known'}", *region, f"endpoint {self.endpoint or 'not known'}")
        )

    def meets(self, other: World) -> bool:
        """Whether both can be the same one: what is not known of one of them parts nothing."""
        pairs = ((self.account, other.account), (self.endpoint, other.endpoint))
        return all(not one or not another or one == another for one, another in pairs)

    def completed(self, other: World) -> World:
        """This world with what only the other one knows."""
        return World(self.account or other.account, self.endpoint or other.endpoint, self.region or other.region)


def encode_world(world: World) -> dict[str, str]:
    """The world as files name it; what is not known is left out."""
    return {key: value for key, value in (("account", world.account), ("endpoint", world.endpoint)) if value}


def decode_world(value: Json) -> World:
    """The world that a file names. Raises ValueError for what is none."""
    known = {} if value is None else value
    if not isinstance(known, dict):
        raise ValueError("world is not a mapping")
    account, endpoint = known.get("account", ""), known.get("endpoint", "")
    if not isinstance(account, str) or (account and not ACCOUNT.fullmatch(account)):
        raise ValueError("world.account is not an account")
    if not isinstance(endpoint, str) or len(endpoint) > _LONGEST or not endpoint.isprintable():
        raise ValueError("world.endpoint is not a host")
    return World(account, endpoint)


def account_told(clusters: Iterable[JsonObject]) -> str:
    """The account that the fields of live clusters tell; empty where they tell none, or several.

    The API has no field for it. It stands where control plane logs go to (`meta_data`), and among the parameters of the
    stack that a cluster was made of.
    """
    found = {account for fields in clusters for account in (_logged(fields), _stacked(fields)) if account}
    return found.pop() if len(found) == 1 else ""


def _logged(fields: JsonObject) -> str:
    text = fields.get("meta_data")
    if not isinstance(text, str) or "aliuid" not in text:
        return ""
    try:
        return _account(json.loads(text)["ControlPlaneLogConfig"]["aliuid"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def _stacked(fields: JsonObject) -> str:
    parameters = fields.get("parameters")
    return _account(parameters.get("ALIYUN::AccountId")) if isinstance(parameters, Mapping) else ""


def _account(value: Json) -> str:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if ACCOUNT.fullmatch(text) else ""
