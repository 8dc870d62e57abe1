"""Options of the test suite."""

import zlib

import pytest
from hypothesis import settings

# How long a machine takes is no property of the program.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expectations of scenarios")
    parser.addoption("--one-in", type=int, default=1, metavar="N", help="run a sample: one of N tests, always the same")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is not in the sample."""
    each = config.getoption("--one-in")
    if each > 1:
        left_out = [item for item in items if zlib.crc32(item.nodeid.encode()) % each]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if zlib.crc32(item.nodeid.encode()) % each == 0]
