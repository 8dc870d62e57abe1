"""What the packs that ackplan brings promise to the judge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ackplan import policy
from ackplan.app.policies import PACKS, load
from ackplan.core import messages
from ackplan.policy.model import ResourceSchema

# Keywords of a schema that say of the same value what another schema says, and those that may see any of its keys.
_SAME = ("allOf", "anyOf", "oneOf", "if", "then", "else", "not")
_SEEING_ALL = {
    "patternProperties", "propertyNames", "additionalProperties", "unevaluatedProperties", "const", "enum", "$ref",
    "dependentSchemas", "dependentRequired", "minProperties", "maxProperties",
}  # fmt: skip


def _of_the_whole(schema: Any) -> Iterator[Mapping[str, Any]]:
    """A schema, and those in it that are about the same value."""
    if isinstance(schema, Mapping):
        yield schema
        for keyword in _SAME:
            inner = schema.get(keyword, ())
            for part in inner if isinstance(inner, list) else [inner]:
                yield from _of_the_whole(part)


@pytest.mark.parametrize("pack", PACKS)
def test_no_rule_of_a_pack_asks_for_a_clusters_name(pack: str, tmp_path: Any) -> None:
    """What is wrong with clusters that differ in their names alone is found once."""
    rules = load([f"builtin:{pack}"], tmp_path).rules
    assert rules
    for rule in rules:
        assert rule.built_in
        for schema in _of_the_whole(rule.check.schema) if isinstance(rule.check, ResourceSchema) else ():
            assert not _SEEING_ALL & schema.keys()
            assert "name" not in {*schema.get("properties", ()), *schema.get("required", ())}


def test_every_sentence_of_a_pack_has_a_chinese_one() -> None:
    said = messages.phrases_of("policies", "zh")
    written = {
        text.removesuffix(".")
        for pack in Path(policy.__file__).parent.glob("packs/*.yaml")
        for text in _sentences(yaml.safe_load(pack.read_text("utf-8"))["rules"])
    }
    assert written == set(said)
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in said.values())


def _sentences(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (
            node[key] for key in ("reason", "cure", "x-ack-rule", "x-ack-form") if isinstance(node.get(key), str)
        )
        yield from (text for value in node.values() for text in _sentences(value))
    elif isinstance(node, list):
        yield from (text for value in node for text in _sentences(value))
