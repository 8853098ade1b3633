"""``--config FILE``: the options of a command from a YAML file.

Each key is the long name of an option, by any of its names, with or without the leading dashes,
with ``-`` or ``_``. A value is written as on the command line; a list gives an option that may be
repeated, or that makes a run of each value, several, and a mapping does that for one that takes
``NAME:VALUE``. An empty value is as if the key were not there. The command line and environment
variables win over the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import yaml

from aiperf.cli.swept import Swept
from aiperf.plugins.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAIRS = "NAME:VALUE"


class _ShapeError(Exception):
    """A value is a list or has names where the option takes neither."""


def read_config(path: Path, context: click.Context) -> dict[str, Any]:
    """Return the values that ``path`` gives, by the names of the parameters.

    Raises:
        click.BadParameter: The file cannot be read, is not YAML, names an option that there is
            not, or has a value that the option does not take; it says the file and the line.
    """
    found: dict[str, Any] = {}
    options = _options(context.command)
    for key, value in _items(path):
        name = _plain(key.value)
        option = options.get(name)
        if option is None or option.name is None:
            near = nearest(name, options)
            step = f"Did you mean {near!r}?" if near else "aiperf profile --print-config lists all."
            raise _bad(path, key, f"there is no option {name!r}. {step}")
        if option.name in found:
            raise _bad(path, key, f"{name!r} is given a second time; remove one of them")
        try:
            given = _value(option, value)
            if given is not None:
                option.type_cast_value(context, given)
                found[option.name] = given
        except _ShapeError as error:
            raise _bad(path, value, f"{name}: {error}") from None
        except click.BadParameter as error:
            raise _bad(path, value, f"{name}: {error.message}") from None
    return found


def _options(command: click.Command) -> dict[str, click.Option]:
    """Return the options that a file may give, by each of their long names."""
    return {
        _plain(each): option
        for option in command.params
        if isinstance(option, click.Option) and option.name != "config"
        for each in option.opts
        if each.startswith("--")
    }


def _plain(name: str) -> str:
    return name.lstrip("-").replace("_", "-")


def _items(path: Path) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{path} is not UTF-8 at byte {error.start}.") from None
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        line = f", line {where.line + 1}" if where is not None else ""
        raise click.BadParameter(f"{path}{line}: this is not YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise click.BadParameter(f"{path} is not YAML: {error}.") from None
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise _bad(path, root, "write one option a line, such as 'concurrency: 16'")
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _bad(path, key, "the name of an option is one word")
        yield key, value


def _value(option: click.Option, node: yaml.Node) -> Any:
    """Return what the command line would have for ``node``: text, as it is written."""
    if isinstance(node, yaml.MappingNode):
        if option.metavar != _PAIRS:
            raise _ShapeError("it takes a value, not names and values")
        return [f"{name}:{value}" for name, value in _pairs(node)]
    if isinstance(node, yaml.SequenceNode):
        texts = [_text(each) for each in node.value]
        if isinstance(option.type, Swept):
            return ",".join(texts)
        if not option.multiple:
            raise _ShapeError("it takes one value, not a list")
        return texts
    if node.tag.endswith(":null"):
        return None
    text = _text(node)
    return [text] if option.multiple else text


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[str, str]]:
    """Yield names and values; a value that is not one scalar as JSON."""
    for key, value in node.value:
        if isinstance(value, yaml.ScalarNode):
            yield _text(key), "null" if value.tag.endswith(":null") else value.value
        else:
            yield _text(key), json.dumps(yaml.SafeLoader("").construct_object(value, deep=True))


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _ShapeError("one of its values is a list or has names; write a plain value")
    return str(node.value)


def _bad(path: Path, node: yaml.Node, why: str) -> click.BadParameter:
    return click.BadParameter(f"{path}, line {node.start_mark.line + 1}: {why}")
