"""The options of the command line as keywords, and how they become values.

A keyword that is not given is what its `ACKPLAN_*` variable says, as on the command line; else its default holds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

from ackplan.app.plan import PlanOptions
from ackplan.app.workspace import WORKSPACE
from ackplan.core.json_types import JsonObject
from ackplan.project.project_settings import OptionError, ProjectSettings, seconds_of

if TYPE_CHECKING:
    from ackplan.app.run_view import RunView

Paths = str | Path | Iterable[str | Path]
Names = str | Iterable[str]


class ProjectKeywords(TypedDict, total=False):
    """What `ackplan.open` takes: the options that say which spec, record and account a command is about."""

    file: Paths
    var: JsonObject
    var_file: Paths
    workspace: str
    state: str | Path
    endpoint: str
    region: str
    profile: str
    signature: str
    sts_endpoint: str
    ca_file: str | Path
    rate: float
    patience: float
    parallelism: int
    lock_ttl: float
    store_patience: float
    identity: str | Path
    key_id: str
    sandbox: bool
    time_scale: float


class PlanKeywords(TypedDict, total=False):
    """What `plan` takes: the options of `ackplan plan`."""

    destroy: bool
    refresh_only: bool
    target: Names
    exclude: Names
    replace: Names
    adopt: Names
    skip_blocked: bool
    no_refresh: bool
    allow_vanished: bool
    node_names: str
    scale_in: str
    policy: Names
    check_upgrades: bool


class ApplyKeywords(PlanKeywords, total=False):
    """What `apply` takes: the options of `ackplan apply`, and a view of the run for who wants to see it go on."""

    fail_fast: bool
    lock_timeout: float
    view: RunView


_OF_RUNS: Final = frozenset({"fail_fast", "lock_timeout", "view"})
_MANY: Final = frozenset({"file", "var_file"})
_FIELDS: Final = {"file": "files", "var": "variables", "var_file": "var_files"}
_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "rate": float,
    "patience": float,
    "parallelism": int,
    "lock_ttl": seconds_of,
    "store_patience": seconds_of,
    "sandbox": lambda text: {"1": True, "true": True, "0": False, "false": False}[text.lower()],
    "time_scale": float,
    "file": lambda text: text.split(os.pathsep),
    "var_file": lambda text: text.split(os.pathsep),
}


def project_settings(folder: str | Path, keywords: ProjectKeywords) -> ProjectSettings:
    """The settings of a project in a folder. Raises OptionError for a keyword that can't be taken."""
    if not Path(folder).is_dir():
        raise OptionError(f"{folder} is not a folder")
    values: dict[str, Any] = {**_from_environment(), **keywords}
    for name in _MANY & values.keys():
        values[name] = tuple(map(str, _several(values[name])))
    for name in {"state", "ca_file", "identity"} & values.keys():
        values[name] = str(values[name])
    _check(values)
    if values.get("sandbox") and "state" in keywords:
        raise OptionError("state names another record than the sandbox's own: give sandbox or state")
    fields = {_FIELDS.get(name, name): value for name, value in values.items()}
    return ProjectSettings(chdir=Path(folder), state_named="state" in values, **fields)


def plan_options(keywords: Mapping[str, object]) -> PlanOptions:
    """The options of a plan. Raises OptionError for such as don't go together."""
    several = {"target", "exclude", "replace", "adopt", "policy"}
    fields: dict[str, Any] = {name: _several(v) if name in several else v for name, v in keywords.items()}
    options = PlanOptions(**fields)
    if options.destroy and options.refresh_only:
        raise OptionError("destroy and refresh_only can't go together")
    if options.node_names not in {"auto", "id", "name"}:
        raise OptionError(f"node_names: {options.node_names} is none of auto, id, name")
    if options.scale_in not in {"", "newest", "oldest"}:
        raise OptionError(f"scale_in: {options.scale_in} is none of newest, oldest")
    return options


def options_of_run(keywords: ApplyKeywords) -> PlanOptions:
    """The options of the plan that a run makes."""
    return plan_options({name: value for name, value in keywords.items() if name not in _OF_RUNS})


def _several(value: object) -> tuple[object, ...]:
    """A single one, or all of several. Raises TypeError for what is neither."""
    if isinstance(value, str | Path):
        return (value,)
    if not isinstance(value, Iterable):
        raise TypeError(f"{value!r} is neither a name nor several")
    return tuple(value)


def _from_environment() -> dict[str, object]:
    values: dict[str, object] = {}
    for name in ProjectKeywords.__annotations__.keys() - {"var"}:
        text = os.environ.get(f"ACKPLAN_{name.upper()}", "")
        if text:
            try:
                values[name] = _READ.get(name, str)(text)
            except (ValueError, KeyError):
                raise OptionError(f"ACKPLAN_{name.upper()}: {text} is not taken") from None
    return values


def _check(values: Mapping[str, Any]) -> None:
    ranges = {"rate": (0, 1e9), "patience": (0, 100), "parallelism": (1, 10_000), "time_scale": (0.001, 1e9)}
    ranges |= {"lock_ttl": (1, 3600), "store_patience": (0, 86400)}
    for name, (least, most) in ranges.items():
        if not least <= values.get(name, most) <= most:
            raise OptionError(f"{name}: {values[name]} is not between {least:g} and {most:g}")
    if not WORKSPACE.fullmatch(values.get("workspace", "default")):
        raise OptionError("workspace: letters, digits, - and _; not starting with - or _")
    if values.get("signature", "acs3") not in {"hmac-sha1", "acs3"}:
        raise OptionError(f"signature: {values['signature']} is none of hmac-sha1, acs3")
