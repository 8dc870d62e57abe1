"""The process that evaluates Rego: JSON from stdin, JSON to stdout, and whatever the engine prints to nowhere.

It is started as a file of its own, imports nothing of ackplan, and may crash: the engine is C++, and a policy can bring
it down. Its arguments are the folder that the engine is installed in, how many bytes of memory and how many seconds it
may take, and the process that waits for it. It holds its limits by itself, and ends with that process: whoever started
it may have been killed. The engine lets other threads run while it works.

In: `{"modules": [[name, source]], "calls": [[module, offset, function]], "data": {}, "input": {}, "paths": [path]}`; a
path is that of a rule, such as `data.main.deny`.
Out: `{"values": {path: value}, "faults": [{"module", "offset", "text", "path"}]}`: values without those that are
undefined, none where there are faults.
An object whose values are all true, or that is empty, is what older Rego has for a set: it comes as the list of keys.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, Protocol, TypeAlias, TypedDict

_ERROR = re.compile(r"\(error(?:\s+\d+:m(\d+)\|(\d+)\|\d+)?\s*\(errormsg (\d+):")
_MAX_FAULTS = 10
TOO_MUCH_MEMORY, TOO_MUCH_TIME, ALONE = 3, 4, 5
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | None"


class RegoRequest(TypedDict):
    modules: Sequence[tuple[str, str]]
    calls: Sequence[tuple[int, int, str]]
    data: Mapping[str, Json]
    input: Json
    paths: Sequence[str]


class RegoFault(TypedDict):
    """What the engine says of a policy: in which module, how many bytes from its begin, of which rule."""

    module: int | None
    offset: int
    text: str
    path: NotRequired[str]


class RegoAnswer(TypedDict):
    """Values, unless there are faults."""

    values: Mapping[str, Json]
    faults: Sequence[RegoFault]


class _Kinds(Protocol):
    """Kinds of nodes."""

    Term: object
    Scalar: object
    Array: object
    Set: object
    Object: object
    True_: object
    False_: object
    Boolean: object
    Null: object
    Int: object
    Float: object


class _Engine(Protocol):
    """What is called of the engine, which has no types: interpreters, outputs and nodes are its own."""

    NodeKind: _Kinds
    RegoError: type[Exception]

    def rego_query(self, interpreter: object, path: str, /) -> object: ...
    def rego_output_ok(self, output: object, /) -> bool: ...
    def rego_output_string(self, output: object, /) -> str: ...
    def rego_output_node(self, output: object, /) -> object: ...
    def rego_output_expressions_at_index(self, output: object, index: int, /) -> object: ...
    def rego_node_get(self, node: object, index: int, /) -> object: ...
    def rego_node_json(self, node: object, /) -> str: ...
    def rego_node_size(self, node: object, /) -> int: ...
    def rego_node_type(self, node: object, /) -> object: ...
    def rego_node_value(self, node: object, /) -> str: ...


def main() -> None:
    """Answers one request."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    folder, memory, seconds, parent = sys.argv[1:]
    sys.path.append(folder)
    _limit(float(seconds), int(parent))
    threading.Thread(target=_watch, args=(int(memory), float(seconds), int(parent)), daemon=True).start()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    request = json.loads(sys.stdin.buffer.read())
    json.dump(_answer(request), answers)
    answers.close()
    # The engine's own clean-up takes long, and what it frees is gone in a moment anyhow.
    os._exit(0)


def _limit(seconds: float, parent: int) -> None:
    """What the kernel holds, also where this process comes to nothing any more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds) + 1,) * 2)
    with contextlib.suppress(OSError, AttributeError):  # Linux alone has it; elsewhere the watch does
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(ALONE)


def _watch(memory: int, seconds: float, parent: int) -> None:
    """Ends the process when it takes too much. The engine reserves addresses by the terabyte: no rlimit can tell."""
    unit, end = 1 if sys.platform == "darwin" else 1024, time.monotonic() + seconds
    while os.getppid() == parent:
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > memory:
            os._exit(TOO_MUCH_MEMORY)
        if time.monotonic() > end:
            os._exit(TOO_MUCH_TIME)
        time.sleep(0.05)
    os._exit(ALONE)


def _answer(request: RegoRequest) -> RegoAnswer:
    from regopy import rego_shared as engine

    interpreter = engine.rego_new()
    engine.rego_set_log_level(interpreter, engine.LogLevel.NONE)
    faults: list[RegoFault] = []
    for number, (_, source) in enumerate(request["modules"]):
        try:
            engine.rego_add_module(interpreter, f"m{number}", source)
        except engine.RegoError as fault:
            faults += list(_faults(str(fault), number))
    faults += [
        {"module": module, "offset": offset, "text": f"the engine does not have {name}"}
        for module, offset, name in request["calls"]
        if not engine.rego_is_available_builtin(interpreter, name)
    ]
    if faults:
        return {"values": {}, "faults": faults[:_MAX_FAULTS]}
    if request["data"]:
        engine.rego_add_data_json(interpreter, _text(request["data"]))
    # Handed over value by value, which takes a fraction of the time that the engine needs to parse it.
    engine.rego_set_input(interpreter, engine.rego_input_from_value(json.loads(_text(request["input"]))))
    return _values(engine, interpreter, request["paths"])


def _text(value: Json) -> str:
    """JSON that holds characters as they are: the engine does not take an escape for the character that it means."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _values(engine: _Engine, interpreter: object, paths: Sequence[str]) -> RegoAnswer:
    values: dict[str, Json] = {}
    faults: list[RegoFault] = []
    for path in paths:
        output = engine.rego_query(interpreter, path)
        text = engine.rego_output_string(output)
        if not engine.rego_output_ok(output) or text.startswith("(error"):
            faults += [{**fault, "path": path} for fault in _faults(_told(engine, output, text), None)]
        elif text != "undefined":
            expressions = engine.rego_output_expressions_at_index(output, 0)
            values[path] = _value(engine, engine.rego_node_get(expressions, 0))
    return {"values": {} if faults else values, "faults": faults[:_MAX_FAULTS]}


def _told(engine: _Engine, output: object, text: str) -> str:
    """What the engine says of a failed query, wherever it says it."""
    if text.startswith("("):
        return text
    try:
        return str(engine.rego_node_json(engine.rego_output_node(output)))
    except engine.RegoError:
        return text


def _faults(text: str, module: int | None) -> Iterator[RegoFault]:
    """The faults in what the engine says: each names a module and an offset in it, as far as they are known."""
    matches = list(_ERROR.finditer(text))
    for match in matches:
        where = int(match[1]) if match[1] else module
        message = text[match.end() : match.end() + int(match[3])]
        yield {"module": where, "offset": int(match[2] or 0), "text": message}
    if not matches:
        yield {"module": module, "offset": 0, "text": "it can't be evaluated"}


def _value(engine: _Engine, node: object) -> Json:
    """A value of the engine as JSON data."""
    kinds, kind = engine.NodeKind, engine.rego_node_type(node)
    children = [engine.rego_node_get(node, number) for number in range(engine.rego_node_size(node))]
    if kind in {kinds.Term, kinds.Scalar}:
        return _value(engine, children[0])
    if kind in {kinds.Array, kinds.Set}:
        return [_value(engine, child) for child in children]
    if kind == kinds.Object:
        pairs = [(engine.rego_node_get(child, 0), engine.rego_node_get(child, 1)) for child in children]
        return _object([(_value(engine, key), _value(engine, value)) for key, value in pairs])
    return _plain(kinds, kind, engine.rego_node_value(node))


def _object(pairs: Sequence[tuple[Json, Json]]) -> Json:
    if all(value is True for _, value in pairs):
        return [key for key, _ in pairs]
    return {key if isinstance(key, str) else json.dumps(key): value for key, value in pairs}


def _plain(kinds: _Kinds, kind: object, text: str) -> Json:
    if kind in {kinds.True_, kinds.False_, kinds.Boolean}:
        return text == "true"
    if kind == kinds.Null:
        return None
    if kind in {kinds.Int, kinds.Float}:
        number: int | float = json.loads(text)
        return number
    return _unescaped(text)


def _unescaped(text: str) -> str:
    """Text as it was meant: the engine hands some out in quotes, some escaped, and what was input as it is."""
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    if not quoted and "\\" not in text:
        return text
    try:
        return str(json.loads(text if quoted else f'"{text}"'))
    except ValueError:
        return text


if __name__ == "__main__":
    main()
