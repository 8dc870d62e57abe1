"""What sources say differently of the API, and only an account can settle: a simulator is one or the other.

The guide of 2019 is what a simulator goes by unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.simulator.json_types import JsonObject

ANSWERS = ("guide", "texts", "2021")
NODE_NAMES = ("both", "id", "name")
NOT_FOUND = ("ErrorClusterNotFound", "ErrorQueryCluster")


@dataclass(frozen=True, slots=True)
class Traits:
    """How this API is.

    - `answers`: their shape: the guide's, with numbers and booleans as `texts`, or that of `2021`.
    - `regional`: calls see the clusters of the region in `x-acs-region-id` alone, where they name one.
    - `not_found`, `not_found_status`: the answer about a cluster that is not there.
    - `node_names`: by what nodes are named to be removed.
    - `unique_names`: a name that is taken is refused.
    - `accounts`: other accounts by access key id, empty at first; every other key is the first account's.
    """

    answers: str = "guide"
    regional: bool = False
    not_found: str = "ErrorClusterNotFound"
    not_found_status: int = 404
    node_names: str = "both"
    unique_names: bool = True
    accounts: Mapping[str, str] = field(default_factory=dict)


GUIDE = Traits()
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "answers": {"enum": list(ANSWERS)},
        "regional": {"type": "boolean"},
        "not_found": {"enum": list(NOT_FOUND)},
        "not_found_status": {"type": "integer", "minimum": 400, "maximum": 499},
        "node_names": {"enum": list(NODE_NAMES)},
        "unique_names": {"type": "boolean"},
        "accounts": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
    },
    "additionalProperties": False,
}
