"""The files that all pages of a board share: its style, with that of a plan's page, and its script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Final

from ackplan.core import language, messages

_STYLES: Final = ("page/theme.css", "page/parts.css", "board/board.css")
# In the order in which they are put together into one script.
_SCRIPTS: Final = (
    "page/format.js",
    "page/elements.js",
    "board/rows.js",
    "board/fleet.js",
    "board/history.js",
    "board/start.js",
)


def assets() -> Mapping[str, str]:
    """These files by their names in the folder of the board."""
    script = "\n".join([*_texts(_SCRIPTS[:1]), *_phrasebook(), *_texts(_SCRIPTS[1:])])
    return {"board.css": "\n".join(_texts(_STYLES)), "board.js": f'"use strict";\n(() => {{\n{script}\n}})();\n'}


def _phrasebook() -> Iterator[str]:
    """The words that the script puts together, where they are not English."""
    current = language.current()
    if current != language.ENGLISH:
        words = json.dumps(dict(messages.phrases_of("board", current)), separators=(",", ":"))
        yield f"for (const [english, words] of Object.entries({words})) phrasebook.set(english, words);"


def _texts(names: Iterable[str]) -> list[str]:
    folder = resources.files("ackplan.render")
    return [folder.joinpath(*name.split("/")).read_text(encoding="utf-8").strip() for name in names]
