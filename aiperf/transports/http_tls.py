"""What TLS connections to a server have in common."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.config import TransportConfig


def tls_context(config: TransportConfig, *, protocols: Sequence[str]) -> ssl.SSLContext:
    """Return what TLS connections have in common; making it is expensive.

    ``protocols`` are those to agree on, the best first.

    Raises:
        ConfigError: The file of certificates cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
    except OSError as error:
        raise ConfigError(
            f"--tls-ca-file {config.ca_file!r} cannot be read as certificates in PEM format: "
            f"{error.strerror or error}; give a file that can",
            option="--tls-ca-file",
        ) from error
    context.set_alpn_protocols(protocols)
    if not config.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
