"""The rules of ``test_code_blocks``, each on a small page: what is carried on, what fails."""

from __future__ import annotations

import os
import select

import pytest

PASSING = {
    "python-keeps-names": "```python\na = 1\n```\n\ntext\n\n```python\nassert a == 1\n```",
    "python-finds-files": (
        "<!-- file: acme/part.py -->\n```python\nvalue = 2\n```\n\n"
        "```python\nfrom acme.part import value\n\nassert value == 2\n```"
    ),
    "shell-keeps-variables": "```bash\nexport A='b c'\n```\n\n```bash\ntest \"$A\" = 'b c'\n```",
    "shell-keeps-directory": "```bash\nmkdir d\ncd d\n```\n\n```bash\nrmdir ../d\n```",
    "python-inherits": (
        "```bash\nexport A=1\n```\n\n```python\nimport os\n\nassert os.environ['A'] == '1'\n```"
    ),
    "background-goes-on": "```bash\nsleep 600 &\nexport P=$!\n```\n\n```bash\nkill $P\n```",
    "output": "```console\n$ echo one; \\\n  echo two\none\ntwo\n$ echo three 3\nthree ...\n```",
    "exit-status": "<!-- exit: 3 -->\n```bash\nexit 3\n```",
    "hidden": "<!--\n```python\nraise SystemExit\n```\n-->",
    "files-are-not-run": "<!-- file: a.sh -->\n```bash\nexit 1\n```\n\n```bash\ntest -s a.sh\n```",
    "aiperf-is-there": "```bash\ncommand -v aiperf\npython -c 'import aiperf'\npip -V\n```",
    "nested": "1. first\n\n   ```python\n   a = 1\n   ```\n\n2. ```python\n   assert a\n   ```",
}
FAILING = {
    "python": ("\n```python\na = 1\nassert a == 2\n```", "page.md.*line 6.*assert a == 2"),
    "python-exit": ("```python\nraise SystemExit(0)\n```", "SystemExit"),
    "python-syntax": ("```python\na b\n```", "SyntaxError"),
    "bash-midway": ("```bash\nfalse\ntrue\n```", "exit status: 1, not 0"),
    "bash-pipe": ("```bash\nfalse | true\n```", "exit status: 1, not 0"),
    "bash-unset": ("```bash\necho $NOWHERE_SET\n```", "NOWHERE_SET: unbound variable"),
    "output": ("```console\n$ echo one\ntwo\n```", r"printed\s+one"),
    "no-output": ("```console\n$ true\ntwo\n```", "printed"),
    "no-command": ("```console\ntwo\n```", "starts with a command"),
    "exit-status": ("<!-- exit: 3 -->\n```bash\ntrue\n```", "exit status: 0, not 3"),
    "no-language": ("```\na\n```", "no language"),
    "indented": ("text\n\n    a = 1\n", "no language"),
    "unknown-language": ("```cobol\na\n```", "cobol"),
    "unknown-command": ("<!-- command: deploy -->\n```bash\ntrue\n```", "deploy"),
    "outside": ("<!-- file: ../a.py -->\n```python\na = 1\n```", "elsewhere"),
    "json": ("```json\n{'a': 1}\n```", "Expecting property name"),
    "toml": ("```toml\na = \n```", "Invalid value"),
    "yaml": ("```yaml\na: b: c\n```", "mapping values"),
}


@pytest.fixture
def follow(reader, tmp_path):
    """Follow a page that has this text."""

    def follow(text: str) -> None:
        page = tmp_path / "page.md"
        page.write_text(f"# Title\n\n{text}\n", encoding="utf-8")
        reader.follow(page)

    return follow


@pytest.mark.parametrize("text", PASSING.values(), ids=PASSING)
def test_a_page_that_works(text, follow):
    """What the rules promise is so."""
    follow(text)


@pytest.mark.parametrize(("text", "message"), FAILING.values(), ids=FAILING)
def test_a_page_that_does_not_work(text, message, follow):
    """The failure says what went wrong, and where."""
    with pytest.raises(Exception, match=f"(?s){message}"):
        follow(text)


def test_what_a_page_installs_stays_with_it(follow, make_distribution, reader):
    """An installed plugin is seen by the page's commands, and uninstalling it works."""
    site = make_distribution(
        "acme", files={"acme.py": ""}, entry_points={"group": {"acme": "acme"}}
    )
    installed = "python -c \"from importlib.metadata import distribution as d; d('acme')\""
    follow(
        f"```bash\ncp -R {site}/. $(python -c 'import site; print(site.getsitepackages()[0])')\n"
        f"{installed}\npython -m pip uninstall --yes acme\n```\n\n"
        f"<!-- exit: 1 -->\n```bash\n{installed}\n```"
    )
    assert not list((reader.directory / "venv").rglob("acme*"))


def test_what_a_page_starts_ends_with_it(follow, reader, tmp_path):
    """Nothing that a page leaves in the background outlives it."""
    os.mkfifo(tmp_path / "fifo")
    read_end = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    try:
        follow("```bash\nexec 9> ../fifo\nsleep 600 &\n```\n\n```python\nimport time\n```")
        assert select.select([read_end], [], [], 0)[0] == [], "its writer is there"
        reader.close()
        assert select.select([read_end], [], [], 60)[0] == [read_end], "its writer is gone"
    finally:
        os.close(read_end)
