"""Secrets by reference: read from the environment or a file when a call needs them, kept nowhere.

Both sources have one rule. What editors and shells add is cut: a byte order mark and one line end. What nobody can have
meant is refused, and never quoted: control characters, a second line among them, and blanks at either end.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from ackplan.core.catalog import DEFAULT
from ackplan.core.json_types import JsonObject
from ackplan.execute.ports import SecretUnreadable

_MAX_BYTES = 4096
_MARK = "\ufeff"
_LINE_END = re.compile(r"\r?\n\Z|\r\Z")
# Control and format characters, ends of lines and paragraphs.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})


class Secrets:
    """Reads `{"env": NAME}` from `environment` and `{"file": PATH}` relative to `folder`."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._folder = folder

    def missing(self, reference: JsonObject) -> str:
        """Why a secret can't be there, without reading it; empty where it seems to be."""
        name, file = reference.get("env"), reference.get("file")
        if isinstance(name, str):
            return "" if name in self._environment else f"the environment variable {name} is not set"
        if isinstance(file, str):
            return "" if (self._folder / file).is_file() else f"the file {file} is not there"
        return "a secret is {env: NAME} or {file: PATH}"

    def fault(self, reference: JsonObject) -> str:
        """Why a secret can't be used, by reading it, which keeps nothing; empty where it can be."""
        try:
            self.read(reference)
        except SecretUnreadable as fault:
            return str(fault)
        return ""

    def read(self, reference: JsonObject) -> str:
        """The secret. Raises SecretUnreadable, which names the source and the broken rule, never the value."""
        absent = self.missing(reference)
        if absent:
            raise SecretUnreadable(absent)
        name = reference.get("env")
        if isinstance(name, str):
            # What the environment has that is not UTF-8 comes as half surrogate pairs, and stays no UTF-8.
            return _checked(self._environment[name].encode("utf-8", "surrogatepass"), f"environment variable {name}")
        file = str(reference["file"])
        return _checked(self._from_file(file), f"file {file}")

    def _from_file(self, file: str) -> bytes:
        try:
            with open(self._folder / file, "rb", opener=_at_once) as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise SecretUnreadable(f"the file {file} is not a regular file")
                return stream.read(_MAX_BYTES + 1)
        except OSError as fault:
            raise SecretUnreadable(f"the file {file} can't be read: {fault.strerror}") from None


def _at_once(path: str, flags: int) -> int:
    """Opens without waiting for a writer, where a pipe has taken the file's place."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _checked(data: bytes, source: str) -> str:
    """The secret in what a source holds. Raises SecretUnreadable."""
    if len(data) > _MAX_BYTES:
        raise SecretUnreadable(f"the {source} holds over {_MAX_BYTES:,} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretUnreadable(f"the {source} is not UTF-8 text") from None
    value = _LINE_END.sub("", text.removeprefix(_MARK))
    why = _unmeant(value) or _against_the_rule(value)
    if why:
        raise SecretUnreadable(f"the {source} {why}")
    return value


def _unmeant(value: str) -> str:
    if any(unicodedata.category(character) in _UNSEEN for character in value):
        return "holds a control character, such as a second line end or a tab"
    return "begins or ends with a blank" if value != value.strip() else ""


def _against_the_rule(value: str) -> str:
    """The API's password rule: its length, and three of the four classes of characters."""
    rule = DEFAULT.secret_rule
    low, high = rule.get("minLength", 0), rule.get("maxLength", _MAX_BYTES)
    if not low <= len(value) <= high:
        return f"does not hold {low} to {high} characters"
    if "pattern" in rule and not re.search(rule["pattern"], value):
        return "breaks the rule: three of upper case, lower case, digits, special characters"
    return ""
