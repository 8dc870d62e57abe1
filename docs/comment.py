"""Writes docs/comment.md: what `ackplan plan --format markdown` prints of the change in `docs/example.py`.

python docs/comment.py            rewrites the page
python docs/comment.py --check    exits 1 when the page is stale
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import example

OUTPUT = Path(__file__).with_suffix(".md")
INTRODUCTION = """\
# A comment below a pull request

Written by `python docs/comment.py`; don't edit it by hand. Below the line is what `ackplan plan --format markdown`
prints of a change of the [fleet in the examples](../examples/fleet), just as it stands in the comment: GitHub and
GitLab unfold the details on a click and draw the graph. It never has more than 65,536 characters; what has no room is
left out from the end, and the last lines say what that is and where it can be seen. [Pipelines](pipelines.md) keep one
comment a pull request up to date with it.

---

"""


def render() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        changed = example.changed(Path(folder))
        return INTRODUCTION + example.ackplan(changed, "plan", "--format", "markdown")


def main(arguments: Sequence[str]) -> int:
    """Writes the page, or with `--check` only says whether it is up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/comment.py [--check]\n")
        return 64
    text = render()
    if not arguments:
        OUTPUT.write_text(text, "utf-8")
    elif not OUTPUT.exists() or OUTPUT.read_text("utf-8") != text:
        sys.stderr.write(f"{OUTPUT.name} is stale: python docs/comment.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
