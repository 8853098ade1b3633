"""The frame of a page: its head, its sections and plots, and that it asks no network.

The page forbids itself everything but its own two scripts, by a content security policy with
their hashes (https://www.w3.org/TR/CSP3/#framework-directive-source-list): were text of a server
ever taken for markup, it could neither run nor send anything.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from aiperf._version import __version__
from aiperf.common.encoding import to_json
from aiperf.common.files import write_whole
from aiperf.pages.plotly_script import plotly_script
from aiperf.pages.tables import chart_table
from aiperf.pages.template import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.pages.charts import Chart

_HEAD = Markup(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<link rel="icon" href="data:,">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n'
)
_TOP = Markup("<body>\n<header>\n<h1>{title}</h1>\n{text}</header>\n<main>\n")
_ABOUT = Markup('<p class="about{more}">{text}</p>\n')
_NOTICE = Markup('<div class="notice {kind}" role="note"><strong>{title}</strong>{text}</div>\n')
_SECTION = Markup(
    '<section aria-labelledby="{key}">\n<h2 id="{key}">{title}</h2>\n{text}</section>\n'
)
_CHART = Markup(
    '<figure><h3>{title}</h3><div class="plot" id="{key}" role="img" aria-label="{title}. {note}">'
    "</div><figcaption>{note}</figcaption>\n<details><summary>The numbers as a table</summary>"
    "{table}</details></figure>\n"
)
_BLOCK = Markup('<details class="block"><summary>{}</summary>{}</details>\n')
_FOOT = Markup(
    "<noscript><p>The plots need JavaScript; each has its numbers as a table.</p></noscript>\n"
    "</main>\n<footer><p>AIPerf {version}. What each plot and number means is in AIPerf's "
    "documentation, on the pages {pages}.</p></footer>\n"
)


def write_page(
    path: Path, title: str, body: Iterable[Markup], charts: Mapping[str, Sequence[Chart]]
) -> None:
    """Write a page as a whole.

    Args:
        path: The file.
        title: What a browser calls it.
        body: What it says, from :func:`top` to :func:`foot`.
        charts: The charts below each heading; ``body`` has a place for each.

    Raises:
        ExportError: It cannot be written, or plotly.js is not installed.
    """
    figures = {each.key: each.figure() for group in charts.values() for each in group}
    data = to_json({"base": BASE, "figures": figures}, path)
    # None of them contains "</script".
    scripts = (plotly_script(path).read_bytes(), (_here() / "page.js").read_bytes())
    hashes = " ".join(f"'{_hash(each)}'" for each in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    style = Markup((_here() / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    text = Markup().join([_HEAD.format(policy=policy, title=title, style=style), *body])
    whole = (
        text.encode(errors="backslashreplace"),
        b'<script type="application/json" id="figures">',
        data.replace(b"<", b"\\u003c"),
        b"</script>\n",
        *(part for each in scripts for part in (b"<script>", each, b"</script>\n")),
        b"</body>\n</html>\n",
    )
    write_whole(path, whole)


def top(title: str, text: Markup) -> Markup:
    """Return the heading of a page, and what comes before its first section."""
    return _TOP.format(title=title, text=text)


def foot(*pages: str) -> Markup:
    """Return the end of a page; ``pages`` of the documentation say more."""
    names = " and ".join(f"“{each}”" for each in pages)
    return _FOOT.format(version=__version__, pages=names)


def about(text: str, more: str = "") -> Markup:
    """Return a paragraph in a softer colour; ``more`` is a further class of the style."""
    return _ABOUT.format(text=text, more=f" {more}" if more else "")


def notice(kind: str, title: str, text: Markup) -> Markup:
    """Return a box that stands out: ``kind`` is ``good`` or ``warn``."""
    return _NOTICE.format(kind=kind, title=title, text=text)


def items(texts: Iterable[str]) -> Markup:
    """Return a list."""
    each = Markup().join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ul>{}</ul>").format(each)


def section(title: str, text: Markup) -> Markup:
    """Return a section with its heading."""
    return _SECTION.format(key=title.lower().replace(" ", "-"), title=title, text=text)


def block(title: str, text: Markup) -> Markup:
    """Return what is to be opened."""
    return _BLOCK.format(title, text)


def chart_sections(charts: Mapping[str, Sequence[Chart]]) -> Markup:
    """Return a section for each heading that has charts."""
    return Markup().join(
        section(
            title,
            Markup('<div class="charts">\n{}</div>\n').format(Markup().join(map(_chart, group))),
        )
        for title, group in charts.items()
        if group
    )


def _chart(chart: Chart) -> Markup:
    return _CHART.format(
        title=chart.title, key=chart.key, note=chart.note, table=chart_table(chart)
    )


def _hash(script: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode()


def _here() -> Path:
    return Path(__file__).parent
