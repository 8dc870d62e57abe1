"""What the operating system refuses is told with what to do about it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ackplan.adapters.local.atomic_files import unwritable
from ackplan.app.errors import as_diagnostics


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_folder_that_can_not_be_written_to(number: int) -> None:
    (told,) = as_diagnostics(OSError(number, os.strerror(number), ".ackplan"))
    assert (told.code, "-C DIR" in told.cure) == ("ACK3014", True)


def test_a_folder_in_the_place_of_a_file() -> None:
    told = unwritable(Path("plans"), IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    assert str(told) == "ACK3010 Can't write the file: plans is a folder. Name a file in it: plans/NAME"
