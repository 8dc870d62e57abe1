"""What begins with a dot is not read from a folder; whatever is named is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ackplan import spec
from ackplan.cli.main import run

GOOD = b"ackplan: 1\nclusters:\n  a: {cluster_type: Ask, region_id: cn-beijing}\n"
OTHER = GOOD.replace(b"  a:", b"  other:")
HIDDEN = [
    (".#a.yaml", GOOD),
    ("._a.yaml", b"\0\5\x16\7\0\2\0\0Mac OS X"),
    (".ipynb_checkpoints/a-checkpoint.yaml", GOOD),
    (".b.yml", OTHER),
    ("deep/.b.yaml", OTHER),
    (".git/deep/er/b.yaml", OTHER),
    (".yaml", b"]"),
    ("..yaml", b"]"),
]


@pytest.mark.parametrize("top", ["fleet", "specs"])
@pytest.mark.parametrize(("name", "data"), HIDDEN)
def test_what_begins_with_a_dot_is_not_read_from_a_folder(
    top: str, name: str, data: bytes, read: Callable[..., Any]
) -> None:
    found = read({f"{top}/a.yaml": GOOD, f"{top}/{name}": data}, paths=() if top == "fleet" else (top,))
    assert found.diagnostics == ()
    assert [*found.clusters] == ["a"]


def test_an_editor_s_lock_that_leads_nowhere_is_not_read(folder: Path, read: Callable[..., Any]) -> None:
    (folder / "fleet").mkdir()
    (folder / "fleet/.#a.yaml").symlink_to("me@here.4711:1")
    assert [*read({"fleet/a.yaml": GOOD}).clusters] == ["a"]


@pytest.mark.parametrize("named", [".fleet", ".fleet/.a.yaml", "x/../.fleet"])
def test_what_is_named_is_read(named: str, folder: Path, read: Callable[..., Any]) -> None:
    (folder / "x").mkdir()
    name = ".a.yaml" if named.endswith(".yaml") else "a.yaml"
    assert [*read({f".fleet/{name}": GOOD}, paths=(named,)).clusters] == ["a"]


def test_a_folder_of_hidden_files_alone_holds_no_spec(read: Callable[..., Any]) -> None:
    (fault,) = read({"fleet/.a.yaml": GOOD}).diagnostics
    assert fault.code == "ACK1020"


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(read: Callable[..., Any], folder: Path) -> None:
    """Its clusters would be taken for removed."""
    from os import scandir

    def denied(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    (folder / "fleet/closed").mkdir(parents=True)
    with mock.patch("os.scandir", denied):
        (fault,) = read({"fleet/a.yaml": GOOD}).diagnostics
    assert (fault.code, "Permission denied" in str(fault)) == ("ACK1020", True)


def test_commands_pass_hidden_files_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, data in {"a.yaml": GOOD, ".a.yaml": b"ackplan:   1\n", ".ipynb_checkpoints/a.yaml": OTHER}.items():
        (folder / "fleet" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "fleet" / name).write_bytes(data)
    policies = {"p.yaml": b'ackplan_policy: 1\nrules:\n  few: {reason: "small", max_changes: 9}\n', ".p.rego": b"]["}
    (folder / "policies").mkdir()
    for name, data in policies.items():
        (folder / "policies" / name).write_bytes(data)
    assert run(["validate"]) == 0
    assert run(["fmt", "--check"]) in {0, 1}
    assert run(["plan", "--sandbox", "--policy", "policies"]) == 0
    out = capsys.readouterr().out
    assert "1 cluster in 1 file" in out
    assert ".a.yaml" not in out
    assert spec.read(spec.Inputs(folder)).diagnostics == ()
