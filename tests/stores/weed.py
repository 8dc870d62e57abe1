"""A real seaweedfs, which speaks S3, in a folder and on ports of its own. It may be killed and started again."""

from __future__ import annotations

import atexit
import json
import socket
import subprocess
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ADMIN = ("AKIAOFALLTHETESTS", "SecretOfTheAdmin")
READER = ("AKIATHATREADSONLY", "SecretOfTheReader")
_LONGEST_START = 60


def _identity(name: str, key: tuple[str, str], *actions: str) -> dict[str, object]:
    return {"name": name, "credentials": [{"accessKey": key[0], "secretKey": key[1]}], "actions": actions}


class Weed:
    """One server. `url` is where it speaks S3."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ackplan-weed-"))
        identities = [_identity("admin", ADMIN, "Admin"), _identity("reader", READER, "Read", "List")]
        (self._folder / "s3.json").write_text(json.dumps({"identities": identities}), "utf-8")
        self._ports = _free_ports(8)
        self._running: subprocess.Popen[bytes] | None = None
        self.port = self._ports[0]
        self.url = f"http://127.0.0.1:{self.port}"
        atexit.register(self.kill)

    def start(self) -> None:
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = map(str, self._ports)
        options = {
            "dir": str(self._folder), "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "volume.max": "100",
            "master.port": master, "master.port.grpc": master_grpc, "volume.port": volume,
            "volume.port.grpc": volume_grpc, "filer.port": filer, "filer.port.grpc": filer_grpc,
            "s3.port": s3, "s3.port.grpc": s3_grpc, "s3.port.iceberg": "0", "s3.port.lance": "0",
            "s3.config": str(self._folder / "s3.json"),
        }  # fmt: skip
        program = Path(sysconfig.get_path("scripts"), "weed")
        command = [str(program), "server", "-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())]
        with (self._folder / "log").open("ab") as log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        deadline = time.monotonic() + _LONGEST_START
        while not self._answers():
            assert self._running.poll() is None, (self._folder / "log").read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/", timeout=5).close()
        except urllib.error.HTTPError as fault:
            fault.close()
            return True
        except OSError:
            return False
        return True

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def make_bucket(url: str, name: str) -> None:
    """An empty bucket in a store that speaks S3."""
    import boto3
    from botocore.config import Config

    plain = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 10})
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", config=plain)
    client.create_bucket(Bucket=name)
    client.close()
