"""Variables that are set for a whole job, beside commands that can't all take them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ackplan.cli.policy_options import _Policy
from tests.running import command_line

SPEC = 'ackplan: 1\nregion: cn-beijing\nclusters: {a: {cluster_type: Ask, nat_gateway: "true"}}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC)
    return tmp_path


@pytest.mark.parametrize("value", ["true", "1", "yes", "on", "false", "0", "no", "off", "2", ""])
def test_verbosity_is_a_number_or_a_switch(project: Path, value: str) -> None:
    assert command_line(project, "validate", environment={"ACKPLAN_VERBOSE": value}).code == 0


@pytest.mark.parametrize("value", ["loud", "-1"])
def test_another_verbosity_is_wrong_usage(project: Path, value: str) -> None:
    assert command_line(project, "validate", environment={"ACKPLAN_VERBOSE": value}).code == 64


def test_a_format_holds_where_it_is_one_and_elsewhere_nothing_changes(project: Path) -> None:
    markdown = {"ACKPLAN_FORMAT": "markdown"}
    plain = command_line(project, "validate")
    assert command_line(project, "validate", environment=markdown).out == plain.out
    assert command_line(project, "plan", "--sandbox", environment=markdown).out.startswith("#")
    assert command_line(project, "plan", "--sandbox", "--format", "text", environment=markdown).out[0] != "#"


def test_what_no_command_prints_is_wrong_usage(project: Path) -> None:
    assert command_line(project, "validate", environment={"ACKPLAN_FORMAT": "pdf"}).code == 64
    assert command_line(project, "validate", "--format", "markdown").code == 64


def test_a_wrong_value_is_laid_to_the_variable_only_where_it_came_from_there(project: Path) -> None:
    by_variable = command_line(project, "validate", environment={"ACKPLAN_FORMAT": "pdf"})
    assert "'--format' (env var: 'ACKPLAN_FORMAT'): 'pdf'" in by_variable.err
    assert "'--format': 'pdf'" in command_line(project, "validate", "--format", "pdf").err


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("a.yaml:b.rego", ["a.yaml", "b.rego"]),
        ("a.yaml b.yaml", ["a.yaml", "b.yaml"]),
        ("my policies", ["my policies"]),
        ("my dir/a.yaml:b", ["my dir/a.yaml", "b"]),
        ("builtin:recommended:a.yaml:builtin:pinned", ["builtin:recommended", "a.yaml", "builtin:pinned"]),
        ("policies builtin:recommended", ["policies", "builtin:recommended"]),
        (":a.yaml:", ["a.yaml"]),
    ],
)
def test_policies_of_a_variable(value: str, names: list[str]) -> None:
    assert _Policy().split_envvar_value(value) == names
