"""Links between the pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]+))?\)")
TOCTREE = re.compile(r"^```\{toctree\}$(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^ *```.*?^ *```$", flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of ``page``."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(CHECKOUT)) for page in PAGES])
def test_links_lead_somewhere(page):
    """Each relative link names a file that is there and, if any, a heading of it."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    for name, anchor in LINK.findall(text):
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{name} is not there"
        assert not anchor or anchor in _anchors(target), f"{name}#{anchor} is not there"


def test_each_page_can_be_reached():
    """The index leads to every page of docs/ but the changelog's fragments."""
    index = CHECKOUT / "docs" / "index.md"
    linked = {name for name, _ in LINK.findall(index.read_text(encoding="utf-8"))}
    pages = {page.name for page in (CHECKOUT / "docs").glob("*.md")} - {index.name}
    assert {name for name in linked if "/" not in name} == pages


def test_each_page_is_in_the_table_of_contents():
    """No page is an orphan, and each is in one place; Sphinx finds this, too, and later."""
    docs = CHECKOUT / "docs"
    fragments = docs / "changelog"
    pages = {page for page in docs.rglob("*.md") if page.parent != fragments}
    pages = (pages | {fragments / "README.md"}) - {docs / "index.md"}
    listed = [
        (page.parent / f"{name}.md").resolve()
        for page in PAGES[1:]
        for tree in TOCTREE.findall(page.read_text(encoding="utf-8"))
        for name in re.findall(r"^[\w/-]+$", tree, flags=re.MULTILINE)
    ]
    assert sorted(listed) == sorted(pages)
