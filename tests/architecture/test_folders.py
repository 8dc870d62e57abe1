"""The unit tests lie as the package does: who changes a module finds its tests in the folder of the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.measures import ROOT

_UNIT = Path(__file__).parents[1] / "unit"
# Of what is no package: the folders of the checkout that have these names.
_BESIDE = {"benchmarks", "docs", "schemas"}


def test_each_folder_of_unit_tests_is_of_a_package() -> None:
    folders = {path.parent.relative_to(_UNIT) for path in _UNIT.rglob("test_*.py")}
    strange = {folder for folder in folders if folder.parts[0] not in _BESIDE and not (ROOT / folder).is_dir()}
    assert not strange


@pytest.mark.parametrize("package", sorted(path.parent.name for path in ROOT.glob("*/__init__.py")))
def test_each_package_has_unit_tests(package: str) -> None:
    assert any((_UNIT / package).rglob("test_*.py"))
