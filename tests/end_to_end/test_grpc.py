"""``aiperf profile`` over gRPC, from end to end."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("grpc", reason="grpcio cannot be installed on this interpreter")

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

KSERVE = ("--endpoint-type", "kserve_v2_infer", "--request-count", "4", "--osl", "5")


@pytest.mark.once
def test_the_embedded_server_is_started_with_grpc(profile):
    """Nothing else has to be said; a stream has its chunks."""
    run = profile(*KSERVE, "--transport", "grpc", "--streaming", "--concurrency", "2")
    assert (run.code, run.stderr) == (0, "")
    assert run.count("request_count") == 4
    assert run.summary["output_sequence_length"]["avg"] == 5
    assert run.summary["inter_chunk_latency"]["count"] == 4 * 4
    assert run.payloads[0]["inputs"][1]["data"] == [5]


@pytest.mark.once
def test_the_scheme_of_the_url_chooses_the_transport(profile, tmp_path):
    """And the log of the server knows the requests by their ids and chunks."""
    log = tmp_path / "truth.jsonl"
    settings = ServerSettings(ttft=1, itl=1, log=log, grpc_port=0)
    with EmbeddedServer(settings) as server:
        run = profile(*KSERVE, "--url", server.grpc_url, "--model", "m", "--streaming")
    assert (run.code, run.stderr) == (0, "")
    entries = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    measured = {each["metadata"]["x_request_id"] for each in run.lines}
    assert {each["x_request_id"] for each in entries} == measured
    assert [each["tokens"] for each in entries] == [5] * 4


@pytest.mark.once
def test_http_has_no_streams_of_it(profile):
    """The error says what to do; the same without is measured."""
    run = profile(*KSERVE, "--streaming")
    assert run.code == 1
    assert run.stderr == (
        "Error: Endpoint type 'kserve_v2_infer' can stream over grpc alone. "
        "Use --transport grpc, or leave --streaming out.\n"
    )
    run = profile(*KSERVE)
    assert (run.code, run.stderr) == (0, "")
    assert run.summary["output_sequence_length"]["avg"] == 5


@pytest.mark.once
def test_what_grpc_cannot_carry_is_an_error(profile):
    """Before anything is sent, with the options to change."""
    run = profile("--transport", "grpc", "--request-count", "1")
    assert run.code == 1
    assert "use --endpoint-type kserve_v2_infer, or --transport http" in run.stderr
    run = profile(*KSERVE, "--url", "grpc://h", "--model", "m")
    assert run.code == 1
    assert "it has no port" in run.stderr


@pytest.mark.once
def test_a_server_that_fails_is_an_error_for_each_request(profile):
    """With its status and what it said."""
    settings = ServerSettings(error_rate=1, error_status=503, grpc_port=0)
    with EmbeddedServer(settings) as server:
        run = profile(*KSERVE, "--url", server.grpc_url, "--model", "m")
    assert run.code == 1
    assert "GRPCStatusError 503: the server answered UNAVAILABLE" in run.stderr
    assert len(run.lines) == 4


@pytest.mark.once
@pytest.mark.parametrize(
    "options",
    [
        ("profile", *KSERVE, "--transport", "grpc"),
        ("profile", *KSERVE, "--url", "grpc://h:1", "--model", "m"),
        ("mock-server", "--grpc-port", "0"),
    ],
)
def test_its_libraries_are_asked_for_by_name(fresh_python, options):
    """One line that says what to install."""
    script = """
        import sys
        from importlib.machinery import PathFinder
        find = PathFinder.find_spec
        PathFinder.find_spec = lambda name, *more: None if name == "grpc" else find(name, *more)
        sys.argv[0] = "aiperf"
        from aiperf.cli.main import main
        main()
    """
    done = fresh_python.run(script, *options)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "pip install 'aiperf[grpc]'" in line
