"""The option ``--config``, whose file is read before any other option."""

from __future__ import annotations

from pathlib import Path

import click


def _read(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None and not context.resilient_parsing:
        from aiperf.cli.config_file import read_config  # noqa: PLC0415 - unless there is a file

        context.default_map = {**(context.default_map or {}), **read_config(Path(value), context)}


config_option = click.option(
    "--config",
    "-f",
    type=click.Path(dir_okay=False),
    is_eager=True,
    expose_value=False,
    callback=_read,
    metavar="FILE",
    help="A YAML file of options, such as 'concurrency: 16'; the command line wins over it.",
)
