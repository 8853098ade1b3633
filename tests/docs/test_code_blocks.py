"""Every code block of README.md and docs/ is run, or at least read, the way a reader would.

The pages are parsed by markdown-it-py, a CommonMark parser. The pytest plugins for Markdown run
blocks in pytest's own interpreter, where a page about plugins would meet those of other pages.

A page is followed from top to bottom in an empty directory that holds a copy of
``plugins_examples``, in a virtual environment of its own that already has AIPerf. Pages run at
the same time, so none may use a fixed port. What a block's language means:

``python``
    Runs in the page's one interpreter, so that a later block sees the names of an earlier one.
``bash``
    Runs as ``bash -euo pipefail``. Directory and exported variables last to the end of the page;
    so does what is started in the background.
``console``
    Each line that begins with ``$`` runs like ``bash``; it must print the lines that follow it,
    where ``...`` stands for anything.
``toml``, ``json``, ``yaml``
    Must parse.
``text``, ``mermaid``, ``diff``
    Is only shown.
``{toctree}``, ``{hook}``, ``{changelog}``, ``{eval-rst}``
    Is for Sphinx; ``test_hook_examples.py`` runs the examples that ``{hook}`` brings.

Any other language, or none, is an error. An HTML comment on the line before a block says more:

``<!-- file: acme/registry.py -->``
    The block, of any language, is not run but written to that file, so that a page can build
    something step by step.
``<!-- exit: 2 -->``
    The ``bash`` or ``console`` block must end with this status.
``<!-- command: install -->``, ``<!-- command: test -->``
    README.md's two commands; ``test_commands.py`` and ``.ci/run`` run them in a fresh environment.
"""

from __future__ import annotations

from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(CHECKOUT)) for page in PAGES])
def test_a_page_works_as_written(page, reader):
    """Whoever follows the page from top to bottom gets to its end."""
    reader.follow(page)
