"""`--policy` on the command line: where policies are found, what a violation does to plan, plan file and apply."""

from __future__ import annotations

import datetime
import json
import os
from unittest import mock

import pytest
from projects import WEB

from ackplan.rego import RegoLimits, evaluate
from tests.running import unsigned

NO_TAGS = "ackplan_policy: 1\nrules: {tagged: {reason: Costs, cure: Add tags, required_tags: [team]}}\n"
WARN = NO_TAGS.replace("reason", "severity: warning, reason")
FINE = "ackplan_policy: 1\nrules: {few: {reason: x, max_changes: 5}}\n"
DENY = 'package main\ndeny[msg] { msg := "no" }\n'
SECRET = "a-secret-of-the-environment"


POOLS = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zeshop00000000001
    vswitch_ids: [vsw-2zeshop00000000001]
    node_pools:
      web:
        scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2zeshop00000000001], desired_size: 2}
"""


@pytest.fixture
def web(project):
    project.write(WEB)
    return project


def test_a_violation_ends_in_exit_1_and_names_cluster_parameter_and_line(web):
    web.write(NO_TAGS, "team.yaml")
    planned = web.run("plan", "--policy", "team.yaml", "--detailed-exitcode")
    assert planned.code == 1
    line = "ackplan.yaml:5:3: ACK2114 web: tags: Tag does not meet a policy: team.yaml/tagged: team is not set. Costs. Add tags"
    assert line in planned.out.splitlines()
    assert unsigned(planned.out).rstrip().endswith("It can't be applied: see the errors above.")


def test_a_plan_file_made_despite_it_shows_it_and_can_not_be_applied(web):
    web.write(NO_TAGS, "team.yaml")
    planned = web.run("plan", "--policy", "team.yaml", "--out", "it.plan")
    assert planned.err == "Saved the plan to it.plan. It can't be applied: it is for review only.\n"
    (web.folder / "team.yaml").unlink()
    assert web.run("show", "it.plan").out == planned.out
    shown = json.loads(web.run("show", "it.plan", "--format", "json").out)
    assert (shown["errored"], shown["applyable"], shown["complete"]) == (True, False, False)
    assert shown["ackplan"]["policies"] == [{"rule": "team.yaml/tagged", "severity": "error", "violations": 1}]
    applied = web.run("apply", "it.plan")
    assert applied.code == 1
    assert applied.err.startswith("ACK6006 Plan is blocked: it.plan: refused by team.yaml/tagged. ")
    assert web.changing() == []


def test_skipping_what_is_blocked_does_not_get_around_a_policy(web):
    web.write(NO_TAGS, "team.yaml")
    assert web.run("plan", "--policy", "team.yaml", "--skip-blocked").code == 1


def test_a_warning_stops_nothing_and_stays_in_the_plan_file(web):
    web.write(WARN, "team.yaml")
    assert web.run("plan", "--policy", "team.yaml", "--detailed-exitcode", "--out", "it.plan").code == 2
    assert "ACK2114 warning: web: tags: " in web.run("show", "it.plan").out
    assert web.run("apply", "it.plan").code == 0


def test_a_change_of_a_pool_is_held_with_the_plan_and_with_a_plan_file(project):
    project.applied(POOLS)
    before = project.changing()
    project.write(POOLS.replace("desired_size: 2", "desired_size: 3"))
    rule = "ackplan_policy: 1\nrules: {r: {reason: x, protected: {names: [shop/web], from: [change]}}}\n"
    project.write(rule, "team.yaml")
    said = "ACK2116 shop/web: Protected by a policy: team.yaml/r: the plan would update it. x"
    planned = project.run("plan", "--policy", "team.yaml", "--target", "shop/web")
    assert (planned.code, f"ackplan.yaml:9:7: {said}" in planned.out.splitlines()) == (1, True)
    project.run("plan", "--out", "it.plan")
    refused = project.run("apply", "it.plan", "--policy", "team.yaml")
    assert (refused.code, refused.err.splitlines()[0]) == (1, said)
    project.write(rule.replace("shop/web", "shop/db"), "team.yaml")
    assert project.changing() == before
    assert project.run("apply", "it.plan", "--policy", "team.yaml").code == 0


@pytest.mark.parametrize(
    "message",
    [
        '{"msg": "small", "cluster": "shop/web", "parameter": "scaling_group.instance_types.0"}',
        '{"msg": "alicloud_cs_kubernetes_node_pool.shop/web is small", "parameter": "scaling_group.instance_types.0"}',
        '{"msg": `alicloud_cs_kubernetes_node_pool.shop["web"] is small`, "attribute": "instance_types.0"}',
        '{"msg": "small", "address": input.resource_changes[0].address, "attribute": "instance_types[0]"}',
    ],
)
def test_rego_names_pools_by_name_and_by_address(message, project):
    project.write(POOLS)
    project.write(f"package main\ndeny[msg] {{ msg := {message} }}\n", "a.rego")
    planned = project.run("plan", "--policy", "a.rego")
    place = "ackplan.yaml:10:42: ACK2118 shop/web: scaling_group.instance_types.0: Rego policy is violated: "
    assert any(line.startswith(place) for line in planned.out.splitlines()), planned.out


@pytest.mark.parametrize("command", [["apply", "--auto-approve"], ["destroy", "--auto-approve"]])
def test_whatever_plans_by_itself_keeps_policies_as_well(command, web):
    web.applied(WEB)
    web.write(WEB.replace("num_of_nodes: 3", "num_of_nodes: 4"))
    before = web.changing()
    web.write("ackplan_policy: 1\nrules: {no: {reason: x, max_changes: 0}}\n", "team.yaml")
    refused = web.run(*command, "--policy", "team.yaml")
    assert refused.code == 1
    assert "ACK2110 More changes than a policy allows: team.yaml/no: 1, at most 0: web" in refused.out
    assert web.changing() == before


def test_policies_come_from_the_environment_too(web):
    web.write(NO_TAGS, "a.yaml")
    web.write(FINE, "b.yaml")
    planned = web.run("plan", environment={"ACKPLAN_POLICY": "a.yaml b.yaml"})
    assert (planned.code, "Policies: 2 rules, 1 violated." in planned.out) == (1, True)


def test_a_policy_beside_a_plan_file_is_about_the_moment_of_the_apply(web):
    web.write(
        'ackplan_policy: 1\nrules: {h: {reason: x, hours: {zone: UTC, from: "09:00", to: "17:00"}}}\n', "hours.yaml"
    )
    web.run("plan", "--out", "it.plan")
    night = datetime.datetime(2026, 1, 5, 3, tzinfo=datetime.UTC)
    with mock.patch("ackplan.adapters.local.clock.now", return_value=night):
        refused = web.run("apply", "it.plan", "--policy", "hours.yaml")
    assert (refused.code, web.changing()) == (1, [])
    assert refused.err.startswith("hours.yaml:2:9: ACK2115 Change is outside the hours that a policy allows: ")
    with mock.patch("ackplan.adapters.local.clock.now", return_value=night.replace(hour=9)):
        assert web.run("apply", "it.plan", "--policy", "hours.yaml").code == 0


def test_a_folder_holds_policies_of_both_sorts_their_data_and_tests_that_are_left_out(web):
    web.write(FINE, "policies/yaml/few.yml")
    web.write("package main\ndeny[msg] { msg := data.words.more.no }\n", "policies/rego/deny.rego")
    web.write('{"no": "from data"}', "policies/words/more/data.json")
    web.write("this is not Rego", "policies/rego/deny_test.rego")
    web.write("{}", "policies/other.json")
    planned = web.run("plan", "--policy", "policies")
    assert "ACK2118 Rego policy is violated: policies/rego/deny.rego/deny: from data" in planned.out.splitlines()
    assert "Policies: 2 rules, 1 violated." in planned.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.yaml", "ACK2100 Can't read the policy: missing.yaml: No such file or directory. Correct the path or its permissions: --policy"),
        ("builtin:nothing", "ACK2100 Can't read the policy: builtin:nothing: there is no such pack. Use one of: builtin:recommended, builtin:pinned"),
        ("builtin:../read", "ACK2100 Can't read the policy: builtin:../read: there is no such pack. Use one of: builtin:recommended, builtin:pinned"),
        ("empty", "ACK2100 Can't read the policy: empty has no *.yaml, *.yml or *.rego file. Name a folder that has one, a file, or builtin:recommended"),
        ("a.txt", "ACK2100 Can't read the policy: the name of a.txt does not end in .yaml, .yml or .rego. Rename it, or name another file"),
        ("pipe.yaml", "pipe.yaml:1:1: ACK1022 Spec file is not a regular file. Name a regular file"),
        ("links", "links/out.yaml:1:1: ACK1026 Link points outside of the folder. Put the file itself there, or name it with -f"),
    ],
)  # fmt: skip
def test_policies_that_can_not_be_read_end_the_command(name, said, web):
    web.write("x", "empty/x.txt")
    web.write("x", "a.txt")
    os.mkfifo(web.folder / "pipe.yaml")
    (web.folder / "links").mkdir()
    (web.folder / "links" / "out.yaml").symlink_to("/etc/passwd")
    planned = web.run("plan", "--policy", name)
    assert (planned.code, planned.out, planned.err) == (1, "", said + "\n")


def test_faults_of_all_files_come_at_once(web):
    web.write("ackplan_policy: 1\nrules: {a: {reason: x}}\n", "a.yaml")
    web.write("{", "b.yaml")
    planned = web.run("plan", "--policy", "a.yaml", "--policy", "b.yaml", "--policy", "c.yaml")
    assert [line.split()[0] for line in planned.err.splitlines()] == ["a.yaml:2:12:", "b.yaml:2:1:", "ACK2100"]


def test_rego_that_is_broken_is_told_with_its_place(web):
    web.write('package main\n\ndeny[msg] { msg := "x"\n', "a.rego")
    planned = web.run("plan", "--policy", "a.rego")
    assert (planned.code, planned.out) == (1, "")
    assert planned.err.startswith("a.rego:3:11: ACK2104 Rego policy can't be evaluated: ")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("deny[msg] { msg := nothing_such(1) }", "data.main.deny: Function not found: nothing_such"),
        ("deny := warn\nwarn := deny", "Recursion detected"),
        ('deny[x] { x := http.send({"url": "http://127.0.0.1"}) }', "a.rego:2:16: ACK2104 Rego policy can't be evaluated: the engine does not have http.send"),
        ('deny[x] { x := net.cidr_contains("10.0.0.0/8", "10.1.1.1") }', "the engine does not have net.cidr_contains"),
        ("deny := 1\ndeny := 2 { true }", "data.main.deny: it can't be evaluated"),
    ],
)  # fmt: skip
def test_rego_that_can_not_be_evaluated(source, said, web):
    web.write(f"package main\n{source}\n", "a.rego")
    planned = web.run("plan", "--policy", "a.rego")
    assert (planned.code, planned.out) == (1, "")
    assert said in planned.err
    assert "ACK2104" in planned.err


def test_functions_that_only_look_like_missing_ones_are_left_alone(web):
    web.write("package lib.net\nlookup(x) := y { y := x }\n", "policies/lib.rego")
    source = 'package main\nimport data.lib.net\n# http.send(1)\nwarn[m] { m := net.lookup("net.lookup_ip_addr(1)") }\n'
    web.write(source, "policies/a.rego")
    planned = web.run("plan", "--policy", "policies")
    assert (planned.code, "policies/a.rego/warn: " in planned.out) == (0, True), planned.err


def test_rego_without_rules_is_a_warning(web):
    web.write("package main\nallow := true\n", "a.rego")
    planned = web.run("plan", "--policy", "a.rego")
    assert planned.code == 0
    assert "ACK2106 warning: Rego policy has no rules: a.rego" in planned.out


def test_rego_sees_nothing_of_the_environment(web):
    web.write("package main\nwarn[msg] { msg := json.marshal(opa.runtime()) }\n", "a.rego")
    planned = web.run("plan", "--policy", "a.rego", environment={"A_SECRET": SECRET})
    assert "ACK2118" in planned.out
    assert SECRET not in planned.out
    assert "Node-password" not in planned.out


def test_rego_without_its_engine_says_how_to_install_it(web):
    web.write(DENY, "a.rego")
    with mock.patch("importlib.util.find_spec", return_value=None):
        planned = web.run("plan", "--policy", "a.rego")
    cure = "ACK2103 Rego engine is not installed: policies in .rego files need it. Install it: pip install 'ackplan[rego]'\n"
    assert (planned.code, planned.err) == (1, cure)


ENDLESS = "package main\ndeny := count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000)])"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (RegoLimits(seconds=0.5), "they ran for more than 0.5 s"),
        (RegoLimits(memory=50 * 1024**2), "they took more than 50 MiB of memory"),
    ],
)
def test_rego_that_takes_too_much_is_stopped(limits, said, web):
    web.write(ENDLESS, "a.rego")
    with mock.patch("ackplan.rego.evaluate", lambda *asked: evaluate(*asked, limits)):
        planned = web.run("plan", "--policy", "a.rego")
    assert planned.code == 1
    assert planned.err.startswith(f"ACK2105 Rego policies need too much time or memory: {said}")


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ('"text alone"', ""),
        ('"alicloud_cs_managed_kubernetes.web is bad"', "ackplan.yaml:5:3: ACK2118 web: "),
        (f'{{"msg": "m", "cluster": "web", "parameter": "tags.{"9" * 5000}"}}', "ackplan.yaml:5:3: ACK2118 web: tags.9999999999"),
        ('{"msg": "m", "cluster": "web", "parameter": "worker_instance_types.0"}', "ackplan.yaml:9:29: ACK2118 web: worker_instance_types.0: "),
        ('{"msg": "m", "resource": "alicloud_cs_managed_kubernetes.web", "attribute": "worker_number"}', "ackplan.yaml:8:5: ACK2118 web: num_of_nodes: "),
        ('{"msg": "m", "details": {"address": "alicloud_cs_managed_kubernetes.web"}}', "ackplan.yaml:5:3: ACK2118 web: "),
        ('{"msg": "m", "cluster": "other"}', ""),
        ('{"other": 1}', ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "head", ["deny[msg] {{ msg := {} }}", "violation contains msg if {{ msg := {} }}", "deny := [{}]"]
)
def test_a_message_of_rego_is_put_where_it_says(message, place, head, web):
    web.write("package main\nimport rego.v1\n" + head.format(message) + "\n", "a.rego")
    planned = web.run("plan", "--policy", "a.rego")
    (line,) = [line for line in planned.out.splitlines() if "ACK2118" in line]
    assert line.startswith(place or "ACK2118 Rego policy is violated: a.rego/")


def test_rego_of_other_packages_and_exceptions_as_conftest_has_them(web):
    web.write(
        'package team.names\ndeny_a[m] { m := "a" }\ndeny_b[m] { m := "b" }\nexception[rules] { rules := ["b"] }\n',
        "a.rego",
    )
    planned = web.run("plan", "--policy", "a.rego")
    assert [line for line in planned.out.splitlines() if "ACK2118" in line] == [
        "ACK2118 Rego policy is violated: a.rego/team.names.deny_a: a"
    ]


def test_texts_of_a_policy_move_no_terminal(web):
    web.write('package main\nwarn[m] { m := "a\\u001b[31mb\\u0007\\n::error::c" }\n', "a.rego")
    web.write(WARN.replace("Costs", '"C\\e[31m"'), "a.yaml")
    for form in ("text", "markdown", "github", "junit", "sarif", "json"):
        planned = web.run("plan", "--policy", "a.rego", "--policy", "a.yaml", "--format", form)
        assert planned.code == 0, form
        assert "\x1b" not in planned.out, form
        assert "\n::error::" not in planned.out, form


def test_the_schema_of_policies_is_printed(web):
    printed = json.loads(web.run("schema", "policy").out)
    assert printed["title"] == "Policy"
    assert "max_destroys" in printed["$defs"]["rule"]["properties"]
