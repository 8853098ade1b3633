"""Writes ``report.html``: the run as one page with plots, which needs no network.

The plots are plotly.js's. The Python package ``plotly`` brings the script; it is read as a file and
never imported, and the figures are given as data, so that a report costs a run no start-up time.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from aiperf.common.encoding import to_json
from aiperf.common.errors import ExportError
from aiperf.common.files import make_directory_for, remove, write_whole

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

    def start(self, context: RunContext) -> None:  # noqa: ARG002 - all of it is in the result too
        """Make sure that there is a place to write to, and the script that draws.

        An earlier run's file is removed: it does not stand for this run if this one is killed.

        Raises:
            ExportError: One of them is missing.
        """
        make_directory_for(self._path)
        self._plotly()
        remove(self._path)

    def record(self, record: RequestRecord) -> None:
        """Do nothing: the result has a table of all requests."""

    def finish(self, result: RunResult) -> str:
        """Write the file and return its path.

        Raises:
            ExportError: It could not be written.
        """
        # Imported when there is something to draw: numpy is heavy, and no run waits for it.
        from aiperf.exporters.report_figures import BASE, charts_of  # noqa: PLC0415
        from aiperf.exporters.report_page import own_script, page  # noqa: PLC0415

        charts = charts_of(result)
        figures = {each.key: each.figure() for group in charts.values() for each in group}
        data = to_json({"base": BASE, "figures": figures}, self._path)
        scripts = (self._plotly().read_bytes(), own_script())
        write_whole(self._path, page(result, charts, scripts, data))
        return str(self._path)

    def _plotly(self) -> Path:
        """Return where plotly.js is.

        Raises:
            ExportError: It is not installed, or without it.
        """
        spec = find_spec("plotly")
        for place in (spec.submodule_search_locations if spec is not None else None) or ():
            script = Path(place, "package_data", "plotly.min.js")
            if script.is_file():
                return script
        msg = (
            f"cannot write {self._path}: plotly.js, which draws the plots, is not installed. "
            "Repair it with: pip install --force-reinstall plotly"
        )
        raise ExportError(msg, path=self._path)
