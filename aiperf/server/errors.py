"""What can go wrong with the embedded model server.

::

    AIPerfError
    ├── ServerSettingError    a setting is out of its range
    ├── ServerBindError       the address cannot be listened on
    ├── ServerExtraError      what a setting needs is not installed
    ├── TruthLogError         the truth log cannot be written
    ├── EmbeddedServerError   the server's process did not start, or ended by itself
    └── BadRequestError       a client's request is refused; becomes the response to it
"""

from __future__ import annotations

from typing import Any

from aiperf.plugins.errors import AIPerfError


class ServerSettingError(AIPerfError, ValueError):
    """A setting is out of its range; ``setting`` is its name and ``value`` what it was."""

    setting: str = ""
    value: Any = None


class ServerBindError(AIPerfError):
    """The server cannot listen on ``host`` and ``port``."""

    host: str = ""
    port: int = 0


class ServerExtraError(AIPerfError):
    """A setting needs what is not installed; ``extra`` is the extra of AIPerf that brings it."""

    extra: str = ""


class TruthLogError(AIPerfError):
    """The truth log at ``path`` cannot be written."""

    path: str = ""


class EmbeddedServerError(AIPerfError):
    """The server's process did not start, or ended by itself.

    ``status`` is its exit status (``None``: it was still running) and ``stderr`` what it wrote.
    """

    status: int | None = None
    stderr: str = ""


class BadRequestError(AIPerfError):
    """A client's request is refused with ``status``; 0 is what its API refuses with.

    ``param`` and ``code`` are those fields of the OpenAI error object.
    """

    status: int = 0
    param: str | None = None
    code: str | None = None
