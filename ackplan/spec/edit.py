"""Edits one value of a spec file where it stands: every other byte, comments and layout included, stays as it is.

An edit is only made where it means what it says: the value must be written in the cluster itself, as a plain value that
nothing else shares. After an edit the file is read again, and anything but the one value having changed refuses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ackplan.core.diagnostics import Failure, Span, error
from ackplan.core.json_types import Json
from ackplan.documents.scalars import Scalar, plain
from ackplan.documents.tree import Map, Mark
from ackplan.documents.yaml import parse
from ackplan.spec.write import text_of

_TOKEN = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s,\[\]{}#&*!|>'"%@`][^\s,\[\]{}]*""")


def set_value(sources: Mapping[str, bytes], cluster: str, parameter: str, value: Json) -> tuple[str, bytes]:
    """The file that holds this parameter of the cluster, and its bytes with this value, a number, truth or text.

    `sources` are the spec's files by the names that messages give them. Raises Failure where only a person can tell
    what to write.
    """
    for file, data in sources.items():
        documents, _ = parse(data, file)
        for number, root in enumerate(documents):
            body = _cluster(root, cluster)
            if body is not None and isinstance(root, Map):
                return file, _Edit(file, data, documents, number, root).made(cluster, parameter, value)
    raise Failure(error("ACK1050.no_cluster", cluster=cluster, parameter=parameter))


def _cluster(root: Json, cluster: str) -> Map | None:
    clusters = root.get("clusters") if isinstance(root, Map) else None
    body = clusters.get(cluster) if isinstance(clusters, Map) else None
    return body if isinstance(body, Map) else None


class _Edit:
    """One edit of one file: of a cluster in the document of this number, which is `root`."""

    def __init__(self, file: str, data: bytes, documents: Sequence[Json], number: int, root: Map) -> None:
        self._file = file
        self._data = data
        self._documents = documents
        self._number = number
        self._root = root
        self._clusters = root.inner("clusters")

    def made(self, cluster: str, parameter: str, value: Json) -> bytes:
        body, written = self._clusters.inner(cluster), text_of(value)
        if parameter not in body:
            span = self._written(cluster)
            raise Failure(error("ACK1050.template", value=written, span=span, cluster=cluster, parameter=parameter))
        span = body.value_span(parameter)
        before = body[parameter]
        if isinstance(before, str) and "${" in before:
            raise Failure(
                error("ACK1050.variable", before=before, value=written, span=span, cluster=cluster, parameter=parameter)
            )
        edited = self._replaced(body.marks_of(parameter)[1], before, written)
        if edited is None or not self._means(edited, cluster, parameter, value):
            raise Failure(error("ACK1050.form", value=written, span=span, cluster=cluster, parameter=parameter))
        return edited

    def _written(self, cluster: str) -> Span:
        """Where the cluster says what it starts from, or else where it stands."""
        body = self._clusters.inner(cluster)
        return body.value_span("extends") if "extends" in body else self._clusters.key_span(cluster)

    def _replaced(self, mark: Mark, before: Json, written: str) -> bytes | None:
        """The file with the token at this place replaced, if the token is the whole value."""
        text = self._data.decode("utf-8", "surrogateescape")
        token = _TOKEN.match(text, mark.index)
        if token is None or _value(token[0]) != before:
            return None
        return (text[: token.start()] + written + text[token.end() :]).encode("utf-8", "surrogateescape")

    def _means(self, edited: bytes, cluster: str, parameter: str, value: Json) -> bool:
        """Whether the edited file differs in this one value and in nothing else."""
        after, faults = parse(edited, self._file)
        body = {**self._clusters.inner(cluster), parameter: value}
        root = {**self._root, "clusters": {**self._clusters, cluster: body}}
        expected = [*self._documents[: self._number], root, *self._documents[self._number + 1 :]]
        return not faults and after == expected


def _value(token: str) -> Scalar:
    if token[0] == "'":
        return token[1:-1].replace("''", "'")
    if token[0] == '"':
        try:
            text: str = json.loads(token)
            return text
        except ValueError:
            return None
    return plain(token, None)
