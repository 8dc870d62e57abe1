"""Takes keys out of one cluster of a spec file and puts others in: every other line, comments too, stays as it is.

The file is read again afterwards: where it would mean anything but this, nothing is written. A comment behind a key
that goes stays, above the keys that come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from ackplan.core.diagnostics import Failure, error
from ackplan.core.json_types import Json, JsonObject
from ackplan.documents.tree import Map
from ackplan.documents.yaml import parse
from ackplan.spec.write import entry

_COMMENT = re.compile(r"""^(?:[^#"']|"(?:[^"\\]|\\.)*"|'[^']*'|(?<!\s)#)*?\s(#.*)$""")
_STEP = 2


def rewritten(
    sources: Mapping[str, bytes], cluster: str, gone: Set[str], new: JsonObject, notes: Mapping[str, str]
) -> tuple[str, bytes]:
    """The file that has this cluster, and its bytes with keys that are `gone` left out and `new` ones put in.

    `sources` are the spec's files by the names that messages give them; `notes` stand behind new keys. Raises Failure
    where only a person can tell what to write.
    """
    file, data = entry_file(sources, cluster)
    documents, _ = parse(data, file)
    number, root, clusters = next(_homes(documents, cluster))
    body = clusters.inner(cluster)
    whole = _Rewriting(data.decode("utf-8-sig", "replace"), clusters, cluster, body)
    after = whole.made(gone, new, notes).encode()
    meant = {key: value for key, value in body.items() if key not in gone and key not in new} | {**new}
    documents[number] = {**root, "clusters": {**clusters, cluster: meant}}
    if parse(after, file) != (documents, []):
        raise Failure(error("ACK3097.form", span=clusters.key_span(cluster), cluster=cluster))
    return file, after


def entry_file(sources: Mapping[str, bytes], cluster: str) -> tuple[str, bytes]:
    """The file that has this cluster, and its bytes. Raises Failure where none has it."""
    for file, data in sources.items():
        if next(_homes(parse(data, file)[0], cluster), None) is not None:
            return file, data
    raise Failure(error("ACK3097.not_in_spec", cluster=cluster))


def _homes(documents: Sequence[Json], cluster: str) -> Iterator[tuple[int, Map, Map]]:
    """The documents that have this cluster, each with its number and its clusters."""
    for number, root in enumerate(documents):
        clusters = root.get("clusters") if isinstance(root, Map) else None
        if isinstance(root, Map) and isinstance(clusters, Map) and isinstance(clusters.get(cluster), Map):
            yield number, root, clusters


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """The text of a file, and the cluster in it that is written anew."""

    text: str
    clusters: Map
    name: str
    body: Map

    def made(self, gone: Set[str], new: JsonObject, notes: Mapping[str, str]) -> str:
        ending = "\r\n" if "\r\n" in self.text else "\n"
        lines = self.text.replace("\r\n", "\n").split("\n")
        head = self.clusters.marks_of(self.name)[0]
        end = _end(lines, head.line, head.column)
        marks = {key: self.body.marks_of(key)[0] for key in self.body}
        places = {key: mark.line for key, mark in marks.items()}
        if not all(head.line <= line < end for line in places.values()):
            raise Failure(error("ACK3097.form", span=self.clusters.key_span(self.name), cluster=self.name))
        if head.line in places.values() or len(set(places.values())) < len(places) or not places:
            return ending.join([*lines[: head.line], *self._whole(head.column, gone, new, notes), *lines[end:]])
        column = min(mark.column for mark in marks.values())
        drop: set[int] = set()
        for key in gone | new.keys():
            if key in places:
                drop.update(range(places[key], _last(lines, places[key], column, end)))
        kept = [line for number, line in enumerate(lines[:end]) if number not in drop]
        comments = [" " * column + match[1] for number in sorted(drop) if (match := _COMMENT.match(lines[number]))]
        return ending.join([*kept, *comments, *_entries(column, new, notes), *lines[end:]])

    def _whole(self, column: int, gone: Set[str], new: JsonObject, notes: Mapping[str, str]) -> Iterator[str]:
        """The cluster, which stands in brackets, as a block."""
        kept: dict[str, Json] = {key: value for key, value in self.body.items() if key not in gone and key not in new}
        yield f"{' ' * column}{next(entry(self.name, {}, 0)).partition(':')[0]}:"
        yield from _entries(column + _STEP, {**kept, **new}, notes)


def _entries(column: int, values: JsonObject, notes: Mapping[str, str]) -> Sequence[str]:
    return [" " * column + line for key, value in values.items() for line in entry(key, value, 0, notes.get(key, ""))]


def _end(lines: Sequence[str], start: int, column: int) -> int:
    """The line after the last one of what begins on line `start` at this column, comments below it left out."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        text = lines[number].strip()
        if not text or text.startswith("#"):
            continue
        if _indent(lines[number]) <= column:
            break
        end = number + 1
    return end


def _last(lines: Sequence[str], start: int, column: int, end: int) -> int:
    """The line after the last one of a key's value; items of a list may stand as far left as their key."""
    last = start + 1
    for number in range(start + 1, end):
        text = lines[number].strip()
        if not text or text.startswith("#"):
            continue
        if _indent(lines[number]) < column or (_indent(lines[number]) == column and not text.startswith("- ")):
            break
        last = number + 1
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
