"""A secret never stands in a spec: it is refused wherever it was put, and no message quotes it."""

from __future__ import annotations

import pytest

SECRET = "Hunter22!"
SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 3
"""
LOGIN_LINE = 11


def with_lines(*lines: str) -> str:
    return SPEC + "".join(f"    {line}\n" for line in lines)


# How a password may come to stand where only its place belongs, and the parameter that the error names.
LITERAL = [
    ("text", f"login_password: {SECRET}", "login_password"),
    ("number", "login_password: 12345678", "login_password"),
    ("list", f"login_password: [{SECRET}]", "login_password"),
    ("as the name of a variable", f"login_password: {{env: {SECRET}}}", "login_password.env"),
    ("as the name of a variable, in a list", f"login_password: {{env: [{SECRET}]}}", "login_password.env"),
    ("as a key", f"login_password: {{{SECRET}: 1, env: A}}", "login_password"),
    ("under another key", f"login_password: {{env: A, value: {SECRET}}}", "login_password"),
    ("from an anchor", f"login_password: &pw {SECRET}", "login_password"),
]


@pytest.mark.parametrize(("line", "parameter"), [row[1:] for row in LITERAL], ids=[row[0] for row in LITERAL])
def test_a_literal_secret_is_refused_and_not_quoted(line, parameter, read):
    (fault,) = read(with_lines(line)).diagnostics
    assert str(fault).startswith(f"ackplan.yaml:{LOGIN_LINE}:")
    assert (fault.code, fault.parameter) == ("ACK1105", parameter)
    assert SECRET not in str(fault)
    assert "12345678" not in str(fault)
    assert "{env: NAME} or {file: PATH}" in fault.cure


def test_a_literal_secret_of_an_attach_group_is_refused_and_not_quoted(read):
    text = with_lines("key_pair: shop", f"attach: [{{instances: [i-a], password: {SECRET}}}]")
    (fault,) = read(text).diagnostics
    assert (fault.code, fault.parameter) == ("ACK1105", "attach.0.password")
    assert SECRET not in str(fault)


def test_a_literal_secret_from_a_template_or_a_variable_is_refused_where_it_is_used(read):
    text = with_lines("login_password: ${var.pw}") + f"variables: {{pw: {{default: {SECRET}}}}}\n"
    (fault,) = read(text).diagnostics
    assert (fault.code, fault.parameter, fault.span.line) == ("ACK1105", "login_password", LOGIN_LINE)
    assert SECRET not in str(fault)
    text = with_lines("extends: t") + f"templates:\n  t:\n    login_password: {SECRET}\n"
    (fault,) = read(text).diagnostics
    assert (fault.code, fault.parameter, fault.span.line) == ("ACK1105", "login_password", 14)


def test_a_literal_secret_in_a_template_that_nobody_uses_is_refused(read):
    text = with_lines("key_pair: k") + f"templates:\n  t:\n    login_password: {SECRET}\n"
    (fault,) = read(text).diagnostics
    assert (fault.code, fault.parameter, fault.span.line) == ("ACK1105", "login_password", 14)
    assert SECRET not in str(fault)


@pytest.mark.parametrize("name", ["login_password", "my_login_password", ":key login_password"])
def test_a_literal_secret_outside_of_any_cluster_is_not_quoted(name, read):
    faults = read(f"ackplan: 1\nclusters:\n  {name}: {SECRET}\n").diagnostics
    assert "ACK1105" in [fault.code for fault in faults]
    assert not any(SECRET in str(fault) for fault in faults)


HIDING = [
    "cluster_type: my-test-Kubernetes-cluster",
    "cluster_type: ~",
    "cluster_type: [Ask]",
    "cluster_type: Ask",
    "profile: edge",
    "extends: nowhere",
    "nmu_of_nodes: 3",
    "vpcid: '${var.nowhere}'",
]


@pytest.mark.parametrize("line", HIDING)
def test_no_other_fault_hides_a_literal_secret(line, read):
    name = line.split(":")[0]
    lines = [line for line in SPEC.splitlines() if not line.strip().startswith(name)]
    text = "\n".join(lines) + f"\n    {line}\n    login_password: {SECRET}\n"
    faults = read(text).diagnostics
    assert [fault.parameter for fault in faults if fault.code == "ACK1105"] == ["login_password"]
    assert len(faults) > 1
    assert not [str(fault) for fault in faults if SECRET in str(fault)]


def test_no_other_fault_hides_a_literal_secret_of_an_attach_group(read):
    group = f"attach: [{{instances: [i-a], password: {SECRET}}}]"
    faults = read(with_lines("key_pair: k", group).replace("ManagedKubernetes", "Managed")).diagnostics
    assert ("ACK1105", "attach.0.password") in [(fault.code, fault.parameter) for fault in faults]


BESIDE = [
    ("misspelt parameter", f"login_pasword: {SECRET}"),
    ("another operation's parameter", f"password: {SECRET}"),
    ("misspelt in a group", f"attach: [{{instances: [i-a], key_pair: k, pasword: {SECRET}}}]"),
    ("beside key_pair", f"key_pair: k\n    login_password: {SECRET}"),
    ("with a reference in it", f"login_password: ${{{SECRET}}}"),
    ("with a reference inside", f"login_password: a${{{SECRET}}}b"),
    ("twice", f"login_password: {{env: A, env: {SECRET}}}"),
]


@pytest.mark.parametrize("line", [row[1] for row in BESIDE], ids=[row[0] for row in BESIDE])
def test_no_message_quotes_a_value_that_may_be_a_secret(line, read):
    faults = read(with_lines(line)).diagnostics
    assert faults
    assert not [str(fault) for fault in faults if SECRET in str(fault)]


def test_no_message_quotes_a_variable(read):
    text = (
        SPEC
        + f"    key_pair: ${{var.pw}}\n    vpcid: ${{var.pw}}\nvariables: {{pw: {{type: integer, default: {SECRET}}}}}\n"
    )
    given = read(text.replace(f", default: {SECRET}", ""), variables={"pw": SECRET})
    for faults in (read(text).diagnostics, given.diagnostics):
        assert faults
        assert not [str(fault) for fault in faults if SECRET in str(fault)]


@pytest.mark.parametrize("references", ["{}", "{env: A, file: b}"])
def test_a_secret_is_read_from_exactly_one_place(references, read):
    (fault,) = read(with_lines(f"login_password: {references}")).diagnostics
    assert fault.parameter.startswith("login_password")
    assert "env" in str(fault)
    assert "file" in str(fault)
    assert fault.span.line == LOGIN_LINE


def test_nodes_have_exactly_one_login(read):
    (fault,) = read(SPEC).diagnostics
    assert "key_pair" in fault.parameter
    assert "login_password" in fault.parameter
    assert fault.span.line == 4


def test_an_attach_group_has_exactly_one_login(read):
    both = "attach: [{instances: [i-a], key_pair: k, password: {env: A}}]"
    (fault,) = read(with_lines("key_pair: k", both)).diagnostics
    assert fault.parameter.startswith("attach.0")
    assert "exactly one of password and key_pair" in str(fault)


def test_references_are_kept_and_read_by_nobody(read, monkeypatch):
    monkeypatch.setenv("NODE_PASSWORD", SECRET)
    result = read(with_lines("login_password: {env: NODE_PASSWORD}"))
    assert result.diagnostics == ()
    assert result.clusters["shop"].parameters["login_password"] == {"env": "NODE_PASSWORD"}
    result = read(with_lines("login_password: {file: /nowhere/at/all}"))
    assert result.clusters["shop"].parameters["login_password"] == {"file": "/nowhere/at/all"}


def test_a_reference_may_name_its_variable_by_a_variable(read):
    text = with_lines("login_password: {env: 'NODE_${var.stage}'}") + "variables: {stage: {default: PROD}}\n"
    assert read(text).clusters["shop"].parameters["login_password"] == {"env": "NODE_PROD"}
