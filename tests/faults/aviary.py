"""A project whose every secret is a canary: what tests search all output and every file for."""

from __future__ import annotations

import base64
import contextlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.faults.scenes import pooled, spec
from tests.faults.stage import Stage, stage
from tests.faults.victim import Ended, Victims
from tests.plan_files import unpacked

# Each passes the password rule, and reads differently in JSON, in URLs and in base64.
ENV, FILE, KEY, TOKEN = 'Canary-Env-1"\\', "Canary-File-2&/", "Canary-Key-3=+", "Canary-Token-4%"
ACCESS_KEY = "canary-bird"
CREDENTIALS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY,
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
}
ATTACHED = {"instances": ["i-one"], "password": {"file": "password.txt"}}
_EDGE = {
    "profile": "Edge",
    "login_password": {"file": "password.txt"},
    "attach_script": {"nodeNameStrategy": "hostname"},
}
_FLEET = {
    "shop": {
        "login_password": {"env": "CAGE"},
        "attach": [ATTACHED],
    },
    "rim": _EDGE,
    "pond": {
        **pooled(
            web={"login_password": {"env": "CAGE"}, "attach": [{**ATTACHED, "instances": ["i-two"]}]},
            batch={"login_password": {"file": "password.txt"}},
        ),
        "addons": [{"name": "metrics-server", "config": '{"replicas": 2}'}],
    },
}


def _shapes(canary: str) -> set[bytes]:
    """How a secret may look in a file: as it is, in JSON, in YAML, in a URL, in a page, in base64."""
    told = {
        canary,
        html.escape(canary),
        json.dumps(canary)[1:-1],
        repr(canary)[1:-1],
        quote(canary, safe=""),
        quote(canary),
    }
    return {text.encode() for text in told} | {base64.b64encode(canary.encode()).rstrip(b"=")}


@dataclass
class Aviary:
    """A project whose every secret is a canary, and a world that takes them."""

    crew: Victims
    world: Stage
    folder: Path
    loud: tuple[str, ...]
    private: set[str] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        return {**self.world.environment, **CREDENTIALS, "CAGE": ENV}

    def run(self, *arguments: str, code: int | None = 0, environment: Mapping[str, str] | None = None) -> Ended:
        found = self.crew.run(self.folder, {**self.environment, **(environment or {})}, [*arguments, *self.loud])
        assert found.code == code or code is None, f"{arguments}: {found.output}"
        self.search(found.output.encode(), f"output of {' '.join(arguments)}")
        return found

    def search(self, data: bytes, where: str) -> None:
        for canary in {ENV, FILE, KEY, TOKEN, *self.private}:
            for shape in _shapes(canary):
                assert shape not in data, f"{canary} is in the {where}"

    def search_files(self, *, but: set[str]) -> set[str]:
        """Searches every file that was written; their names."""
        names = set()
        for path in self.folder.parent.rglob("*"):
            if path.is_file() and path.name not in but:
                self.search(unpacked(path.read_bytes()), f"file {path.name}")
                names.add(path.name)
        return names


@contextlib.contextmanager
def aviary(crew: Victims, tmp_path: Path, loud: tuple[str, ...], **settings: Any) -> Iterator[Aviary]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec(_FLEET))
    (folder / "password.txt").write_text(FILE + "\n")
    settings |= {"access_keys": {ACCESS_KEY: KEY}, "security_tokens": {ACCESS_KEY: TOKEN}}
    with stage(tmp_path / "world.db", **settings) as world:
        yield Aviary(crew, world, folder, loud)
