"""The website's build fails where a page has a fault; the blocks that it fills are whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
COMMAND = re.compile(r"^ *sphinx-build (?P<options>.*\\\n.*) \{posargs\}", flags=re.MULTILINE)
INDEX = """\
# Title

```{{toctree}}
page
```

{}
"""


@pytest.fixture
def build(tmp_path):
    """Build a site of an index, which has this text, and a page, as ``tox -e html`` does."""
    options = COMMAND.search((CHECKOUT / "tox.ini").read_text("utf-8"))["options"]
    options = options.replace("\\\n", " ").replace("{env_tmp_dir}{/}", f"{tmp_path}/")

    def build(text: str, **pages: str) -> subprocess.CompletedProcess[str]:
        source = tmp_path / "docs"
        source.mkdir()
        for name in ("_extensions", "_static", "_templates"):
            (source / name).symlink_to(CHECKOUT / "docs" / name)
        (source / "conf.py").write_bytes((CHECKOUT / "docs" / "conf.py").read_bytes())
        for name, content in {"index": INDEX.format(text), "page": "# Page\n", **pages}.items():
            target = source / f"{name}.md"
            target.parent.mkdir(exist_ok=True)
            target.write_text(content, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "sphinx", *options.split(), source, tmp_path / "html"],
            capture_output=True,
            text=True,
            check=False,
        )

    return build


def test_a_site_without_a_fault_is_built(build, tmp_path):
    """References lead to where things are documented, here or elsewhere."""
    done = build(
        "{py:class}`pathlib.Path`, {py:class}`aiperf.LazyEntry`\n\n"
        "```{eval-rst}\n"
        ".. autoclass:: aiperf.plugins.entries.LazyEntry\n"
        ".. autoexception:: aiperf.plugins.errors.PluginValidationError\n"
        "   :no-show-inheritance:\n```\n\n"
        "```{changelog} changelog\n```\n\n"
        "<!-- file: acme.py -->\n```python\na = 1\n```",
        **{"changelog/one.added": "Pigs **fly**.\n"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://docs.python.org/3/library/pathlib.html#pathlib.Path"' in html
    assert 'href="#aiperf.plugins.entries.LazyEntry"' in html
    assert '<span class="caption-text">acme.py</span>' in html
    assert re.search(r"<h2>Added.*<p>Pigs <strong>fly</strong>\.</p>", html, flags=re.DOTALL)


def test_a_hooks_reference_has_the_signature_and_sections(build, tmp_path):
    """It can be linked to; the rest of the site, which it links to, is not here."""
    done = build("```{hook} aiperf_register_ui\n```\n\n{py:func}`aiperf_register_ui`")
    faults = [line for line in done.stderr.splitlines() if "reference target not found" not in line]
    assert [line for line in faults if "WARNING" in line or "ERROR" in line] == []
    html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert 'id="aiperf_register_ui"' in html
    assert 'href="#aiperf_register_ui"' in html
    headings = re.findall(r"<h2>([^<]+)<", html)
    assert headings[:2] == ["What an implementation provides", "Metadata"]


@pytest.mark.parametrize(
    ("text", "pages", "message"),
    [
        ("", {"orphan": "# Orphan\n"}, "document isn't included in any toctree"),
        ("[gone](gone.md)", {}, "cross-reference target not found: 'gone.md'"),
        ("{py:class}`pathlib.Pth`", {}, "py:class reference target not found: pathlib.Pth"),
        ("{py:class}`aiperf.LazyEnty`", {}, "reference target not found: aiperf.LazyEnty"),
        ("```{hook} aiperf_register_uo\n```", {}, "no factory has the hook 'aiperf_register_uo'"),
        (
            "```{changelog} changelog\n```",
            {"changelog/one.more": "Pigs fly.\n"},
            "one.more.md: the type is one of added, changed, fixed, removed, not 'more'",
        ),
    ],
    ids=["orphan", "page", "elsewhere", "ours", "hook", "fragment"],
)
def test_a_fault_ends_the_build(build, text, pages, message):
    """It is said which, and the exit status is not zero."""
    done = build(text, **pages)
    assert done.returncode != 0
    assert message in done.stderr
