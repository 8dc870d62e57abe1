"""What can be refused without the API is refused before credentials are asked for, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import command_line

SPEC = """ackplan: 1
region: cn-beijing
variables: {region: {type: string, default: cn-beijing}}
clusters:
  jobs: {cluster_type: Ask}
"""


@pytest.mark.parametrize("verb", ["plan", "apply --auto-approve", "drift"])
def test_an_unknown_name_needs_no_credentials(verb: str, tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(SPEC, "utf-8")
    done = command_line(tmp_path, *verb.split(), "--target", "nosuch", environment={"HOME": str(tmp_path)})
    assert done.code == 1
    assert "ACK2010 Cluster is not in the spec or the record: --target nosuch" in done.err
    assert "ACK4001" not in done.err


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(SPEC.replace("Ask}", "Ask, foo: 1}"), "utf-8")
    done = command_line(tmp_path, "plan", "--policy", "none.yaml", environment={"HOME": str(tmp_path)})
    assert "foo: Unknown parameter" in done.err
    assert "ACK2100 Can't read the policy: none.yaml" in done.err
    assert "ACK4001" not in done.err


def test_credentials_are_asked_for_where_nothing_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(SPEC, "utf-8")
    done = command_line(tmp_path, "plan", "--target", "jobs", environment={"HOME": str(tmp_path)})
    assert "ACK4001" in done.err


def test_a_variable_that_is_misspelt_in_the_environment_is_named(tmp_path: Path) -> None:
    spec = SPEC.replace(", default: cn-beijing", "").replace("region: cn-beijing", "region: ${var.region}")
    (tmp_path / "ackplan.yaml").write_text(spec, "utf-8")
    done = command_line(tmp_path, "validate", environment={"ACKPLAN_VAR_regoin": "cn-beijing"})
    assert done.code == 1
    assert "Rename ACKPLAN_VAR_regoin, which the spec does not declare, if region is meant" in done.err
    assert "Rename" not in command_line(tmp_path, "validate", environment={"ACKPLAN_VAR_other": "x"}).err
