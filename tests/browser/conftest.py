"""A headless Chromium for the pages. Without one these tests are skipped, or fail where ACKPLAN_REQUIRE_BROWSER is 1."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., Any]


def missing(what: str) -> None:
    """Skips, or fails where the machine promised a browser."""
    if os.environ.get("ACKPLAN_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{what}, and ACKPLAN_REQUIRE_BROWSER is 1")
    pytest.skip(what)


# A module's browser, not a session's: its event loop must be gone before other tests run theirs in this process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    program = os.environ.get("ACKPLAN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("no chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page's text, or its file; at the end nothing may have gone wrong in it, nor have been asked of any network."""
    wrong: list[str] = []
    contexts = []

    def open_page(text: str | Path, address: str = "", **options: Any) -> Any:
        file = text if isinstance(text, Path) else tmp_path / f"page{len(contexts)}.html"
        if isinstance(text, str):
            file.write_text(text, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 860}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda fault: wrong.append(str(fault)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
        page.goto(file.as_uri() + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
