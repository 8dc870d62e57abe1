"""The server of buckets as a process of its own, on whose disk each object is: it may be killed and started again.

`python -m tests.stores.bucket_process FOLDER PORT`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, unquote

from .bucket_server import Buckets, serve


class Kept(dict[str, tuple[bytes, float]]):
    """Objects by their keys, each in a file before it is there."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        for path in folder.glob("o-*"):
            super().__setitem__(unquote(path.name[2:]), (path.read_bytes(), path.stat().st_mtime))

    def __setitem__(self, key: str, value: tuple[bytes, float]) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(value[0])
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(self._folder / f"o-{quote(key, safe='')}")
        super().__setitem__(key, value)


class BucketProcess:
    """One server, at work on a port of its own. `url` is where it is."""

    def __init__(self, folder: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "tests.stores.bucket_process", folder, str(self.port)]
        self.start()

    def start(self) -> None:
        self._running = subprocess.Popen(self._command, stdout=subprocess.PIPE)
        assert self._running.stdout
        assert self._running.stdout.readline(), "the server of buckets did not start"

    def kill(self) -> None:
        self._running.kill()
        self._running.communicate()

    close = kill


if __name__ == "__main__":
    print(serve(Buckets(objects=Kept(Path(sys.argv[1]))), int(sys.argv[2])), flush=True)
    while True:
        time.sleep(3600)
