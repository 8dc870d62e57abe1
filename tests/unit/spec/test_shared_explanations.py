"""What is wrong in the same way with many clusters is found once, and told of each with its own value."""

from __future__ import annotations

import pytest

from ackplan.spec import schema_validators

RIGHT = [
    "cluster_type: ManagedKubernetes",
    "vswitch_ids: [vsw-2ze4]",
    "snat_entry: true",
    "vpcid: vpc-2zeg",
    "num_of_nodes: 3",
    "worker_instance_types: [ecs.sn1.medium]",
    "worker_system_disk_category: cloud_ssd",
    "worker_system_disk_size: 40",
    "login_password: {env: NODE_PASSWORD}",
]
WRONG = [
    *(f"num_of_nodes: {value}" for value in ("many", "few", "'3'", "'4'", "3.5", "-1", "-2", "[1]", "true", "null")),
    *(f"vswitch_ids: [{value}]" for value in ("V", "W", "v v", "1", "{}", "vsw-2ze48rkq464rsdts1aaaa, V", "")),
    *(f"tags: [{{key: {value}, value: a}}]" for value in ("1", "2", "a", "[]")),
    *(f"node_cidr_mask: {value}" for value in ("'99'", "'98'", "24", "25")),
    *(f"login_password: {value}" for value in ("secret", "other", "{env: a-b}", "{env: c-d}")),
    *(f"timeouts: {{{value}: 1}}" for value in ("craete", "delte")),
    *(f"lifecycle: {{prevent_destroy: {value}}}" for value in ("maybe", "never", "1")),
    *(f"name: {value}" for value in ("-a", "-b", "[a]")),
]


@pytest.fixture
def told(read):
    def told_of(bodies):
        schema_validators._explained.cache_clear()
        clusters = "".join(f"  c{number:02}:\n{body}" for number, body in bodies.items())
        lines = f"ackplan: 1\nregion: cn-beijing\nclusters:\n{clusters}"
        found = read(lines).diagnostics
        return {
            f"c{number:02}": sorted(
                (d.code, d.parameter, d.detail, d.cure) for d in found if d.cluster == f"c{number:02}"
            )
            for number in bodies
        }

    return told_of


def _body(line: str) -> str:
    parameter = line.partition(":")[0]
    return "".join(f"    {each}\n" for each in (*(o for o in RIGHT if not o.startswith(f"{parameter}:")), line))


def test_together_the_same_is_told_as_of_each_alone(told):
    bodies = dict(enumerate(map(_body, [*WRONG, *reversed(WRONG)])))
    together = told(bodies)
    alone = {name: texts for number, body in bodies.items() for name, texts in told({number: body}).items()}
    assert together == alone
    assert sum(map(bool, together.values())) > len(WRONG)


def test_other_wrong_values_are_not_explained_anew(told):
    bodies = dict(enumerate(_body(f"num_of_nodes: many-{number}") for number in range(20)))
    texts = [detail for each in told(bodies).values() for _, _, detail, _ in each]
    assert texts == [f'expected a whole number, found "many-{number}"' for number in range(20)]
    assert schema_validators._explained.cache_info().misses == 1
