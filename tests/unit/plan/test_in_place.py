"""Which calls change parameters in place: each by its own operation, under its own name, together with what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ackplan.core import catalog
from ackplan.core.json_types import Json
from ackplan.plan.in_place import bodies, part_of

KIND = catalog.DEFAULT.kind("pooled-managed")
WINDOW = {
    "maintenance_window.enable": True,
    "maintenance_window.maintenance_time": "03:00:00Z",
    "maintenance_window.duration": "3h",
    "maintenance_window.weekly_period": "Monday",
}


@pytest.mark.parametrize(
    ("parameters", "changed", "expected"),
    [
        ({"deletion_protection": True, "timezone": "UTC"}, {"timezone"}, {"modify_cluster": {"timezone": "UTC"}}),
        (
            WINDOW,
            {"maintenance_window.duration"},
            {
                "modify_cluster": {
                    "maintenance_window": {
                        "enable": True,
                        "maintenance_time": "03:00:00Z",
                        "duration": "3h",
                        "weekly_period": "Monday",
                    }
                }
            },
        ),
        ({"rrsa_config.enabled": True}, {"rrsa_config.enabled"}, {"modify_cluster": {"enable_rrsa": True}}),
        (
            {"extra_sans": ["a.example"]},
            {"extra_sans"},
            {
                "modify_cluster": {
                    "api_server_custom_cert_sans": {"subject_alternative_names": ["a.example"], "action": "overwrite"}
                }
            },
        ),
        ({"audit_log_config.enabled": True}, {"audit_log_config.enabled"}, {"update_audit": {"disable": False}}),
        (
            {"tags": [{"key": "a", "value": "b"}], "timezone": "UTC"},
            {"tags", "timezone"},
            {"modify_cluster": {"timezone": "UTC"}, "modify_cluster_tags": {"tags": [{"key": "a", "value": "b"}]}},
        ),
        ({"controlplane_log_ttl": "30"}, {"controlplane_log_ttl"}, {"update_control_plane_log": {"log_ttl": "30"}}),
        ({"timezone": "UTC"}, set(), {}),
    ],
)
def test_each_call_says_what_changed_and_what_belongs_to_it(
    parameters: Mapping[str, Json], changed: set[str], expected: Mapping[str, object]
) -> None:
    said = bodies(KIND, parameters, changed)
    assert said == expected
    assert list(said) == sorted(said, key=lambda operation: (operation != "modify_cluster", list(said)))


def test_a_list_is_sent_bare_where_the_api_takes_one() -> None:
    tags = [{"key": "a", "value": "b"}]
    assert catalog.DEFAULT.payload("modify_cluster_tags", {"tags": tags}) == tags
    assert catalog.DEFAULT.payload("modify_cluster", {"timezone": "UTC"}) == {"timezone": "UTC"}


def test_steps_of_one_cluster_are_told_apart_by_what_they_are_about() -> None:
    parts = {
        operation: part_of(operation, KIND) for operation in ("modify_cluster", "modify_cluster_tags", "update_kms")
    }
    assert parts == {"modify_cluster": "", "modify_cluster_tags": "tags", "update_kms": "kms"}
