"""Reports, and pages of several runs, in a real browser: drawn, quiet, alone, in their borders."""

from __future__ import annotations

import pytest

from aiperf.common.config import OutputConfig
from aiperf.common.models import ErrorCount, ErrorDetails
from aiperf.exporters.html_file import HTMLExporter
from aiperf.pages.run_curves import LATENCIES
from aiperf.pages.runs_page import write_runs_page
from aiperf.pages.shown_runs import ShownRun
from aiperf.testing import samples

pytestmark = pytest.mark.once

LONG = "a-model/with-a-very-long-name-" * 6
HOSTILE = "<img src=http://127.0.0.1:9/x onerror=document.title='broken'></script>"

PLOTS = """[...document.querySelectorAll('.plot')].map(plot => ({
    id: plot.id,
    drawn: plot.querySelectorAll('.trace path, .points path').length,
    titles: [...plot.querySelectorAll('.xtitle, .ytitle')].map(each => each.textContent),
}))"""
CUT_OFF = """[...document.querySelectorAll('.plot')].flatMap(plot => {
    const box = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('text')].filter(text => {
        const own = text.getBoundingClientRect();
        return own.width && (own.left < box.left - 1 || own.right > box.right + 1
            || own.top < box.top - 1 || own.bottom > box.bottom + 1);
    }).map(text => plot.id + ': ' + text.textContent);
})"""
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(each =>
    !each.closest('.plot, .scroll, details:not([open])')
    && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).map(each => each.outerHTML.slice(0, 80))"""
COLOURS = """(() => {
    const plot = document.querySelector('.plot .xtitle');
    return [getComputedStyle(document.body).backgroundColor, getComputedStyle(plot).fill];
})()"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Give the reports of a short run and of one of 3,000 requests, and a page of several runs."""
    results = {
        "short": samples.long_result(10, fail_every=0),
        "long": samples.long_result(
            3000,
            config={"model": LONG + HOSTILE, "types": {"endpoint": "chat"}, "streaming": True},
            errors=(ErrorCount(ErrorDetails("HTTPStatusError", HOSTILE * 5, 503), 150),),
            warnings=(HOSTILE, "The client used 93% of a core. " * 5),
        ),
    }
    paths = {}
    for name, result in results.items():
        output = OutputConfig(tmp_path_factory.mktemp(name))
        HTMLExporter(config=output).finish(result)
        paths[name] = output.artifact_dir / "report.html"
    paths["runs"] = tmp_path_factory.mktemp("runs") / "runs.html"
    write_runs_page(
        paths["runs"],
        LONG + HOSTILE,
        said=[HOSTILE],
        warnings=[HOSTILE],
        runs=[shown(f"{name}, isl {isl}", isl, name) for isl in (10, 20) for name in range(1, 4)],
        table_of_runs=(["run", "req/s"], [[HOSTILE, "1"]]),
        origins={HOSTILE: HOSTILE},
        documentation="Compare runs",
    )
    return paths


def shown(name, isl, load):
    """Return a run of a group that the page draws."""
    metrics = {
        "request_throughput": {"unit": "requests/sec", "avg": 10.0 * load},
        "output_token_throughput": {"unit": "tokens/sec", "avg": 100.0 * load},
        "output_token_throughput_per_user": {"unit": "tokens/sec/user", "p50": isl / load},
        "goodput": {"unit": "requests/sec", "avg": 5.0 * load},
        "error_request_count": {"unit": "requests", "avg": load},
    }
    for tag in LATENCIES:
        metrics[tag] = {"unit": "ms", **{f"p{p}": isl + p * load for p in (1, 25, 50, 90, 99)}}
    return ShownRun(name + HOSTILE, metrics, f"isl {isl}", load)


@pytest.mark.parametrize("name", ["short", "long", "runs"])
@pytest.mark.parametrize("window", [(1280, "light"), (380, "dark")], ids=["wide", "narrow"])
def test_a_report_is_drawn_and_quiet_and_fits(browser_page, reports, tmp_path, name, window):
    """Every plot has marks and axis titles; the console is empty, and so is the network."""
    width, theme = window
    browser_page.open(reports[name], width=width, theme=theme)
    assert browser_page.complaints() == []
    assert browser_page.requests() == [reports[name].as_uri()]
    title = browser_page.evaluate("document.title")
    assert title.endswith("AIPerf" if name == "runs" else "AIPerf report")
    plots = browser_page.evaluate(PLOTS)
    assert len(plots) == {"short": 13, "long": 14, "runs": 10}[name]
    assert [plot["id"] for plot in plots if not plot["drawn"]] == []
    assert [plot["id"] for plot in plots if len(plot["titles"]) != 2] == []
    assert browser_page.evaluate(CUT_OFF) == []
    assert browser_page.evaluate(TOO_WIDE) == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") == width
    browser_page.screenshot(tmp_path / "report.png")
    assert (tmp_path / "report.png").stat().st_size > 50_000


def test_the_plots_follow_the_theme(browser_page, reports):
    """Also when it changes while the report is open."""
    browser_page.open(reports["short"], theme="light")
    light = browser_page.evaluate(COLOURS)
    browser_page.show_theme("dark")
    browser_page.settle()
    dark = browser_page.evaluate(COLOURS)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert light[0] == "rgb(247, 247, 245)"
    assert dark[0] == "rgb(21, 24, 28)"
    assert browser_page.complaints() == []


def test_the_tables_open(browser_page, reports):
    """What a plot draws can be read, too."""
    browser_page.open(reports["long"], width=380)
    browser_page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser_page.settle()
    assert browser_page.evaluate(TOO_WIDE) == []
    heights = "[...document.querySelectorAll('figure table')].map(each => each.offsetHeight)"
    assert min(browser_page.evaluate(heights)) > 30


def test_a_script_that_is_not_the_reports_does_not_run(browser_page, reports, tmp_path):
    """The policy holds even where text has become markup."""
    page = reports["short"].read_bytes()
    broken = tmp_path / "broken.html"
    broken.write_bytes(
        page.replace(b"<main>", f"<main>{HOSTILE}<script>document.title=1".encode() + b"</script>")
    )
    browser_page.open(broken)
    assert browser_page.evaluate("document.title").endswith("AIPerf report")
    assert len(browser_page.complaints()) >= 2
