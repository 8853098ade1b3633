"""Groups of commands that import a command only when that one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from aiperf.cli import main, plugins

if TYPE_CHECKING:
    from aiperf.cli.lazy_group import LazyGroup

GROUPS = {"aiperf": main.aiperf, "plugins": plugins.plugins}


@pytest.mark.parametrize("name", GROUPS)
def test_the_help_says_of_each_command_what_the_command_says_of_itself(name):
    """The lines that are written without an import cannot differ from what is imported."""
    group: LazyGroup = GROUPS[name]
    context = click.Context(group)
    for command_name, lazy in group.lazy_commands.items():
        command = group.get_command(context, command_name)
        assert command is not None
        assert lazy.short_help == command.get_short_help_str(limit=1000)


@pytest.mark.parametrize("words", [["--help"], ["plugins", "--help"]])
def test_help_imports_no_command(fresh_python, words):
    """A line of help costs no import."""
    code = """
        import sys
        from aiperf.cli.main import main
        try:
            main()
        except SystemExit:
            commands = ("profile", "plugins_list", "mock_server")
            print([name for name in commands if f"aiperf.cli.{name}" in sys.modules])
    """
    assert fresh_python(code, *words).splitlines()[-1] == "[]"


def test_an_unknown_command_is_a_usage_error():
    """It names the nearest command, or all of them where none is near."""
    group = plugins.plugins
    with pytest.raises(click.UsageError, match=r"^No such command 'lst'\. Did you mean 'list'\?$"):
        group.main(["lst"], standalone_mode=False)
    with pytest.raises(click.UsageError, match="Known: '"):
        group.main(["xyzzy"], standalone_mode=False)


@pytest.mark.parametrize(
    ("words", "nearest"),
    [(["profile", "--concurency", "3"], "--concurrency"), (["--versoin"], "--version")],
)
def test_an_unknown_option_names_the_nearest(words, nearest):
    """As click does it, for groups and commands alike."""
    with pytest.raises(click.NoSuchOption) as caught:
        main.aiperf.main(words, standalone_mode=False)
    assert caught.value.exit_code == 2
    assert nearest in caught.value.format_message()
