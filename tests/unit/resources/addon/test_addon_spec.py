"""What may be wrong with a list of add-ons, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ackplan import spec
from ackplan.resources.types import BUILT_IN
from tests.unit.resources.addon.addon_shop import SHOP

WRONG = [
    pytest.param(
        "- {name: a}\n- {name: a, disabled: true}", "13:7", "ACK1211", "one with this name stands at", id="twice"
    ),
    pytest.param("- {name: a, config: '{'}", "12:25", "ACK1103", "an object as JSON", id="no JSON"),
    pytest.param("- {name: a, config: '[1]'}", "12:25", "ACK1103", "an object as JSON", id="no object"),
    pytest.param("- {name: a/b}", "12:14", "ACK1103", "letters, digits", id="no name"),
    pytest.param("- {name: ''}", "12:14", "ACK1103", "", id="an empty name"),
    pytest.param("- {name: a, versoin: '1'}", "12:17", "ACK1104", "version", id="a slip"),
    pytest.param("- {version: '1'}", "12:7", "ACK1101", "", id="nameless"),
    pytest.param("- a", "12:7", "ACK1103", "", id="a name alone"),
]


def read(folder: Path, addons: str) -> spec.Spec:
    indented = "".join(f"    {line}\n" for line in addons.splitlines())
    (folder / "ackplan.yaml").write_text(f"{SHOP}    addons:\n{indented}")
    return spec.read(spec.Inputs(folder, sections=BUILT_IN.sections))


@pytest.mark.parametrize(("addons", "place", "code", "says"), WRONG)
def test_it_is_told_with_its_place(tmp_path: Path, addons: str, place: str, code: str, says: str) -> None:
    (fault,) = read(tmp_path, addons).diagnostics
    assert (str(fault.span).partition(":")[2], fault.code) == (place, code)
    assert says in str(fault)


def test_what_is_disabled_is_no_resource_and_what_is_empty_says_nothing(tmp_path: Path) -> None:
    read_spec = read(
        tmp_path, "- {name: a, version: '', config: ''}\n- {name: b, disabled: true}\n- {name: c, disabled: false}"
    )
    assert not read_spec.diagnostics
    assert {name: dict(each.parameters) for name, each in read_spec.nested.items()} == {
        "shop/addon/a": {"name": "a"},
        "shop/addon/c": {"name": "c"},
    }
    assert [each["name"] for each in read_spec.clusters["shop"].parameters["addons"]] == ["a", "b", "c"]  # type: ignore[index,call-overload,union-attr]


def test_a_list_of_a_cluster_takes_the_place_of_its_templates(tmp_path: Path) -> None:
    text = SHOP.replace("  shop:\n", "  shop:\n    extends: base\n    addons: [{name: a}]\n")
    text += "templates:\n  base:\n    addons: [{name: b}]\n  spare: {}\n"
    (tmp_path / "ackplan.yaml").write_text(text)
    assert set(spec.read(spec.Inputs(tmp_path, sections=BUILT_IN.sections)).nested) == {"shop/addon/a"}
