"""The corpus: answers of the real API as they came or are documented, one a file. `answers/SOURCES.json` lists them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "answers"


@dataclass(frozen=True)
class RealAnswer:
    """One answer. `body` is a JSON value, or the text where the answer was none."""

    name: str
    operation: str
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@functools.cache
def corpus() -> Mapping[str, RealAnswer]:
    """Every answer by its name."""
    files = (json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json")) if file.stem != "SOURCES")
    return {said["name"]: _answer(said) for said in files}


def _answer(said: Mapping[str, Any]) -> RealAnswer:
    body = said["body"] if "body" in said else said["raw"]
    return RealAnswer(said["name"], said["operation"], said["status"], body, said.get("headers", {}))


def names(beginning: str) -> list[str]:
    """The names of the answers that begin so."""
    return [name for name in corpus() if name.startswith(beginning)]
