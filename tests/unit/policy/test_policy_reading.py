"""What is wrong with a policy file is said all at once, each with its place; nothing misspelt passes."""

from __future__ import annotations

import pytest
from policies import problems

HEAD = "ackplan_policy: 1\nrules:\n"


def test_all_faults_come_at_once_with_their_places():
    text = HEAD + (
        "  one: {max_changes: -1}\n"
        "  two: {reason: x, max_changes: 1, max_destroys: 1}\n"
        "  three: {reason: x, max_chnages: 1}\n"
        "  '!': {reason: x, max_changes: 110%}\n"
        "  four: {reason: x, severity: bad, required_tags: []}\n"
    )
    said = problems(text)
    assert [line.split(" ")[0] for line in sorted(said)] == [
        "p.yaml:3:22:", "p.yaml:3:8:", "p.yaml:4:8:", "p.yaml:5:10:", "p.yaml:5:22:", "p.yaml:6:33:", "p.yaml:6:3:",
        "p.yaml:7:31:", "p.yaml:7:51:",
    ]  # fmt: skip
    assert all(" ACK2101 rules." in line for line in said)
    together = "\n".join(said)
    assert 'is not known here: did you mean "max_changes"?' in together
    assert "-1 is less than 0" in together
    assert "a rule holds exactly one of max_changes" in together
    assert "rules.one.reason: Policy is not valid: is not set" in together
    assert '"!" does not have the form of a rule\'s id' in together
    assert "does not have the form of a whole number, or a share of all clusters such as 10%" in together


def doubling(levels: int) -> str:
    """A schema in which each level refers twice to the next one."""
    return _levels(levels, "anyOf: [{{$ref: '#/$defs/a{0}'}}, {{$ref: '#/$defs/a{0}'}}]")


def chain(levels: int) -> str:
    return _levels(levels, "$ref: '#/$defs/a{0}'")


def _levels(levels: int, reference: str) -> str:
    named = [f"a{level}: {{{reference.format(level + 1)}}}" for level in range(levels)]
    return f"clusters: {{$ref: '#/$defs/a0', $defs: {{{', '.join(named)}, a{levels}: false}}}}"


@pytest.mark.parametrize(
    ("check", "place", "said"),
    [
        ('hours: {zone: Mars/Base, from: "09:00", to: "10:00"}', "hours.zone", "is no time zone"),
        ('hours: {zone: ../../etc/passwd, from: "09:00", to: "10:00"}', "hours.zone", "is no time zone"),
        ('hours: {zone: UTC, from: "09:00", to: "09:00"}', "hours.to", "the same minute"),
        ('hours: {zone: UTC, from: "25:00", to: "09:00"}', "hours.from", "a time of day"),
        ("clusters: {type: objekt}", "clusters.type", "objekt"),
        ("clusters: {properties: {name: {pattern: '('}}}", "clusters.properties.name.pattern", "regex"),
        ("clusters: {propertes: {name: {}}}", "clusters.propertes", 'did you mean "properties"?'),
        ("clusters: {properties: {nmae: {}}}", "clusters.properties.nmae", 'did you mean "name"?'),
        ("clusters: {allOf: [{required: [snat_enty]}]}", "clusters.allOf.0.required.0", 'did you mean "snat_entry"?'),
        ("clusters: {properties: {addons: {items: {typ: object}}}}", "clusters.properties.addons.items.typ", '"type"'),
        ("clusters: {$ref: 'http://127.0.0.1:9/x'}", "clusters", "nothing outside of itself"),
        ("clusters: {$ref: 'file:///etc/passwd'}", "clusters", "nothing outside of itself"),
        ("clusters: {$ref: other.json}", "clusters", "other.json"),
        ("clusters: {$ref: '#'}", "clusters", "refers to itself"),
        ("clusters: {not: {$ref: '#/not'}}", "clusters.not", "refers to itself"),
        ("clusters: {$ref: '#a', $defs: {a: {$anchor: a, items: {$ref: '#a'}}}}", "clusters.$ref.items.$ref", "to itself"),
        ("clusters: {$ref: '#/$defs/a', $defs: {a: {$id: 'urn:a'}}}", "clusters.$defs.a", "has an $id of its own"),
        ("clusters: {$ref: '#/enum/0', enum: [{allOf: 5}]}", "clusters.enum.0.allOf", "5 is not"),
        (doubling(40), "clusters.$defs.a28", "comes to more than 10,000 schemas"),
        (chain(300), "clusters.$defs.a100", "over more than 100 levels"),
    ],
)  # fmt: skip
def test_what_the_schema_of_policies_can_not_say(check, place, said):
    (line,) = problems(f"{HEAD}  r: {{reason: x, {check}}}\n")
    assert f"ACK2101 rules.r.{place}: Policy is not valid: " in line
    assert said in line
    assert line.startswith("p.yaml:3:")


def test_a_day_that_no_calendar_has():
    entry = '{names: [a], reason: x, until: "2026-02-30"}'
    (line,) = problems(f"{HEAD}  r: {{reason: x, max_changes: 1, exceptions: [{entry}]}}\n")
    assert "rules.r.exceptions.0.until" in line
    assert "is no day of the calendar" in line


@pytest.mark.parametrize("text", ["", "a\n", "- 1\n", "ackplan_policy: 1\nrules: {}\n---\nrules: {}\n"])
def test_what_is_no_policy(text):
    (line,) = problems(text)
    assert line.startswith("p.yaml:1:1: ACK2101 Policy is not valid: a policy file has one")


def test_another_version_is_refused():
    said = problems("ackplan_policy: 2\nrules: {r: {reason: x, max_changes: 1}}\n")
    assert said == ["p.yaml:1:17: ACK2101 ackplan_policy: Policy is not valid: must be 1, found 2"]


def test_yaml_that_is_broken_keeps_its_own_code():
    assert problems("a: [\n")[0].startswith("p.yaml:2:1: ACK1001 ")
    assert "ACK1008 Duplicate key" in problems(HEAD + "  r: {reason: x, max_changes: 1}\n  r: {}\n")[0]


def test_conditions_are_read_where_they_stand_for_the_same_cluster():
    text = "{if: {properties: {kind: {const: edge}}}, then: {required: [endpoint_public_access]}}"
    assert problems(f"{HEAD}  r: {{reason: x, clusters: {text}}}\n") == []
    inner = "{properties: {attach: {items: {required: [instances], properties: {anything: true}}}}}"
    assert problems(f"{HEAD}  r: {{reason: x, clusters: {inner}}}\n") == []


def test_a_schema_may_refer_to_parts_of_itself():
    schema = (
        "{$ref: '#/$defs/a%20b', properties: {name: {$ref: '#short'}, tags: {items: {$ref: '#/$defs/x~1y/prefixItems/0'}}}, "
        "$defs: {'a b': {allOf: [{$ref: '#short'}, {$ref: '#short'}]}, s: {$anchor: short, maxLength: 9}, "
        "x/y: {prefixItems: [{type: object}]}, unused: {$ref: '#/$defs/unused'}}}"
    )
    assert not problems(f"{HEAD}  r: {{reason: x, clusters: {schema}}}\n")
