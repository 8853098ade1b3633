"""A user interface that shows nothing: for scripts, and for measuring what showing costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from aiperf.common.models import Progress


class NoUI:
    """Shows nothing."""

    wants_updates: ClassVar[bool] = False

    def start(self, title: str) -> None:
        """Do nothing."""

    def update(self, progress: Progress) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""
