"""Prints the results of a run as tables on standard output."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aiperf.common.errors import ExportError
from aiperf.exporters.console_tables import (
    distributions_that_fit,
    errors_table,
    least_width,
    printable,
    single_values_table,
)
from aiperf.exporters.goodput_sentence import goodput_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from rich.console import RenderableType

    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult
    from aiperf.common.protocols import RunContext

_WIDTH_OF_A_FILE = 160


class ConsoleExporter:
    """Prints the metrics, the errors, the warnings and where the artifacts are."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._directory = config.artifact_dir
        self._is_wanted = config.show == "tables"

    def start(self, context: RunContext) -> None:
        """Do nothing: everything is printed at the end."""

    def record(self, record: RequestRecord) -> None:
        """Do nothing: the tables have no single requests."""

    def finish(self, result: RunResult) -> None:
        """Print the results.

        Raises:
            ExportError: Standard output cannot be written to.
        """
        # Rendered first and written by ourselves: rich ends the process at a broken pipe, which
        # would take the other exporters' artifacts with it. While it renders it writes an empty
        # text, which some files refuse, too.
        stream = sys.stdout
        if stream is None or not self._is_wanted:  # a process may be started without one
            return
        try:
            stream.write(self._render(result, stream))
            stream.flush()
        except OSError as error:
            msg = (
                f"cannot print the results: {error.strerror or error}. "
                f"Files that were written are in {self._directory}"
            )
            raise ExportError(msg) from error

    def _render(self, result: RunResult, stream: TextIO) -> str:
        """Return the text as ``stream`` can show it: its width, its colors, its encoding."""
        console = Console(file=stream)
        if not console.is_terminal and "COLUMNS" not in os.environ:
            console.width = _WIDTH_OF_A_FILE
        parts = list(self._parts(result, console))
        # A number that is cut to fit would be a wrong number; a line that is too long is only ugly.
        tables = [part for part in parts if isinstance(part, Table)]
        console.width = max([console.width, *(least_width(table, console) for table in tables)])
        with console.capture() as capture:
            for part in parts:
                console.print()
                console.print(part, soft_wrap=_is_one_line(part, console))
        encoding = stream.encoding or "utf-8"
        return capture.get().encode(encoding, "backslashreplace").decode(encoding)

    def _parts(self, result: RunResult, console: Console) -> Iterable[RenderableType]:
        """Yield what is printed, in order."""
        if result.was_cancelled:
            yield Text("The run was cancelled; these are the results until then.", style="yellow")
        shown = [each for each in result.statistics if not each.secondary]
        distributions = [each for each in shown if each.min is not None]
        single_values = [each for each in shown if each.min is None]
        if distributions:
            yield distributions_that_fit(distributions, console)
        if single_values:
            yield single_values_table(single_values)
        if not result.statistics:
            yield Text("There are no results: no request succeeded.", style="yellow")
        good = goodput_sentence(result)
        if good:
            yield Text(good)
        if result.errors:
            yield errors_table(result)
        for warning in result.warnings:
            yield Text(f"Warning: {printable(warning)}", style="yellow")
        yield Text(f"Artifacts: {printable(str(self._directory))}")


def _is_one_line(part: RenderableType, console: Console) -> bool:
    """Return whether ``part`` stays on one line, however long it is.

    That is so for a path, which is copied, and for all text where programs read it. A terminal
    would break sentences in the middle of a word.
    """
    return isinstance(part, Text) and not (console.is_terminal and part.style)
