"""The ``aiperf`` command: its subcommands, and how every error ends."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from contextlib import suppress
from typing import Final

import click

from aiperf._version import __version__
from aiperf.cli.lazy_group import LazyCommand, lazy_group
from aiperf.plugins.errors import AIPerfError, described

TRACEBACK = "AIPERF_TRACEBACK"
"""The environment variable that, set to 1, lets an unexpected error show where it was."""

_OFF = frozenset({"", "0", "false", "no", "off"})

COMMANDS: Final = {
    "compare": LazyCommand(
        "aiperf.cli.compare",
        "compare_runs",
        "Compare finished runs with the first of them: what differs, by how much, and how surely.",
    ),
    "completion": LazyCommand(
        "aiperf.cli.completion",
        "completion",
        "Print the script with which a shell completes commands, options and values.",
    ),
    "mock-server": LazyCommand(
        "aiperf.cli.mock_server",
        "mock_server",
        "Serve a pretend model that speaks the API of each builtin endpoint, as fast as told.",
    ),
    "plugins": LazyCommand(
        "aiperf.cli.plugins",
        "plugins",
        "Show plugins and the implementations that they bring.",
    ),
    "profile": LazyCommand("aiperf.cli.profile", "profile", "Measure a model server."),
    "report": LazyCommand(
        "aiperf.cli.report",
        "report",
        "Make every artifact of a run again from its profile_export.jsonl.",
    ),
    "verify": LazyCommand(
        "aiperf.cli.verify",
        "verify",
        "Compare what the client measures with what the embedded server really did.",
    ),
}

aiperf = click.version_option(__version__, prog_name="aiperf")(
    lazy_group(
        "aiperf",
        "Benchmark generative-AI endpoints. Every part of it is a plugin.",
        COMMANDS,
    )
)


def main() -> None:
    """Run the command line; every error is one message and an exit code.

    0: it worked. 1: it failed, and standard error says why. 2: the options are wrong. 129, 130 or
    143: its terminal went away, or it was interrupted or terminated.
    """
    _open_standard_files()
    _heed_interrupts()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal has no letter for is written out
            stream.reconfigure(errors="backslashreplace")
    if any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ):
        from aiperf.cli.bash_completion import install  # noqa: PLC0415 - a shell wants completion

        install()
    try:
        code = aiperf.main(standalone_mode=False)
    except click.ClickException as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # since click 8.2
            error.show()
        else:
            click.echo(f"Error: {error.format_message()}", err=True)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        code = 130
    except AIPerfError as error:
        from aiperf.common.errors import ConfigError  # noqa: PLC0415 - a fifth of the start-up

        # What is wrong with an option is said alone, not as the failure of the part that found it.
        cause = error.__cause__
        click.echo(f"Error: {cause if isinstance(cause, ConfigError) else error}", err=True)
        code = 1
    except Exception as error:
        if os.environ.get(TRACEBACK, "0").strip().lower() not in _OFF:
            raise
        click.echo(f"Error: {_unexpected(error)}", err=True)
        code = 1
    sys.exit(_flushed(code if isinstance(code, int) else 0))


def _heed_interrupts() -> None:
    """See to it that an interrupt interrupts.

    Shells let what runs in the background ignore it, but who sends one to it means it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _flushed(code: int) -> int:
    """Return the exit code, 1 for 0 where standard output has not taken all that was shown.

    Python would find that out later, say so at length and end with 120.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                code = code or 1
                with suppress(OSError, ValueError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


def _unexpected(error: Exception) -> str:
    """Return one line about an error that no command has foreseen."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"cannot write to {error.filename or 'standard output'}: {error.strerror}"
    return (
        f"AIPerf, or a plugin of it, failed with {described(error)}. Set {TRACEBACK}=1 to see "
        "where, and report it."
    )


def _open_standard_files() -> None:
    """See to it that standard input, output and error are open.

    A run that is started without one of them would give its number to a connection or an artifact,
    which whoever writes there by number would write into; libuv aborts instead.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
