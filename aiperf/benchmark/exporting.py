"""Lets the exporters write their artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.benchmark.part_errors import part_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import RunResult
    from aiperf.common.protocols import ExporterProtocol
    from aiperf.plugins.errors import AIPerfError


def export(
    exporters: Sequence[ExporterProtocol], result: RunResult
) -> tuple[list[str], list[AIPerfError]]:
    """Let every exporter finish, also after one that cannot.

    Returns:
        The paths of the files, and what went wrong.
    """
    artifacts: list[str] = []
    failures: list[AIPerfError] = []
    for exporter in exporters:
        try:
            path = exporter.finish(result)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's must not cost the others
            failures.append(part_error(exporter, "write its artifact", error))
        else:
            if path is not None:
                artifacts.append(path)
    return artifacts, failures
