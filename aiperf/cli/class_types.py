"""Options that name a class type, and offer what is installed and not broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from aiperf.cli.offer import Offer
    from aiperf.plugins.registry import Registry

_Command = TypeVar("_Command", bound="Callable[..., Any] | click.Command")


class ClassType(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.3
    """The name of a class type of one factory, a plain string.

    Whether there is one of that name is checked by :func:`check_class_types`, after discovery.

    Args:
        factory: the factory's name.
        is_open: whether something else may be named as well, which is not checked here.
    """

    name = "class type"

    def __init__(self, factory: str, *, is_open: bool = False) -> None:
        self.factory = factory
        self.is_open = is_open

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002 - as above
    ) -> str:
        """Return a string and nothing that only looks like one."""
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - as above
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the class types that are offered and begin as what has been typed."""
        from aiperf.cli.complete import class_types  # noqa: PLC0415 - for completion only

        return class_types(self.factory, incomplete)


class ClassTypeOption(click.Option):
    """An option for a class type; its line of help ends with those that are offered."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Add what is offered to the help."""
        record = super().get_help_record(ctx)
        if record is None or not isinstance(self.type, ClassType):
            return record
        offered = _offer(ctx).class_types.get(self.type.factory, ())
        label = "types" if self.type.is_open else "one of"
        return record[0], f"{record[1]}  [{label}: {', '.join(offered)}]"


def class_type_option(
    *names: str, factory: str, default: str | None, help_text: str, is_open: bool = False
) -> Callable[[_Command], _Command]:
    """Return the decorator for an option that names a class type of ``factory``."""
    return click.option(
        *names,
        cls=ClassTypeOption,
        type=ClassType(factory, is_open=is_open),
        metavar="TYPE",
        default=default,
        show_default=True,
        help=help_text,
    )


def check_class_types(ctx: click.Context, registry: Registry) -> None:
    """Check the values of a command's options of this kind.

    Raises:
        click.BadParameter: there is no such class type; it names the option and the nearest one.
    """
    for option in ctx.command.params:
        kind = option.type
        if not isinstance(kind, ClassType) or kind.is_open or option.name is None:
            continue
        slot, value = registry.slots[kind.factory], ctx.params[option.name]
        known = registry.class_types(slot)
        for wanted in value if option.multiple else (value,):
            if wanted is not None and wanted not in known:
                raise click.BadParameter(
                    f"there is no class type {wanted!r} of {slot.name}. "
                    f"{did_you_mean(wanted, known)}{registry.absent_note()}",
                    ctx=ctx,
                    param=option,
                )


def _offer(ctx: click.Context) -> Offer:
    from aiperf.cli.offer import offer  # noqa: PLC0415 - for help only

    found: Offer | None = ctx.meta.get(__name__)
    if found is None:
        found = ctx.meta[__name__] = offer()
        for note in found.notes:
            click.echo(f"Note: {note}", err=True)
    return found
