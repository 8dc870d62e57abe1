"""Options that commands share, each with its `ACKPLAN_*` variable, gathered into one Settings value."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ackplan.adapters.local.paths import PRIVATE
from ackplan.cli import hints, printing
from ackplan.core.diagnostics import COMPLETE
from ackplan.execute.limits import USUAL, Limits

if TYPE_CHECKING:
    import logging

    from ackplan.spec import Inputs

WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
DEFAULT_STATE = "state/"
DEFAULT_ENDPOINT = "https://cs.aliyuncs.com"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shared options say. Options that a command does not have keep their defaults.

    `force`: a file that is to be written may replace one of another sort.

    `state_named`: someone said where the record is, if only by saying the default.
    """

    chdir: Path = Path()
    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
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
    sandbox: bool = False
    time_scale: float = 600.0
    format: str = "text"
    color: bool = False
    verbose: int = 0
    log_file: str = ""
    force: bool = False

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

    def path(self, name: str) -> Path:
        """The file or folder that a command line names: relative to `-C DIR`, as git and make have it."""
        return self.chdir / name


def _option(*names: str, env: str = "", **more: Any) -> Decorator:
    return click.option(*names, envvar=f"ACKPLAN_{env}" if env else None, show_envvar=bool(env), **more)


def _folder(_context: object, _parameter: object, value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise click.BadParameter(f"{value} is not a folder")
    return path


def _workspace(_context: object, _parameter: object, value: str) -> str:
    if not WORKSPACE.fullmatch(value):
        raise click.BadParameter("letters, digits, - and _; not starting with - or _")
    return value


_COMMON = (
    _option("-C", "--chdir", env="CHDIR", default=".", metavar="DIR", callback=_folder,
            help="Work in DIR: every path on the command line is relative to it."),
    _option("--no-color", env="NO_COLOR", is_flag=True, help="No colours."),
    _option("-v", "--verbose", env="VERBOSE", count=True, help="Log to stderr; twice: every call."),
    _option("--log-file", env="LOG_FILE", default="", metavar="FILE", help="Log to FILE."),
)  # fmt: skip
_FORCE = click.option("--force", is_flag=True, help="Let a file that is to be written replace one of another sort.")
_SPEC = (
    _option("-f", "--file", "files", env="FILE", multiple=True, metavar="PATH",
            help="Spec file or folder; repeatable. Default: ackplan.yaml, else fleet/."),
    click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Set a variable; repeatable."),
    _option("--var-file", "var_files", env="VAR_FILE", multiple=True, metavar="FILE",
            help="Set variables from a YAML file; repeatable."),
)  # fmt: skip
_STATE = (
    _option("--workspace", env="WORKSPACE", default="default", metavar="NAME", callback=_workspace,
            show_default=True, help="Which record to work with."),
    _option("--state", env="STATE", default=DEFAULT_STATE, metavar="URL", show_default=True,
            help="Where the record is kept."),
)  # fmt: skip
_SANDBOX = (
    _option("--sandbox", env="SANDBOX", is_flag=True,
            help="Use the embedded simulator instead of an account, with a record of its own."),
)  # fmt: skip
_API = (
    _option("--endpoint", env="ENDPOINT", default=DEFAULT_ENDPOINT, metavar="URL", show_default=True,
            help="The API's address."),
    _option("--region", env="REGION", default="", metavar="ID", help="Region of calls that name no cluster."),
    _option("--profile", env="PROFILE", default="", metavar="NAME", help="Profile of ~/.aliyun/config.json."),
    _option("--signature", env="SIGNATURE", default="hmac-sha1", show_default=True,
            type=click.Choice(["hmac-sha1", "acs3"]), help="How calls are signed."),
    _option("--sts-endpoint", env="STS_ENDPOINT", default="", metavar="URL",
            help="Where to ask whose credentials these are.  [default: https://sts.aliyuncs.com, for an account]"),
    _option("--ca-file", env="CA_FILE", default="", metavar="FILE", help="Trust these certificates besides."),
    _option("--patience", env="PATIENCE", type=click.FloatRange(0, 100), metavar="X", hidden=True,
            help="How far the API may lag, in parts of what the cloud may: for simulators."),
    _option("--time-scale", env="TIME_SCALE", default=600.0, show_default=True, metavar="X",
            type=click.FloatRange(0.001, 1e9), help="With --sandbox: how much faster time runs."),
)  # fmt: skip
_RATE = _option(
    "--rate",
    env="RATE",
    type=click.FloatRange(0),
    metavar="CALLS_PER_S",
    help=f"Calls a second at most; 0: no limit.  [default: {USUAL.rate:g}; none with --sandbox]",
)
_PARALLELISM = _option(
    "--parallelism",
    env="PARALLELISM",
    default=USUAL.parallelism,
    show_default=True,
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Steps of a run at work at once; waiting for the cloud does not count.",
)


def format_option(*formats: str, default: str = "text") -> Decorator:
    return _option(
        "--format",
        env="FORMAT",
        type=click.Choice(formats),
        default=default,
        show_default=True,
        help="Form of the output.",
    )


def options(
    *, spec: bool = False, state: bool = False, api: bool = False, document: bool = False, runs: bool = False
) -> Decorator:
    """Adds the shared options; the command gets a Settings as its first argument.

    A command with a `--force` of its own gets that as well. `document`: it prints for programs alone. `runs`: it
    carries a plan out, or tells how long that takes.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        own = {"force"} & {parameter.name for parameter in getattr(function, "__click_params__", ())}

        @functools.wraps(function)
        def wrapper(**given: Any) -> Any:
            settings, rest = _settings(given)
            COMPLETE.set(hints.given(click.get_current_context()).complete)
            _logging(settings)
            if document or settings.format != "text":
                printing.as_document()
            return function(settings, **rest, **{name: given[name] for name in own})

        common = (*_COMMON, *(() if own else (_FORCE,)))
        sandbox = _SANDBOX if state or api else ()
        paced = (*((_RATE,) if api or runs else ()), *((_PARALLELISM,) if runs else ()))
        sides = (*(_SPEC if spec else ()), *(_STATE if state else ()), *(_API if api else ()))
        chosen = (*common, *sides, *paced, *sandbox)
        decorated: Callable[..., Any] = wrapper
        for option in reversed(chosen):
            decorated = option(decorated)
        return decorated

    return decorate


def _settings(given: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
    rest = dict(given)
    no_color = rest.pop("no_color", False) or "NO_COLOR" in os.environ
    known = {name: rest.pop(name) for name in list(rest) if name in Settings.__dataclass_fields__}
    for name in ("files", "variables", "var_files"):
        if name in known:
            known[name] = tuple(known[name])
    known["state_named"] = _was_given("state")
    if known.get("sandbox") and _on_command_line("state"):
        raise click.UsageError("--state names another record than the sandbox's own: give --sandbox or --state")
    color = not no_color and known.get("format", "text") == "text" and sys.stdout.isatty()
    return Settings(color=color, **known), rest


def _was_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source not in {None, click.core.ParameterSource.DEFAULT}


def _on_command_line(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _logging(settings: Settings) -> None:
    import logging

    if not settings.verbose and not settings.log_file:
        # Without a handler Python prints the warnings of libraries, tracebacks and all.
        logging.getLogger().addHandler(logging.NullHandler())
        return
    level = logging.DEBUG if settings.verbose > 1 or settings.log_file else logging.INFO
    # A log that can't be written ends nothing.
    logging.raiseExceptions = False
    handler = _log_handler(settings) if settings.log_file else logging.StreamHandler()
    logging.basicConfig(level=level, handlers=[handler], format="%(asctime)s %(name)s %(levelname)s %(message)s")


def _log_handler(settings: Settings) -> logging.Handler:
    from ackplan.cli.output_options import log_handler

    return log_handler(settings)


def duration(_context: object, _parameter: object, value: str) -> float:
    """`90s`, `5m`, `1h` or a plain number of seconds, as seconds."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(s|m|h)?", value)
    if match is None:
        raise click.BadParameter("a duration such as 30s, 5m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


def variables_given(settings: Settings) -> tuple[dict[str, Any], dict[str, str]]:
    """What `--var-file` and `--var` set (later ones win), and what the environment sets."""
    given: dict[str, Any] = {}
    for path in settings.var_files:
        given.update(_from_file(settings.path(path)))
    for assignment in settings.variables:
        name, equals, value = assignment.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--var {assignment!r}: expected NAME=VALUE")
        given[name] = value
    for name, value in given.items():
        if isinstance(value, str) and not value.isascii():
            _check_text(f"--var {name}", value)
    prefix = "ACKPLAN_VAR_"
    environment = {k.removeprefix(prefix): v for k, v in os.environ.items() if k.startswith(prefix)}
    for name, value in environment.items():
        _check_text(prefix + name, value)
    return given, environment


def _check_text(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.UsageError(f"{name} is not UTF-8 text") from None


def _from_file(path: Path) -> Mapping[str, Any]:
    from ackplan.core.diagnostics import Failure, error
    from ackplan.documents.files import display, read_bounded
    from ackplan.documents.yaml import parse

    name = display(path)
    data, fault = read_bounded(path, name)
    roots, faults = parse(data, name) if fault is None else ([], [fault])
    if faults:
        raise Failure(*faults)
    values: Sequence[Any] = roots or [{}]
    if len(values) != 1 or not isinstance(values[0], dict):
        raise Failure(error("ACK1033", "Not a file of variables", f"{name}: expected NAME: VALUE lines"))
    return dict(values[0])


def inputs(settings: Settings) -> Inputs:
    """Where the spec is and what its variables are set to."""
    from ackplan.spec import Inputs

    given, environment = variables_given(settings)
    return Inputs(settings.chdir, settings.files, given, environment)
