"""docs/cli-options.md is what the commands say of their options."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from cli_options import EXAMPLES, commands, example

from aiperf.cli.main import aiperf

CHECKOUT = Path(__file__).parents[2]
GENERATOR = CHECKOUT / "tests" / "docs" / "cli_options.py"


def test_the_page_is_up_to_date(fresh_python):
    """Each option of each command is there; after a change the page is generated anew."""
    code = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"
    generated = fresh_python(code, str(GENERATOR), env={"PYTHONIOENCODING": "utf-8"})
    page = (CHECKOUT / "docs" / "cli-options.md").read_text(encoding="utf-8")
    assert page == generated, "run: python tests/docs/cli_options.py > docs/cli-options.md"


def test_the_page_has_what_the_help_has(fresh_python):
    """Each option that ``aiperf profile --help`` names is on the page."""
    page = (CHECKOUT / "docs" / "cli-options.md").read_text(encoding="utf-8")
    help_text = fresh_python("from aiperf.cli.main import main; main()", "profile", "--help")
    options = {
        word.rstrip(",")
        for line in help_text.splitlines()
        for word in line.replace("/", " ").split()
        if word.startswith("--") and line.startswith("  -")
    }
    options.discard("--help")
    assert options
    missing = [option for option in options if f"`{option}`" not in page]
    assert missing == []


@pytest.mark.parametrize(("name", "command"), commands("aiperf", aiperf))
def test_every_option_has_an_example_that_is_accepted(name, command, tmp_path, monkeypatch):
    """What it takes, as it would be typed."""
    monkeypatch.chdir(tmp_path)
    for file in ("authorities.pem", "prompts.jsonl"):
        (tmp_path / file).touch()
    (tmp_path / "my-template").mkdir()
    context = click.Context(command, info_name=name)
    options = [each for each in command.params if isinstance(each, click.Option)]
    for option in options:
        words = shlex.split(" ".join(example(option)))
        assert words, f"{option.opts[0]} needs an example in tests/docs/option_examples.yaml"
        if not option.is_flag:
            value = words[1].split() if option.nargs > 1 else words[1]
            option.type_cast_value(context, [value] if option.multiple else value)


def test_every_example_is_of_an_option():
    names = {option.opts[0] for _, each in commands("aiperf", aiperf) for option in each.params}
    assert set(EXAMPLES) <= names
