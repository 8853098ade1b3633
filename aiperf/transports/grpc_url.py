"""A gRPC server's address, taken apart once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from aiperf.common.errors import ConfigError

_SCHEMES = {"grpc": False, "grpcs": True}


@dataclass(frozen=True, slots=True)
class GRPCServer:
    """A server; ``target`` is as gRPC takes it, ``server`` as messages show it."""

    host: str
    port: int
    tls: bool

    @property
    def server(self) -> str:
        """``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def target(self) -> str:
        """The name by which a channel finds the server."""
        return f"dns:///{self.server}"


def parse_grpc_url(url: str) -> GRPCServer:
    """Take ``grpc[s]://host:port`` apart; without a scheme, it is ``grpc``.

    Raises:
        ConfigError: That is not what ``url`` is. The option is ``--url``.
    """
    try:
        parts = urlsplit(url if "://" in url else f"grpc://{url}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _bad(url, str(error)) from error
    if parts.scheme not in _SCHEMES:
        raise _bad(url, "for --transport grpc it must begin with grpc:// or grpcs://")
    if "@" in parts.netloc:
        raise _bad(None, "it must not contain a user name or password; use --api-key or --header")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise _bad(url, "it contains a blank or a control character")
    if not host or not port:
        raise _bad(url, f"it has no {'port' if host else 'host'}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _bad(url, "a gRPC server has no path")
    return GRPCServer(host=host, port=port, tls=_SCHEMES[parts.scheme])


def _bad(url: str | None, why: str) -> ConfigError:
    """Return the error that says ``why`` the URL cannot work; ``None``: do not show it."""
    shown = "" if url is None else f" {url!r}"
    return ConfigError(
        f"--url{shown} is not a gRPC server's address: {why}. Write it like grpc://localhost:8001",
        option="--url",
    )
