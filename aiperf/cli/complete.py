"""What shell completion offers. It never prints, and whatever is wrong leaves nothing to offer."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
from typing import TYPE_CHECKING, ParamSpec

from click.shell_completion import CompletionItem

from aiperf.cli.discovered import discover
from aiperf.cli.offer import offer, problem_of
from aiperf.plugins.resolver import reference_to
from aiperf.plugins.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

    from aiperf.plugins.registry import Registry

Parameters = ParamSpec("Parameters")
Items = list[CompletionItem]


def _quiet(function: Callable[Parameters, Items]) -> Callable[Parameters, Items]:
    """Print nothing and raise nothing, whatever plugins do: a shell is waiting for an answer."""

    @functools.wraps(function)
    def answer(*args: Parameters.args, **keywords: Parameters.kwargs) -> Items:
        found: Items = []
        logging.disable()
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
                contextlib.suppress(Exception),
            ):
                found = function(*args, **keywords)
        finally:
            logging.disable(logging.NOTSET)
        return found

    return answer


@_quiet
def class_types(factory: str, incomplete: str) -> list[CompletionItem]:
    """Return the class types of a factory that can be used."""
    offered = offer().class_types[factory]
    return [_item(each, _description(factory, each)) for each in _matching(offered, incomplete)]


@_quiet
def selections(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return values of ``--use``: the class types first, then their implementations."""
    registry = _registry()
    keys = [
        f"{slot.name}.{class_type}"
        for slot in registry.slots.values()
        for class_type in registry.class_types(slot)
    ]
    key, equals, _ = incomplete.partition("=")
    if not equals:
        return [_item(f"{each}=") for each in _matching(keys, incomplete)]
    factory, _, class_type = key.partition(".")
    return [
        _item(f"{key}={reference}", description)
        for reference, description in _implementations(registry, factory, class_type)
        if f"{key}={reference}".startswith(incomplete)
    ]


@_quiet
def factories(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of the factories."""
    return [_item(each) for each in _matching(_registry().slots, incomplete)]


@_quiet
def implementations(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return ``CLASS_TYPE`` and ``CLASS_TYPE:IDENTIFIER`` of the factory that is named before."""
    registry, factory = _registry(), ctx.params.get("factory") or ""
    class_type, colon, _ = incomplete.partition(":")
    if not colon:
        return [
            _item(each)
            for each in _matching(registry.class_types(registry.slots[factory]), incomplete)
        ]
    return [
        _item(f"{class_type}:{reference}", description)
        for reference, description in _implementations(registry, factory, class_type)
        if f"{class_type}:{reference}".startswith(incomplete)
    ]


@_quiet
def plugins(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of the plugins, with their distribution or state."""
    return [
        _item(record.name, f"{record.status}, {record.distribution or record.module}")
        for record in discover().records
        if record.name.startswith(incomplete)
    ]


def _registry() -> Registry:
    return discover().registry


def _implementations(registry: Registry, factory: str, class_type: str) -> list[tuple[str, str]]:
    """Return references and descriptions of those that are not known to be broken."""
    targets = Targets()
    candidates = registry.candidates(registry.slots[factory], class_type)
    return [
        (reference_to(each, candidates), each.entry.description or str(each.origin))
        for each in candidates
        if not each.unmet and not problem_of(each, targets)
    ]


def _description(factory: str, class_type: str) -> str | None:
    found = _implementations(_registry(), factory, class_type)
    return found[0][1] if found else None


def _matching(names: Iterable[str], incomplete: str) -> list[str]:
    return [each for each in names if each.startswith(incomplete)]


def _item(value: str, description: str | None = None) -> CompletionItem:
    """Return an item that takes one line, whatever a plugin's description is."""
    text = None if description is None else " ".join(description.split())
    return CompletionItem(value, help=text)
