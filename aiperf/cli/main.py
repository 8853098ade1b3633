"""The ``aiperf`` command: its subcommands, and how every error ends."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from aiperf._version import __version__
from aiperf.common.errors import ConfigError
from aiperf.plugins.errors import AIPerfError, described

TRACEBACK = "AIPERF_TRACEBACK"
"""The environment variable that, set to 1, lets an unexpected error show where it was."""

_OFF = frozenset({"", "0", "false", "no", "off"})

_COMMANDS = {
    "mock-server": ("aiperf.cli.mock_server", "mock_server"),
    "plugins": ("aiperf.cli.plugins", "plugins"),
    "profile": ("aiperf.cli.profile", "profile"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; click says it when there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aiperf")
def aiperf() -> None:
    """Benchmark generative-AI endpoints. Every part of it is a plugin."""


def main() -> None:
    """Run the command line; every error is one message and an exit code.

    0: it worked. 1: it failed, and standard error says why. 2: the options are wrong. 130 or 143:
    it was interrupted or terminated.
    """
    try:
        code = aiperf.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        code = 130
    except AIPerfError as error:
        # What is wrong with an option is said alone, not as the failure of the part that found it.
        cause = error.__cause__
        click.echo(f"Error: {cause if isinstance(cause, ConfigError) else error}", err=True)
        code = 1
    except Exception as error:
        if os.environ.get(TRACEBACK, "0").strip().lower() not in _OFF:
            raise
        click.echo(
            f"Error: AIPerf, or a plugin of it, failed with {described(error)}. Set "
            f"{TRACEBACK}=1 to see where, and report it.",
            err=True,
        )
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
