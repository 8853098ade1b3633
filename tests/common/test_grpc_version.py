"""A grpcio that is too old is named, with what to do."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.grpc_version import complaint_about


@pytest.mark.parametrize("version", ["1.78.0", "1.100.0", "2.0.0rc1"])
def test_one_that_is_new_enough(version):
    """There is nothing to say about it."""
    assert complaint_about(version) == ""


def test_one_that_is_too_old_is_refused(monkeypatch):
    """By the transport and by the server, before anything is begun."""
    grpc = pytest.importorskip("grpc", reason="grpcio cannot be installed on this interpreter")
    from aiperf.common.config import TransportConfig  # noqa: PLC0415 - grpcio may be missing
    from aiperf.server.errors import ServerExtraError  # noqa: PLC0415 - as above
    from aiperf.server.serve import serve  # noqa: PLC0415 - as above
    from aiperf.server.settings import ServerSettings  # noqa: PLC0415 - as above
    from aiperf.transports.grpc_transport import GRPCTransport  # noqa: PLC0415 - as above

    monkeypatch.setattr(grpc, "__version__", "1.77.1")
    said = r"grpcio 1\.77\.1 .* before 1\.78 .* pip install 'aiperf\[grpc\]'"
    with pytest.raises(ConfigError, match=said):
        GRPCTransport(config=TransportConfig("grpc://h:1"))
    with pytest.raises(ServerExtraError, match=said):
        serve(ServerSettings(port=0, grpc_port=0), lambda *_: None)
