"""``--print-config``: the options of a command line as the YAML that ``--config`` reads."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click
import yaml
from click.core import ParameterSource

from aiperf.cli.length_pairs import LengthPairs
from aiperf.cli.number_list import NumberList
from aiperf.cli.option_groups import groups_of
from aiperf.cli.swept import Several

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRETS = frozenset({"api_key"})
_NOT_SETTINGS = frozenset({"config", "help", "print_config"})
_WIDTH = 96


def config_text(context: click.Context) -> str:
    """Return every option with what it is for; those that were not given are comments.

    Secrets are left out.
    """
    lines = ["# Options of 'aiperf profile'; run with: aiperf profile --config FILE"]
    for title, params in groups_of(context.command):
        lines += ["", f"# {title}", ""]
        for param in params:
            if isinstance(param, click.Option) and param.name not in _NOT_SETTINGS:
                lines += _lines(context, param)
    return "\n".join(lines)


def _lines(context: click.Context, option: click.Option) -> Iterator[str]:
    record = option.get_help_record(context)
    if record is None or option.name is None:
        return
    yield from textwrap.wrap(record[1], _WIDTH, initial_indent="# ", subsequent_indent="# ")
    value = context.params.get(option.name)
    if value is not None and isinstance(option.type, LengthPairs | NumberList):
        value = option.type.text(value)
    name = next(each for each in option.opts if each.startswith("--")).lstrip("-")
    source = context.get_parameter_source(option.name)
    if option.name in _SECRETS:
        yield f"#{name}:"
    elif source is None or source in (ParameterSource.DEFAULT, ParameterSource.PROMPT):
        yield f"#{_yaml(name, value)}"
    else:
        yield _yaml(name, value)


def _yaml(name: str, value: Any) -> str:
    if value is None or value == ():
        return f"{name}:"
    plain = [str(each) for each in value] if isinstance(value, tuple) else value
    if isinstance(value, Several):
        plain = list(value)
    shown = plain if isinstance(plain, bool | int | float | list) else str(plain)
    text: str = yaml.safe_dump(shown, default_flow_style=True, allow_unicode=True, width=10_000)
    ended = text.removesuffix("...\n").rstrip()  # the mark of a document's end
    return f"{name}: {ended}"
