"""A real pgbouncer before the PostgreSQL of the tests: each statement may run in another session."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_SETTINGS = """\
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
unix_socket_mode = 0777
auth_type = any
pool_mode = statement
default_pool_size = 3
max_client_conn = 100
logfile = {folder}/log
"""


def is_there() -> bool:
    return shutil.which("pgbouncer") is not None or Path("/usr/sbin/pgbouncer").exists()


def bouncer_before(url: str) -> str:
    """The folder with the socket of a pgbouncer before the server of this URL, for as long as this process lives."""
    server = Path(parse_qs(urlsplit(url).query)["host"][0])
    folder = Path(tempfile.mkdtemp(prefix="ackplan-bouncer-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = folder / "pgbouncer.ini"
    settings.write_text(_SETTINGS.format(server=server, folder=folder))
    command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", "-q", str(settings)]
    owner = server.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    running = subprocess.Popen(command, user=owner.st_uid if os.getuid() == 0 else None, stderr=subprocess.DEVNULL)
    atexit.register(running.wait)
    atexit.register(running.kill)
    while not (folder / ".s.PGSQL.6432").exists():
        if running.poll() is not None:
            raise RuntimeError("pgbouncer did not start")
        time.sleep(0.05)
    return str(folder)
