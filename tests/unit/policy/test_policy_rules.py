"""Each kind of rule: what violates it and what does not, and what a violation names."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from policies import MONDAY, case, found, rule, rules_of

from ackplan.core.diagnostics import Severity
from ackplan.policy.judge import judge

SHOP = "shop: {extends: web}\n"
TWO = "shop: {extends: web}\nbank: {extends: web}\n"


def test_a_number_of_changes(tmp_path):
    judged = case(tmp_path, TWO, gone="old")
    assert found(rule("max_changes: 3"), judged) == []
    assert found(rule("max_changes: 2"), judged) == [("ACK2110", "", "", "3, at most 2: bank, old, shop")]


def test_a_share_is_of_all_clusters_and_rounded_down(tmp_path):
    judged = case(tmp_path, TWO, gone="old")
    assert found(rule("max_changes: 100%"), judged) == []
    assert found(rule("max_destroys: 34%"), judged) == []
    assert found(rule("max_destroys: 33%"), judged) == [("ACK2111", "", "", "1, at most 0 (33% of 3 in all): old")]


def test_what_is_left_alone_counts_as_no_change(tmp_path):
    assert found(rule("max_changes: 0"), case(tmp_path, SHOP, gone="shop")) == []


def test_a_replacement_counts_as_destroyed(tmp_path):
    judged = case(tmp_path, SHOP, gone="shop", replace=frozenset({"shop"}))
    assert found(rule("max_destroys: 0"), judged) == [("ACK2111", "", "", "1, at most 0: shop")]


def test_only_clusters_that_the_rule_is_for_count(tmp_path):
    judged = case(tmp_path, TWO, gone="old")
    assert found(rule("max_changes: 1", select='{names: ["[ab]*"]}'), judged) == []
    assert len(found(rule("max_changes: 0", select="{actions: [delete]}"), judged)) == 1
    assert found(rule("max_changes: 0", select="{kinds: [edge]}"), judged) == []
    assert found(rule("max_changes: 0", select="{regions: [cn-shanghai]}"), judged) == []


def test_many_names_are_cut(tmp_path):
    many = "".join(f"c{number}: {{extends: web}}\n" for number in range(9))
    ((*_, detail),) = found(rule("max_changes: 0"), case(tmp_path, many))
    assert detail == "9, at most 0: c0, c1, c2, c3, c4 and 4 more"


def test_what_concerns_several_clusters_is_put_at_the_first_that_stands_in_the_spec(tmp_path):
    (of_spec,), _ = judge(rules_of(rule("max_changes: 0")), case(tmp_path, SHOP, gone="old"))
    assert (of_spec.span.file.endswith("ackplan.yaml"), of_spec.span.line) == (True, 13)
    (of_policy,), _ = judge(rules_of(rule("max_destroys: 0")), case(tmp_path, "", gone="old"))
    assert str(of_policy.span) == "p.yaml:3:3"


@pytest.mark.parametrize(
    ("allowing", "refused"),
    [
        ("allow: [cn-*]", False),
        ("allow: [cn-hangzhou]", True),
        ("forbid: [cn-b*]", True),
        ("forbid: [us-*]", False),
        ("allow: [cn-*], forbid: [cn-beijing]", True),
        ("allow: [CN-*]", True),
    ],
)
def test_regions(allowing, refused, tmp_path):
    codes = [
        (code, name, parameter)
        for code, name, parameter, _ in found(rule(f"regions: {{{allowing}}}"), case(tmp_path, SHOP))
    ]
    assert codes == ([("ACK2112", "shop", "region_id")] if refused else [])


def test_regions_of_clusters_that_go_are_nobodys_concern(tmp_path):
    assert found(rule("regions: {allow: [us-*]}"), case(tmp_path, "", gone="old")) == []


def test_instance_types_are_named_one_by_one_at_their_place(tmp_path):
    judged = case(
        tmp_path, "shop:\n  extends: web\n  worker_instance_types: [ecs.t5.large, ecs.g6.large, ecs.t6.large]\n"
    )
    (first, second), _ = judge(rules_of(rule('instance_types: {forbid: ["ecs.t*"]}')), judged)
    assert (first.code, first.parameter, first.span.line, first.span.column) == (
        "ACK2113",
        "worker_instance_types.0",
        15,
        29,
    )
    assert (second.parameter, second.span.column) == ("worker_instance_types.2", 57)
    assert "ecs.t6.large (forbidden: ecs.t*)" in second.detail


def test_types_of_masters_are_looked_at_too(tmp_path):
    dedicated = """\
db:
  cluster_type: Kubernetes
  snat_entry: true
  master_instance_types: [ecs.t5.large, ecs.t5.large, ecs.t5.large]
  master_system_disk_category: cloud_ssd
  master_system_disk_size: 120
  worker_instance_types: [ecs.g6.large]
  worker_system_disk_category: cloud_efficiency
  worker_system_disk_size: 120
  key_pair: k
  num_of_nodes: 3
"""
    said = found(rule('instance_types: {allow: ["ecs.g*"]}'), case(tmp_path, dedicated))
    assert [parameter for _, _, parameter, _ in said] == [f"master_instance_types.{number}" for number in range(3)]


def test_tags(tmp_path):
    tagged = "shop: {extends: web, tags: [{key: team, value: shop}, {key: env}]}\n"
    judged = case(tmp_path, tagged)
    assert found(rule("required_tags: [team, env]"), judged) == []
    assert found(rule('required_tags: {team: "s*"}'), judged) == []
    assert found(rule("required_tags: {team: bank, owner: x}"), judged) == [
        ("ACK2114", "shop", "tags.0.value", 'team is "shop", but must match bank'),
        ("ACK2114", "shop", "tags", "owner is not set"),
    ]


def test_kinds_without_tags_are_not_asked_for_some(tmp_path):
    assert found(rule("required_tags: [team]"), case(tmp_path, "jobs: {cluster_type: Ask}\n")) == []


@pytest.mark.parametrize(
    ("hours", "utc", "allowed"),
    [
        ('zone: Asia/Shanghai, from: "09:00", to: "18:00"', "2026-01-05T01:00", True),
        ('zone: Asia/Shanghai, from: "09:00", to: "18:00"', "2026-01-05T00:59", False),
        ('zone: Asia/Shanghai, from: "09:00", to: "18:00"', "2026-01-05T10:00", False),
        ('zone: "+08:00", from: "09:00", to: "18:00"', "2026-01-05T09:59", True),
        ('zone: "-03:30", from: "00:00", to: "01:00"', "2026-01-05T03:30", True),
        ('zone: UTC, from: "00:00", to: "24:00", days: [sun]', "2026-01-04T23:59", True),
        ('zone: UTC, from: "00:00", to: "24:00", days: [sun]', "2026-01-05T00:00", False),
        ('zone: UTC, from: "22:00", to: "04:00", days: [fri]', "2026-01-10T03:59", True),
        ('zone: UTC, from: "22:00", to: "04:00", days: [fri]', "2026-01-10T04:00", False),
        ('zone: UTC, from: "22:00", to: "04:00", days: [sat]', "2026-01-10T03:59", False),
        ('zone: Europe/Berlin, from: "09:00", to: "10:00"', "2026-07-01T07:30", True),
        ('zone: Europe/Berlin, from: "09:00", to: "10:00"', "2026-01-05T07:30", False),
    ],
)
def test_hours(hours, utc, allowed, tmp_path):
    now = datetime.datetime.fromisoformat(utc).replace(tzinfo=datetime.UTC)
    codes = [code for code, *_ in found(rule(f"hours: {{{hours}}}"), case(tmp_path, SHOP, now=now))]
    assert codes == ([] if allowed else ["ACK2115"])


def test_hours_are_for_changes_alone(tmp_path):
    never = rule('hours: {zone: UTC, days: [tue], from: "00:00", to: "00:01"}')
    assert found(never, case(tmp_path, SHOP, gone="shop")) == []
    ((*_, detail),) = found(never, case(tmp_path, SHOP))
    assert detail == "it is mon 03:00, allowed: tue 00:00-00:01 UTC; would change: shop"


@pytest.mark.parametrize(
    ("refused", "gone", "options", "what"),
    [
        ("", "bank", {}, ["delete"]),
        (", from: [replace]", "bank", {}, []),
        (", from: [change]", "bank", {}, ["delete"]),
        (", from: [change]", "", {"clusters": "bank: {extends: web}\n"}, ["create"]),
        ("", "", {"clusters": "bank: {extends: web}\n"}, []),
        ("", "bank", {"clusters": "bank: {extends: web}\n", "replace": frozenset({"bank"})}, ["replace"]),
        (", from: [destroy]", "bank", {"clusters": "bank: {extends: web}\n", "replace": frozenset({"bank"})}, []),
        ("", "shop", {}, []),
    ],
)
def test_protected_names(refused, gone, options, what, tmp_path):
    judged = case(tmp_path, options.pop("clusters", ""), gone=gone, **options)
    said = found(rule(f'protected: {{names: ["b*"]{refused}}}'), judged)
    assert said == [("ACK2116", "bank", "", f"the plan would {action} it") for action in what]


def test_a_schema_explains_each_violation_at_its_place(tmp_path):
    schema = """\
r:
  reason: because
  clusters:
    required: [kind, cloud_monitor_flags, lifecycle]
    properties:
      kind: {enum: [managed]}
      worker_system_disk_size: {maximum: 100}
      login_password: false
      snat_entry: {const: false}
      key_pair: {pattern: "^team-", x-ack-form: "a key pair of a team"}
"""
    judged = case(tmp_path, "shop:\n  extends: web\n  worker_system_disk_size: 200\n")
    (rule_,) = rules_of(schema)
    diagnostics, _ = judge([rule_], judged)
    said = {d.parameter: (d.span.line, d.detail.split(": ", 1)[1]) for d in diagnostics}
    assert {d.code for d in diagnostics} == {"ACK2117"}
    assert said == {
        "cloud_monitor_flags": (13, "is not set. because"),
        "lifecycle": (13, "is not set. because"),
        "worker_system_disk_size": (15, "200 is more than 100. because"),
        "snat_entry": (6, "must be false, found true. because"),
        "key_pair": (10, '"k" does not have the form of a key pair of a team. because'),
    }


def test_a_schema_sees_own_keys_and_texts_as_what_they_mean(tmp_path):
    jobs = 'jobs: {cluster_type: Ask, nat_gateway: "true", lifecycle: {prevent_destroy: true}}\n'
    ok = "clusters: {required: [lifecycle], properties: {nat_gateway: {const: true}, kind: {const: serverless}}}"
    assert found(rule(ok), case(tmp_path, jobs)) == []


def test_a_rule_in_words_stands_for_what_a_keyword_can_not_say(tmp_path):
    schema = "clusters: {properties: {addons: {x-ack-rule: no flannel, contains: {required: [x]}}}}"
    judged = case(tmp_path, "shop: {extends: web, addons: [{name: a}]}\n")
    assert found(rule(schema), judged) == [("ACK2117", "shop", "addons", "no flannel")]


def test_a_pattern_that_would_run_for_ever_is_bounded(tmp_path):
    schema = r'clusters: {properties: {name: {pattern: "^(a+)+(?=x)\\1$"}}}'
    judged = case(tmp_path, "a" * 60 + ": {extends: web}\n")
    assert [code for code, *_ in found(rule(schema), judged)] == ["ACK2117"]


@pytest.mark.parametrize(("until", "freed"), [("2026-01-05", True), ("2026-01-04", False), ("", True)])
def test_an_exception_holds_until_its_last_day(until, freed, tmp_path):
    entry = "[{names: [shop], reason: legacy" + (f', until: "{until}"' if until else "") + "}]"
    said = found(rule("required_tags: [team]", exceptions=entry), case(tmp_path, SHOP))
    assert said == (
        [] if freed else [("ACK2114", "shop", "tags", "team is not set; its exception ended on 2026-01-04")]
    )


def test_a_warning_is_one_and_a_cure_is_said(tmp_path):
    text = rule("required_tags: [team]", severity="warning", cure="Add it.")
    (warned,), (count,) = judge(rules_of(text), case(tmp_path, SHOP))
    assert (warned.severity, warned.cure, warned.rule) == (Severity.WARNING, "Add it", "p.yaml/r")
    assert (count.rule, count.severity, count.violations) == ("p.yaml/r", Severity.WARNING, 1)


def test_rules_that_hold_are_counted_as_well(tmp_path):
    _, counts = judge(rules_of(rule("max_changes: 5")), case(tmp_path, SHOP, now=MONDAY))
    assert [(count.rule, count.violations) for count in counts] == [("p.yaml/r", 0)]


@pytest.mark.parametrize("value", ["text", 7, None, {"key": "team"}, [1, None, "team", ["key"]], [{"key": ["x"]}]])
def test_values_that_only_a_record_can_hold_are_judged_too(value, tmp_path):
    judged = case(tmp_path, SHOP)
    (change,) = judged.plan.changes
    odd = dataclasses.replace(change, after={**change.after, "tags": value, "worker_instance_types": value})
    odd_case = dataclasses.replace(judged, plan=dataclasses.replace(judged.plan, changes=(odd,)), wanted={})
    assert [code for code, *_ in found(rule("required_tags: [team]"), odd_case)] == ["ACK2114"]
    assert {code for code, *_ in found(rule("instance_types: {allow: [ecs.*]}"), odd_case)} <= {"ACK2113"}
    schema = "clusters: {properties: {tags: {items: {required: [key]}}}}"
    assert {code for code, *_ in found(rule(schema), odd_case)} <= {"ACK2117"}
