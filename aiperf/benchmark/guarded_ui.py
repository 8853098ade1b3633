"""A user interface that cannot cost the run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiperf.benchmark.part_errors import part_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.models import Progress
    from aiperf.common.protocols import UIProtocol


class GuardedUI:
    """Shows a run with ``ui`` until that raises, and with nothing from then on."""

    def __init__(self, ui: UIProtocol) -> None:
        self._ui = ui
        self.warnings: list[str] = []
        """How the interface failed, if it did."""

    def start(self, title: str) -> None:
        """The run begins."""
        self._call(partial(self._ui.start, title))

    @property
    def wants_updates(self) -> bool:
        """Whether anybody looks."""
        return not self.warnings and getattr(self._ui, "wants_updates", True)

    def update(self, progress: Progress) -> None:
        """Where the run stands."""
        if self.wants_updates:
            self._call(partial(self._ui.update, progress))

    def stop(self) -> None:
        """The run has ended; one that failed is told, too, so that it frees the terminal."""
        self._call(self._ui.stop)

    def _call(self, method: Callable[[], None]) -> None:
        try:
            method()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's; the run goes on
            self.warnings.append(str(part_error(self._ui, "show the run", error)))
