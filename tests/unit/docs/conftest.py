"""What the tests of the documentation read: the checkout, and its files as git would take them."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return _ROOT


@pytest.fixture(scope="session")
def committed(root: Path) -> tuple[Path, ...]:
    """Every file that is not ignored. Read from `.gitignore`, so that the tests need no git."""
    ignored = [line.rstrip("/") for line in (root / ".gitignore").read_text("utf-8").split()]

    def kept(name: str) -> bool:
        return name != ".git" and not any(fnmatch.fnmatch(name, pattern) for pattern in ignored)

    def walk() -> Iterator[Path]:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(filter(kept, folders))
            yield from (Path(folder, name) for name in sorted(names) if kept(name))

    return tuple(walk())


@pytest.fixture(scope="session")
def documents(root: Path, committed: tuple[Path, ...]) -> dict[str, str]:
    """Every Markdown file, by its path in the checkout. Those of test data are not ours to check."""
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in committed
        if path.suffix == ".md" and "tests" not in path.relative_to(root).parts
    }
