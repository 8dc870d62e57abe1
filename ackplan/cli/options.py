"""Options that commands share, each with its `ACKPLAN_*` variable, gathered into one Settings value."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from ackplan.cli import gc, hints, printing
from ackplan.core.diagnostics import COMPLETE
from ackplan.execute.limits import USUAL
from ackplan.project.project_settings import DEFAULT_ENDPOINT, DEFAULT_STATE, WORKSPACE, OptionError, ProjectSettings

if TYPE_CHECKING:
    import logging

Command = Callable[..., object]
Decorator = Callable[[Command], Command]


@dataclass(frozen=True, slots=True)
class Settings(ProjectSettings):
    """What the shared options say. `force`: a file that is to be written may replace one of another sort."""

    format: str = "text"
    color: bool = False
    verbose: int = 0
    log_file: str = ""
    force: bool = False


class _OptionFacts(TypedDict, total=False):
    """What click makes an option of."""

    default: object
    show_default: bool
    metavar: str
    help: str
    type: click.ParamType[object]
    multiple: bool
    is_flag: bool
    count: bool
    hidden: bool
    callback: Callable[[click.Context, click.Parameter, str], object]


def _option(*names: str, env: str = "", **more: Unpack[_OptionFacts]) -> Decorator:
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

    def decorate(function: Command) -> Command:
        own = {"force"} & {parameter.name for parameter in getattr(function, "__click_params__", ())}

        @functools.wraps(function)
        def wrapper(**given: Any) -> object:
            settings, rest = _settings(given)
            COMPLETE.set(hints.given(click.get_current_context()).complete)
            _logging(settings)
            if settings.sandbox:  # a server is about to run in this process
                gc.collect()
            if document or settings.format != "text":
                printing.as_document()
            try:
                return function(settings, **rest, **{name: given[name] for name in own})
            except OptionError as fault:
                raise click.UsageError(fault.problem) from None

        common = (*_COMMON, *(() if own else (_FORCE,)))
        sandbox = _SANDBOX if state or api else ()
        paced = (*((_RATE,) if api or runs else ()), *((_PARALLELISM,) if runs else ()))
        sides = (*(_SPEC if spec else ()), *(_STATE if state else ()), *(_API if api else ()))
        chosen = (*common, *sides, *paced, *sandbox)
        decorated: Command = wrapper
        for option in reversed(chosen):
            decorated = option(decorated)
        return decorated

    return decorate


def _settings(given: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
    rest = dict(given)
    no_color = rest.pop("no_color", False) or "NO_COLOR" in os.environ
    known = {name: rest.pop(name) for name in list(rest) if name in Settings.__dataclass_fields__}
    for name in ("files", "var_files"):
        if name in known:
            known[name] = tuple(known[name])
    if "variables" in known:
        known["variables"] = dict(map(_assignment, known["variables"]))
    known["state_named"] = _was_given("state")
    known["types"] = click.get_current_context().find_root().obj
    if known.get("sandbox") and _on_command_line("state"):
        raise click.UsageError("--state names another record than the sandbox's own: give --sandbox or --state")
    color = not no_color and known.get("format", "text") == "text" and sys.stdout.isatty()
    return Settings(color=color, **known), rest


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--var {text!r}: expected NAME=VALUE")
    return name, value


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
