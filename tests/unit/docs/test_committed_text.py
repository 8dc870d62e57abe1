"""No committed file names a place that only one machine has, nor leaves a note to finish something later."""

from __future__ import annotations

import re

import pytest

# Put together here, so that this file does not hold what it looks for.
FOLDERS = "|".join(("work", "root", "home", "Users"))
HOSTS = "|".join(("pypi", "pythonhosted", "npmjs", "crates", "goproxy", "pkg" + r"\.go", "docker"))
PATTERNS = {
    "absolute path": re.compile(rf"(?<![\w.}}~$-])/(?:{FOLDERS})/\w"),
    "registry host": re.compile(rf"\b(?:{HOSTS})\.(?:org|com|io|dev|cn)\b|\bmirrors?\.[a-z-]+\.(?:com|cn|org|edu)\b"),
    "note for later": re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b"),
}
EXAMPLES = [
    ("absolute path", "see /" + "work/main/x", "docs/workflows/ci, http://host/" + "work/x, the network/" + "work"),
    ("absolute path", '"/' + 'home/someone/.config"', "~/" + "home/x"),
    ("registry host", "https://" + "pypi" + ".org/simple", "pypi is a registry"),
    ("registry host", "mirrors." + "aliyun" + ".com", "cs.aliyuncs.com"),
    ("note for later", "# TO" + "DO: later", "todo = steps.update(todo)"),
    ("note for later", "FIX" + "ME", "a fix for me"),
]


def text_of(data: bytes) -> str | None:
    """The text of a file; None for one that holds none."""
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize(("what", "bad", "good"), EXAMPLES)
def test_what_is_looked_for_is_found(what, bad, good):
    assert PATTERNS[what].search(bad)
    assert not PATTERNS[what].search(good)


def test_no_committed_file_holds_it(committed, root):
    texts = {path.relative_to(root).as_posix(): text_of(path.read_bytes()) for path in committed if path.is_file()}
    assert {"pyproject.toml", "ackplan/__init__.py", "docs/parameters.md"} <= set(texts)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match[0]}"
        for name, text in texts.items()
        if text is not None
        for what, pattern in PATTERNS.items()
        for match in pattern.finditer(text)
    ]
    assert found == []
