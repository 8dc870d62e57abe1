"""The data of a page, held against `schemas/page.schema.json`."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).parents[2] / "schemas" / "page.schema.json"


def data_of(page: str) -> dict[str, Any]:
    """The data that stand in a page."""
    data: dict[str, Any] = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    return data


def faults(page: str) -> list[str]:
    """What is wrong with a page's data; empty where they are as the schema says."""
    data = data_of(page)
    wrong = [f"{fault.json_path}: {fault.message[:200]}" for fault in _validator().iter_errors(data)]
    return wrong or list(_bad_numbers(data))


@functools.cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def _bad_numbers(data: dict[str, Any]) -> list[str]:
    """Numbers of texts, steps and notes that there are not, and columns that are no column of their table."""
    texts = len(data["texts"])
    wrong = []
    for cluster in data["clusters"]:
        fields, sides = cluster.get("fields", []), cluster.get("sides", {"names": []})
        columns = [column for column in sides.values() if isinstance(column, list)]
        numbers = [field.get(part, 0) for field in fields for part in ("name", "before", "after")]
        numbers += [line["text"] for field in fields for line in field.get("lines", [])]
        numbers += [number or 0 for column in columns for number in column]
        wrong += [f"{cluster['name']}: text {number}" for number in numbers if number >= texts]
        wrong += [f"{cluster['name']}: a short column" for c in columns if len(c) != len(sides["names"])]
        notes = {note for field in fields for note in field.get("notes", [])}
        wrong += [f"{cluster['name']}: note {note}" for note in notes - data["notes"].keys()]
    for number, step in enumerate(data["steps"]):
        needs = step.get("needs", [])
        wrong += [f"step {number}: needs {need}" for need in needs if not 0 <= need < len(data["steps"])]
        wrong += [f"step {number}: bends {need}" for need in step.get("bends", {}) if int(need) not in needs]
    return wrong
