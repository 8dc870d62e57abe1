"""Options of the test suite."""

import pytest
from hypothesis import settings

# How long a machine takes is no property of the program.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expectations of scenarios")
