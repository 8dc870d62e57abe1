"""Commands that messages name, completed by the options of the command that was given.

Whoever says what to do writes `ackplan VERB` and what is special to it. Which fleet, record and account that is about
is known here alone: a hint without them would lead somewhere else, from a sandbox into an account.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from ackplan.core.diagnostics import COMPLETE

# Options that say what a command is about, in the order in which a hint has them.
_ABOUT: Final = (
    "chdir", "files", "variables", "var_files", "workspace", "state", "sandbox", "time_scale", "endpoint", "region",
    "profile", "signature", "sts_endpoint", "ca_file", "rate", "workspaces", "without_dependencies",
)  # fmt: skip
_MODES: Final = ("destroy", "refresh_only")
_NARROWING: Final = ("target", "exclude")
# What only one run does: once it has begun, to ask for it again would do it twice.
_ONCE: Final = ("replace", "adopt")
_OF_PLANS: Final = (*_MODES, *_NARROWING, *_ONCE, "skip_blocked", "policy", "allow_vanished", "node_names", "scale_in")
_PLANNING: Final = frozenset({"plan", "apply", "destroy", "drift", "graph"})
_COMMAND = re.compile(
    r"\backplan ((?:state |lock |fleet |sandbox |kubeconfig (?=revoke )|tasks (?=list |cancel |pause |resume ))?"
    r"[a-z][a-z-]*)"
    r"((?: --[a-z-]+(?:[ =](?!-)(?:'[^']*'|[^\s,;]+))?)*)"
)


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it was given: its words, and its options with their values, by the names of parameters."""

    command: str
    options: Mapping[str, object]

    def without(self, *names: str) -> Given:
        kept = {name: value for name, value in self.options.items() if name not in names}
        return dataclasses.replace(self, options=kept)

    def complete(self, text: str) -> str:
        """The text with every command in it completed."""
        return _COMMAND.sub(self._completed, text) if "ackplan " in text else text

    def _completed(self, found: re.Match[str]) -> str:
        words, own = found[1], found[2]
        command = _known(words)
        if command is None:
            return found[0]
        if self.command == "destroy" and words == "apply" and "--" not in own:
            words, command = "destroy", _known("destroy") or command
        options = {str(option.name): option for option in command.params if isinstance(option, click.Option)}
        return " ".join(["ackplan", words, *self._added(options, own)]) + own

    def _added(self, options: Mapping[str, click.Option], own: str) -> Iterator[str]:
        """What to add to a command that takes these options and has its `own` already."""
        written = {name for name, option in options.items() if {*option.opts} & {*own.split()}}
        for name in (*_ABOUT, *_OF_PLANS):
            if name not in options or name not in self.options:
                continue
            alike = next((group for group in (_MODES, _NARROWING) if name in group), (name,))
            for words in _words(options[name], self.options[name]):
                if not written.intersection(alike) or (name in _ONCE and words not in own):
                    yield words


def given(context: click.Context) -> Given:
    """The command that is running, with what its command line says; what the environment says stays where it is."""
    names, at = list[str](), context
    while at.parent is not None:
        names, at = [str(at.info_name), *names], at.parent
    said = click.core.ParameterSource.COMMANDLINE
    options = {name: value for name, value in context.params.items() if context.get_parameter_source(name) is said}
    if names == ["destroy"]:
        options["destroy"] = True
    told = Given(" ".join(names), options)
    return told if told.command in _PLANNING else told.without(*_OF_PLANS)


def begin() -> None:
    """From now on a run is under way: hints don't ask a second time for what it does once."""
    context = click.get_current_context(silent=True)
    if context is not None:
        COMPLETE.set(given(context).without(*_ONCE).complete)


def with_planfile(text: str) -> str:
    """A text that names a command with a plan file, which was narrowed when it was made."""
    return given(click.get_current_context()).without(*_OF_PLANS).complete(text)


def _known(words: str) -> click.Command | None:
    """The command of these words; None for a word that only follows our name."""
    from ackplan.cli.main import cli

    command: click.Command | None = cli
    if (further := cli.get_command(click.Context(cli), words)) is not None:
        return None if isinstance(further, click.Group) else further
    for word in words.split():
        if not isinstance(command, click.Group):
            return None
        command = command.get_command(click.Context(command), word)
    return None if isinstance(command, click.Group) else command


def _words(option: click.Option, value: object) -> Iterator[str]:
    """The option as it is typed, once for each of its values."""
    name = max(option.opts, key=len)
    if option.is_flag:
        yield from [name] if value else []
        return
    for each in value if option.multiple and isinstance(value, Sequence) else [value]:
        yield f"{name} {shlex.quote(f'{each:.15g}' if isinstance(each, float) else str(each))}"
