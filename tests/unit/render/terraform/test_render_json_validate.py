"""`validate --format json` is what `terraform validate -json` prints."""

from __future__ import annotations

import json

from ackplan.core.diagnostics import Span, error, warning
from ackplan.render.terraform.plan import dumps, validate_json


def test_a_valid_spec() -> None:
    assert dumps(validate_json([])) == (
        '{"format_version":"1.0","diagnostics":[],"error_count":0,"valid":true,"warning_count":0}'
    )


def test_warnings_leave_a_spec_valid() -> None:
    data = validate_json([warning("ACK1999", "Odd", "it is odd")])
    assert (data["valid"], data["error_count"], data["warning_count"]) == (True, 0, 1)
    assert data["diagnostics"][0]["severity"] == "warning"
    assert "range" not in data["diagnostics"][0]


def test_an_error_has_its_place_its_words_and_its_code() -> None:
    found = error(
        "ACK1102",
        "Unknown parameter",
        "nmu_of_nodes",
        "Did you mean num_of_nodes?",
        span=Span("fleet/a.yaml", 3, 5),
        cluster="shop",
        parameter="nmu_of_nodes",
    )
    data = json.loads(dumps(validate_json([found, warning("ACK1999", "Odd")])))
    assert (data["valid"], data["error_count"], data["warning_count"]) == (False, 1, 1)
    assert data["diagnostics"][0] == {
        "severity": "error",
        "summary": "Unknown parameter",
        "detail": "shop: nmu_of_nodes: nmu_of_nodes. Did you mean num_of_nodes?",
        "range": {
            "filename": "fleet/a.yaml",
            "start": {"line": 3, "column": 5},
            "end": {"line": 3, "column": 6},
        },
        "ackplan": {
            "code": "ACK1102",
            "cluster": "shop",
            "parameter": "nmu_of_nodes",
            "cure": "Did you mean num_of_nodes?",
        },
    }
