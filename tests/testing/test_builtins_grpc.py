"""The transport over gRPC, and the endpoint for it, keep the contracts that plugins are held to."""

from __future__ import annotations

import pytest

from aiperf.common.errors import GRPCStatusError
from aiperf.testing import EndpointContract, TransportContract


class TestGRPCTransport(TransportContract):
    implementation = "grpc"
    scheme = "grpc"
    path = "/v2/models/test-model/infer"
    body = b'{"inputs":[{"name":"text_input","datatype":"BYTES","shape":[1],"data":["Hello"]}]}'
    content_type = "application/grpc+proto"
    status_error = GRPCStatusError

    def server(self):
        reason = "grpcio cannot be installed on this interpreter"
        pytest.importorskip("grpc", reason=reason)
        from aiperf.testing.grpc_server import GRPCServer  # noqa: PLC0415 - it needs grpcio

        return GRPCServer()


class TestKServeV2Infer(EndpointContract):
    implementation = "kserve_v2_infer"
    good_response = (
        b'{"model_name":"m","outputs":[{"name":"text_output","datatype":"BYTES","shape":[1],'
        b'"data":["Gr\xc3\xbc\xc3\x9fe."]}]}'
    )
    good_text = "Grüße."

    def extra_inputs_in(self, payload):
        """Those that are no fields of a request are its parameters."""
        return {**payload.get("parameters", {}), **payload}
