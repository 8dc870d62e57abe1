"""Plan files of earlier formats hold words that are said differently today; they are held against the former ones."""

from __future__ import annotations

import pytest

from ackplan.core.actions import Reason
from ackplan.render.terraform.former_words import in_former_words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.NEW, "it is in the spec and nowhere else"),
        (Reason.ADOPTION, "it is live, and its adoption was agreed to"),
        (Reason.DRIFTED, Reason.DRIFTED.value),
    ],
)
def test_a_reason_in_former_words(reason: Reason, words: str) -> None:
    change = {"reason": reason.name.lower(), "because": reason.value, "cluster": "a"}
    shown = in_former_words({"ackplan": {"changes": [change], "steps": []}, "errored": False})
    assert shown == {"ackplan": {"changes": [{**change, "because": words}], "steps": []}, "errored": False}
