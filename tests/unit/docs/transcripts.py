"""Runs what a page tells its reader to type, and compares what is printed with what the page shows.

    python -m tests.unit.docs.transcripts PAGE ...            says what differs
    python -m tests.unit.docs.transcripts --update PAGE ...   writes what was printed where a page shows something else, and the
                                                              same into the page in Chinese

A fence of `sh` is typed as it stands; a fence of `text` behind it is what its last lines print, both streams together.
`…` stands for any lines, or within a line for any text. A fence of `yaml title="NAME"` is a file that the reader writes.
What differs from run to run (ids, digests, times, durations) is compared by its form. A comment before a fence says more:

    <!-- exit 1 -->                 the commands below end with this code
    <!-- not run: WHY -->           only the shell's syntax is checked; placeholders are words in capitals
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
FENCE = re.compile(
    r"(?:^<!-- (?P<mark>exit \d+|not run: [^>]*) -->\n+)?"
    r"^(?P<fence>`{3,})(?P<info>sh|text|yaml title=\"[^\"\n]+\")\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
# Logs have the time before a line, a terminal has not: pages show what a terminal does.
TIME_OF_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (?=\S)", re.MULTILINE)
# What no two runs have in common, by its form.
PASSING = (
    (TIME_OF_LINE, ""),
    (re.compile(r"\bc[0-9a-f]{32}\b"), "CLUSTER"),
    (re.compile(r"\bnp[0-9a-f]{32}\b"), "POOL"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\bT-[0-9a-z]{24,}\b"), "TASK"),
    (re.compile(r"\bi-[0-9a-z]{16,20}\b"), "INSTANCE"),
    (re.compile(r"\brun [0-9a-f]{8}\b"), "run ID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"), "MOMENT"),
    (re.compile(r"\bby [^\s@]+@[\w.-]*\w"), "by SOMEBODY"),
    (re.compile(r"\bcommit [0-9a-f]{10}\b"), "commit ID"),
    (re.compile(r"\b(after|took) (\d+h)?(\d+m)?(\d+s)?(?=\b)"), r"\1 WHILE"),
)
ANY_LINES, ANY_TEXT = r"(?:[^\n]*\n)*?", r"[^\n]*?"


@dataclass(frozen=True)
class Fence:
    """A piece of a page: commands, what they print, or a file to write."""

    kind: str
    title: str
    body: str
    mark: str
    span: tuple[int, int]

    @property
    def run(self) -> bool:
        return self.kind == "sh" and not self.mark.startswith("not run")

    @property
    def exit_code(self) -> int:
        return int(self.mark.removeprefix("exit ")) if self.mark.startswith("exit") else 0


@dataclass(frozen=True)
class Difference:
    """Where a page says something else than what happened."""

    commands: str
    shown: str
    printed: str
    code: int

    def __str__(self) -> str:
        return f"$ {self.commands}ended with {self.code} and printed\n{self.printed}\nbut the page shows\n{self.shown}"


def fences(page: str) -> list[Fence]:
    """The fences of a page that a reader types, reads or writes down."""
    return [
        Fence(match["info"].split()[0], title(match["info"]), match["body"], match["mark"] or "", match.span("body"))
        for match in FENCE.finditer(page)
    ]


def title(info: str) -> str:
    """The name of the file that a fence is; empty for none."""
    return info.split('"')[1] if '"' in info else ""


def passing(text: str) -> str:
    """A text without what no two runs have in common."""
    for pattern, word in PASSING:
        text = pattern.sub(word, text)
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())


def same(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed."""
    lines = [
        ANY_LINES if line == "…" else ANY_TEXT.join(map(re.escape, line.split("…"))) + r"\n"
        for line in passing(shown).splitlines()
    ]
    return re.fullmatch("".join(lines), passing(printed)) is not None


def shown_by(page: Sequence[Fence], place: int, text: str) -> Fence | None:
    """The fence behind a fence of commands that shows what they print; None where the page shows nothing."""
    after = page[place + 1] if place + 1 < len(page) else None
    between = text[page[place].span[1] : after.span[0]] if after else ""
    return (
        after if after is not None and after.kind == "text" and between.count("\n") <= 4 and _blank(between) else None
    )


def _blank(between: str) -> bool:
    return re.fullmatch(r"`{3,}\s*`{3,}text\s*", between) is not None


def typed(page: Sequence[Fence]) -> str:
    """All that a reader does, as one script of bash: each fence's output and exit code go to files of their own."""
    lines = ["trap 'code=$?' ERR", "set -o pipefail"]
    for place, fence in enumerate(page):
        if fence.title:
            lines.append(
                f"mkdir -p \"$(dirname '{fence.title}')\"; cat > '{fence.title}' <<'THE_PAGE'\n{fence.body}THE_PAGE"
            )
        elif fence.run:
            lines.append(
                f'code=0\n{{\n{fence.body}}} > "$PRINTED/{place}" 2>&1 < /dev/null\necho $code > "$PRINTED/{place}.code"'
            )
    return "\n".join(lines) + "\n"


def differences(text: str, folder: Path) -> list[tuple[Fence | None, Difference]]:
    """What a page shows otherwise than it happens; typed in an empty folder, with no account and no settings."""
    page = fences(text)
    printed = folder / "printed"
    printed.mkdir()
    project = folder / "project"
    project.mkdir()
    subprocess.run(
        ["bash", "-c", typed(page)], cwd=project, env=environment(folder, printed), check=False, capture_output=True
    )
    found: list[tuple[Fence | None, Difference]] = []
    for place, fence in enumerate(page):
        if fence.run:
            out, code = _read(printed / str(place)), int(_read(printed / f"{place}.code") or 255)
            shown = shown_by(page, place, text)
            if code != fence.exit_code or (shown and not same(shown.body, out)):
                found.append((shown, Difference(fence.body, shown.body if shown else "", out, code)))
    return found


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def environment(folder: Path, printed: Path) -> Mapping[str, str]:
    """What the commands see: an own home, `ackplan` of this checkout, and nothing of this machine's settings."""
    programs = folder / "bin"
    programs.mkdir()
    command = programs / "ackplan"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m ackplan "$@"\n', "utf-8")
    command.chmod(0o755)
    who = {"NAME": "Reader", "EMAIL": "reader@example.com"}
    return {
        "PATH": f"{programs}:{os.defpath}:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PRINTED": str(printed),
        "ACKPLAN": str(ROOT),
        "COLUMNS": "120",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()},
    }


def updated(text: str, found: Sequence[tuple[Fence | None, Difference]]) -> str:
    """A page that shows what was printed."""
    for shown, difference in reversed(found):
        if shown is not None:
            printed = TIME_OF_LINE.sub("", difference.printed).strip("\n")
            printed = re.sub(r"\bby [^\s@]+@[\w.-]*\w", "by lin@desk", printed)
            text = text[: shown.span[0]] + printed + "\n" + text[shown.span[1] :]
    return text


def translated(english: str, chinese: str) -> str:
    """A page in Chinese whose fences are those of the English one. Raises ValueError where it has another number."""
    for fence, own in reversed(list(zip(fences(english), fences(chinese), strict=True))):
        chinese = chinese[: own.span[0]] + fence.body + chinese[own.span[1] :]
    return chinese


def chinese_of(page: Path) -> Path:
    """Where the same page stands in Chinese, if it does."""
    return page.with_name("README.zh-CN.md") if page.name == "README.md" else ROOT / in_zh(page)


def in_zh(page: Path) -> Path:
    return Path("docs", "zh", *page.resolve().relative_to(ROOT / "docs").parts)


def main(arguments: Sequence[str]) -> int:
    """Says what differs in pages, or with `--update` writes it, also into the pages in Chinese. The exit code."""
    update = "--update" in arguments
    worst = 0
    for page in (Path(name) for name in arguments if name != "--update"):
        folder = Path(tempfile.mkdtemp())
        text = page.read_text("utf-8")
        found = differences(text, folder)
        shutil.rmtree(folder)
        if update:
            text = updated(text, found)
            page.write_text(text, "utf-8")
            chinese = chinese_of(page)
            if chinese.exists():
                chinese.write_text(translated(text, chinese.read_text("utf-8")), "utf-8")
        for _, difference in found:
            worst = 1
            sys.stdout.write(f"{page}:\n{difference}\n")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
