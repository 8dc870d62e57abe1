"""The page about node pools says what the schemas say."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from ackplan import spec
from ackplan.core import catalog
from ackplan.core.catalog.parameters import Effect
from ackplan.resources.types import BUILT_IN
from tests.unit.docs.pages import generated

TODAYS = [kind for kind in catalog.DEFAULT.kinds if kind.section_key]


@pytest.fixture(scope="module")
def generator(root: Path) -> ModuleType:
    return generated(root, "node_pools")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/node-pools.md").read_text("utf-8")


@pytest.mark.parametrize("text", ["docs/node-pools.md", "examples/today/ackplan.yaml"])
def test_a_spec_of_today_that_is_shown_is_right(text, root, generator, tmp_path):
    shown = (root / text).read_text("utf-8")
    (tmp_path / "ackplan.yaml").write_text(generator.spec_of(shown) if text.endswith(".md") else shown, "utf-8")
    read = spec.read(spec.Inputs(tmp_path, sections=BUILT_IN.sections))
    assert read.diagnostics == ()
    assert read.nested
    assert {wanted.kind for wanted in read.clusters.values()} <= set(TODAYS)


def test_the_example_has_a_cluster_of_every_kind(root):
    read = spec.read(spec.Inputs(root / "examples/today", sections=BUILT_IN.sections))
    assert len(read.clusters) == 6
    assert {wanted.kind for wanted in read.clusters.values()} == set(TODAYS)


def rows(page: str, name: str) -> dict[str, list[str]]:
    """The rows of one of the tables that are made, by their first cells."""
    made = page.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
    cells = [line.strip("| ").split(" | ") for line in made.splitlines()[3:] if line]
    return {row[0]: row[1:] for row in cells}


def test_its_tables_are_up_to_date(generator, page, monkeypatch, tmp_path, capsys):
    assert generator.main(["--check"]) == 0
    stale = tmp_path / "node-pools.md"
    stale.write_text(page.replace("| `num_of_nodes` |", "| `nmu_of_nodes` |"), "utf-8")
    monkeypatch.setattr(generator, "OUTPUT", stale)
    assert generator.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert generator.main([]) == 0
    assert stale.read_text("utf-8") == page
    assert generator.main(["--chekc"]) == 64


def test_a_page_without_a_place_for_a_table_is_no_page(generator, page):
    with pytest.raises(ValueError, match="moved"):
        generator.render(page.replace("<!-- /moved -->", ""))


def test_every_parameter_that_is_gone_is_told_with_its_place(page):
    told = rows(page, "moved")
    gone = {
        name: {kind.root["x-ack-gone"].get(name) for kind in TODAYS} - {None}
        for kind in TODAYS
        for name in kind.root["x-ack-gone"]
    }
    assert {name.strip("`") for name in told} == set(gone)
    for name, places in gone.items():
        (cell,) = told[f"`{name}`"]
        assert set(re.findall(r"`([^`]+)`", cell)) == places - {""}
        assert ("none" in cell) == ("" in places)


def test_what_is_told_of_a_change_is_what_the_schemas_say(page, generator):
    told = rows(page, "effects")
    for effect, words in generator.EFFECTS.items():
        of_clusters, of_pools = (set(re.findall(r"`([^`]+)`", cell)) for cell in told[words])
        assert of_clusters == named(
            [p for kind in TODAYS for p in kind.parameters.values() if p.effect is effect], of_clusters
        )
        assert of_pools == named([p for p in generator.pool_parameters().values() if p.effect is effect], of_pools)
    assert {effect for effect in Effect if effect not in generator.EFFECTS} == {Effect.MODIFY, Effect.ATTACH}


def named(parameters, groups):
    """Those of these groups that the parameters are in; a parameter that is in none stands for itself."""
    return {next((g for g in groups if p.name == g or p.name.startswith(f"{g}.")), p.name) for p in parameters}


@pytest.mark.parametrize("kind", TODAYS, ids=lambda kind: kind.name)
def test_every_place_that_a_parameter_went_to_is_one(kind, generator):
    pools = {f"{kind.section_key}.POOL.{name}" for name in generator.pool_parameters()}
    own = {
        f"{name}.{part}" for name, key in catalog.DEFAULT.own_keys.items() for part in key.schema.get("properties", ())
    }
    places = pools | own | set(kind.parameters) | {kind.section_key}
    assert {place for place in kind.root["x-ack-gone"].values() if place} <= places
