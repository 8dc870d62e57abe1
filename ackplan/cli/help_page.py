"""What `--help` of a command says: examples, what makes the command, then what it has in common with others."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from typing import Final

import click
from click.core import ParameterSource

from ackplan.cli.help_formatter import HelpFormatter
from ackplan.core import language
from ackplan.core.language import phrase

OWN: Final = "Options"
# The sections of shared options, in their order, by the names of parameters.
_SECTIONS: Final = {
    "Spec": ("files", "variables", "var_files"),
    "Record": ("workspace", "state", "lock_ttl", "store_patience", "identity", "key_id"),
    "Account": (
        "sandbox",
        "profile",
        "region",
        "endpoint",
        "signature",
        "sts_endpoint",
        "ca_file",
        "time_scale",
        "rate",
        "parallelism",
    ),
    "Output": ("format", "no_color", "verbose", "log_file", "chdir", "force", "lang", "help", "help_all"),
}
# What few need, few times: shown by --help-all.
_RARE: Final = frozenset(
    {
        *("allow_vanished", "node_names", "scale_in", "check_upgrades", "same_as", "otel", "fail_fast", "lock_timeout"),
        *("lock_ttl", "store_patience", "identity", "key_id"),
        *("signature", "sts_endpoint", "ca_file", "time_scale", "rate"),
        *("no_color", "log_file", "force", "lang"),
    }
)
# A command with fewer options than this shows them all.
_MANY: Final = 24
_ALL: Final = "ackplan.help_all"
_SECTION_OF: Final = {name: section for section, names in _SECTIONS.items() for name in names}
# Command lines, and what each is for.
EXAMPLES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "init": (
        ("ackplan init", "a project here"),
        ("ackplan init --ci github --package git+https://HOST/OWNER/ackplan@COMMIT", "with a pipeline"),
    ),
    "plan": (
        ("ackplan plan --sandbox", "against the embedded API; no account is needed"),
        ("ackplan plan --out it.plan", "kept, to be applied exactly as it was shown"),
        ("ackplan plan --detailed-exitcode", "exit 2 where something would change"),
        ("ackplan plan --target shop-prod", "one cluster, and what it depends on"),
    ),
    "apply": (
        ("ackplan apply", "plans, shows the plan, asks"),
        ("ackplan apply it.plan", "the plan that was reviewed, or nothing"),
        ("ackplan apply --auto-approve --report report.json", "asks nothing; keeps what was done"),
    ),
    "destroy": (("ackplan destroy --target shop-dev", "one cluster, and what depends on it"),),
    "drift": (
        ("ackplan drift", "exit 2 where something changed"),
        ("ackplan drift --update-spec", "writes what changed into the spec"),
    ),
    "show": (
        ("ackplan show", "what is recorded"),
        ("ackplan show --format html it.plan", "the page of a plan"),
    ),
    "import": (
        ("ackplan import shop-prod", "by its name in the spec"),
        ("ackplan import --all", "every live cluster that the spec has"),
        ("ackplan import --from-terraform terraform.tfstate --out adopted.yaml", "from a state of Terraform"),
    ),
    "export": (("ackplan export --all --out fleet.yaml", "what is live, as a spec"),),
    "kubeconfig": (("ackplan kubeconfig shop-prod --merge", "into ~/.kube/config"),),
    "api": (("ackplan api GET /clusters --query pageSize=10", "one signed call"),),
    "rehearse": (("ackplan rehearse it.plan", "the whole apply, in virtual time, in a private simulator"),),
    "explain": (("ackplan explain ACK2001", "what the code of an error means"),),
    "board": (("ackplan board --out public", "pages of all workspaces of the store"),),
    "simulator": (("ackplan simulator --port 8080 --time-scale 600", "ten minutes of provisioning in a second"),),
}


class _Context(click.Context):
    formatter_class = HelpFormatter


class TranslatedHelp(click.Command):
    """A command whose help is in the language that was chosen."""

    context_class = _Context

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(translated(inspect.cleandoc(self.help or "")))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes its options."""
        self.write_section(OWN, option_rows(self, ctx), formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes what stands below the options."""
        if self.epilog:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(translated(inspect.cleandoc(self.epilog)))

    def get_short_help_str(self, limit: int = 45) -> str:
        """What a list of commands says of it."""
        text = inspect.cleandoc(self.help or "").partition("\n\n")[0]
        words = translated(text)
        return super().get_short_help_str(limit) if words == text else words.partition("。")[0]

    def write_section(self, title: str, rows: list[tuple[str, str]], formatter: click.HelpFormatter) -> None:
        """Writes a section, where it has rows."""
        if rows:
            with formatter.section(phrase(title)):
                formatter.write_dl(rows)


def _show_all(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if value and not context.resilient_parsing:
        context.meta[_ALL] = True
        click.echo(context.get_help(), color=context.color)
        context.exit()


_HELP_ALL: Final = click.Option(
    ["--help-all"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_all,
    help="Show every option, with its variable, and exit.",
)


class Command(TranslatedHelp):
    """A command whose help has sections. One of many options shows those that are often needed, without variables."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its parameters, those of help among them."""
        return [*super().get_params(ctx), _HELP_ALL]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a section of its own options, then those of shared ones."""
        sections: dict[str, list[tuple[str, str]]] = {name: [] for name in (OWN, *_SECTIONS)}
        parameters = [each for each in self.get_params(ctx) if not getattr(each, "hidden", False)]
        short = len(parameters) >= _MANY and _ALL not in ctx.meta
        for parameter in parameters:
            row = None if short and parameter.name in _RARE else _row(parameter, ctx, plain=short)
            if row is not None:
                sections[_SECTION_OF.get(parameter.name or "", OWN)].append(row)
        for name, rows in sections.items():
            self.write_section(name, rows, formatter)
        if short:
            left = sum(parameter.name in _RARE for parameter in parameters)
            more = "{number} more options, and the variable of each: {command} --help-all"
            formatter.write(f"\n{phrase(more, number=left, command=ctx.command_path)}\n")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes what the command does, and examples of it."""
        super().format_help_text(ctx, formatter)
        name = ctx.command_path.partition(" ")[2]
        if name in EXAMPLES:
            with formatter.section(phrase("Examples")):
                for line, what in EXAMPLES[name]:
                    formatter.write(f"  {line}\n      {phrase(what)}\n")


class Group(TranslatedHelp, click.Group):
    """A command of second words, whose help has sections."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes its options, then its commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def translated(text: str) -> str:
    """A text of help in the language that was chosen: by paragraphs, but for those that are kept as they are."""
    if language.current() == language.ENGLISH:
        return text
    parts = text.split("\n\n")
    return "\n\n".join(part if part.startswith("\b") else phrase(" ".join(part.split())) for part in parts)


def option_rows(command: click.Command, ctx: click.Context) -> list[tuple[str, str]]:
    """What help says of each option of a command that is not hidden."""
    return [row for parameter in command.get_params(ctx) if (row := _row(parameter, ctx))]


def _row(parameter: click.Parameter, ctx: click.Context, *, plain: bool = False) -> tuple[str, str] | None:
    """What help says of a parameter; `plain`: not by which variable of the environment it is set, too."""
    row = parameter.get_help_record(ctx)
    if row is None or not isinstance(parameter, click.Option):
        return row if row and row[1] else None
    name, text = row
    if plain:
        text = _without_variable(text, parameter.get_help_extra(ctx).get("envvars", ()))
    return name, text.replace(parameter.help, translated(parameter.help), 1) if parameter.help else text


def _without_variable(text: str, variables: Collection[str]) -> str:
    said = phrase("env var: {var}").format(var=", ".join(variables))
    if not variables:
        return text
    return text.replace(f"  [{said}]", "").replace(f"[{said}; ", "[")


def speak() -> None:
    """What click says by itself is looked up in our table from now on."""
    for module in (click.core, click.exceptions, click.formatting, click.types, click.parser):
        for name, looked_up in (("_", phrase), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, looked_up)
    setattr(click.Option, "get_error_hint", _error_hint)  # noqa: B010 - click has its words in it


def _error_hint(option: click.Option, context: click.Context | None) -> str:
    hint = click.Parameter.get_error_hint(option, context)
    by_variable = context is None or context.get_parameter_source(option.name or "") is ParameterSource.ENVIRONMENT
    if option.show_envvar and option.envvar and by_variable:
        hint += phrase(" (env var: '{name}')", name=str(option.envvar))
    return hint


def _counted(one: str, many: str, number: int) -> str:
    return phrase(one if number == 1 else many)
