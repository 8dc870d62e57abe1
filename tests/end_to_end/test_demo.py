"""What the README says that `make demo` shows is what the demonstration prints, in both languages' pages."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.docs.transcripts import ROOT, environment, same

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        ["sh", str(ROOT / "examples" / "demo.sh")],
        env={**environment(folder, folder), "ACKPLAN_DEMO_PAGES": str(folder / "pages")},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return _COLORS.sub("", done.stdout)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_page_shows_what_the_demonstration_prints(page: str, printed: str) -> None:
    shown = re.search(r"<code>make demo</code>.*?```text\n(.*?)```", Path(ROOT, page).read_text("utf-8"), re.DOTALL)
    assert shown
    lines = shown[1].splitlines()
    # The first line that is not there says more than a page of both.
    fitting = sum(same("\n".join(["…", *lines[:number], "…", ""]), printed) for number in range(1, len(lines) + 1))
    assert lines[fitting : fitting + 1] == []


def test_pages_stay_and_the_last_lines_say_where(printed: str) -> None:
    links = [line.removeprefix("file://") for line in printed.splitlines()[-2:]]
    assert [Path(link).name for link in links] == ["plan.html", "drift.html"]
    assert all("<title>" in Path(link).read_text("utf-8") for link in links)
