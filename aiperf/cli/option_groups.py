"""Options in groups, each with a title in the help, and the command that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CommandT = TypeVar("CommandT", bound="Callable[..., Any]")

_GROUPS = "__aiperf_option_groups__"


def together(
    title: str, *decorators: Callable[[CommandT], CommandT]
) -> Callable[[CommandT], CommandT]:
    """Return one decorator for a group of options, shown under ``title`` in the order given."""

    def decorate(command: CommandT) -> CommandT:
        for decorator in reversed(decorators):
            command = decorator(command)
        before = vars(command).get(_GROUPS, ())
        setattr(command, _GROUPS, ((title, len(decorators)), *before))
        return command

    return decorate


def groups_of(command: click.Command) -> list[tuple[str, list[click.Parameter]]]:
    """Return the options of ``command`` by group, each with its title, in the order of the help.

    The last group is of those that are in no other.
    """
    params = iter(command.params)
    found = [
        (title, [next(params) for _ in range(count)])
        for title, count in vars(command.callback).get(_GROUPS, ())
    ]
    return [*found, ("Other", list(params))]


class GroupedCommand(click.Command):
    """A command with many options and no arguments.

    Its help shows them by group; see :func:`together`. One that may be repeated also takes several
    values: ``--header A:1 B:2`` is ``--header A:1 --header B:2``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what the command line has; of an option that is like none, say where all are."""
        try:
            return super().parse_args(ctx, list(self._repeated(args)))
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            raise click.UsageError(
                f"No such option {error.option_name!r}, nor one like it; "
                f"'{ctx.command_path} --help' lists them.",
                ctx,
            ) from None

    def _repeated(self, args: list[str]) -> Iterator[str]:
        """Yield ``args`` with the name of an option before each of its values after the first."""
        options = {
            name: each
            for each in self.params
            if isinstance(each, click.Option) and not each.is_flag
            for name in each.opts
        }
        several: str | None = None
        is_value = False
        for each in args:
            if is_value:
                is_value = False
            elif each.startswith("-"):
                name, equals, _ = each.partition("=")
                option = options.get(name)
                several = name if option is not None and option.multiple else None
                is_value = option is not None and not equals
            elif several is not None:
                yield several
            yield each

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each group, and one for what is in none."""
        groups = groups_of(self)
        help_option = self.get_help_option(ctx)
        if help_option is not None:
            groups[-1][1].append(help_option)
        for title, params in groups:
            rows = [row for param in params if (row := param.get_help_record(ctx)) is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
