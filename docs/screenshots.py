"""Writes docs/images: the pages of the change in `docs/example.py`, as headless Chromium shows them.

    python docs/screenshots.py

Needs Chromium on the path, or its program in ACKPLAN_CHROMIUM.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import example

IMAGES = Path(__file__).with_name("images")
SIZE = {"width": 1280, "height": 760}
KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox"}
FAULTS = """\
faults:
  - {kind: throttle, operation: create_cluster, first: 2}
  - {kind: error, operation: create_cluster, cluster: web-hangzhou, status: 403, code: QuotaExceeded.Cluster,
     message: Your account may have 8 clusters in cn-hangzhou.}
"""


class Shot(NamedTuple):
    """A picture: its name, the page and the address in it, the colours."""

    name: str
    page: str
    address: str
    scheme: str


SHOTS = (
    Shot("plan-light", "changed", "#/clusters", "light"),
    Shot("plan-dark", "changed", "#/clusters", "dark"),
    Shot("details-light", "changed", "#/clusters/web-singapore-canary", "light"),
    Shot("details-dark", "changed", "#/clusters/web-singapore-canary", "dark"),
    Shot("graph-light", "first", "#/graph", "light"),
    Shot("graph-dark", "first", "#/graph", "dark"),
    Shot("schedule-light", "first", "#/schedule", "light"),
    Shot("schedule-dark", "first", "#/schedule", "dark"),
    Shot("report-light", "report", "#/clusters/data-beijing", "light"),
    Shot("report-dark", "report", "#/clusters/data-beijing", "dark"),
)


def pages(folder: Path) -> dict[str, Path]:
    """The pages: the first plan of the fleet, the plan of its change, the report of an apply that a quota stopped."""
    for name in ("first", "changed", "report"):
        (folder / name).mkdir()
    first, report = example.fleet(folder / "first"), example.fleet(folder / "report")
    texts = {
        "first": example.ackplan(first, "plan", "--format", "html"),
        "changed": example.ackplan(example.changed(folder / "changed"), "plan", "--format", "html"),
    }
    found = {}
    for name, text in texts.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(text, "utf-8")
    with served(report) as url:
        environment = {**KEYS, "ACKPLAN_ENDPOINT": url, "LOGNAME": "lin"}
        arguments = ("apply", "--auto-approve", "--report", "report.html")
        with mock.patch("socket.gethostname", return_value="runner-7"):
            example.ackplan(report, *arguments, environment=environment, code=1)
    return {**found, "report": report / "report.html"}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The embedded API with faults, ten minutes of it in a second; its address."""
    (folder / "faults.yaml").write_text(FAULTS, "utf-8")
    command = [sys.executable, "-m", "ackplan", "simulator", "--time-scale", "600", "--faults", "faults.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(example.ROOT), **KEYS}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process.stdout.readline().decode().strip() if process.stdout else ""
        finally:
            process.terminate()


def shoot(browser: Any, shot: Shot, page: Path) -> bytes:
    context = browser.new_context(viewport=SIZE, color_scheme=shot.scheme)
    opened = context.new_page()
    opened.goto(page.as_uri() + shot.address)
    picture: bytes = opened.screenshot()
    context.close()
    return picture


def smaller(picture: bytes) -> bytes:
    """The picture with the 256 colours that cover most of it: a third of the size."""
    from PIL import Image

    full = Image.open(io.BytesIO(picture)).convert("RGB")
    out = io.BytesIO()
    full.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("ACKPLAN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder:
        # Before the browser, which has an event loop in this thread as long as it runs.
        found = pages(Path(folder))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            IMAGES.mkdir(exist_ok=True)
            for shot in SHOTS:
                (IMAGES / f"{shot.name}.png").write_bytes(smaller(shoot(browser, shot, found[shot.page])))
            browser.close()


if __name__ == "__main__":
    main()
