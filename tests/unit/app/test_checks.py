"""What `doctor` says of clocks and regions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ackplan.app.doctor import Check, CheckStatus, clock_check, failed, region_check
from ackplan.core.diagnostics import error, warning

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "status", "words"),
    [
        (0, CheckStatus.OK, "as the endpoint's"),
        (59, CheckStatus.OK, "59 s ahead of the endpoint"),
        (-60, CheckStatus.WARNING, "60 s behind the endpoint"),
        (899, CheckStatus.WARNING, "899 s ahead of the endpoint"),
        (-900, CheckStatus.FAILED, "900 s behind the endpoint"),
    ],
)
def test_a_clock_that_is_off_is_told_before_signatures_are_refused(
    seconds: int, status: CheckStatus, words: str
) -> None:
    check = clock_check(NOW + timedelta(seconds=seconds), NOW)
    assert (check.status, check.said) == (status, words)


def test_a_clock_that_cannot_be_compared_is_skipped() -> None:
    assert clock_check(NOW, None).status is CheckStatus.SKIPPED


@pytest.mark.parametrize(
    ("region", "status"),
    [
        ("", CheckStatus.OK),
        ("cn-beijing", CheckStatus.OK),
        ("beijing", CheckStatus.WARNING),
        ("CN", CheckStatus.WARNING),
    ],
)
def test_a_region_looks_like_one(region: str, status: CheckStatus) -> None:
    check = region_check(region, "cn-hangzhou", "--region", ["cn-shanghai"])
    assert (check.status, "cn-shanghai" in check.said) == (status, True)


def test_only_errors_fail_a_check() -> None:
    harmless = Check("a", findings=(warning("ACK3091", "Not a valid region", "x"),))
    assert (harmless.status, failed([harmless])) == (CheckStatus.WARNING, False)
    assert failed([harmless, Check("b", findings=(error("ACK3090", "Clock is wrong", "x"),))])
