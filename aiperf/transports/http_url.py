"""The server's address, taken apart once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from aiperf.common.errors import ConfigError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_BARE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s/:@?#]+)(:\d+)?(/\S*)?")
_UNIX = ("unix://", "http+unix://")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True)
class ServerURL:
    """A server: ``host`` is as a resolver takes it, ``authority`` as a ``Host`` header has it."""

    host: str
    port: int
    tls: bool
    authority: str
    prefix: str
    socket: str = ""
    """The path of a Unix socket, which then takes the place of host and port."""

    @property
    def shown(self) -> str:
        """The URL of the server, without a prefix."""
        if self.socket:
            return f"unix://{self.socket}"
        return f"{'https' if self.tls else 'http'}://{self.authority}"

    @property
    def server(self) -> str:
        """``host:port`` or the socket's path, for messages."""
        if self.socket:
            return self.socket
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def target(self, path: str) -> str:
        """Return the request target for an endpoint's ``path``.

        ``http://host/v1`` is a common way to name a server whose endpoints are ``/v1/…``; its
        ``/v1`` is not repeated. Nor is the whole path, where the URL is that of the endpoint. A
        path of ``/`` adds nothing to a prefix.
        """
        path = quote(path if path.startswith("/") else f"/{path}", safe=_PATH_SAFE)
        if self.prefix.endswith(path):
            return self.prefix
        last = self.prefix.rpartition("/")[2]
        if re.fullmatch(r"v\d+", last) and path.startswith(f"/{last}/"):
            path = path[len(last) + 1 :]
        return self.prefix if self.prefix and path == "/" else self.prefix + path


def parse_url(url: str) -> ServerURL:
    """Take ``http[s]://host[:port][/prefix]`` apart; without a scheme, it is ``http``.

    ``unix:///path/to/socket`` and ``http+unix://%2Fpath%2Fto%2Fsocket[/prefix]`` are Unix sockets,
    as Docker and requests-unixsocket write them.

    Raises:
        ConfigError: That is not what ``url`` is. The option is ``--url``.
    """
    if url.startswith(_UNIX):
        return _unix_url(url)
    whole = url if "://" in url else f"http://{url}" if _BARE.fullmatch(url) else ""
    try:
        parts = urlsplit(whole)
        port = parts.port
        host = parts.hostname or ""
        ascii_host = host if ":" in host or host.isascii() else host.encode("idna").decode("ascii")
    except ValueError as error:
        is_ipv6 = "[" not in whole and whole.partition("://")[2].count(":") > 1
        why = "an IPv6 address is written in brackets, as in http://[::1]:8000"
        raise _bad(url, why if is_ipv6 else str(error)) from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad(url, "it must begin with http://, https:// or unix:///")
    if "@" in parts.netloc:
        raise _bad(None, "it must not contain a user name or password; use --api-key or --header")
    if not host or port == 0:
        raise _bad(url, f"it has no {'port but 0' if host else 'host'}")
    if parts.netloc.endswith(":"):
        raise _bad(url, "it has no port after the last ':'")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise _bad(url, "it contains a blank or a control character")
    if parts.query or parts.fragment:
        raise _bad(url, "it must not contain a query ('?') or a fragment ('#')")
    named = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    is_default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return ServerURL(
        host=ascii_host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        tls=parts.scheme == "https",
        authority=named if is_default else f"{named}:{port}",
        prefix=quote(parts.path.rstrip("/"), safe=_PATH_SAFE.removesuffix("?")),
    )


def _unix_url(url: str) -> ServerURL:
    """Take the URL of a Unix socket apart."""
    scheme, _, rest = url.partition("://")
    path, prefix = rest, ""
    if scheme == "http+unix":
        path, slash, prefix = rest.partition("/")
        path, prefix = unquote(path), slash + prefix
    if not path.startswith("/") or path.endswith("/"):
        raise _bad(url, "it has no absolute path of a socket")
    if not path.isprintable() or "?" in rest or "#" in rest:
        raise _bad(url, "it contains '?', '#' or a control character")
    return ServerURL(
        host="localhost",
        port=0,
        tls=False,
        authority="localhost",
        prefix=quote(prefix.rstrip("/"), safe=_PATH_SAFE.removesuffix("?")),
        socket=path,
    )


def _bad(url: str | None, why: str) -> ConfigError:
    """Return the error that says ``why`` the URL cannot work; ``None``: do not show it."""
    shown = "" if url is None else f" {url!r}"
    return ConfigError(
        f"--url{shown} is not a server's address: {why}. Write it like http://localhost:8000",
        option="--url",
    )
