"""Versions of Kubernetes as ACK names them: `1.32.1-aliyun.1`, or a part of it from the left, `1.32`."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[0-9]{1,9}")
_MINOR = 2


def numbers(version: str) -> tuple[int, ...]:
    """`v1.32.1-aliyun.1` as (1, 32, 1, 1): later versions are greater."""
    return tuple(map(int, _NUMBER.findall(version)))


def minor(version: str) -> tuple[int, ...]:
    """`1.32.1-aliyun.1` as (1, 32)."""
    return numbers(version)[:_MINOR]


def means(name: str, version: str) -> bool:
    """Whether a version is what a name says, which may be a part of it: `1.32`, `1.32.1` or all of it."""
    parts = numbers(name)
    return bool(parts) and numbers(version)[: len(parts)] == parts


def is_older(version: str, other: str) -> bool:
    """Whether a version is older than what `other` names; of the same part neither is."""
    mine, parts = numbers(version), numbers(other)
    return bool(mine) and bool(parts) and mine[: len(parts)] < parts


def is_newer(version: str, other: str) -> bool:
    """Whether a version is newer than what `other` names."""
    mine, parts = numbers(version), numbers(other)
    return bool(parts) and mine[: len(parts)] > parts
