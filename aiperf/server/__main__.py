"""The embedded server's own process: ``python -m aiperf.server SETTINGS``.

It is started by :class:`aiperf.server.process.EmbeddedServer`; a person starts the same server
with ``aiperf mock-server``. ``SETTINGS`` is a JSON object of :class:`ServerSettings`' fields. The
process prints its URL, and that for gRPC if there is one, on one line when it accepts connections,
and ends when its standard input is closed, so that it never outlives its parent. If it cannot
start, it says why in one line on standard error and exits with status 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

from aiperf.server.errors import (
    ServerBindError,
    ServerExtraError,
    ServerSettingError,
    TruthLogError,
)
from aiperf.server.serve import serve
from aiperf.server.settings import ServerSettings


def main() -> int:
    """Serve; return the process's exit status."""
    fields = orjson.loads(sys.argv[1])
    if fields.get("log") is not None:
        fields["log"] = Path(fields["log"])
    try:
        serve(ServerSettings(**fields), _say_urls, until_closed=sys.stdin.fileno())
    except (ServerBindError, ServerExtraError, ServerSettingError, TruthLogError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say_urls(*urls: str) -> None:
    sys.stdout.write(f"{' '.join(urls)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
