"""``aiperf profile`` of each wire format whose answers are texts, against the embedded server."""

from __future__ import annotations

import pytest

TYPES = ["chat", "completions", "responses", "messages", "huggingface_generate"]


@pytest.mark.once
@pytest.mark.parametrize("endpoint_type", TYPES)
def test_streams_are_measured(profile, mock_server, endpoint_type):
    """The client's tokens and chunks are those of the server's log."""
    with mock_server("--ttft", "1", "--itl", "1") as server:
        run = profile(
            "--url", server.url, "--model", "m", "--request-count", "2", "--osl", "4",
            "--endpoint-type", endpoint_type, "--streaming",
        )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    assert run.count("error_request_count") == 0
    assert run.summary["output_sequence_length"]["max"] == 4
    assert run.summary["inter_chunk_latency"]["count"] == 2 * 3
    assert [(each["streamed"], each["tokens"]) for each in server.entries] == [(True, 4)] * 2


@pytest.mark.once
@pytest.mark.parametrize("endpoint_type", TYPES)
def test_the_history_is_sent_and_the_counts_of_the_server_are_taken(profile, endpoint_type):
    """Each turn with those before it and their answers; each format counts in a place of its own.

    As one text, the two turns and two answers before the third end with a line feed each.
    """
    run = profile(
        "--request-count", "3", "--isl", "9", "--osl", "4", "--endpoint-type", endpoint_type,
        "--conversation-num", "1", "--conversation-turn-mean", "3", "--use-server-token-count",
    )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    assert run.summary["output_sequence_length"]["avg"] == 4
    line_feeds = 4 if endpoint_type == "completions" else 0
    if endpoint_type != "huggingface_generate":  # whose whole answers do not say
        counts = run.summary["input_sequence_length"]
        assert (counts["min"], counts["max"]) == (9, 3 * 9 + 2 * 4 + line_feeds)


@pytest.mark.once
@pytest.mark.parametrize("endpoint_type", ["responses", "messages", "huggingface_generate"])
def test_a_request_that_fails_says_what_the_server_said(profile, mock_server, endpoint_type):
    """Whatever the shape of its error is."""
    with mock_server("--error-rate", "1", "--error-status", "429") as server:
        run = profile(
            "--url", server.url, "--model", "m", "--request-count", "1",
            "--endpoint-type", endpoint_type, "--streaming",
        )  # fmt: skip
    assert run.code == 1
    assert "HTTPStatusError 429" in run.stderr
    assert "This request fails, as --error-rate asks." in run.stderr


@pytest.mark.once
def test_the_api_key_is_sent_as_the_format_wants_it_and_kept_nowhere(profile, serve):
    """Anthropic's goes into a header of its own."""
    seen = []

    def script(peer):
        seen.append(peer.request())
        peer.answer(b'{"type": "error", "error": {"message": "bad key sk-secret-1"}}', "401 No")

    with serve(script) as url:
        run = profile(
            "--url", url, "--model", "m", "--request-count", "1", "--endpoint-type", "messages",
            "--api-key", "sk-secret-1",
        )  # fmt: skip
    assert seen[0].line.startswith("POST /v1/messages ")
    assert seen[0].headers["x-api-key"] == "sk-secret-1"
    assert "authorization" not in seen[0].headers
    assert seen[0].headers["anthropic-version"] == "2023-06-01"
    assert "401" in run.stderr
    kept = [path.read_bytes() for path in run.artifacts.iterdir() if path.is_file()]
    assert not any(b"sk-secret-1" in each for each in [*kept, run.stderr.encode()])
