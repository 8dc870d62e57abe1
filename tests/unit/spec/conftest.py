"""Specs written to a folder and read through the public door, as the command line does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ackplan import spec

Reader = Callable[..., spec.Spec]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the command runs in, so that places are shown relative to it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def read(folder: Path) -> Reader:
    """Reads a spec: one text, or several files by name. More keywords are those of Inputs."""

    def reader(text: str | bytes | Mapping[str, str | bytes], **inputs: Any) -> spec.Spec:
        files = text if isinstance(text, Mapping) else {"ackplan.yaml": text}
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return spec.read(spec.Inputs(folder, **inputs))

    return reader
