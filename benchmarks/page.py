"""`python -m benchmarks.page`: how large the page of a plan is, and how long a headless Chromium takes with it.

Prints one line of JSON for each fleet: bytes, seconds until its first rows stand, and milliseconds of the slowest of
some searches, of the slowest of some scrollings, and of the graph until it is drawn. Needs Chromium on the path, or
its program in ACKPLAN_CHROMIUM.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.fleets import fleet

FLEETS = ((100, "layers"), (2000, "plain"), (2000, "chains"), (2000, "layers"), (10_000, "chains"))
ENVIRONMENT = {"ACKPLAN_SANDBOX": "1", "ACK_NODE_PASSWORD": "Node-password-1"}
SEARCHES = """() => Math.max(...["cluster", "cn-beijing", "ecs 7", "00199", ""].map((words) => {
  const [search, begun] = [document.getElementById("search"), performance.now()];
  search.value = words;
  search.dispatchEvent(new Event("input"));
  return performance.now() - begun;
}))"""
SCROLLS = """async () => {
  const list = document.getElementById("clusters");
  let longest = 0;
  for (let part = 0; part <= 20; part += 1) {
    const begun = performance.now();
    list.scrollTop = (list.scrollHeight * part) / 20;
    await new Promise(requestAnimationFrame);
    longest = Math.max(longest, performance.now() - begun);
  }
  return longest;
}"""
GRAPH = """async () => {
  const begun = performance.now();
  document.getElementById("tab-graph").click();
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


def page(folder: Path, count: int, shape: str) -> Path:
    """The page of the plan that creates this fleet."""
    (folder / "ackplan.yaml").write_text(fleet(count, shape), "utf-8")
    command = [sys.executable, "-m", "ackplan", "plan", "-C", str(folder), "--format", "html"]
    printed = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, capture_output=True, check=True)
    written = folder / "page.html"
    written.write_bytes(printed.stdout)
    return written


def measured(browser: Any, file: Path) -> dict[str, float]:
    tab = browser.new_page(viewport={"width": 1400, "height": 860})
    begun = time.perf_counter()
    tab.goto(file.as_uri())
    tab.wait_for_selector("#clusters .row")
    found = {"bytes": file.stat().st_size, "open_seconds": round(time.perf_counter() - begun, 2)}
    for name, act in (("search_ms", SEARCHES), ("scroll_ms", SCROLLS), ("graph_ms", GRAPH)):
        found[name] = round(tab.evaluate(act))
    tab.close()
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("ACKPLAN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for count, shape in FLEETS:
            with tempfile.TemporaryDirectory() as folder:
                found = measured(browser, page(Path(folder), count, shape))
            print(json.dumps({"clusters": count, "shape": shape, **found}), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
