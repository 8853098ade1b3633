"""Fills the blocks of a page that are made when it is built.

``{hook} aiperf_register_endpoint`` is the reference of that hook, ``{changelog} DIRECTORY`` the
list of the changes whose fragments are there. Each is replaced by its Markdown before the page is
read, so that its headings and links are the page's own.

``<!-- file: acme/registry.py -->`` before a code block, by which the tests know where to save it,
becomes the block's caption.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import changelog
import hook_page
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from pathlib import Path

    from sphinx.application import Sphinx

BLOCK = re.compile(r"^```\{(?P<kind>hook|changelog)\} +(?P<name>\S+)\n```$", flags=re.MULTILINE)
FILE = re.compile(
    r"^(?P<indent> *)<!-- file: (?P<name>\S+) -->\n *```(?P<language>\w+)$", re.MULTILINE
)
CAPTIONED = "{indent}```{{code-block}} {language}\n{indent}:caption: {name}\n"


def fill(text: str, directory: Path) -> str:
    """Return ``text`` with its blocks filled and captioned; ``directory`` is the page's.

    Raises:
        ValueError: there is no such hook, its documentation lacks a part, or a fragment is none.
    """
    text = BLOCK.sub(lambda block: _filled(block["kind"], block["name"], directory), text)
    return FILE.sub(lambda block: CAPTIONED.format_map(block.groupdict()), text)


def _filled(kind: str, name: str, directory: Path) -> str:
    if kind == "changelog":
        found = (directory / name).glob("*.md")
        return changelog.changes(path for path in found if path.name != "README.md")
    known = hook_page.hooks()
    if name not in known:
        raise ValueError(f"no factory has the hook {name!r}; there are {', '.join(known)}")
    return hook_page.page(known[name])


def fill_page(app: Sphinx, name: str, source: list[str]) -> None:
    """Fill the blocks of a page that Sphinx is about to read.

    Raises:
        ExtensionError: a block cannot be filled.
    """
    page = app.env.doc2path(name)
    try:
        source[0] = fill(source[0], page.parent)
    except ValueError as error:
        raise ExtensionError(f"{page}: {error}") from error


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", fill_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
