"""Which fleet, record and account a project is about: what the shared options of the command line say, as one value."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ackplan.adapters.local.paths import PRIVATE
from ackplan.core.diagnostics import Failure, error
from ackplan.core.json_types import Json, JsonObject
from ackplan.execute.limits import USUAL, Limits

if TYPE_CHECKING:
    from ackplan.documents.tree import Map
    from ackplan.resources.types import ResourceTypes
    from ackplan.spec import Inputs
    from ackplan.spec.variables import Placed

DEFAULT_STATE: Final = "state/"
DEFAULT_ENDPOINT: Final = "https://cs.aliyuncs.com"
_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(s|m|h)?")
# Variables of the environment that begin like those of a spec, and are an option's.
_OPTIONS: Final = frozenset({"ACKPLAN_VAR_FILE"})


def seconds_of(text: str) -> float:
    """`90s`, `5m`, `1h` or a plain number of seconds, as seconds. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("a duration such as 30s, 5m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


class OptionError(Failure):
    """An option that can't be taken as it is. The command line shows it as wrong usage."""

    def __init__(self, problem: str) -> None:
        super().__init__(error("ACK3086", problem=problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What the shared options say. Options that a command does not have keep their defaults.

    `state_named`: someone said where the record is, if only by saying the default. `lock_ttl` and `store_patience` are
    of a store that others use as well, in seconds; `identity` is the file with what opens it where it is encrypted, and
    `key_id` says which key it is to have. `types` are the types of resources that are known; None: those that
    come with ackplan.
    """

    chdir: Path = Path()
    files: tuple[str, ...] = ()
    variables: JsonObject = field(default_factory=dict)
    var_files: tuple[str, ...] = ()
    workspace: str = "default"
    state: str = DEFAULT_STATE
    state_named: bool = False
    endpoint: str = DEFAULT_ENDPOINT
    region: str = ""
    profile: str = ""
    signature: str = "hmac-sha1"
    sts_endpoint: str = ""
    ca_file: str = ""
    rate: float | None = None
    patience: float | None = None
    parallelism: int = USUAL.parallelism
    lock_ttl: float = 60.0
    store_patience: float = 120.0
    identity: str = ""
    key_id: str = ""
    sandbox: bool = False
    time_scale: float = 600.0
    types: ResourceTypes | None = None

    @property
    def private(self) -> Path:
        """The folder for what is not committed."""
        return self.chdir / PRIVATE

    @property
    def sandboxed(self) -> Path:
        """The folder of the sandbox: its world, and a record and journal of its own."""
        return self.private / "sandbox"

    @property
    def limits(self) -> Limits:
        """What bounds a run, and how long it takes by that; an estimate counts an account's pace of calls."""
        return Limits(self.parallelism, rate=USUAL.rate if self.rate is None else self.rate)

    @property
    def resource_types(self) -> ResourceTypes:
        """The types of resources that are known."""
        from ackplan.resources.types import BUILT_IN

        return self.types or BUILT_IN

    def path(self, name: str) -> Path:
        """The file or folder that an option names: relative to the project, as git and make have it."""
        return self.chdir / name


def inputs(settings: ProjectSettings) -> Inputs:
    """Where the spec is and what its variables are set to. Raises Failure."""
    from ackplan.spec import Inputs

    values, placed, environment = _variables(settings)
    sections = settings.types.sections if settings.types else lambda: settings.resource_types.sections
    return Inputs(settings.chdir, settings.files, values, environment, sections, placed=placed)


def _variables(settings: ProjectSettings) -> tuple[dict[str, Json], dict[str, Placed], dict[str, str]]:
    """What files and options set (later ones win), where those of files stand, and what the environment sets."""
    from ackplan.spec.variables import IN_ENVIRONMENT

    values: dict[str, Json] = {}
    placed: dict[str, Placed] = {}
    for path in settings.var_files:
        read = _from_file(settings.path(path))
        values.update(read)
        placed.update({name: (read.value_span(name), read.word_of(name)) for name in read})
    values.update(settings.variables)
    placed = {name: each for name, each in placed.items() if name not in settings.variables}
    for name, value in values.items():
        if isinstance(value, str) and not value.isascii():
            _check_text(f"--var {name}", value)
    named = (name for name in os.environ if name.startswith(IN_ENVIRONMENT) and name not in _OPTIONS)
    environment = {name.removeprefix(IN_ENVIRONMENT): os.environ[name] for name in named}
    for name, value in environment.items():
        _check_text(IN_ENVIRONMENT + name, value)
    return values, placed, environment


def _check_text(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise OptionError(f"{name} is not UTF-8 text") from None


def _from_file(path: Path) -> Map:
    from ackplan.documents.files import display, read_bounded
    from ackplan.documents.tree import Map
    from ackplan.documents.yaml import parse

    name = display(path)
    data, fault = read_bounded(path, name)
    roots, faults = parse(data, name) if fault is None else ([], [fault])
    if faults:
        raise Failure(*faults)
    values = roots or [Map()]
    if len(values) != 1 or not isinstance(values[0], Map):
        raise Failure(error("ACK1033", file=name))
    return values[0]
