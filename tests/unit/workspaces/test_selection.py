"""Which workspaces a command is about, in which order, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from ackplan.core.diagnostics import Failure
from ackplan.workspaces.changed import changed_workspaces
from ackplan.workspaces.model import WorkspaceEntry, Workspaces
from ackplan.workspaces.selection import Changed, Selection, select


def fleet(root: Path | None = None, **needs: str) -> Workspaces:
    """Workspaces in folders of their names, with what each depends on."""
    entries = {name: WorkspaceEntry(name, name, depends_on=tuple(after.split())) for name, after in needs.items()}
    return Workspaces(root or Path(), entries)


def names(selection: Selection) -> list[str]:
    return [entry.name for entry in selection.entries]


def test_each_stands_behind_what_it_depends_on() -> None:
    selection = select(fleet(c="b", b="a", a="", d=""), ())
    assert sorted(names(selection)) == ["a", "b", "c", "d"]
    order = names(selection)
    assert order.index("a") < order.index("b") < order.index("c")
    assert selection.left_out == {}
    assert selection.needs == {"a": (), "b": ("a",), "c": ("b",), "d": ()}


def test_a_pattern_takes_along_what_it_depends_on_and_says_so() -> None:
    selection = select(fleet(c="b", b="a", a="", d=""), ("c*",))
    assert names(selection) == ["a", "b", "c"]
    assert selection.along == ("a", "b")
    assert selection.left_out == {"d": "--workspaces does not name it"}


def test_a_pattern_alone_takes_nothing_along() -> None:
    selection = select(fleet(c="b", b="a", a=""), ("c", "a"), alone=True)
    assert names(selection) == ["a", "c"]
    assert (selection.along, selection.needs["c"]) == ((), ())


def test_a_pattern_that_names_none_is_an_error_with_the_name_that_was_meant() -> None:
    with pytest.raises(Failure, match='did you mean "shop"'):
        select(fleet(shop="", games=""), ("shpo",))


def test_only_what_changed_is_left() -> None:
    changed = Changed("main", {"b": "b/ackplan.yaml"}, ("old",))
    selection = select(fleet(b="a", a=""), (), changed)
    assert names(selection) == ["b"]
    assert selection.left_out == {"a": "nothing of it changed since main"}
    assert selection.notes == ("no longer in workspaces.yaml since main, so left as it is: old",)


def test_a_file_in_its_folder_or_one_that_it_names_is_its_own(tmp_path: Path) -> None:
    entries = {
        "a": WorkspaceEntry("a", "a", files=("ackplan.yaml", "../shared")),
        "ab": WorkspaceEntry("ab", "ab", var_files=("../vars.yaml",)),
    }
    workspaces = Workspaces(tmp_path, entries)

    def why(*files: str) -> dict[str, str]:
        moved = {str(tmp_path / file) for file in files}
        return dict(changed_workspaces(workspaces, moved, workspaces, "main", ()).why)

    assert why() == {}
    assert why("README.md", "abc/x", "sharedness.yaml") == {}
    assert why("a/ackplan.yaml") == {"a": "a/ackplan.yaml"}
    assert why("shared/templates.yaml") == {"a": "shared/templates.yaml"}
    assert why("vars.yaml", "ab/x") == {"ab": "ab/x"}
    assert why("workspaces.yaml") == {}


def test_where_the_listing_changed_those_whose_entry_did_are_chosen(tmp_path: Path) -> None:
    before = fleet(tmp_path, a="", b="", gone="")
    now = fleet(tmp_path, a="", b="a", new="")
    listing = {str(tmp_path / "workspaces.yaml")}
    changed = changed_workspaces(now, listing, before, "main", ())
    assert dict(changed.why) == {"b": "workspaces.yaml", "new": "workspaces.yaml"}
    assert changed.removed == ("gone",)
    assert {*changed_workspaces(now, listing, None, "main", ()).why} == {"a", "b", "new"}


def test_what_all_share_changes_all(tmp_path: Path) -> None:
    policy = str(tmp_path / "policy.yaml")
    changed = changed_workspaces(fleet(tmp_path, a="", b=""), {policy}, None, "main", [policy])
    assert {*changed.why} == {"a", "b"}
