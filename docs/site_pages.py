"""Prepares what the site is built from: README and documents as pages, one page for each diagnostic code.

    python docs/site_pages.py FOLDER

writes the sources below FOLDER. On GitHub the pages link to each other and to files of the checkout as they lie there;
the site holds pages alone, so links are rewritten, and files and folders that are linked become part of it. Nothing is
fetched from a network.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Pages that do not lie in docs/, and where the site has them.
MOVED = {
    "README.md": "index.md",
    "README.zh-CN.md": "zh/index.md",
    "CHANGELOG.md": "project/changes.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "schemas/README.md": "reference/schemas.md",
    "state/README.md": "reference/state.md",
}
LINK = re.compile(r"(?P<before>\]\(|(?:src|srcset|href)=\")(?P<target>[^)\s\"]+)(?=[)\"])")
FENCE = re.compile(r"^ *(```+|~~~+)")
# Pages with a section for each code: where the single pages of those lie, and what stands below each.
CODES = {
    "docs/diagnostics.md": ("codes", "`ackplan explain {code}` prints this. [All codes](../diagnostics.md)"),
    "docs/zh/diagnostics.md": (
        "zh/codes",
        "`ackplan explain {code}` 输出此内容。[全部代码](../diagnostics.md) · [English](../../codes/{code}.md)",
    ),
}
CODE = re.compile(r"^### (ACK\d{4})$", re.MULTILINE)
COPIED = {".png", ".svg", ".json"}
SHOWN = {".yaml": "yaml", ".json": "json", ".rego": "rego", ".py": "python", ".sh": "sh", ".toml": "toml"}


def sources(root: Path) -> dict[str, str]:
    """The Markdown files that become pages: their paths in the checkout, each with its place in the site."""
    inside = (path for path in sorted((root / "docs").rglob("*.md")))
    placed = {path.relative_to(root).as_posix(): path.relative_to(root / "docs").as_posix() for path in inside}
    return {**{path: place for path, place in MOVED.items() if (root / path).exists()}, **placed}


class Site:
    """The pages of a checkout, and the files that they link to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sources = sources(root)
        self.files: dict[str, str] = {}
        self.folders: dict[str, str] = {}

    def pages(self) -> dict[str, str]:
        """The text of every page by its place; a link that leads nowhere is left, and fails the build."""
        written = {place: self._page(path, place) for path, place in self.sources.items()}
        written |= dict(self._codes())
        written |= {place: _folder_page(self.root, path) for path, place in sorted(self.folders.items())}
        return written

    def _page(self, path: str, place: str) -> str:
        return self._rewritten((self.root / path).read_text("utf-8"), path, place)

    def _codes(self) -> Iterator[tuple[str, str]]:
        for path, (folder, below) in CODES.items():
            parts = CODE.split((self.root / path).read_text("utf-8")) if (self.root / path).exists() else [""]
            for code, text in zip(parts[1::2], parts[2::2], strict=True):
                place = f"{folder}/{code}.md"
                own = text.partition("\n## ")[0].strip()
                yield place, f"# {code}\n\n{self._rewritten(own, path, place)}\n\n{below.format(code=code)}\n"

    def _rewritten(self, text: str, path: str, place: str) -> str:
        lines, fence = [], ""
        for line in text.splitlines():
            mark = FENCE.match(line)
            if mark and not fence:
                fence = mark[1]
            elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
            elif not fence:
                line = LINK.sub(lambda link: link["before"] + self._target(link["target"], path, place), line)  # noqa: PLW2901
                line = line.replace("<details", '<details markdown="1"')  # noqa: PLW2901
            lines.append(line)
        return "\n".join(lines) + "\n"

    def _target(self, target: str, path: str, place: str) -> str:
        """A link of a page as the site has it."""
        name, mark, anchor = target.partition("#")
        if not name or ":" in name or name.startswith("//"):
            return _own_anchor(target, path, place)
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        goal = self._goal(meant)
        if goal is None:
            return target
        return posixpath.relpath(goal, posixpath.dirname(place) or ".") + mark + anchor

    def _goal(self, meant: str) -> str | None:
        """Where the site has a file or folder of the checkout; None for one that is not there."""
        if meant in self.sources:
            return self.sources[meant]
        path = self.root / meant
        if meant.startswith("docs/") and path.suffix in COPIED and path.is_file():
            return meant.removeprefix("docs/")
        if path.is_file():
            return self.files.setdefault(meant, f"files/{meant}")
        if path.is_dir():
            return self.folders.setdefault(meant, f"files/{meant}/index.md")
        return None


def _own_anchor(target: str, path: str, place: str) -> str:
    """An anchor of the page itself: on the page of a code it is one of the page of all codes."""
    if target.startswith("#") and place.startswith(("codes/", "zh/codes/")):
        return posixpath.relpath(path.removeprefix("docs/"), posixpath.dirname(place)) + target
    return target


def _folder_page(root: Path, path: str) -> str:
    """A folder of the checkout as one page: every file of text in it."""
    parts = [f"# {path}/"]
    for file in sorted(root.joinpath(path).rglob("*")):
        if file.suffix in SHOWN and "__pycache__" not in file.parts:
            name = file.relative_to(root / path).as_posix()
            parts.append(f"## {name}\n\n`````{SHOWN[file.suffix]}\n{file.read_text('utf-8').rstrip()}\n`````")
        elif file.suffix == ".md":
            parts.append(f"- [{file.stem}]({posixpath.relpath(_place(root, file), f'files/{path}')})")
    return "\n\n".join(parts) + "\n"


def _place(root: Path, file: Path) -> str:
    return sources(root)[file.relative_to(root).as_posix()]


def write(root: Path, folder: Path) -> None:
    """The sources of the site, into an empty folder."""
    site = Site(root)
    _clear(folder)
    for place, text in site.pages().items():
        _put(folder / place, text.encode())
    for path, place in site.files.items():
        _put(folder / place, (root / path).read_bytes())
    for file in sorted((root / "docs").rglob("*")):
        if file.suffix in COPIED:
            _put(folder / file.relative_to(root / "docs"), file.read_bytes())


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def main(arguments: Sequence[str]) -> int:
    """Writes the sources below a folder. The exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python docs/site_pages.py FOLDER\n")
        return 64
    write(ROOT, Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
