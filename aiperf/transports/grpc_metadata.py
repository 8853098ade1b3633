"""Headers as gRPC has them: metadata, whose names are in lower case.

Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

Metadata = tuple[tuple[str, str], ...]

_NAME = re.compile(r"[0-9a-z_.-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")
_HTTP_ONLY = frozenset({"accept", "content-type"})
_OURS = frozenset({"te", "user-agent", "x-correlation-id", "x-request-id"})


def metadata_of(*layers: Mapping[str, str]) -> Metadata:
    """Return all headers as metadata; a later layer replaces an earlier one's.

    What only says which kind of body HTTP carries is left out: gRPC says so itself.
    """
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update({name.lower(): value for name, value in layer.items()})
    return tuple((name, value) for name, value in merged.items() if name not in _HTTP_ONLY)


def check_metadata(headers: Mapping[str, str], source: str, *, option: str = "") -> None:
    """Check headers that ``source`` chose; ``option`` is the command-line option, if it was one.

    Raises:
        ConfigError: One of them cannot be metadata, or is one that gRPC or AIPerf sets. The value
            is not shown: it may be a secret.
    """
    for name, value in headers.items():
        key = name.lower()
        if not _NAME.fullmatch(key):
            why = f"{name!r} cannot be the name of gRPC metadata; write it as 'Name: value'"
        elif key.endswith("-bin"):
            why = f"{name!r} names metadata that is bytes, which a header's text is not; rename it"
        elif key in _OURS or key.startswith("grpc-"):
            why = f"{name!r} is set for each gRPC request; leave it out"
        elif not _VALUE.fullmatch(value):
            why = f"the value of {name!r} has a character that is not printable ASCII; remove it"
        else:
            continue
        raise ConfigError(f"{source}: {why}", option=option)
