"""Starts the programs of a pipeline quickly: each is forked from a process that has ackplan imported already.

Run as a module it is that process: it listens on a socket, and ends with its standard input. `command` gives the line
of shell that has a program run there, with the caller's arguments, folder, environment and open files.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_CLIENT = """\
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
server.sendall(asked)
sys.exit(int(server.makefile().read() or 70))
"""


def command(program: str) -> str:
    """The line of shell that runs a program, to which arguments may be added."""
    folder = _started()
    return f'exec "{sys.executable}" -I -S "{folder}/client.py" "{folder}/socket" {program}'


@functools.cache
def _started() -> str:
    folder = tempfile.mkdtemp()
    Path(folder, "client.py").write_text(_CLIENT, "utf-8")
    words = [sys.executable, "-m", "tests.pipelines.forking", f"{folder}/socket"]
    server = subprocess.Popen(words, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    server.stdout.readline()

    def ended() -> None:
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(ended)
    return folder


def _serve(path: str) -> None:
    import ackplan
    from ackplan.cli.main import run  # noqa: F401 - imported once for all that are forked

    for module in pkgutil.walk_packages(ackplan.__path__, "ackplan."):
        if not module.name.startswith(("ackplan.simulator", "ackplan.__main__")):
            importlib.import_module(module.name)
    for name in ("jq", "aiohttp", "ruamel.yaml", "jsonschema_rs", "networkx"):
        importlib.import_module(name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while sys.stdin not in (ready := select.select([listener, sys.stdin], [], [])[0]):
        assert ready == [listener]
        caller, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _child(caller)
        caller.close()


def _child(caller: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, files, _, _ = socket.recv_fds(caller, 8, 3)
    asked = caller.makefile("rb").read(int.from_bytes(size, "big"))
    arguments, folder, environment = json.loads(asked)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = 70
    try:
        code = _run(*arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        caller.sendall(str(code).encode())
        os._exit(0)


def _run(program: str, *arguments: str) -> int:
    if program == "ackplan":
        from ackplan.cli.main import run

        return run(arguments)
    from tests.pipelines import shims

    return shims.main(program, list(arguments))


if __name__ == "__main__":
    _serve(sys.argv[1])
