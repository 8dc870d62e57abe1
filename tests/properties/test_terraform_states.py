"""Whatever a file holds: it is read as a Terraform state, or refused in one message that quotes nothing of it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.app.import_terraform import clusters_of
from ackplan.core.diagnostics import Failure
from ackplan.documents.terraform_state import resources
from ackplan.resources.types import BUILT_IN

_EXAMPLES = settings(max_examples=150, deadline=None, derandomize=True)
_SCALAR = st.none() | st.booleans() | st.integers(-2, 10**12) | st.floats(allow_nan=False) | st.text(max_size=6)
_JSON = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_TYPES = ["kubernetes", "managed_kubernetes", "edge_kubernetes", "serverless_kubernetes", "kubernetes_node_pool"]
_TYPES += ["kubernetes_addon", "kubernetes_autoscaler"]
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            *("id", "name", "tags", "addons", "worker_data_disks", "worker_number", "vswitch_ids", "timeouts"),
            *("profile", "cluster_id", "node_pool_id", "desired_size", "data_disks", "labels", "config"),
        ]
    ),
    _JSON,
    max_size=6,
)


def _odd(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what belongs there, now and then anything."""
    return st.one_of(value, value, value, _JSON)


_INSTANCE = st.fixed_dictionaries(
    {"attributes": _odd(_ATTRIBUTES)},
    optional={"index_key": _JSON, "sensitive_attributes": _odd(st.lists(st.lists(_JSON, max_size=2), max_size=2))},
)
_RESOURCE = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["managed", "managed", "data"]),
        "type": _odd(st.sampled_from([f"alicloud_cs_{kind}" for kind in _TYPES])),
        "name": _odd(st.just("k8s")),
        "instances": _odd(st.lists(_odd(_INSTANCE), max_size=2)),
    },
    optional={"module": _odd(st.just('module.a["b"]'))},
)
_STATES = st.fixed_dictionaries({"version": _odd(st.just(4)), "resources": _odd(st.lists(_odd(_RESOURCE), max_size=3))})


def _read(data: bytes) -> None:
    try:
        found, left = clusters_of(resources(data, "a.tfstate"), BUILT_IN)
    except Failure as failed:
        codes = [fault.code for fault in failed.diagnostics]
    else:
        codes = []
        names = [reading.name for cluster in found for reading in cluster.readings]
        assert all(isinstance(text, str) for text in [*names, *(cluster.cluster_id for cluster in found)])
        assert {fault.code for fault in left} <= {"ACK3057"}
    assert codes in ([], ["ACK3055"])


@_EXAMPLES
@given(_STATES)
def test_a_state_with_anything_in_it(state: Any) -> None:
    _read(json.dumps(state).encode())


@_EXAMPLES
@given(
    st.binary(max_size=40) | st.text(max_size=40).map(str.encode) | _JSON.map(lambda value: json.dumps(value).encode())
)
def test_anything_in_place_of_a_state(data: bytes) -> None:
    _read(data)
