"""Takes one safeguard away: what is left is compiled and put in the place of what is there, until it is put back.

A place in the source is a run of tokens in the function's syntax tree as it is printed again, so neither a formatter
nor a comment moves it. What does move it, a rename or another way of writing it, is told with the safeguard's name.
"""

from __future__ import annotations
import __future__ as future

import ast
import contextlib
import functools
import importlib
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import ackplan

_LAYOUT = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.NEWLINE)


@dataclass(frozen=True)
class Mutant:
    """`before` in the source of `function` becomes `after`.

    A function is named by its module below ackplan and its name there: `execute.nodes:_take_in`. `after` may have
    several lines, indented from its first. The story of `seed` noticed that when this was written. `also` are guards
    behind it that stand in for it: those are taken away with it.
    """

    what: str
    function: str
    before: str
    after: str
    seed: int
    also: tuple[tuple[str, str, str], ...] = ()

    @contextlib.contextmanager
    def alive(self) -> Iterator[None]:
        """Raises LookupError where the source is not what it was when this was written."""
        with contextlib.ExitStack() as stack:
            for function, code in self.changed():
                stack.callback(setattr, function, "__code__", function.__code__)
                function.__code__ = code
            yield

    def changed(self) -> list[tuple[FunctionType, CodeType]]:
        """Raises LookupError too."""
        places = ((self.function, self.before, self.after), *self.also)
        return [_changed(self.what, *place) for place in places]


def _changed(what: str, name: str, before: str, after: str) -> tuple[FunctionType, CodeType]:
    lost = f"the safeguard {what!r} of tests/simulation lost its place: "
    function = _function(name)
    if function is None:
        raise LookupError(f"{lost}there is no {name}.{_elsewhere(before)}")
    source = printed(function)
    if (times := len(places(source, before))) != 1:
        raise LookupError(f"{lost}{name} has {times} times: {before}{_elsewhere(before)}\nIt reads now:\n{source}")
    code = compile(
        replaced(source, before, after),
        function.__code__.co_filename,
        "exec",
        future.annotations.compiler_flag,
        dont_inherit=True,
    )
    return function, next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == function.__name__)


def printed(function: FunctionType) -> str:
    """Its source as its syntax tree prints it."""
    return _printed(textwrap.dedent(inspect.getsource(function)))


@functools.cache
def _printed(source: str) -> str:
    return ast.unparse(ast.parse(source))


def places(source: str, words: str) -> list[tuple[int, int]]:
    """Where in `source` these tokens stand: the offsets of each beginning and end."""
    tokens, wanted = _tokens(source), [token for token, _, _ in _tokens(words.strip(" "))]
    starts = [
        number for number in range(len(tokens)) if [t for t, _, _ in tokens[number : number + len(wanted)]] == wanted
    ]
    return [(tokens[number][1], tokens[number + len(wanted) - 1][2]) for number in starts]


def replaced(source: str, before: str, after: str) -> str:
    ((start, end),) = places(source, before)
    line = source[source.rfind("\n", 0, start) + 1 : start]
    indent = line[: len(line) - len(line.lstrip())]
    return source[:start] + after.replace("\n", f"\n{indent}") + source[end:]


def _tokens(source: str) -> list[tuple[str, int, int]]:
    """Each token's meaning and offsets. A part of a statement has tokens too."""
    tokens: list[tuple[str, int, int]] = []
    lines = source.splitlines(keepends=True)
    begins = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    with contextlib.suppress(tokenize.TokenError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in _LAYOUT:
                (row, column), (last, until) = token.start, token.end
                tokens.append((_meaning(token), begins[row - 1] + column, begins[last - 1] + until))
    return tokens


def _meaning(token: tokenize.TokenInfo) -> str:
    return (
        repr(ast.literal_eval(token.string))
        if token.type == tokenize.STRING and "f" not in token.string[:2]
        else token.string
    )


def _function(name: str) -> FunctionType | None:
    """The function itself, of a property too; None where there is none of that name."""
    module, _, path = name.partition(":")
    try:
        thing: object = importlib.import_module(f"ackplan.{module}")
        for part in path.split("."):
            thing = inspect.getattr_static(thing, part)
    except (ImportError, AttributeError):
        return None
    thing = thing.fget if isinstance(thing, property) else thing
    thing = thing.__func__ if isinstance(thing, (staticmethod, classmethod)) else thing
    return thing if isinstance(thing, FunctionType) else None


def _elsewhere(before: str) -> str:
    """Functions that have it, for the one who looks for where it went."""
    words = max((token for token, _, _ in _tokens(before)), key=len).strip("'")
    names = [
        f"{module}:{path}"
        for module, text in _sources()
        if words in text
        for path, function in _functions(ast.parse(text))
        if words in (source := ast.unparse(function)) and len(places(source, before)) == 1
    ]
    return f"\nIt stands in {', '.join(names[:5])}." if 0 < len(names) <= 5 else ""


def _sources() -> Iterator[tuple[str, str]]:
    root = Path(ackplan.__file__).parent
    for path in sorted(root.rglob("*.py")):
        yield ".".join(path.relative_to(root).with_suffix("").parts), path.read_text(encoding="utf-8")


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Those of the module and of its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            methods = (part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))
            yield from ((f"{node.name}.{method.name}", method) for method in methods)
