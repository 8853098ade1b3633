"""What a secure channel trusts."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from aiperf.transports.grpc_url import GRPCServer

_NAMES = frozenset({"DNS", "IP Address"})


class Trust(NamedTuple):
    """Credentials of a channel, and the name that the certificate must have (``""``: the host)."""

    credentials: grpc.ChannelCredentials
    name: str = ""


def trust_of_file(ca_file: str | None) -> Trust:
    """Return the trust in a PEM file's authorities, or in those that gRPC brings along.

    Raises:
        ConfigError: The file cannot be read as certificates.
    """
    if ca_file is None:
        return Trust(grpc.ssl_channel_credentials())
    try:
        ssl.create_default_context(cafile=ca_file)
        roots = Path(ca_file).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"--tls-ca-file {ca_file!r} cannot be read as certificates in PEM format: "
            f"{error.strerror or error}; give a file that can",
            option="--tls-ca-file",
        ) from error
    return Trust(grpc.ssl_channel_credentials(roots))


async def trust_of_server(server: GRPCServer) -> Trust:
    """Return the trust in whatever certificate the server shows.

    gRPC for Python always checks a certificate. So the server is asked for the one that it has, and
    that one is trusted, under the name that it has.

    Raises:
        OSError: The server cannot be reached, or does not speak TLS.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    pem = ssl.DER_cert_to_PEM_cert((await _certificate(server, context)).der)
    context.load_verify_locations(cadata=pem)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_REQUIRED  # so that the names in it can be read
    names = (await _certificate(server, context)).names
    return Trust(grpc.ssl_channel_credentials(pem.encode()), names[0] if names else server.host)


class _Certificate(NamedTuple):
    der: bytes
    names: list[str]


async def _certificate(server: GRPCServer, context: ssl.SSLContext) -> _Certificate:
    context.set_alpn_protocols(["h2"])
    _, writer = await asyncio.open_connection(
        server.host, server.port, ssl=context, server_hostname=server.host
    )
    try:
        connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
        der = connection.getpeercert(binary_form=True) or b""
        found = connection.getpeercert() or {}
    finally:
        writer.close()
    alternatives: Any = found.get("subjectAltName", ())
    return _Certificate(der, [name for kind, name in alternatives if kind in _NAMES])
