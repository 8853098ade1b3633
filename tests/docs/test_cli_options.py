"""docs/cli-options.md is what the commands say of their options."""

from __future__ import annotations

from pathlib import Path

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
