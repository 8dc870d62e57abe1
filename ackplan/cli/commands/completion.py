"""`ackplan completion`: what makes a shell complete command lines of ackplan."""

import click

from ackplan.cli import language_option
from ackplan.cli.help_page import Command


@click.command("completion", cls=Command)
@language_option.alone
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what SHELL runs to complete commands, options and values, names of clusters among them.

    \b
    bash   eval "$(ackplan completion bash)"            in ~/.bashrc
    zsh    eval "$(ackplan completion zsh)"             in ~/.zshrc, behind compinit
    fish   ackplan completion fish | source             in ~/.config/fish/config.fish
    """
    from ackplan.cli.completion import script
    from ackplan.cli.main import cli

    click.echo(script(shell, cli))
