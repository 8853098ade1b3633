"""The links and views: one of each in a process."""

from __future__ import annotations

import os

from printshop.common.enums import LinkType, ViewType
from printshop.common.factories import LinkFactory, ViewFactory


class Link:
    """Remembers where it was made."""

    made = 0

    def __init__(self, config: dict, **more: object) -> None:
        type(self).made += 1
        self.config, self.more, self.pid = config, more, os.getpid()


@LinkFactory.register(LinkType.TCP)
class TcpLink(Link):
    """Over the network."""


@LinkFactory.register(LinkType.IPC)
class IpcLink(Link):
    """Within a machine; has a view, which is a singleton, too."""

    def __init__(self, config: dict, **more: object) -> None:
        super().__init__(config, **more)
        self.view = ViewFactory.get_or_create_instance(ViewType.NONE)


class View:
    """Shows the work."""

    def __init__(self, width: int = 80) -> None:
        self.width = width


@ViewFactory.register(ViewType.BAR)
class BarView(View):
    """A line."""


@ViewFactory.register(ViewType.BOARD)
class BoardView(View):
    """A screen."""


@ViewFactory.register(ViewType.NONE)
class NoView(View):
    """Nothing."""


@ViewFactory.register("custom", override_priority=10)
class CustomView(View):
    """Of a type that the enum does not have."""
