"""docs/adoption.md shows what the commands print: they are run, one after another, in an account that is in use."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ackplan.core.provenance import Provenance
from tests.running import Simulator, command_line, simulator
from tests.unit.docs.transcripts import TIME_OF_LINE

HERE = Path(__file__).parent / "adoption"
PAGE = "docs/adoption.md"
MADE = Provenance("2026-05-04T08:30:00Z", "lin@desk", commit="5f3c9a71d2e84b60917a4c8e2d5b3f10a6c7e8d9", branch="main")
BLOCK = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def grown(api: Simulator, folder: Path, environment: dict[str, str]) -> None:
    """Somebody adds two workers by hand, at a time that is known."""
    body = json.loads((HERE / "grow.json").read_text())
    done = command_line(
        folder, "api", "POST", "/api/v2/clusters/cshop0001", "--body", json.dumps(body), environment=environment
    )
    assert done.code == 0, done.err
    while (
        json.loads(command_line(folder, "api", "GET", "/clusters/cshop0001", environment=environment).out)["state"]
        != "running"
    ):
        pass


def shown(line: str, folder: Path, environment: dict[str, str]) -> str:
    """What a line that begins with `$ ` prints."""
    program, *arguments = line.removeprefix("$ ").split()
    if program == "cat":
        return (folder / arguments[0]).read_text("utf-8")
    done = command_line(folder, *arguments, environment=environment)
    printed = TIME_OF_LINE.sub("", done.err + done.out)
    return re.sub(r"(changed last at )[0-9T:Z-]+", r"\g<1>2026-11-26T03:00:00Z", printed)


def run_page(page: str, folder: Path, api: Simulator) -> str:
    """The page with what its commands really print."""
    environment = {**api.credentials, "ACKPLAN_ENDPOINT": api.url, "ACK_NODE_PASSWORD": "Node-password-1"}
    shutil.copy(HERE / "terraform.tfstate", folder)

    def printed(block: re.Match[str]) -> str:
        parts = []
        for line in re.findall(r"^\$ .*$", block[1], re.MULTILINE):
            if line.startswith("$ ackplan import --from-terraform"):
                shutil.move(folder / "state", folder / "state.before")
            if line == "$ ackplan drift":
                shutil.rmtree(folder / "state")
                shutil.move(folder / "state.before", folder / "state")
                grown(api, folder, environment)
            parts.append(f"{line}\n{shown(line, folder, environment).rstrip()}\n".replace("\n\n```", "\n```"))
        return "```console\n" + "\n".join(parts) + "```\n"

    return BLOCK.sub(printed, page)


def test_the_page_shows_what_the_commands_print(root: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    live: Any = json.loads((HERE / "live.json").read_text("utf-8"))
    page = (root / PAGE).read_text("utf-8")
    made = mock.patch("ackplan.project.wiring.provenance_now", return_value=MADE)
    with simulator(live=live, time_scale=60_000) as api, made:
        told = run_page(page, tmp_path, api)
    if request.config.getoption("--update"):
        (root / PAGE).write_text(told, "utf-8")
    else:
        assert told == page
    assert page.count("$ ackplan") >= 8
