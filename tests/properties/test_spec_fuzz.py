"""Whatever a file holds, reading it ends in a spec or in errors that can be printed; it never raises."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ackplan import spec
from ackplan.core import catalog
from ackplan.documents.yaml import parse

EXAMPLES = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PARAMETERS = sorted(
    {name for kind in catalog.DEFAULT.kinds for name in kind.parameters} | set(catalog.DEFAULT.own_keys)
)
TOKENS = [
    *("ackplan: 1\n", "region: cn-a\n", "clusters:\n", "templates:\n", "variables:\n", "  c:\n", "    "),
    *("cluster_type: Ask\n", "extends: ", "attach: ", "lifecycle: ", "depends_on: ", "timeouts: ", "scale_in: "),
    *("- ", "? ", ": ", "{", "}", "[", "]", ", ", "&a ", "*a", "<<: ", "!!int ", "!x ", "| \n", "> \n", "'", '"'),
    *("~", "1", "1.5", "1e999", "0x", "no", "${var.x}", "$${", "${", "---\n", "...\n", "%YAML 1.2\n", "#", "\t", "\n", "\ufeff", "\\e", "商"),
]  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
SCALARS |= st.sampled_from(
    ["Ask", "Kubernetes", "ManagedKubernetes", "Edge", "c", "t", "${var.x}", "i-a", "60m", "10.0.0.0/8"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["env", "file", "instances", "name", "nodes", "key"]) | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
BODIES = VALUES | st.dictionaries(st.sampled_from(PARAMETERS) | st.text(max_size=4), VALUES, max_size=8)
SECTIONS = VALUES | st.dictionaries(st.sampled_from(["c", "d", "t", "x"]) | st.text(max_size=4), BODIES, max_size=3)
FLEETS = st.fixed_dictionaries(
    {"ackplan": st.just(1)},
    optional={"region": VALUES, "clusters": SECTIONS, "templates": SECTIONS, "variables": SECTIONS},
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ackplan.yaml"


def checked(file: Path, content: bytes) -> spec.Spec:
    """What was read; fails where a finding can't be printed or leads to no place in the file."""
    file.write_bytes(content)
    result = spec.read(spec.Inputs(file.parent, variables={"x": "1"} if b"x:" in content else {}))
    lines = content.count(b"\n") + content.count(b"\r") + content.count(b"\xc2\x85") + content.count(b"\xe2\x80") + 2
    for finding in result.diagnostics:
        assert str(finding).isprintable(), ascii(str(finding))
        assert finding.code.startswith("ACK1")
        assert finding.summary
        if finding.span is not None:
            assert finding.span.file.endswith("ackplan.yaml")
            assert 1 <= finding.span.line <= lines
            assert finding.span.column >= 1
            assert str(finding).startswith(
                f"{os.path.relpath(file)}:" if not os.path.relpath(file).startswith("..") else str(file)
            )
    return result


@EXAMPLES
@given(content=st.binary(max_size=200))
@example(content=b"\xff\xfe\x00")
@example(content=b"a: \xc2\x85b")
def test_any_bytes(file, content):
    checked(file, content)


@EXAMPLES
@given(content=st.text(max_size=100))
def test_any_text(file, content):
    checked(file, content.encode("utf-8", "surrogatepass"))


@EXAMPLES
@given(tokens=st.lists(st.sampled_from(TOKENS), max_size=30))
def test_any_mixture_of_yaml(file, tokens):
    checked(file, "".join(tokens).encode())


@EXAMPLES
@given(fleet=FLEETS)
def test_any_values_in_the_outline_of_a_spec(file, fleet):
    result = checked(file, json.dumps(fleet).encode())
    wrong = [finding for finding in result.diagnostics if finding.is_error]
    clusters = fleet.get("clusters", {})
    assert wrong or set(result.clusters) == set(clusters)


@EXAMPLES
@given(
    body=st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=4),
    kind=st.sampled_from(["Ask", "Kubernetes", "ManagedKubernetes"]),
)
def test_any_value_of_any_parameter(file, body, kind):
    fleet = {"ackplan": 1, "region": "cn-a", "clusters": {"c": {"cluster_type": kind, **body}}}
    result = checked(file, json.dumps(fleet).encode())
    assert result.digest() == checked(file, json.dumps(fleet, indent=3).encode()).digest()


@EXAMPLES
@given(value=VALUES)
def test_json_is_yaml(value):
    """Every JSON text means in YAML what it means in JSON."""
    documents, faults = parse(json.dumps({"a": value}).encode(), "f")
    if not faults:
        assert documents == [{"a": value}]
        return
    assert {fault.code for fault in faults} <= {"ACK1008", "ACK1010", "ACK1009", "ACK1001"}
