"""The words of plan files of earlier formats: they hold JSON, which is compared with what is made of their plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ackplan.plan import untrusted

_REASONS: Final[Mapping[str, str]] = {
    "new": "it is in the spec and nowhere else",
    "vanished": "it is recorded, but no longer live",
    "spec_changed": "the spec was edited",
    "spec_and_drift": "the spec was edited, and the live cluster was changed outside of ackplan",
    "cannot_update": "a parameter that is fixed at creation changed",
    "requested": "its replacement was asked for",
    "destroy": "everything recorded is to be destroyed",
    "adoption": "it is live, and its adoption was agreed to",
    "not_recorded": "it is live under this name, but not recorded",
    "unfinished": "its creation was begun earlier and not seen to its end",
    "gone": "it is neither live nor in the spec any more",
    "mistaken": "its recorded id is another cluster's",
    "unseen": "it was created a moment ago, and no read shows it",
    "unchanged": "nothing differs",
}
_NEWER: Final = frozenset({"workers", "regions"})


def in_former_words(shown: Mapping[str, object]) -> dict[str, object]:
    """The JSON of a plan as the ackplan wrote it that wrote formats 1 and 2: its words, and the keys that it had."""
    own = {key: value for key, value in untrusted.mapping(shown["ackplan"]).items() if key not in _NEWER}
    changes = [{**change, "because": _REASONS.get(change["reason"], change["because"])} for change in own["changes"]]
    return {**shown, "ackplan": {**own, "changes": changes}}
