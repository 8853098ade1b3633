"""``aiperf mock-server``: the embedded model server, for a person to start."""

from __future__ import annotations

from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import click

from aiperf.server.errors import (
    ServerBindError,
    ServerExtraError,
    ServerSettingError,
    TruthLogError,
)
from aiperf.server.settings import ServerSettings

_TYPES = {"log": click.Path(path_type=Path), "grpc_port": int}
"""The types of the settings that may be left out."""


def _option(setting: Field[Any]) -> click.Option:
    """Return the option for one field of the settings; its range is checked by the settings."""
    low, high = setting.metadata["low"], setting.metadata["high"]
    limits = "" if low is None else f"  [{low} to {high:,}]"
    return click.Option(
        [_name(setting.name)],
        type=_TYPES.get(setting.name) or type(setting.default),
        default=setting.default,
        help=setting.metadata["help"] + limits,
        show_default=setting.default is not None,
    )


def _name(setting: str) -> str:
    return "--" + setting.replace("_", "-")


@click.command("mock-server", params=[_option(each) for each in fields(ServerSettings)])
def mock_server(**settings: Any) -> None:
    """Serve a pretend model that speaks the API of each builtin endpoint, as fast as told.

    It answers as OpenAI's, Anthropic's and Hugging Face's servers do, streamed or not, with words
    that mean nothing, and can log when it really sent each token. Ctrl-C stops it.
    """
    from aiperf.server.serve import serve  # noqa: PLC0415 - imports the web server

    try:
        serve(ServerSettings(**settings), _say_ready)
    except ServerSettingError as error:
        raise click.BadParameter(str(error), param_hint=_name(error.setting)) from error
    except (ServerBindError, ServerExtraError, TruthLogError) as error:
        raise click.ClickException(str(error)) from error


def _say_ready(*urls: str) -> None:
    click.echo(f"AIPerf mock server on {' and '.join(urls)}")
