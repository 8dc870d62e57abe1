"""Files from strangers: of any size, depth, encoding and kind. They end in an error that can be printed, never otherwise."""

from __future__ import annotations

import contextlib
import os

import pytest

from ackplan import spec

FINE = "ackplan: 1\nregion: cn-beijing\nclusters: {c: {cluster_type: Ask}}\n"


def only(result: spec.Spec) -> str:
    (fault,) = result.diagnostics
    assert fault.is_error
    assert str(fault).isprintable()
    return str(fault)


def laughs(first: str, item: str) -> str:
    """An alias bomb: nine levels of nine references each, over a billion values."""
    lines = [f"x0: &x0 {first}"]
    lines += [
        f"x{n}: &x{n} {item.format(','.join(f'k{i}: *x{n - 1}' if '{{' in item else f'*x{n - 1}' for i in range(9)))}"
        for n in range(1, 10)
    ]
    return "\n".join(lines)


DOCUMENTS = [
    ("empty", b"", "ACK1021"),
    ("white space", b" \n\n", "ACK1021"),
    ("a comment", b"# nothing\n", "ACK1021"),
    ("null", b"null", "ACK1021"),
    ("a tilde", b"~\n", "ACK1021"),
    ("a document without anything", b"---\n", "ACK1021"),
    ("two documents without anything", b"---\n---\n", "ACK1021"),
    ("text", b"hello", "ACK1100"),
    ("a list", b"- ackplan: 1", "ACK1100"),
    ("a number", b"1", "ACK1100"),
    ("a truth", b"true", "ACK1100"),
    ("10,000 lists", b"[" * 10_000, "ACK1003"),
    ("10,000 mappings", b"{a: " * 10_000, "ACK1003"),
    ("10,000 dashes", b"- " * 10_000, "ACK1003"),
    ("10,000 levels of a cluster", b"ackplan: 1\nclusters: {a: " + b"{tags: [" * 5_000, "ACK1003"),
    ("alias bomb of lists", laughs("[x,x,x]", "[{}]").encode(), "ACK1007"),
    ("alias bomb of mappings", laughs("{x: 1}", "{{{}}}").encode(), "ACK1007"),
    ("zeros", b"\0" * 100_000, "ACK1001"),
    ("a zero", b"ackplan: 1\0", "ACK1001"),
    ("a bell", b"ackplan: \x07", "ACK1001"),
    ("an escape", b"ackplan: \x1b[31m", "ACK1001"),
    ("Latin-1", "ackplan: é".encode("latin-1"), "ACK1001"),
    ("broken UTF-8", b"ackplan: \xe4\xb8", "ACK1001"),
    ("overlong UTF-8", b"ackplan: \xc0\xaf", "ACK1001"),
    ("a surrogate in UTF-8", b"ackplan: \xed\xa0\x80", "ACK1001"),
    ("UTF-16 without a mark", FINE.encode("utf-16-le"), "ACK1001"),
    ("UTF-32", FINE.encode("utf-32"), "ACK1001"),
    ("cut UTF-16", FINE.encode("utf-16")[:-1], "ACK1001"),
    ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "ACK1001"),
    ("a tab", b"ackplan: 1\n\tclusters: {}", "ACK1001"),
    ("JSON cut short", b'{"ackplan": 1, "clusters": {', "ACK1001"),
    ("a huge number", b"ackplan: " + b"9" * 100_000, "ACK1010"),
    ("a huge key", b"ackplan: 1\n? " + b"a" * 100_000 + b"\n: 1\n", "ACK1104"),
]


@pytest.mark.parametrize(("content", "code"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_a_document_that_is_no_spec_is_one_error(content, code, read):
    result = read(content)
    message = only(result)
    assert message.startswith("ackplan.yaml:")
    assert f": {code} " in message
    assert len(message) < 2_000 or code == "ACK1104"
    assert result.clusters == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_spec_with_a_byte_order_mark_is_read(encoding, read):
    result = read(FINE.encode(encoding))
    assert result.diagnostics == ()
    assert list(result.clusters) == ["c"]


def test_json_is_a_spec_too(read):
    assert list(read('{"ackplan": 1, "region": "cn-a", "clusters": {"c": {"cluster_type": "Ask"}}}').clusters) == ["c"]


def test_several_documents_of_a_file_are_one_fleet(read):
    result = read(FINE + "---\nackplan: 1\nclusters: {d: {cluster_type: Ask}}\n---\n")
    assert result.diagnostics == ()
    assert list(result.clusters) == ["c", "d"]
    (fault,) = read(FINE + "---\nackplan: 1\nclusters:\n  c: {cluster_type: Ask}\n").diagnostics
    assert str(fault).startswith("ackplan.yaml:7:3: ACK1024 ")


@pytest.mark.parametrize("position", ["\n\n\na: \a", '\n\n\na: "\u0007"', "\n\n\n\ta: 1"])
def test_unreadable_characters_are_reported_at_their_line(position, read):
    assert only(read("ackplan: 1" + position)).startswith("ackplan.yaml:4:")


def test_a_file_of_100_megabytes_is_refused_unread(folder):
    with (folder / "ackplan.yaml").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    assert "ACK1002" in only(spec.read(spec.Inputs(folder)))


def test_what_is_no_regular_file_is_refused_unread(folder):
    os.mkfifo(folder / "pipe.yaml")
    assert only(spec.read(spec.Inputs(folder, ["pipe.yaml"]))).startswith("pipe.yaml:1:1: ACK1022 ")
    assert "ACK1022" in only(spec.read(spec.Inputs(folder, ["/dev/zero"])))


@pytest.mark.parametrize(
    "name", ["nothing.yaml", "no/such/folder.yaml", "dangling.yaml", "circle.yaml", "empty", "a\0b"]
)
def test_a_name_that_leads_to_no_spec_is_an_error(name, folder):
    (folder / "dangling.yaml").symlink_to("nowhere")
    (folder / "circle.yaml").symlink_to("circle.yaml")
    (folder / "empty").mkdir()
    (fault,) = spec.read(spec.Inputs(folder, [name])).diagnostics
    assert fault.code in {"ACK1020", "ACK1022", "ACK1023"}


def test_without_a_name_there_must_be_the_default_file_or_folder(folder):
    assert "ACK1020" in only(spec.read(spec.Inputs(folder)))
    (folder / "fleet").mkdir()
    assert "ACK1020" in only(spec.read(spec.Inputs(folder)))
    (folder / "fleet" / "deep").mkdir()
    (folder / "fleet" / "deep" / "a.yml").write_text(FINE)
    (folder / "fleet" / "notes.txt").write_text("not: [a spec")
    assert list(spec.read(spec.Inputs(folder)).clusters) == ["c"]
    (folder / "ackplan.yaml").write_text(FINE.replace("c:", "d:", 1))
    assert spec.read(spec.Inputs(folder)).files == ("ackplan.yaml",)


def test_a_file_named_twice_is_read_once(folder):
    (folder / "a.yaml").write_text(FINE)
    result = spec.read(spec.Inputs(folder, ["a.yaml", "./a.yaml", "a.yaml"]))
    assert result.diagnostics == ()


def test_in_a_folder_nothing_with_the_right_name_is_left_out_silently(folder):
    fleet = folder / "fleet"
    fleet.mkdir()
    (fleet / "a.yaml").write_text(FINE)
    (fleet / "dangling.yaml").symlink_to("nowhere")
    os.mkfifo(fleet / "pipe.yml")
    (fleet / "folder.yaml").mkdir()
    faults = spec.read(spec.Inputs(folder)).diagnostics
    assert {fault.span.file for fault in faults} == {"fleet/dangling.yaml", "fleet/pipe.yml"}


def test_a_dangling_default_file_is_not_passed_over_for_the_folder(folder):
    (folder / "ackplan.yaml").symlink_to("nowhere")
    (folder / "fleet").mkdir()
    (folder / "fleet" / "a.yaml").write_text(FINE)
    assert "ackplan.yaml" in only(spec.read(spec.Inputs(folder)))


@pytest.mark.parametrize("named", [[], ["fleet"]])
def test_a_link_out_of_the_folder_shows_nothing_of_what_it_leads_to(named, folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "token"
    secret.write_text("Hunter22!")
    (folder / "fleet").mkdir()
    (folder / "fleet" / "x.yaml").symlink_to(secret)
    message = only(spec.read(spec.Inputs(folder, named)))
    assert message.startswith("fleet/x.yaml:1:1: ")
    assert "Hunter22!" not in message


def test_a_default_folder_that_leads_elsewhere_is_not_read(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "hosts.yaml").write_text("token: hunter2")
    (folder / "fleet").symlink_to(elsewhere)
    result = spec.read(spec.Inputs(folder))
    assert "ACK1026" in only(result)
    assert "Put the folder itself there" in result.diagnostics[0].cure
    assert "hunter2" not in str(result.diagnostics)
    assert not result.files


def test_a_default_folder_may_lead_to_another_of_the_project(folder):
    (folder / "clusters").mkdir()
    (folder / "clusters" / "shop.yaml").write_text(FINE)
    (folder / "fleet").symlink_to("clusters")
    assert not spec.read(spec.Inputs(folder)).diagnostics


def test_a_link_inside_the_folder_is_read(folder):
    (folder / "fleet" / "deep").mkdir(parents=True)
    (folder / "fleet" / "deep" / "shop.txt").write_text(FINE)
    (folder / "fleet" / "shop.yaml").symlink_to("deep/shop.txt")
    result = spec.read(spec.Inputs(folder))
    assert result.diagnostics == ()
    assert list(result.clusters) == ["c"]


def test_a_link_that_is_named_is_followed(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "shop.yaml"
    elsewhere.write_text(FINE)
    (folder / "link.yaml").symlink_to(elsewhere)
    assert list(spec.read(spec.Inputs(folder, ["link.yaml"])).clusters) == ["c"]


@pytest.mark.parametrize("name", ["a" * 5000, "\x1b[31m.yaml", "x\ny.yaml", "\udcff.yaml", "\u202e.yaml"])
def test_a_file_of_any_name_can_be_spoken_of(name, folder):
    with contextlib.suppress(OSError):
        (folder / name).write_text("- no spec")
    message = only(spec.read(spec.Inputs(folder, [name])))
    assert message.isprintable()
    message.encode()


# Text that would steer a terminal or reorder a line, and where a spec may hold it (at `@`).
CONTROLS = ["\\e[31m", "\\u202e", "\\u0085", "\\n", "\\u2028", "\\0", "\\u200f"]
PLACES = [
    'ackplan: "@"',
    'ackplan: 1\n"@": 3',
    'ackplan: 1\nregion: "@"',
    'ackplan: 1\nclusters: {"a@": {}}',
    'ackplan: 1\nclusters: {a: {"x@": 1}}',
    'ackplan: 1\nclusters: {a: {extends: "x@"}}',
    'ackplan: 1\nclusters: {a: {cluster_type: "x@"}}',
    'ackplan: 1\nclusters: {a: {cluster_type: Ask, region_id: cn-a, depends_on: ["x@"]}}',
    'ackplan: 1\nclusters: {a: {cluster_type: Ask, region_id: "${var.x@}"}}',
    'ackplan: 1\nclusters: {a: {cluster_type: Ask, region_id: cn-a, lifecycle: {ignore_changes: ["x@"]}}}',
    'ackplan: 1\nvariables: {"x@": {}}',
    'ackplan: 1\nvariables: {x: {type: integer, default: "x@"}}',
    'ackplan: 1\ntemplates: {"t@": {"x@": 1}}\nclusters: {a: {extends: "t@"}}',
    'ackplan: 1\nclusters: {a: {tags: [{"x@": "${env.HOME}"}]}}',
    '"a@": 1\n"a@": 2',
    'a: "@"\n---\n"*b": *c@',
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("control", CONTROLS)
def test_no_message_carries_control_characters_of_a_spec(control, place, read):
    faults = read(place.replace("@", control)).diagnostics
    assert faults
    for fault in faults:
        assert str(fault).isprintable(), ascii(str(fault))
        assert fault.cluster.isprintable()
        assert fault.parameter.isprintable()
