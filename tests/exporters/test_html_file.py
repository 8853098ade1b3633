"""The report as a file: what it says, that all of it is text, and that it needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aiperf import pages
from aiperf.common.errors import ExportError
from aiperf.common.models import ErrorCount, ErrorDetails, Statistics
from aiperf.exporters.html_file import HTMLExporter
from aiperf.testing import samples

HOSTILE = "</script><script>alert(1)</script><img src=http://evil.example/x onerror=a()> &amp; é"


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.scripts, self.policy = [], [], [], ""
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self._in = tag if tag in ("script", "style") else ""
        if tag == "script":
            self.scripts.append([values.get("type"), ""])
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]

    def handle_endtag(self, tag):
        if tag == self._in:
            self._in = ""

    def handle_data(self, data):
        if self._in == "script":
            self.scripts[-1][1] += data
        elif not self._in:
            self.text.append(data)


@pytest.fixture
def export(output):
    """Give the function that exports a result and returns the page."""

    def run(result):
        exporter = HTMLExporter(config=output)
        exporter.start(samples.Context())
        path = exporter.finish(result)
        assert path == str(output.artifact_dir / "report.html")
        return Page(Path(path).read_text(encoding="utf-8"))

    return run


@pytest.fixture
def hostile():
    """Give a run all of whose text comes from somebody who means harm."""
    return samples.long_result(
        40,
        config={"model": HOSTILE, "streaming": True, HOSTILE: {HOSTILE: [HOSTILE]}},
        provenance={
            "command": ["aiperf", HOSTILE],
            "implementations": [{"factory": HOSTILE, "identifier": HOSTILE}],
            "plugins": [{"name": HOSTILE, "why": HOSTILE}],
            HOSTILE: HOSTILE,
        },
        client_health={HOSTILE: HOSTILE},
        warnings=(HOSTILE,),
        errors=(ErrorCount(ErrorDetails(HOSTILE, HOSTILE, 500), 2),),
    )


def test_what_a_page_says(export):
    """The headline numbers, a table of all, each plot with its own table, and where it is from."""
    page = export(samples.long_result(200))
    text = " ".join(" ".join(page.text).split())
    assert "test-model" in text
    for each in (
        "No warnings The client used 25% of a core, and its event loop was late by 0.5000 ms",
        "Valid requests 190 10 failed or cancelled",
        "Latency distributions",
        "Latencies over time",
        "Load over time",
        "Errors by kind",
        "RequestTimeout",
        "All metrics",
        "How it was measured",
    ):
        assert each in text, each
    plots = [values for tag, values in page.tags if values.get("class") == "plot"]
    assert len(plots) == 14
    assert all(values["role"] == "img" and values["aria-label"] for values in plots)
    assert sum(tag == "table" for tag, _ in page.tags) > len(plots)


def test_warnings_are_at_the_top(export):
    """Before any number, in place of the note that there are none."""
    page = export(samples.long_result(20, warnings=("the client was busy",), was_cancelled=True))
    text = " ".join(page.text)
    assert text.index("The run was cancelled") < text.index("the client was busy")
    assert text.index("the client was busy") < text.index("Valid requests")
    assert "No warnings" not in text


def test_text_is_text(export, hostile):
    """What servers, plugins and people say is shown as it is, and never taken for markup."""
    page = export(hostile)
    assert "".join(page.text).count(HOSTILE) > 10
    assert not any(tag == "img" or "onerror" in values for tag, values in page.tags)
    assert [kind for kind, _ in page.scripts] == ["application/json", None, None]


def test_a_page_asks_no_network_and_forbids_it(export, hostile):
    """It names no other file, and lets a browser run its own scripts alone."""
    page = export(hostile)
    asked = [values.get(name) for _, values in page.tags for name in ("src", "href", "action")]
    assert {each for each in asked if each is not None} == {"data:,"}
    directives = dict(each.strip().split(" ", 1) for each in page.policy.split(";"))
    assert directives["default-src"] == "'none'"
    digests = [hashlib.sha256(text.encode()).digest() for kind, text in page.scripts if not kind]
    allowed = [f"'sha256-{base64.b64encode(each).decode()}'" for each in digests]
    assert directives["script-src"].split() == allowed


def test_a_run_without_a_table_of_requests(export):
    """There are no plots; all else is there."""
    page = export(samples.result(records=None))
    assert "Request Latency" in " ".join(page.text)
    assert not [values for _, values in page.tags if values.get("class") == "plot"]


@pytest.mark.parametrize(
    "statistics",
    [(), (Statistics("request_count", "Request Count", "requests", avg=0, count=1),)],
    ids=["none", "a count of 0"],
)
def test_a_run_in_which_nothing_succeeded(export, statistics):
    """It says so, and shows when and how requests failed."""
    failed = samples.long_result(12, fail_every=1, statistics=statistics)
    text = " ".join(export(failed).text)
    assert "There are no results" in text
    assert "No warnings" not in text
    assert "Metrics of requests" not in text
    assert "Errors over time" in text
    assert "no whole response came within 5 s" in text


def test_a_missing_plotly_is_found_before_the_run(output, monkeypatch):
    """Nobody measures for an hour to be told then."""
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ExportError, match=r"pip install --force-reinstall plotly") as raised:
        HTMLExporter(config=output).start(samples.Context())
    assert raised.value.path == output.artifact_dir / "report.html"


def test_nothing_heavy_is_imported(fresh_python):
    """Neither plotly, whose script is read as a file, nor numpy before there is a plot."""
    code = """
    import sys, tempfile
    from pathlib import Path
    from aiperf.common.config import OutputConfig
    from aiperf.exporters.html_file import HTMLExporter

    class Context:
        description = {"objectives": [{"tag": "request_latency", "value": 1.0}]}

    with tempfile.TemporaryDirectory() as place:
        HTMLExporter(config=OutputConfig(Path(place))).start(Context())
    print(sorted({"plotly", "numpy", "markupsafe"} & set(sys.modules)))
    """
    assert fresh_python(code) == "[]\n"


@pytest.mark.once
def test_every_colour_is_the_pages(export):
    """A colour that the style does not define would be drawn black on black."""
    page = export(samples.long_result(3000))
    style = (Path(pages.__file__).parent / "page.css").read_text()
    used = set(re.findall(r"var\((--\w+)\)", page.scripts[0][1]))
    assert {"--accent", "--bad", "--line", "--text"} <= used
    assert all(style.count(f"{name}:") == 2 for name in used)
