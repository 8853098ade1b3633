"""``aiperf profile``: what it sends, what it says, and how it ends."""

from __future__ import annotations

import json
import ssl
import threading

import pytest
import trustme
from click.testing import CliRunner

from aiperf.benchmark.runner import Outcome
from aiperf.cli.profile import _exit_code, profile
from aiperf.common.errors import ExportError
from aiperf.common.models import ClockAnchor, ErrorCount, ErrorDetails, RunResult

QUIET = ("--ui", "none", "--artifact-dir", "run")


@pytest.fixture
def summary(fresh_python):
    """Give what reads the summary of the last run."""
    return lambda: json.loads((fresh_python.cwd / "run/profile_export_aiperf.json").read_bytes())


def test_options_reach_the_request(aiperf, noting_server, summary):
    """The URL, the headers and the payload, for every request."""
    with noting_server() as server:
        done = aiperf(
            *("profile", *QUIET, "--url", f"{server.url}/prefix", "--model", "some/model"),
            *("--streaming", "--custom-endpoint", "/v2/chat", "--api-key", "s3cr3t"),
            *("-H", "X-Team: blue", "--header", '{"X-More": "1"}'),
            *("--extra-inputs", "temperature:0.5", "--extra-inputs", '{"stop": ["x"]}'),
            *("--use-legacy-max-tokens", "--osl", "5", "--system-prompt", "Be brief."),
            *("--isl", "7", "--request-count", "3", "--conversation-num", "2"),
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.requests) == 3
    assert {request.path for request in server.requests} == {"/prefix/v2/chat"}
    ids = set()
    for request in server.requests:
        headers = request.headers
        assert headers["authorization"] == "Bearer s3cr3t"
        assert (headers["x-team"], headers["x-more"]) == ("blue", "1")
        assert headers["accept"] == "text/event-stream"
        assert headers["content-type"] == "application/json"
        ids.add(headers["x-request-id"])
        payload = dict(request.payload)
        system, user = payload.pop("messages")
        assert system == {"role": "system", "content": "Be brief."}
        assert user["role"] == "user"
        assert payload == {
            "model": "some/model",
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": 5,
            "temperature": 0.5,
            "stop": ["x"],
        }
    assert len(ids) == 3
    prompts = [request.payload["messages"][1]["content"] for request in server.requests]
    assert prompts[0] == prompts[2] != prompts[1]
    assert summary()["input_sequence_length"]["avg"] == 7 + 3  # with the system prompt's


def test_embeddings_carry_a_batch(aiperf, noting_server):
    """To their own path, and the key may come from the environment."""
    with noting_server() as server:
        done = aiperf(
            *("profile", *QUIET, "--url", server.url, "--model", "m", "--request-count", "1"),
            *("--endpoint-type", "embeddings", "-b", "3", "--isl", "4"),
            env={"AIPERF_API_KEY": "s3cr3t"},
        )
    assert (done.returncode, done.stderr) == (0, "")
    (request,) = server.requests
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == "Bearer s3cr3t"
    assert request.headers["accept"] == "application/json"
    assert set(request.payload) == {"model", "input"}
    assert len(request.payload["input"]) == 3


def test_nothing_is_sent_that_was_not_asked_for(aiperf, noting_server):
    with noting_server() as server:
        done = aiperf("profile", *QUIET, "--url", server.url, "-m", "m", "--request-count", "1")
    assert done.returncode == 0
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert "authorization" not in request.headers
    assert set(request.payload) == {"model", "messages", "stream"}
    assert [message["role"] for message in request.payload["messages"]] == ["user"]


def test_so_many_requests_are_in_flight(aiperf, noting_server, summary):
    """As many as asked for, and never one more."""
    together = threading.Barrier(4)
    with noting_server() as server:
        server.before_answer = lambda: together.wait(30)
        done = aiperf(
            *("profile", *QUIET, "--url", server.url, "-m", "m"),
            *("--concurrency", "4", "--request-count", "8"),
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert summary()["request_count"]["avg"] == 8


@pytest.mark.once
def test_the_servers_own_counts(aiperf, noting_server, summary):
    """Instead of the tokenizer's, if asked to."""
    with noting_server() as server:
        options = ("profile", *QUIET, "--url", server.url, "-m", "m", "--isl", "5")
        aiperf(*options)
        ours = summary()
        aiperf(*options, "--use-server-token-count")
        theirs = summary()
    tags = ("input_sequence_length", "output_sequence_length", "output_token_count")
    assert [ours[tag]["avg"] for tag in tags] == [5, 2, 2]
    assert "reasoning_token_count" not in ours
    assert [theirs[tag]["avg"] for tag in tags] == [1000, 300, 200]
    assert theirs["reasoning_token_count"]["avg"] == 100


def test_tls_takes_the_authorities_that_it_is_told(aiperf, noting_server, tmp_path):
    """And none, or any, if it is told so."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with noting_server(tls) as server:
        options = ("profile", *QUIET, "--url", server.url, "-m", "m", "--request-count", "1")
        refused = aiperf(*options)
        assert refused.returncode == 1
        assert "1 ended with TLSError: " in refused.stderr
        assert server.requests == []
        for trust in (["--tls-ca-file", str(tmp_path / "ca.pem")], ["--tls-insecure"]):
            done = aiperf(*options, *trust)
            assert (done.returncode, done.stderr) == (0, "")
    assert len(server.requests) == 2


def test_no_secret_is_in_any_artifact(aiperf, noting_server, fresh_python):
    """Nor on the terminal, in whatever way it was given."""
    with noting_server() as server:
        done = aiperf(
            *("profile", "--artifact-dir", "run", "--url", server.url, "-m", "m"),
            *("--api-key", "s3cr3t-1", "-H", "X-Api-Key: s3cr3t-2", "-HCookie:s3cr3t-3"),
            *("--header", '{"X": "y", "X-Token": "s3cr3t-4"}', "--header=X-P: Basic s3cr3t-5"),
            *("--request-count", "1"),
        )
    assert done.returncode == 0
    assert server.requests[0].headers["x-token"] == "s3cr3t-4"
    assert "s3cr3t" not in done.stdout + done.stderr
    files = list((fresh_python.cwd / "run").iterdir())
    assert len(files) == 6
    for file in files:
        assert b"s3cr3t" not in file.read_bytes(), file
    assert b'"X-P"' in (fresh_python.cwd / "run/profile_export_aiperf.json").read_bytes()


@pytest.mark.parametrize("name", ["progress", "simple"])
def test_progress_is_on_standard_error(aiperf, noting_server, name):
    """Results are on standard output alone, so that they can be piped."""
    with noting_server() as server:
        done = aiperf(
            *("profile", "--artifact-dir", "run", "--ui", name, "--url", server.url),
            *("-m", "some-model", "--request-count", "2"),
        )
    assert done.returncode == 0
    assert f"some-model chat at {server.url}" in done.stderr
    assert "2/2 requests" in done.stderr
    assert "2/2 requests" not in done.stdout
    assert "Request Latency" in done.stdout


def test_artifacts_are_in_the_current_directory_by_default(aiperf, noting_server, fresh_python):
    with noting_server() as server:
        done = aiperf(
            *("profile", "--ui", "none", "--url", server.url, "-m", "some/model"),
            *("--concurrency", "2", "--request-count", "2"),
        )
    assert done.returncode == 0
    directory = fresh_python.cwd / "artifacts" / "some_model-openai-chat-concurrency2"
    assert (directory / "profile_export_aiperf.json").exists()
    assert "Artifacts: artifacts/some_model-openai-chat-concurrency2" in done.stdout


def test_plugins_may_be_chosen_by_name(aiperf, noting_server, summary, install_plugin):
    """A tokenizer of one's own, for instance."""
    site = install_plugin(
        "acme",
        """
        from aiperf import LazyEntry, hookimpl
        from aiperf.tokenizers.builtin import BuiltinTokenizer

        class DoubleTokenizer(BuiltinTokenizer):
            def count(self, text):
                return 2 * super().count(text)

        @hookimpl
        def aiperf_register_tokenizer():
            return [LazyEntry("double", "acme", "DoubleTokenizer")]
        """,
    )
    with noting_server() as server:
        done = aiperf(
            *("profile", *QUIET, "--url", server.url, "-m", "m", "--tokenizer", "double"),
            path=[site],
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert summary()["output_sequence_length"]["avg"] == 4


FAILED = ErrorDetails("HTTPStatusError", "busy", 503)
REFUSED = ErrorDetails("ConnectError", "refused")


def outcome(*, errors=(), **changes):
    """Return how a run ended."""
    result = RunResult(
        statistics=(),
        errors=errors,
        anchor=ClockAnchor(0, 0),
        start_ns=0,
        end_ns=1,
        was_cancelled=False,
        config={},
        provenance={},
        client_health={},
    )
    fields = {
        "result": result,
        "artifacts": (),
        "failures": (),
        "stopped_by": None,
        "has_results": False,
        "last_error": None,
    }
    return Outcome(**(fields | changes))


@pytest.mark.parametrize(
    ("ended", "code", "said"),
    [
        (outcome(has_results=True), 0, ""),
        (outcome(has_results=True, errors=(ErrorCount(FAILED, 3),)), 0, ""),
        (outcome(stopped_by=2), 130, ""),
        (outcome(stopped_by=15, has_results=True), 143, ""),
        (
            outcome(has_results=True, failures=(ExportError("disk full"), ExportError("again"))),
            1,
            "Error: disk full\nError: again\n",
        ),
        (
            outcome(stopped_by=2, failures=(ExportError("disk full"),)),
            130,
            "Error: disk full\n",
        ),
        (
            outcome(errors=(ErrorCount(FAILED, 3), ErrorCount(REFUSED, 1))),
            1,
            "Error: No request succeeded; 3 ended with HTTPStatusError 503: busy\n",
        ),
        (
            outcome(errors=(ErrorCount(REFUSED, 2),), last_error=FAILED),
            1,
            "Error: No request succeeded; 2 ended with ConnectError: refused\n",
        ),
        (
            outcome(last_error=REFUSED),
            1,
            "Error: No request was measured; the warm-up's last failure is ConnectError: refused\n",
        ),
        (
            outcome(),
            1,
            (
                "Error: No request was sent. Give a longer --benchmark-duration, or a "
                "--request-count.\n"
            ),
        ),
    ],
)
def test_how_a_run_ended_is_the_exit_code(ended, code, said, capsys):
    """With one line for each thing that went wrong."""
    assert _exit_code(ended) == code
    assert capsys.readouterr() == ("", said)


def test_a_wrong_option_is_told_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(profile, ["--url", "localhost"])
    assert result.exit_code == 2
    assert "--model" in result.output
    assert list(tmp_path.iterdir()) == []
