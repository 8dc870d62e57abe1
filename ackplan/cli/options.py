"""Options that commands share, each with its `ACKPLAN_*` variable, gathered into one Settings value."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

import click

from ackplan.app.workspace import WORKSPACE
from ackplan.cli import gc, hints, language_option, logs, printing
from ackplan.cli.job_variables import VERBOSITY, FormatOption
from ackplan.core.diagnostics import COMPLETE
from ackplan.core.language import phrase, spoken
from ackplan.execute.limits import USUAL
from ackplan.project.project_settings import (
    DEFAULT_ENDPOINT,
    DEFAULT_STATE,
    OptionError,
    ProjectSettings,
    seconds_of,
)

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
    lang: str = ""


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
    cls: type[click.Option]


def _option(*names: str, env: str = "", **more: Unpack[_OptionFacts]) -> Decorator:
    return click.option(*names, envvar=f"ACKPLAN_{env}" if env else None, show_envvar=bool(env), **more)


def _folder(_context: object, _parameter: object, value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise click.BadParameter(phrase("{path} is not a folder", path=value))
    return path


def workspace_name(_context: object, _parameter: object, value: str) -> str:
    if not WORKSPACE.fullmatch(value):
        raise click.BadParameter(phrase("letters, digits, - and _; not starting with - or _"))
    return value


def _between(least: float, most: float) -> Callable[[click.Context, click.Parameter, str], float]:
    def checked(context: click.Context, parameter: click.Parameter, value: str) -> float:
        seconds = duration(context, parameter, value)
        if not least <= seconds <= most:
            raise click.BadParameter(phrase("between {least} and {most}", least=f"{least:g}s", most=f"{most:g}s"))
        return seconds

    return checked


_COMMON = (
    _option("-C", "--chdir", env="CHDIR", default=".", metavar="DIR", callback=_folder,
            help="Work in DIR: every path on the command line is relative to it."),
    _option("--no-color", env="NO_COLOR", is_flag=True, help="No colours."),
    _option("-v", "--verbose", env="VERBOSE", count=True, type=VERBOSITY, help="Log to stderr; twice: every call."),
    _option("--log-file", env="LOG_FILE", default="", metavar="FILE", help="Log to FILE."),
    _option("--lang", env="LANG", default="", metavar="LANG", callback=language_option.checked,
            help="Language: en or zh.  [default: that of the locale]"),
)  # fmt: skip
_FORCE = click.option("--force", is_flag=True, help="Let a file that is to be written replace one of another sort.")


class _Path(click.types.StringParamType):
    """A path; in the environment several stand with the system's separator between them, as in PATH."""

    envvar_list_splitter = os.pathsep


_SPEC = (
    _option("-f", "--file", "files", env="FILE", multiple=True, metavar="PATH", type=_Path(),
            help="Spec file or folder; repeatable. Default: ackplan.yaml, else fleet/."),
    click.option("--var", "variables", multiple=True, metavar="NAME=VALUE",
                 help="Set a variable; repeatable. A list: a,b or [a, b]; a map: {key: a}. Or ACKPLAN_VAR_NAME=VALUE."),
    _option("--var-file", "var_files", env="VAR_FILE", multiple=True, metavar="FILE", type=_Path(),
            help="Set variables from a YAML file; repeatable."),
)  # fmt: skip
_STATE = (
    _option("--workspace", env="WORKSPACE", default="default", metavar="NAME", callback=workspace_name,
            show_default=True, help="Which record to work with."),
    _option("--state", env="STATE", default=DEFAULT_STATE, metavar="URL", show_default=True,
            help="Where the record is kept: a folder, or a store that a team shares, by its URL."),
    _option("--lock-ttl", env="LOCK_TTL", default="60s", metavar="DURATION", show_default=True,
            callback=_between(1, 3600), help="How long a lock in a store lasts that nobody renews."),
    _option("--store-patience", env="STORE_PATIENCE", default="2m", metavar="DURATION", show_default=True,
            callback=_between(0, 86400), help="How long a store is waited for that is away."),
    _option("--identity", env="IDENTITY", default="", metavar="FILE",
            help="What opens an encrypted store: an identity of age, or an SSH key. Else: ACKPLAN_PASSPHRASE."),
    _option("--key-id", env="KEY_ID", default="", metavar="ID", help="Refuse a store that has another key than this."),
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
    help="Calls a second at most; 0: no limit.  [default: as many as the API takes]",
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


def shared() -> list[click.Option]:
    """The options that commands have in common."""

    def command() -> None: ...

    for option in (*_COMMON, _FORCE, *_SPEC, *_STATE, *_SANDBOX, *_API, _RATE, _PARALLELISM):
        option(command)
    parameters: list[click.Option] = getattr(command, "__click_params__", [])
    return parameters


def format_option(*formats: str, default: str = "text") -> Decorator:
    return _option(
        "--format",
        env="FORMAT",
        type=click.Choice(formats),
        default=default,
        show_default=True,
        cls=FormatOption,
        help="Form of the output.",
    )


def options(
    *,
    spec: bool = False,
    state: bool = False,
    api: bool = False,
    document: bool = False,
    runs: bool = False,
    several: bool = False,
) -> Decorator:
    """Adds the shared options; the command gets a Settings as its first argument.

    A command with a `--force` of its own gets that as well. `document`: it prints for programs alone. `runs`: it
    carries a plan out, or tells how long that takes. `several`: it is about many workspaces, so that none is named.
    """

    def decorate(function: Command) -> Command:
        own = {"force"} & {parameter.name for parameter in getattr(function, "__click_params__", ())}

        @functools.wraps(function)
        def wrapper(**given: Any) -> object:
            settings, rest = _settings(given)
            COMPLETE.set(hints.given(click.get_current_context()).complete)
            language_option.for_document(settings.lang, settings.format)
            logs.set_up(settings)
            if settings.sandbox:  # a server is about to run in this process
                gc.collect()
            if document or settings.format != "text":
                printing.as_document()
            try:
                return function(settings, **rest, **{name: given[name] for name in own})
            except OptionError as fault:
                raise click.UsageError(spoken(fault.problem)) from None

        common = (*_COMMON, *(() if own else (_FORCE,)))
        sandbox = _SANDBOX if state or api else ()
        paced = (*((_RATE,) if api or runs else ()), *((_PARALLELISM,) if runs else ()))
        stored = _STATE[1:] if several else _STATE if state else ()
        sides = (*(_SPEC if spec else ()), *stored, *(_API if api else ()))
        chosen = (*common, *sides, *paced, *sandbox)
        decorated: Command = wrapper
        for option in reversed(chosen):
            decorated = option(decorated)
        return decorated

    return decorate


def _settings(given: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
    rest = dict(given)
    no_color = rest.pop("no_color", False)
    known = {name: rest.pop(name) for name in list(rest) if name in Settings.__dataclass_fields__}
    for name in ("files", "var_files"):
        if name in known:
            known[name] = tuple(known[name])
    if "variables" in known:
        known["variables"] = dict(map(_assignment, known["variables"]))
    known["state_named"] = _was_given("state")
    known["types"] = click.get_current_context().find_root().obj
    if known.get("sandbox") and on_command_line("state"):
        raise click.UsageError(phrase("--state names another record than the sandbox's own: give --sandbox or --state"))
    if "state" in known and on_command_line("state"):
        check_state(known["state"])
    color = not no_color and known.get("format", "text") == "text" and printing.takes_color(sys.stdout)
    return Settings(color=color, **known), rest


def check_state(state: str) -> None:
    """Raises Failure for a store with a password in its URL: a command line is no place for one."""
    if "://" in state:
        from ackplan.adapters.stores.store_url import scheme_of, store_url
        from ackplan.core.diagnostics import Failure, error

        if scheme_of(state) and (url := store_url(state)).has_password:
            raise Failure(error("ACK3107.password", shown=url.shown))


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(
            phrase("{option} {value!r}: expected {form}", option="--var", value=text, form="NAME=VALUE")
        )
    return name, value


def _was_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source not in {None, click.core.ParameterSource.DEFAULT}


def on_command_line(name: str) -> bool:
    """Whether the option was given there, and not by a variable."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def duration(_context: object, _parameter: object, value: str) -> float:
    """`90s`, `5m`, `1h` or a plain number of seconds, as seconds."""
    try:
        return seconds_of(value)
    except ValueError as fault:
        raise click.BadParameter(spoken(str(fault))) from None
