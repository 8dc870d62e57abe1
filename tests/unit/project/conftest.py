"""A folder with a spec, beside a simulator whose time runs fast; nothing of the outer environment but what is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Simulator, simulator

SPEC = """\
ackplan: 1
region: cn-beijing
variables:
  size: {{type: integer, default: {size}}}
clusters:
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: ${{var.size}}
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {{env: ACK_NODE_PASSWORD}}
    scale_in: {{strategy: newest, release_node: true}}
"""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    for name in [name for name in os.environ if name.startswith("ACKPLAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACK_NODE_PASSWORD", "Node-password-1")
    with simulator(time_scale=60_000) as served:
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "sandbox")
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "sandbox")
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC.format(size=3))
    return tmp_path
