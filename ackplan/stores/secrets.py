"""Secrets by reference: read from the environment or a file when a call needs them, kept nowhere."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ackplan.catalog.operations import secret_rule
from ackplan.execute.ports import SecretUnreadable

_MAX_BYTES = 4096


class Secrets:
    """Reads `{"env": NAME}` from `environment` and `{"file": PATH}` relative to `folder`."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._folder = folder

    def missing(self, reference: Mapping[str, Any]) -> str:
        """Why a secret can't be there, without reading it; empty where it seems to be."""
        name, file = reference.get("env"), reference.get("file")
        if isinstance(name, str):
            return "" if name in self._environment else f"the environment variable {name} is not set"
        if isinstance(file, str):
            return "" if (self._folder / file).is_file() else f"the file {file} is not there"
        return "a secret is {env: NAME} or {file: PATH}"

    def read(self, reference: Mapping[str, Any]) -> str:
        """The secret. Raises SecretUnreadable, which names the source and the broken rule, never the value."""
        absent = self.missing(reference)
        if absent:
            raise SecretUnreadable(absent)
        if "env" in reference:
            source, value = f"environment variable {reference['env']}", self._environment[reference["env"]]
        else:
            source, value = f"file {reference['file']}", self._from_file(reference["file"])
        _check(value, source)
        return value

    def _from_file(self, file: str) -> str:
        try:
            with open(self._folder / file, "rb", opener=_at_once) as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise SecretUnreadable(f"the file {file} is not a regular file")
                data = stream.read(_MAX_BYTES + 1)
            return data.decode("utf-8").rstrip("\r\n") if len(data) <= _MAX_BYTES else ""
        except OSError as fault:
            raise SecretUnreadable(f"the file {file} can't be read: {fault.strerror}") from None
        except UnicodeDecodeError:
            raise SecretUnreadable(f"the file {file} is not UTF-8 text") from None


def _at_once(path: str, flags: int) -> int:
    """Opens without waiting for a writer, where a pipe has taken the file's place."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check(value: str, source: str) -> None:
    """The API's password rule: its length, and three of the four classes of characters."""
    rule = secret_rule()
    low, high = rule.get("minLength", 0), rule.get("maxLength", _MAX_BYTES)
    if not low <= len(value) <= high:
        raise SecretUnreadable(f"the {source} does not hold {low} to {high} characters")
    if "pattern" in rule and not re.search(rule["pattern"], value):
        raise SecretUnreadable(
            f"the {source} breaks the rule: three of upper case, lower case, digits, special characters"
        )
