"""Prints docs/cli-options.md, from what click knows of the commands' options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import yaml

from aiperf.cli.main import aiperf
from aiperf.cli.option_groups import GroupedCommand, groups_of

HEADING = """\
# Command-line options

<!-- Generated; after a change of the options run:
     python tests/docs/cli_options.py > docs/cli-options.md -->

Names in one row mean the same, except that what follows a slash is the opposite.
`aiperf COMMAND --help` shows this too, and `aiperf --version` the version.

| exit status | meaning |
|---|---|
| 0 | it worked |
| 1 | it failed, and standard error says why |
| 2 | the options are wrong |
| 3 | `aiperf compare --max-regression`: a run is worse than that |
| 129, 130, 143 | terminal gone, interrupted (Ctrl-C) or terminated; a run keeps what it measured |
"""
EXAMPLES: dict[str, str] = yaml.safe_load(
    Path(__file__).with_name("option_examples.yaml").read_text(encoding="utf-8")
)
EXTRAS = re.compile(r"\s*\[(?:default: (?P<default>[^]]*)|(?P<range>[^]]* to [^]]*))\]")


def main() -> None:
    """Print the page."""
    print(HEADING)  # noqa: T201 - this is a command
    print("\n\n".join(_section(name, command) for name, command in commands("aiperf", aiperf)))  # noqa: T201


def commands(name: str, command: click.Command) -> list[tuple[str, click.Command]]:
    """Return every command below ``command``, by what to type for it."""
    if not isinstance(command, click.Group):
        return [(name, command)]
    context = click.Context(command)
    return [
        found
        for each in command.list_commands(context)
        for found in commands(f"{name} {each}", command.get_command(context, each))
    ]


def _section(name: str, command: click.Command) -> str:
    """Return the section of one command."""
    lines = [f"## `{name}`", "", (command.help or "").partition("\n\n")[0].replace("\n", " ")]
    for title, params in groups_of(command):
        rows = [_row(option) for option in params if isinstance(option, click.Option)]
        if isinstance(command, GroupedCommand):
            lines += ["", f"### {title}"]
        lines += _table(rows)
    return "\n".join(lines)


def _table(rows: list[str]) -> list[str]:
    """Return the lines of a table of options."""
    return [
        "",
        "| option | value | default | meaning | example |",
        "|---|---|---|---|---|",
        *rows,
    ]


def _row(option: click.Option) -> str:
    """Return the table row of one option."""
    facts = option.to_info_dict()
    names = ", ".join(f"`{name}`" for name in facts["opts"])
    if facts["secondary_opts"]:
        names += " / " + ", ".join(f"`{name}`" for name in facts["secondary_opts"])
    text = facts["help"]
    extras = {k: v for found in EXTRAS.finditer(text) for k, v in found.groupdict().items() if v}
    default = facts["default"]
    if facts["is_flag"]:
        value, shown = "", "on" if default is True else "off"
    else:
        value = option.metavar or " ".join([_kind(facts["type"]), extras.get("range", "")]).strip()
        shown = extras.get("default") or ("" if default in (None, (), []) else f"`{default}`")
    cells = (names, value, shown, EXTRAS.sub("", text), f"`{' '.join(example(option))}`")
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def example(option: click.Option) -> list[str]:
    """Return words of a command line that give ``option``; an empty list if none are known."""
    name = option.opts[0]
    if option.is_flag:
        return [name]
    if name in EXAMPLES:
        return [name, shlex.quote(EXAMPLES[name])]
    default = option.to_info_dict()["default"]
    first = default[0] if isinstance(default, list | tuple) and default else default
    known = isinstance(first, str | int | float)
    return [name, shlex.quote(str(first))] if known else []


def _kind(kind: dict[str, Any]) -> str:
    """Return what an option takes, from ``click.ParamType.to_info_dict()``."""
    name = {"float": "number", "float range": "number", "integer range": "integer"}.get(
        kind["name"], kind["name"]
    )
    low, high = kind.get("min"), kind.get("max")
    if low is not None:
        name += f" {'>' if kind['min_open'] else '≥'} {low}"
    if high is not None:
        name += f" {'<' if kind['max_open'] else '≤'} {high}"
    return name


if __name__ == "__main__":
    main()
