"""`workspaces.yaml`: what it says, and each fault of it with its place, whoever wrote it."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest
from listings import Read, faults

from ackplan.core.diagnostics import Failure
from ackplan.workspaces.workspaces_file import read_workspaces

CONTRACT = """\
ackplan: 1
state: postgresql://ack@db/ackplan
workspaces:
  shop-bj: {path: accounts/shop/beijing, profile: shop, region: cn-beijing}
  shop-sg: {path: accounts/shop/singapore, profile: shop, region: ap-southeast-1, depends_on: [shop-bj]}
  games:   {path: accounts/games, profile: games, endpoint: "https://cs.cn-hangzhou.aliyuncs.com", state: state/}
"""


def test_all_that_it_says(read: Read) -> None:
    entries = read(CONTRACT).entries
    assert list(entries) == ["shop-bj", "shop-sg", "games"]
    singapore, games = entries["shop-sg"], entries["games"]
    assert (singapore.path, singapore.profile, singapore.region) == (
        "accounts/shop/singapore",
        "shop",
        "ap-southeast-1",
    )
    assert (singapore.state, singapore.record) == ("postgresql://ack@db/ackplan", "shop-sg")
    assert singapore.depends_on == ("shop-bj",)
    assert (games.endpoint, games.state) == ("https://cs.cn-hangzhou.aliyuncs.com", "state/")
    assert str(games.span) == "workspaces.yaml:6:3"


def test_a_workspace_names_its_files_and_its_record(read: Read) -> None:
    text = """\
ackplan: 1
workspaces:
  a: {path: a, files: [ackplan.yaml, ../shared], var_files: [../eu.yaml], record: default}
"""
    entry = read(text).entries["a"]
    assert (entry.files, entry.var_files, entry.record) == (("ackplan.yaml", "../shared"), ("../eu.yaml",), "default")


def test_every_fault_is_said_at_once_with_its_place(read: Read) -> None:
    text = """\
ackplan: 1
stat: state/
workspaces:
  web: {pth: web}
  shop: {path: shop, region: Beijing, depends_on: [wbe, shop2]}
  shop2: {path: ../../etc, profil: x}
  games: {path: /etc}
  more: {path: more, state: ../../state, depends_on: [more]}
"""
    said = [str(fault) for fault in faults(read, text)]
    assert [line.split(" ", 2)[:2] for line in said] == [
        ["workspaces.yaml:2:1:", "ACK8002"],
        ["workspaces.yaml:4:8:", "ACK8002"],
        ["workspaces.yaml:4:9:", "ACK8002"],
        ["workspaces.yaml:5:30:", "ACK8002"],
        ["workspaces.yaml:5:52:", "ACK8004"],
        ["workspaces.yaml:6:17:", "ACK8003"],
        ["workspaces.yaml:6:28:", "ACK8002"],
        ["workspaces.yaml:7:17:", "ACK8003"],
        ["workspaces.yaml:8:29:", "ACK8003"],
        ["workspaces.yaml:8:54:", "ACK8005"],
    ]
    assert 'did you mean "state"?' in said[0]
    assert 'did you mean "path"?' in said[2]
    assert 'did you mean "profile"?' in said[6]
    assert "more -> more" in said[9]


def test_a_dependency_that_is_not_there_is_named_with_the_one_that_was_meant(read: Read) -> None:
    (fault,) = faults(read, "ackplan: 1\nworkspaces:\n  shop: {path: a}\n  web: {path: b, depends_on: [shpo]}\n")
    assert str(fault.span) == "workspaces.yaml:4:31"
    assert 'did you mean "shop"?' in fault.detail


def test_a_circle_is_shown(read: Read) -> None:
    text = """\
ackplan: 1
workspaces:
  a: {path: a, depends_on: [c]}
  b: {path: b, depends_on: [a]}
  c: {path: c, depends_on: [b]}
"""
    (fault,) = faults(read, text)
    assert fault.code == "ACK8005"
    shown = fault.detail.split(" -> ")
    assert shown[0] == shown[-1]
    assert {*shown} == {"a", "b", "c"}


@pytest.mark.parametrize(
    "entries",
    [
        "{path: a, record: one}\n  b: {path: a, record: one}",
        "{path: a, state: ../shared, record: one}\n  b: {path: b, state: ../shared/, record: one}",
        "{path: a, state: 's3://bucket/x?region=r', record: one}\n  b: {path: b, state: s3://bucket/x/, record: one}",
    ],
)
def test_two_workspaces_never_have_one_record(read: Read, entries: str) -> None:
    (fault,) = faults(read, f"ackplan: 1\nworkspaces:\n  a: {entries}\n")
    assert (fault.code, str(fault.span)) == ("ACK8006", "workspaces.yaml:4:3")
    assert "workspaces.yaml:3:3" in fault.detail


@pytest.mark.parametrize("state", ["postgresql://ack:secret@db/x", "postgresql://ack@db/x?password=secret"])
def test_a_password_in_a_store_is_refused_and_not_quoted(read: Read, state: str) -> None:
    for text in (
        f"ackplan: 1\nstate: {state}\nworkspaces: {{a: {{path: a}}}}\n",
        f"ackplan: 1\nworkspaces: {{a: {{path: a, state: '{state}'}}}}\n",
    ):
        (fault,) = faults(read, text)
        assert fault.code == "ACK8007"
        assert "secret" not in str(fault)


def test_a_role_is_said_to_be_a_matter_of_the_profile(read: Read) -> None:
    (fault,) = faults(read, "ackplan: 1\nworkspaces: {a: {path: a, role: 'acs:ram::1:role/x'}}\n")
    assert "RamRoleArn" in fault.detail


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "/etc", "/", "linked", "linked/sub", "~/../../.."])
def test_no_path_leaves_the_repository(read: Read, path: str) -> None:
    Path("linked").symlink_to("/etc")
    codes = [fault.code for fault in faults(read, f"ackplan: 1\nworkspaces: {{a: {{path: '{path}'}}}}\n")]
    assert codes == ["ACK8003"]
    inner = f"ackplan: 1\nworkspaces: {{a: {{path: ., files: ['{path}']}}}}\n"
    assert [fault.code for fault in faults(read, inner)] == ["ACK8003"]


def test_the_file_itself_is_no_link_out_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text("ackplan: 1\nworkspaces: {a: {path: a}}\n")
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "workspaces.yaml").symlink_to("../elsewhere.yaml")
    with pytest.raises(Failure) as raised:
        read_workspaces(tmp_path / "repository")
    assert raised.value.diagnostics[0].code == "ACK1026"


@pytest.mark.parametrize(
    "name",
    ['"a\\nb"', '"a\\e[31m"', '"](http://x)"', '"<script>"', "-x", '".."', '"a b"', '"商店"', "x" * 65, '"a\\n"'],
)
def test_a_name_is_a_plain_word(read: Read, name: str) -> None:
    said = [str(fault) for fault in faults(read, f"ackplan: 1\nworkspaces:\n  {name}: {{path: a}}\n")]
    assert ["ACK8002" in line for line in said] == [True]
    assert all(line.isprintable() for line in said)


@pytest.mark.parametrize("value", ["--evil", '"a\\nb"', '"\\0"', '" "', "[]", "{}", "1"])
@pytest.mark.parametrize("key", ["profile", "region", "endpoint"])
def test_a_value_that_could_be_something_else_is_refused(read: Read, key: str, value: str) -> None:
    assert faults(read, f"ackplan: 1\nworkspaces: {{a: {{path: a, {key}: {value}}}}}\n")


@pytest.mark.parametrize("text", ["", "[]", "x", "ackplan: 1", "ackplan: 2\nworkspaces: {a: {path: a}}", "workspaces: {}",
                                  "ackplan: 1\nworkspaces: {a: }", "ackplan: 1\nworkspaces: []", "a: *b", "a: [",
                                  "ackplan: 1\nworkspaces: {a: {path: a}, a: {path: b}}", "\0"])  # fmt: skip
def test_what_is_no_such_file_is_an_error(read: Read, text: str) -> None:
    assert all(fault.is_error for fault in faults(read, text))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Failure) as raised:
        read_workspaces(tmp_path)
    assert raised.value.diagnostics[0].code == "ACK8001"


def test_an_alias_bomb_is_an_error_at_once(read: Read) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert faults(read, f"a0: &a0 [x]\n{levels}\nackplan: 1\nworkspaces: {{a: {{path: a}}}}\n")
    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_thousand_workspaces_are_read(read: Read) -> None:
    entries = "".join(f"  w{n}: {{path: accounts/w{n}, depends_on: [w{n // 2}]}}\n" for n in range(1, 1000))
    assert len(read(f"ackplan: 1\nworkspaces:\n  w0: {{path: accounts/w0}}\n{entries}").entries) == 1000
