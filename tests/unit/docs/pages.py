"""The programs that write pages, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def generated(root: Path, name: str) -> ModuleType:
    """The program that writes a page of this name; what it imports from beside it is found."""
    spec = importlib.util.spec_from_file_location(f"{name}_page", root / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(root / "docs"))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(root / "docs"))
    return module
