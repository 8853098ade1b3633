"""Writes ``report.html``: the run as one page with plots, which needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiperf.common.files import make_directory_for, remove
from aiperf.common.objectives import Objective
from aiperf.pages.plotly_script import plotly_script

if TYPE_CHECKING:
    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult
    from aiperf.common.protocols import RunContext

FILE_NAME = "report.html"


class HTMLExporter:
    """Writes the report of a run for people."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.artifact_dir / FILE_NAME
        self._objectives: tuple[Objective, ...] = ()

    def start(self, context: RunContext) -> None:
        """Make sure that there is a place to write to, and the script that draws.

        An earlier run's file is removed: it does not stand for this run if this one is killed.

        Raises:
            ExportError: One of them is missing.
        """
        make_directory_for(self._path)
        plotly_script(self._path)
        remove(self._path)
        asked = context.description.get("objectives", ())
        self._objectives = tuple(Objective(**each) for each in asked)

    def record(self, record: RequestRecord) -> None:
        """Do nothing: the result has a table of all requests."""

    def finish(self, result: RunResult) -> str:
        """Write the file and return its path.

        Raises:
            ExportError: It could not be written.
        """
        # Imported when there is something to draw: numpy is heavy, and no run waits for it.
        from aiperf.exporters.report_figures import charts_of  # noqa: PLC0415
        from aiperf.exporters.report_page import body, page_title  # noqa: PLC0415
        from aiperf.pages.frame import write_page  # noqa: PLC0415

        charts = charts_of(result, self._objectives)
        write_page(self._path, page_title(result), body(result, charts), charts)
        return str(self._path)
