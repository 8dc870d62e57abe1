"""Bodies of upgrades, add-ons, checks and kubeconfigs: what they take, and what they refuse for which reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent / "examples"
NO_TARGET = "The version to upgrade to is missing"
INTERVAL = "Between batches lie 5 to 120 minutes, or 0 for none"
UPKEEP = (
    *("upgrade-cluster", "upgrade-node-pool", "install-addons", "modify-addon", "upgrade-addons"),
    *("uninstall-addons", "run-check", "expire-kubeconfig"),
)


def example(name: str, changes: Mapping[str, Any]) -> Any:
    """The example, or the first item of one that is a list, with some parameters set otherwise; `...` takes one out."""
    body = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    one = {**(body[0] if isinstance(body, list) else body), **changes}
    kept = {key: value for key, value in one.items() if value is not ...}
    return [kept, *body[1:]] if isinstance(body, list) else kept


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in UPKEEP),
    ("upgrade-cluster", {"next_version": ..., "version": "1.32"}),
    ("upgrade-cluster", {"next_version": "1.32.1-aliyunedge.1", "rolling_policy": ...}),
    ("upgrade-node-pool", {"kubernetes_version": ..., "node_names": ["cn-beijing.192.168.0.1"]}),
    *(("upgrade-node-pool", {"rolling_policy": {"batch_interval": minutes}}) for minutes in (0, 5, 120)),
    ("install-addons", {"config": "", "version": ""}),
    ("upgrade-addons", {"policy": "canary", "version": ...}),
    ("run-check", {"options": ...}),
    ("run-check", {"type": "NodePoolUpgrade", "target": "np1"}),
    ("expire-kubeconfig", {"expire_hour": 876000}),
]
REFUSED: list[tuple[str, dict[str, Any], str, str, str | None]] = [
    ("upgrade-cluster", {"next_version": ...}, "$", "anyOf", NO_TARGET),
    ("upgrade-cluster", {"next_version": "latest"}, "$.next_version", "pattern", None),
    ("upgrade-cluster", {"next_version": "1.32\n"}, "$.next_version", "pattern", None),
    ("upgrade-cluster", {"rolling_policy": {"max_parallelism": 0}}, "$.rolling_policy.max_parallelism", "minimum", None),
    ("upgrade-cluster", {"rolling_policy": {"most": 1}}, "$.rolling_policy", "additionalProperties", None),
    ("upgrade-cluster", {"nextVersion": "1.32"}, "$", "unevaluatedProperties", None),
    ("upgrade-node-pool", {"rolling_policy": {"max_parallelism": 11}}, "$.rolling_policy.max_parallelism", "maximum", None),
    *(
        ("upgrade-node-pool", {"rolling_policy": {"batch_interval": minutes}}, "$.rolling_policy.batch_interval", why, rule)
        for minutes, why, rule in ((4, "anyOf", INTERVAL), (121, "maximum", INTERVAL), (-1, "minimum", INTERVAL))
    ),
    ("upgrade-node-pool", {"rolling_policy": {"pause_policy": "Never"}}, "$.rolling_policy.pause_policy", "enum", None),
    ("upgrade-node-pool", {"node_names": "n1"}, "$.node_names", "type", None),
    ("install-addons", {"name": ...}, "$[0]", "required", None),
    ("install-addons", {"version": ...}, "$[0]", "required", None),
    ("install-addons", {"name": ""}, "$[0].name", "minLength", None),
    ("install-addons", {"config": {"a": 1}}, "$[0].config", "type", None),
    ("install-addons", {"disabled": False}, "$[0]", "unevaluatedProperties", None),
    ("modify-addon", {"config": ...}, "$", "required", None),
    ("upgrade-addons", {"next_version": ...}, "$[0]", "required", None),
    ("upgrade-addons", {"component_name": ...}, "$[0]", "required", None),
    ("upgrade-addons", {"policy": "rolling"}, "$[0].policy", "enum", None),
    ("uninstall-addons", {"name": ...}, "$[0]", "required", None),
    ("uninstall-addons", {"cleanup_cloud_resources": "true"}, "$[0].cleanup_cloud_resources", "type", None),
    ("run-check", {"type": ...}, "$", "required", None),
    ("run-check", {"type": "Upgrade"}, "$.type", "enum", None),
    ("run-check", {"type": "NodePoolUpgrade"}, "$", "required", None),
    ("run-check", {"options": {"next_version": 1}}, "$.options.next_version", "type", None),
    ("expire-kubeconfig", {"expire_hour": 0}, "$.expire_hour", "minimum", None),
    ("expire-kubeconfig", {"expire_hour": 876001}, "$.expire_hour", "maximum", None),
    ("expire-kubeconfig", {"user": ...}, "$", "required", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes"), ACCEPTED)
def test_a_right_body_is_accepted(name, changes, refused):
    assert refused(f"{name}.schema.json", example(name, changes)) == set()


@pytest.mark.parametrize(("name", "changes", "path", "keyword", "rule"), REFUSED)
def test_a_wrong_body_is_refused_for_the_right_reason(name, changes, path, keyword, rule, refused):
    faults = refused(f"{name}.schema.json", example(name, changes))
    assert (path, keyword, rule) in faults


@pytest.mark.parametrize("name", ["install-addons", "upgrade-addons", "uninstall-addons"])
@pytest.mark.parametrize("body", [[], {}, [None], [[]]])
def test_a_list_of_add_ons_is_a_list_with_something_in_it(name, body, refused):
    assert refused(f"{name}.schema.json", body)
