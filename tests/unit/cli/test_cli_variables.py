"""Variables from a command line, from files and from the environment: what is empty, lists and maps, what is wrong."""

from __future__ import annotations

import os

import pytest
from projects import Project

SPEC = """\
ackplan: 1
region: cn-beijing
variables:
  size: {type: integer, default: 3}
  switches: {type: list, default: [vsw-2ze48rkq464rsdts1abcd]}
  tags: {type: list, default: []}
  tag: {type: map, default: {key: team, value: shop}}
  version: {type: string, default: 1.14.8-aliyun.1}
clusters:
  web:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: ${var.switches}
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: ${var.size}
    login_password: {env: ACK_NODE_PASSWORD}
"""
TWO = ["vsw-2ze48rkq464rsdts1aaaa", "vsw-2ze48rkq464rsdts1bbbb"]


def validated(project: Project, *words: str, spec: str = SPEC, **environment: str) -> tuple[int, str]:
    project.write(spec)
    done = project.run("validate", *words, environment=environment)
    return done.code, done.out + done.err


@pytest.mark.parametrize("name", ["size", "tag"])
def test_one_that_is_empty_in_the_environment_is_not_set(name: str, project: Project) -> None:
    """As an input of a pipeline that was left empty."""
    assert validated(project, **{f"ACKPLAN_VAR_{name}": ""}) == (0, "Valid: 1 cluster in 1 file.\n")


def test_one_that_is_empty_on_the_command_line_is_what_was_said(project: Project) -> None:
    code, said = validated(project, "--var", "size=")
    assert (code, "ACK1031" in said, "--var size is not of type integer" in said) == (1, True, True), said


@pytest.mark.parametrize(
    "value",
    [",".join(TWO), " , ".join(TWO), f"[{', '.join(TWO)}]", f'["{TWO[0]}", "{TWO[1]}"]', f' [ "{TWO[0]}",\n{TWO[1]}]'],
)
@pytest.mark.parametrize("place", ["option", "environment"])
def test_a_list_is_written_with_commas_or_as_yaml(value: str, place: str, project: Project) -> None:
    project.write(SPEC)
    words = ("--var", f"switches={value}") if place == "option" else ()
    environment = {} if words else {"ACKPLAN_VAR_switches": value}
    planned = project.run("plan", *words, environment=environment)
    assert planned.code == 0, planned.err
    assert f'vswitch_ids                 = ["{TWO[0]}", "{TWO[1]}"]' in planned.out


def test_lists_of_maps_and_maps_come_from_outside_too(project: Project) -> None:
    spec = SPEC.replace("    snat_entry: true\n", "    snat_entry: true\n    tags: ${var.tags}\n")
    assert validated(project, "--var", "tags=[{key: team, value: shop}]", spec=spec)[0] == 0
    spec = SPEC.replace("    snat_entry: true\n", "    snat_entry: true\n    tags: ['${var.tag}']\n")
    for words in ((), ("--var", "tag={key: a, value: b}")):
        assert validated(project, *words, spec=spec)[0] == 0


@pytest.mark.parametrize(
    ("words", "environment", "named"),
    [
        (("--var", "size=many"), {}, "ackplan.yaml:4:3: ACK1031 Variable has the wrong type: size: --var size is not"),
        ((), {"ACKPLAN_VAR_size": "many"}, "size: ACKPLAN_VAR_size is not of type integer"),
        (
            ("--var-file", "prod.yaml"),
            {},
            "prod.yaml:2:10: ACK1031 Variable has the wrong type: version: its value in this",
        ),
        (("--var", "tag=team"), {}, "tag: --var tag is not of type map. Write it as '{key: value}'"),
        (("--var", "switches=[a"), {}, "switches: --var switches is not of type list. Write it as a,b or"),
    ],
)
def test_what_is_wrong_is_named_with_its_source_and_once(
    words: tuple[str, ...], environment: dict[str, str], named: str, project: Project
) -> None:
    project.write("# of the account\nversion: 1.20\n", "prod.yaml")
    code, said = validated(project, *words, **environment)
    assert (code, named in said) == (1, True), said
    assert "ACK1032" not in said
    assert len(said.splitlines()) == 1


def test_a_version_without_quotes_is_shown_as_it_is_written(project: Project) -> None:
    project.write("version: 1.20\n", "prod.yaml")
    assert 'write it in quotes: "1.20"' in validated(project, "--var-file", "prod.yaml")[1]
    spec = SPEC.replace("size: {type: integer, default: 3", "size: {type: string, default: 1.30")
    assert 'its default is not of type string; write it in quotes: "1.30"' in validated(project, spec=spec)[1]


def test_a_default_of_another_type_is_named_as_that_and_once(project: Project) -> None:
    code, said = validated(project, spec=SPEC.replace("default: 3", "default: three"))
    assert (code, "size: its default is not of type integer" in said, "ACK1032" in said) == (1, True, False), said


def test_names_with_spaces_come_from_the_environment(project: Project) -> None:
    project.write("size: 4\n", "my vars.yaml")
    project.write("version: 1.16.6-aliyun.1\n", "more.yaml")
    project.write(SPEC, "my spec/ackplan.yaml")
    both = os.pathsep.join(["my vars.yaml", "more.yaml"])
    done = project.run("plan", environment={"ACKPLAN_FILE": "my spec/ackplan.yaml", "ACKPLAN_VAR_FILE": both})
    assert (done.code, "num_of_nodes                = 4" in done.out) == (0, True), done.err


def test_a_file_of_variables_is_no_variable(project: Project) -> None:
    spec = SPEC.replace("  size:", "  FILE: {type: string, default: none}\n  size:")
    spec = spec.replace(
        "    snat_entry: true\n", "    snat_entry: true\n    tags: [{key: file, value: '${var.FILE}'}]\n"
    )
    project.write(spec)
    project.write("size: 4\n", "vars.yaml")
    done = project.run("plan", environment={"ACKPLAN_VAR_FILE": "vars.yaml"})
    assert (done.code, '"none"' in done.out, '"vars.yaml"' in done.out) == (0, True, False), done.out
