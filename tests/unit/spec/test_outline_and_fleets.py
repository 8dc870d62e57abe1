"""What is wrong around the parameters: outline, names, templates, variables, and between clusters and files."""

from __future__ import annotations

import pytest

ASK = "{cluster_type: Ask, region_id: cn-beijing}"

# id, spec, expected line, expected parameter ("" where none can be named), text in the message
OUTLINE = [
    ("no version", "clusters: {}", 1, "ackplan", "missing"),
    ("another version", "ackplan: 2", 1, "ackplan", "must be 1"),
    ("version as text", "ackplan: '1'", 1, "ackplan", 'found "1"'),
    ("version as truth", "ackplan: true", 1, "ackplan", "found true"),
    ("misspelt section", "ackplan: 1\ncluster: {}", 2, "cluster", 'did you mean "clusters"?'),
    ("clusters without a value", "ackplan: 1\nclusters:", 2, "clusters", "a mapping, found null"),
    ("clusters as a list", "ackplan: 1\nclusters: []", 2, "clusters", "a mapping, found a list"),
    ("cluster without a value", "ackplan: 1\nclusters:\n  a:", 3, "clusters.a", "found null"),
    ("cluster as a number", "ackplan: 1\nclusters:\n  a: 3", 3, "clusters.a", "found 3"),
    ("template as text", "ackplan: 1\ntemplates:\n  a: b", 3, "templates.a", "a mapping"),
    ("region as a number", "ackplan: 1\nregion: 3", 2, "region", "a region id such as cn-beijing, found 3"),
    ("region in the wrong form", "ackplan: 1\nregion: Beijing", 2, "region", "a region id"),
    ("no region", "ackplan: 1\nclusters:\n  a:\n    cluster_type: Ask", 3, "region_id", "missing"),
    ("variable as a number", "ackplan: 1\nvariables:\n  x: 3", 3, "variables.x", "a mapping"),
    ("variable of an unknown type", "ackplan: 1\nvariables:\n  x:\n    type: int", 4, "variables.x.type", "integer"),
    ("variable with an unknown key", "ackplan: 1\nvariables:\n  x: {sensitive: true}", 3, "variables.x.sensitive", "Unknown"),
    ("variable's name", "ackplan: 1\nvariables:\n  ok: {}\n  1x: {}", 4, "variables.1x", "a variable's name"),
    ("template's name", "ackplan: 1\ntemplates:\n  ok: {}\n  '': {}", 4, "templates.", "Name is not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "parameter", "says"), [row[1:] for row in OUTLINE], ids=[row[0] for row in OUTLINE]
)
def test_a_wrong_outline_is_one_error_at_its_place(text, line, parameter, says, read):
    (fault,) = read(text).diagnostics
    assert str(fault).startswith(f"ackplan.yaml:{line}:")
    assert fault.parameter == parameter
    assert says in str(fault)


@pytest.mark.parametrize("name", ["-shop", "shop_prod", "shop.prod", "a" * 64, "shop prod", "café", "商店!"])
def test_a_wrong_cluster_name_is_reported_at_the_name(name, read):
    text = f"ackplan: 1\nclusters:\n  fine: {ASK}\n  {name}: {ASK}\n"
    (fault,) = read(text).diagnostics
    assert (fault.code, fault.span.line, fault.span.column) == ("ACK1107", 4, 3)
    assert "a cluster name" in str(fault)


@pytest.mark.parametrize("name", ["shop", "Shop-1", "1st", "a" * 63, "北京商店", "商店-prod", "㐀", "no", "on", "123"])
def test_a_right_cluster_name_is_taken_as_it_stands(name, read):
    result = read(f"ackplan: 1\nclusters:\n  {name}: {ASK}\n")
    assert result.diagnostics == ()
    assert result.clusters[name].parameters["name"] == name


TEMPLATES = [
    ("unknown", "extends: wbe", 6, 'did you mean "web"?'),
    ("unknown, in a list", "extends: [web, nothing]", 6, "Unknown template"),
    ("a number", "extends: 3", 6, "text or a list"),
    ("a mapping", "extends: {web: 1}", 6, "text or a list"),
    ("a number in a list", "extends: [web, 3]", 6, "expected text"),
]


@pytest.mark.parametrize(("extends", "line", "says"), [row[1:] for row in TEMPLATES], ids=[row[0] for row in TEMPLATES])
def test_wrong_extends_is_reported_where_it_stands(extends, line, says, read):
    text = f"ackplan: 1\ntemplates: {{web: {ASK}}}\nclusters:\n  a:\n    cluster_type: Ask\n    {extends}\n    region_id: cn-a\n"
    (fault,) = read(text).diagnostics
    assert fault.span.line == line
    assert fault.parameter.endswith("extends") or ".extends." in fault.parameter
    assert says in str(fault)


def test_templates_in_a_circle_are_reported_with_the_circle(read):
    circle = "ackplan: 1\ntemplates:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}\n"
    (fault,) = read(circle).diagnostics
    assert (fault.code, fault.parameter) == ("ACK1041", "extends")
    assert "a -> b -> c -> a" in str(fault)
    used = read(circle + "clusters:\n  x: {cluster_type: Ask, region_id: cn-a, extends: b}\n")
    assert [fault.code for fault in used.diagnostics] == ["ACK1041"]


def test_an_error_in_a_template_points_into_the_template(read):
    text = f"ackplan: 1\ntemplates:\n  t:\n    nat_gateway: maybe\nclusters:\n  a: {{extends: t, {ASK[1:]}\n"
    (fault,) = read(text).diagnostics
    assert (fault.span.line, fault.cluster, fault.parameter) == (4, "a", "nat_gateway")


VARIABLES = [
    ("without a value", "{type: integer}", "${var.n}", {}, 6, "has no value"),
    ("not declared", "{type: integer}", "${var.m}", {}, 6, "${var.m}"),
    ("of the environment", "{type: integer}", "${env.HOME}", {"n": 1}, 6, "Only ${var.NAME}"),
    ("as an expression", "{type: integer}", "${var.n + 1}", {"n": 1}, 6, "Only ${var.NAME}"),
    ("empty", "{type: integer}", "${}", {"n": 1}, 6, "Only ${var.NAME}"),
    ("of the wrong type for the parameter", "{default: three}", "${var.n}", {}, 6, 'found "three"'),
    ("list inside text", "{type: list, default: [a]}", "x${var.n}", {}, 6, "List"),
    ("default of the wrong type", "{type: integer, default: x}", "3", {}, 3, "wrong type"),
    ("given in the wrong type", "{type: integer}", "3", {"n": "x"}, 3, "wrong type"),
    ("given as a fraction", "{type: integer}", "3", {"n": "1.5"}, 3, "wrong type"),
    ("truth given in another form", "{type: boolean}", "3", {"n": "yes"}, 3, "wrong type"),
]


@pytest.mark.parametrize(
    ("declaration", "value", "given", "line", "says"), [row[1:] for row in VARIABLES], ids=[row[0] for row in VARIABLES]
)
def test_a_wrong_variable_is_one_error_where_it_is_used_or_declared(declaration, value, given, line, says, read):
    text = f"""\
ackplan: 1
variables:
  n: {declaration}
clusters:
  a:
    num_of_nodes: {value}
    cluster_type: ManagedKubernetes
    region_id: cn-beijing
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    key_pair: k
"""
    (fault,) = read(text, variables=given).diagnostics
    assert str(fault).startswith(f"ackplan.yaml:{line}:")
    assert says in str(fault)
    if line == 6:
        assert (fault.cluster, fault.parameter) == ("a", "num_of_nodes")


def test_a_variable_that_no_spec_declares_is_refused(read):
    (fault,) = read("ackplan: 1\nvariables: {n: {default: a}}", variables={"m": "1"}).diagnostics
    assert fault.code == "ACK1030"
    assert "'m'" in str(fault)


def test_a_region_without_a_value_is_reported_at_the_region(read):
    text = "ackplan: 1\nregion: ${var.region}\nvariables: {region: {}}\nclusters:\n  a: {cluster_type: Ask}\n"
    (fault,) = read(text).diagnostics
    assert (fault.span.line, fault.span.column) == (2, 9)


# What is wrong between clusters and files: files, then (file, line, parameter, text) of each expected error.
BETWEEN = [
    (
        "a name in two files",
        {"fleet/a.yaml": f"ackplan: 1\nclusters: {{a: {ASK}}}", "fleet/b.yml": f"ackplan: 1\n\nclusters: {{a: {ASK}}}"},
        [("fleet/b.yml", 3, "first at fleet/a.yaml:2:12")],
    ),
    (
        "a template in two files",
        {"fleet/a.yaml": "ackplan: 1\ntemplates: {t: {}}", "fleet/b.yaml": "ackplan: 1\ntemplates: {t: {}}"},
        [("fleet/b.yaml", 2, "first at fleet/a.yaml:2:13")],
    ),
    (
        "a variable in two files",
        {"fleet/a.yaml": "ackplan: 1\nvariables: {v: {}}", "fleet/b.yaml": "ackplan: 1\nvariables: {v: {}}"},
        [("fleet/b.yaml", 2, "first at fleet/a.yaml:2:13")],
    ),
    (
        "two regions",
        {"fleet/a.yaml": "ackplan: 1\nregion: cn-a", "fleet/b.yaml": "ackplan: 1\nregion: cn-b"},
        [("fleet/b.yaml", 2, "fleet/a.yaml:2:9")],
    ),
    (
        "a key twice",
        {"ackplan.yaml": f"ackplan: 1\nclusters:\n  a: {ASK}\n  a: {ASK}"},
        [("ackplan.yaml", 4, "first at ackplan.yaml:3:3")],
    ),
    (
        "a circle",
        {
            "ackplan.yaml": "ackplan: 1\nregion: cn-a\nclusters:\n"
            "  a: {cluster_type: Ask, depends_on: [b]}\n"
            "  b: {cluster_type: Ask, depends_on: [c]}\n"
            "  c: {cluster_type: Ask, depends_on: [a]}\n"
        },
        [("ackplan.yaml", 4, "a -> b -> c -> a")],
    ),
    (
        "two circles",
        {
            "ackplan.yaml": "ackplan: 1\nregion: cn-a\nclusters:\n"
            "  a: {cluster_type: Ask, depends_on: [b]}\n"
            "  b: {cluster_type: Ask, depends_on: [a]}\n"
            "  c: {cluster_type: Ask, depends_on: [d, a]}\n"
            "  d: {cluster_type: Ask, depends_on: [c]}\n"
        },
        [("ackplan.yaml", 4, "a -> b -> a"), ("ackplan.yaml", 6, "c -> d -> c")],
    ),
    ("no version in one of two", {"fleet/a.yaml": "ackplan: 1", "fleet/b.yaml": "clusters: {}"}, [("fleet/b.yaml", 1, "ackplan")]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN])
def test_faults_between_clusters_and_files_name_both_places(files, expected, read):
    faults = read(files).diagnostics
    assert [(fault.span.file, fault.span.line) for fault in faults] == [row[:2] for row in expected]
    for fault, (_, _, says) in zip(faults, expected, strict=True):
        assert says in str(fault)


def test_an_instance_is_attached_once_in_a_fleet(read):
    body = "{extends: t, attach: [{instances: [i-a], key_pair: k}]}"
    template = "{cluster_type: ManagedKubernetes, region_id: cn-a, snat_entry: true, num_of_nodes: 0, key_pair: k, worker_instance_types: [ecs.a.b], worker_system_disk_category: cloud, worker_system_disk_size: 40}"
    text = f"ackplan: 1\ntemplates: {{t: {template}}}\nclusters:\n  a: {body}\n  b: {body}\n"
    (fault,) = read(text).diagnostics
    assert (fault.span.line, fault.cluster, fault.parameter) == (5, "b", "attach")
    assert "i-a, also under a at ackplan.yaml:4:" in str(fault)


def test_nothing_is_said_of_names_while_clusters_are_missing_for_faults_of_their_own(read):
    text = "ackplan: 1\nregion: cn-a\nclusters:\n  a: {cluster_type: Ask, depends_on: [b]}\n  b: {cluster_type: Aks}\n"
    assert [fault.cluster for fault in read(text).diagnostics] == ["b"]


def _templates(count: int, last: str) -> str:
    chain = "".join(f"  t{number}: {{extends: t{number + 1}}}\n" for number in range(count))
    return f"ackplan: 1\ntemplates:\n{chain}  t{count}: {last}\nclusters:\n  a: {{extends: t0, cluster_type: Ask}}\n"


def test_a_chain_of_thousands_of_templates_is_laid_over_like_a_short_one(read):
    found = read(_templates(3000, "{region_id: cn-a, vpcid: vpc-1, vswitch_ids: [vsw-1], extends: t3001}"))
    assert [fault.code for fault in found.diagnostics if fault.code == "ACK1040"] == ["ACK1040"]
    whole = read(_templates(3000, "{region_id: cn-a, nat_gateway: true}"))
    assert not [fault for fault in whole.diagnostics if "nat_gateway" in fault.parameter or fault.code == "ACK9001"]
    assert whole.clusters["a"].parameters["nat_gateway"] is True


def test_a_circle_of_thousands_of_templates_is_reported_once(read):
    found = read(_templates(3000, "{extends: t7}"))
    (circle,) = [fault for fault in found.diagnostics if fault.code == "ACK1041"]
    names = circle.detail.split(" -> ")
    assert names[0] == names[-1]
    assert sorted(names[1:]) == sorted(f"t{number}" for number in range(7, 3001))


def test_of_thousands_of_unknown_names_each_is_reported_and_the_first_with_what_was_meant(read):
    known = "".join(f"  shop-{number:04}: {{cluster_type: Ask}}\n" for number in range(600))
    wrong = "".join(
        f"  shop-b{number}: {{cluster_type: Ask, depends_on: [shp-{number:04}]}}\n" for number in range(400)
    )
    found = read(f"ackplan: 1\nregion: cn-a\nclusters:\n{known}{wrong}")
    faults = [fault for fault in found.diagnostics if fault.code == "ACK1203"]
    assert len(faults) == 400
    assert 'did you mean "shop-0000"?' in faults[0].detail
    assert "did you mean" not in faults[-1].detail


def test_of_many_templates_only_some_are_listed(read):
    known = "".join(f"  web-{number}: {{cluster_type: Ask}}\n" for number in range(100))
    found = read(f"ackplan: 1\nregion: cn-a\ntemplates:\n{known}clusters:\n  a: {{extends: queue}}\n")
    (fault,) = [fault for fault in found.diagnostics if fault.code == "ACK1040"]
    assert fault.detail.endswith("web-19 and 80 more")
