"""``aiperf completion``: the script that a shell needs to complete ``aiperf``."""

from __future__ import annotations

import click

from aiperf.cli.named_choice import NamedChoice

SHELLS = ("bash", "fish", "zsh")


@click.command("completion")
@click.argument("shell", type=NamedChoice("shell", lambda: SHELLS), metavar="bash|fish|zsh")
@click.pass_context
def completion(context: click.Context, /, shell: str) -> None:
    """Print the script with which a shell completes commands, options and values.

    Class types, implementations and the values of --use follow what is installed; what is broken
    is left out. For bash, put 'eval "$(aiperf completion bash)"' into ~/.bashrc; for zsh, the same
    with zsh into ~/.zshrc; for fish, 'aiperf completion fish | source' into
    ~/.config/fish/config.fish.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - not for --help

    from aiperf.cli.bash_completion import install  # noqa: PLC0415 - as above

    install()
    root = context.find_root().command
    name = root.name or ""
    found = get_completion_class(shell)
    if found is None:  # click has had these three since 8.0
        raise click.ClickException(f"click cannot complete {shell}.")
    script = found(root, {}, name, f"_{name}_COMPLETE".upper()).source()
    click.echo(script.rstrip("\n"))
