"""What error codes mean, and that each that is known says what to do."""

from __future__ import annotations

import pytest

from ackplan.core import error_codes, messages
from ackplan.core.error_codes import Meaning, error_code
from ackplan.execute.ports import ApiError


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ErrorClusterNotFound", Meaning.NO_CLUSTER),
        ("ErrorQueryCluster", Meaning.NO_CLUSTER),
        ("errorquerycluster", Meaning.NO_CLUSTER),
        ("ErrorQueryClusterNodes", Meaning.OTHER),
        ("InvalidAccessKeyId.NotFound", Meaning.DENIED),
        ("EntityNotExist.Role", Meaning.NO_ROLE),
        ("EntityNotExist.User", Meaning.OTHER),
        ("QPS Limit Exceeded", Meaning.THROTTLED),
        ("Throttling.ConcurrentLimitExceeded", Meaning.THROTTLED),
        ("ErrorClusterNameAlreadyExist", Meaning.NAME_EXISTS),
        ("InvalidTimeStamp.Expired", Meaning.MISTIMED),
        ("SignatureNonceUsed", Meaning.REPEATED),
        ("InvalidAction.NotFound", Meaning.NO_CALL),
        ("NotFound", Meaning.OTHER),
        ("404", Meaning.OTHER),
        ("", Meaning.OTHER),
    ],
)
def test_what_a_code_means(code: str, meaning: Meaning) -> None:
    assert error_code(code).meaning is meaning
    assert bool(error_code(code).cure) == (meaning is not Meaning.OTHER)
    assert ApiError(code, "", http_status=404).missing == (meaning is Meaning.NO_CLUSTER)


def test_the_longest_beginning_counts() -> None:
    assert "expired" in error_code("InvalidSecurityToken.Expired").cure
    assert "belong" in error_code("InvalidSecurityToken.Malformed").cure
    assert "disabled" in error_code("InvalidAccessKeyId.Inactive").cure


def test_every_cure_is_there_in_chinese() -> None:
    cures = {code.cure for code in (*error_codes._WHOLE.values(), *error_codes._BEGINNINGS.values())} - {""}
    assert len(cures) > 10
    assert cures <= set(messages.phrases("zh"))
