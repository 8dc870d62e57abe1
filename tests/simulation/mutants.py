"""Takes one safeguard away: what is left is compiled and put in the place of what is there, until it is put back."""

from __future__ import annotations
import __future__ as future

import contextlib
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """`before` in the source of `function` becomes `after`.

    The story of `seed` noticed that when this was written. `also` are guards behind it that stand in for it: those are
    taken away with it.
    """

    what: str
    function: Any
    before: str
    after: str
    seed: int
    also: tuple[tuple[Any, str, str], ...] = ()

    @contextlib.contextmanager
    def alive(self) -> Iterator[None]:
        """Raises ValueError where the source is not what it was when this was written."""
        with contextlib.ExitStack() as stack:
            for function, before, after in ((self.function, self.before, self.after), *self.also):
                plain = _plain(function)
                stack.callback(setattr, plain, "__code__", plain.__code__)
                plain.__code__ = _changed(plain, before, after)
            yield


def _plain(function: Any) -> FunctionType:
    """The function itself, of a property too."""
    found = function.fget if isinstance(function, property) else function
    assert isinstance(found, FunctionType)
    return found


def _changed(function: FunctionType, before: str, after: str) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(before) != 1:
        raise ValueError(f"{function.__qualname__} has {source.count(before)} times: {before}")
    flags = future.annotations.compiler_flag
    module = compile(source.replace(before, after), function.__code__.co_filename, "exec", flags, dont_inherit=True)
    return next(code for code in module.co_consts if isinstance(code, CodeType) and code.co_name == function.__name__)
