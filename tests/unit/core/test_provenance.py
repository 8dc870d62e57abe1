"""Where a plan comes from: read back as it was written, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from ackplan.core.provenance import Provenance, commit_of, decode_provenance, encode_provenance, link_of

MADE = Provenance(
    "2026-05-01T08:00:00Z", "lin@runner", "https://ci.example/7", "0123456789abcdef", "main", altered=True, sandbox=True
)


@pytest.mark.parametrize("made", [MADE, Provenance("2026-05-01T08:00:00Z")])
def test_it_is_read_as_it_was_written(made: Provenance) -> None:
    assert decode_provenance(encode_provenance(made)) == made


def test_what_is_not_known_is_left_out() -> None:
    assert encode_provenance(dataclasses.replace(MADE, job="", altered=False)) == {
        "at": "2026-05-01T08:00:00Z",
        "by": "lin@runner",
        "commit": "0123456789abcdef",
        "branch": "main",
        "sandbox": True,
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**encode_provenance(MADE), "more": 1},
        {**encode_provenance(MADE), "at": "yesterday"},
        {**encode_provenance(MADE), "at": 1},
        {**encode_provenance(MADE), "by": "lin\x1b[2J"},
        {**encode_provenance(MADE), "by": "x" * 501},
        {**encode_provenance(MADE), "commit": "HEAD"},
        {**encode_provenance(MADE), "job": "javascript:alert(1)"},
        {**encode_provenance(MADE), "job": "https://user:secret@ci.example/7"},
        {**encode_provenance(MADE), "altered": "yes"},
        {**encode_provenance(MADE), "sandbox": False},
    ],
)
def test_what_was_not_written_so_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        decode_provenance(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("https://ci.example/jobs/7?attempt=1", True),
        ("http://ci.example", True),
        ("https://lin:secret@ci.example/jobs/7", False),
        ("https://[ci.example/jobs/7", False),
        ("https:///jobs/7", False),
        ("javascript:alert(1)", False),
        ("https://ci.example/ a", False),
        ("https://ci.example/" + "x" * 500, False),
    ],
)
def test_a_link_leads_to_a_host_and_has_no_password(text: str, leads: bool) -> None:
    assert link_of(text) == (text if leads else "")


def test_a_commit_is_digits() -> None:
    assert [commit_of(text) for text in ("0123abc", "HEAD", "0123ABC", "01", "a" * 65)] == ["0123abc", "", "", "", ""]
