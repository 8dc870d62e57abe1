"""Edits the text of a kubeconfig: every byte that need not change, layout and comments included, stays as it is.

The places come from PyYAML's nodes. What was edited is read again; anything but the wanted entries having changed
refuses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from ackplan.core.diagnostics import Failure, error
from ackplan.documents.yaml import parse

_MARK = "\ufeff"
# Texts that no reader of YAML takes for something else, whatever its version.
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9+/=._-]*(?:://[A-Za-z0-9.:/_-]*[A-Za-z0-9/])?")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class KubeconfigEntry:
    """What is to stand under `name` in a section: `item` is `cluster`, `user` or `context`."""

    section: str
    item: str
    name: str
    content: Mapping[str, object]

    @property
    def whole(self) -> dict[str, object]:
        return {self.item: dict(self.content), "name": self.name}

    def lines(self, column: int) -> list[str]:
        """As kubectl writes it, in a list that begins at this column."""
        inner = [f"    {_scalar(key)}: {_value(value)}" for key, value in self.content.items()]
        lines = [f"- {self.item}:", *inner, f"  name: {_scalar(self.name)}"]
        return [" " * column + line for line in lines]


def edited(existing: bytes, entries: Sequence[KubeconfigEntry], file: str) -> str:
    """The text with these entries in it, and the name of the last one as the current context. Raises Failure."""
    text = existing.decode("utf-8")
    mark = _MARK if text.startswith(_MARK) else ""
    ends = "\r\n" if "\r\n" in text else "\n"
    text = text.removeprefix(_MARK).replace("\r\n", "\n")
    after = _from_json(text, entries) or _Editor(text, file).made(entries)
    _check(text, after, entries, file)
    return mark + after.replace("\n", ends)


def _from_json(text: str, entries: Sequence[KubeconfigEntry]) -> str:
    """JSON stays JSON; empty where it is none."""
    try:
        document = json.loads(text)
    except ValueError:
        return ""
    return json.dumps(_wanted(document, entries), indent=2, ensure_ascii=False) + "\n"


def _wanted(document: Mapping[str, object] | None, entries: Sequence[KubeconfigEntry]) -> dict[str, object]:
    """The data that the edited text has to hold."""
    result: dict[str, object] = {"apiVersion": "v1", "kind": "Config", **(document or {})}
    for entry in entries:
        section = result.get(entry.section)
        listed = list(section) if isinstance(section, list) else []
        same = ((n, e) for n, e in enumerate(listed) if isinstance(e, dict) and e.get("name") == entry.name)
        at, before = next(same, (len(listed), {}))
        listed[at : at + 1] = [{**before, **entry.whole}]
        result[entry.section] = listed
    return {**result, "current-context": entries[-1].name}


def _check(before: str, after: str, entries: Sequence[KubeconfigEntry], file: str) -> None:
    documents, faults = parse(after.encode(), file)
    root = next(iter(parse(before.encode(), file)[0]), None)
    if faults or len(documents) != 1 or documents[0] != _wanted(root if isinstance(root, Mapping) else None, entries):
        raise Failure(error("ACK4003.rest", file=file))


@dataclass(frozen=True, slots=True, order=True)
class _Replacement:
    """Puts `text` in the place of what stands from `start` to `end`, counted in characters."""

    start: int
    end: int
    text: str


class _Editor:
    """Edits of one text that is a block mapping, or nothing but comments."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text if not text or text.endswith("\n") else f"{text}\n"
        self._file = file
        self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        self._root = self._composed()

    def _composed(self) -> yaml.Node | None:
        try:
            aliases = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(self._text, yaml.SafeLoader))
            root: yaml.Node | None = yaml.compose(self._text, yaml.SafeLoader)
        except yaml.YAMLError as fault:
            raise Failure(error("ACK4003.yaml", file=self._file, fault=type(fault).__name__)) from None
        if aliases or (isinstance(root, yaml.CollectionNode) and root.flow_style):
            raise Failure(error("ACK4003.aliases" if aliases else "ACK4003.braces", file=self._file))
        return root

    def made(self, entries: Sequence[KubeconfigEntry]) -> str:
        """What belongs below the last of its keys comes before new keys, which may be put at the same place."""
        sections = [(entry, _get(self._root, entry.section)) for entry in entries]
        missing = [entry for entry, section in sections if section is None]
        edits = [edit for entry, section in sections if section is not None for edit in self._entry(section, entry)]
        edits += self._top({"apiVersion": "v1", "kind": "Config"}, replace=False)
        edits += [self._below(self._root, [f"{entry.section}:", *entry.lines(0)]) for entry in missing]
        edits += self._top({"current-context": entries[-1].name}, replace=True)
        text = self._text
        for _, edit in sorted(enumerate(edits), key=lambda at: (at[1].start, at[0]), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def _entry(self, section: yaml.Node, entry: KubeconfigEntry) -> Iterator[_Replacement]:
        if not isinstance(section, yaml.SequenceNode) or not section.value:
            column = self._root.start_mark.column if self._root is not None else 0
            yield _Replacement(section.start_mark.index, section.end_mark.index, "\n" + "\n".join(entry.lines(column)))
        elif (found := _called(section, entry.name)) is not None:
            yield from self._update(found, entry)
        elif section.flow_style:
            end = section.end_mark.index - 1
            yield _Replacement(end, end, f", {json.dumps(entry.whole, ensure_ascii=False)}")
        else:
            yield self._below(section, entry.lines(section.start_mark.column))

    def _update(self, found: yaml.MappingNode, entry: KubeconfigEntry) -> Iterator[_Replacement]:
        content = _get(found, entry.item)
        if isinstance(content, yaml.MappingNode) and _plain(content) == entry.content:
            return
        if not isinstance(content, yaml.MappingNode) or found.flow_style or content.flow_style or not content.value:
            kept = {key: value for key, value in _plain(found).items() if value is not None}
            whole = json.dumps({**kept, **entry.whole}, ensure_ascii=False)
            yield _Replacement(found.start_mark.index, self._end(found), whole)
            return
        for key, value in content.value:
            wanted = entry.content.get(key.value)
            if wanted is None or not isinstance(value, yaml.ScalarNode):
                yield self._without(key, value)
            elif value.value != wanted:
                yield self._instead(value, _value(wanted))
        had = {key.value for key, value in content.value if isinstance(value, yaml.ScalarNode)}
        more = {key: value for key, value in entry.content.items() if key not in had}
        if more:
            indent = " " * content.start_mark.column
            yield self._below(content, [f"{indent}{_scalar(key)}: {_value(value)}" for key, value in more.items()])

    def _top(self, wanted: Mapping[str, str], *, replace: bool) -> Iterator[_Replacement]:
        for key, value in wanted.items():
            node = _get(self._root, key)
            if node is None:
                yield self._below(self._root, [f"{key}: {_scalar(value)}"])
            elif replace and node.value != value:
                yield self._instead(node, _scalar(value))

    def _instead(self, node: yaml.Node, text: str) -> _Replacement:
        start, end = node.start_mark.index, self._end(node)
        return _Replacement(start, end, text if start < end else f" {text}")

    def _below(self, node: yaml.Node | None, lines: Iterable[str]) -> _Replacement:
        """Lines behind the last one that belongs to a node; what stands below it, comments too, stays below them."""
        at = len(self._text) if node is None else self._line(self._last(node) + 1)
        return _Replacement(at, at, "".join(f"{line}\n" for line in lines))

    def _without(self, key: yaml.Node, value: yaml.Node) -> _Replacement:
        """The lines of a key of a block mapping that is itself the value of a key: they are its own."""
        return _Replacement(self._line(key.start_mark.line), self._line(self._last(value) + 1), "")

    def _line(self, number: int) -> int:
        return self._starts[min(number, len(self._starts) - 1)]

    def _last(self, node: yaml.Node) -> int:
        """The number of the last line that something of a node stands on."""
        return self._text.count("\n", 0, self._end(node))

    def _end(self, node: yaml.Node) -> int:
        """Where what a node says ends. The marks of block texts and mappings are behind what follows, comments too."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        end = int(node.end_mark.index)
        while end > node.start_mark.index and self._text[end - 1].isspace():
            end -= 1
        return end


def _pairs(node: yaml.Node | None) -> Sequence[tuple[yaml.Node, yaml.Node]]:
    """Keys and values of a mapping; none of anything else."""
    return node.value if isinstance(node, yaml.MappingNode) else ()


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value of a key of a mapping; None where there is none."""
    return next((value for name, value in _pairs(node) if name.value == key), None)


def _called(section: yaml.SequenceNode, name: str) -> yaml.MappingNode | None:
    for item in section.value:
        found = _get(item, "name")
        if isinstance(item, yaml.MappingNode) and found is not None and found.value == name:
            return item
    return None


def _plain(node: yaml.Node) -> dict[str, str | None]:
    """What a mapping has, as texts; None for what is none."""
    return {key.value: value.value if isinstance(value, yaml.ScalarNode) else None for key, value in _pairs(node)}


def _value(value: object) -> str:
    return _scalar(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _scalar(text: str) -> str:
    bare = _BARE.fullmatch(text) and text.lower() not in _WORDS
    return text if bare else json.dumps(text, ensure_ascii=False)
