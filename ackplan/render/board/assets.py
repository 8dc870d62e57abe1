"""The files that all pages of a board share: its style, with that of a plan's page, and its script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Final

from ackplan.app.cluster_history import ClusterEvent
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
# What is said in the scripts themselves, and by the events of a history.
_SAID: Final = re.compile(r'\bsay\(\s*"([^"]*)"')
_EVENTS: Final = tuple(event.value for event in ClusterEvent)


def assets() -> Mapping[str, str]:
    """These files by their names in the folder of the board."""
    first, *others = _texts(_SCRIPTS)
    script = "\n".join([first, *_phrasebook(others), *others])
    return {"board.css": "\n".join(_texts(_STYLES)), "board.js": f'"use strict";\n(() => {{\n{script}\n}})();\n'}


def _phrasebook(scripts: Iterable[str]) -> Iterator[str]:
    """The words that the scripts put together, where they are not English; counts go by `# noun`."""
    current = language.current()
    if current == language.ENGLISH:
        return
    said = {*_EVENTS, *(words for script in scripts for words in _SAID.findall(script))}
    known = messages.phrases(current).items()
    words = {english: text for english, text in known if english in said or english.startswith("# ")}
    book = json.dumps(words, separators=(",", ":"))
    yield f"for (const [english, words] of Object.entries({book})) phrasebook.set(english, words);"


def _texts(names: Iterable[str]) -> list[str]:
    folder = resources.files("ackplan.render")
    return [folder.joinpath(*name.split("/")).read_text(encoding="utf-8").strip() for name in names]
