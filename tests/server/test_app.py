from __future__ import annotations

import contextlib
import json
import time
from itertools import pairwise

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings
from aiperf.server.tokens import count_tokens

MS = 1_000_000
NEVER = 3_600_000  # ms


def content(events):
    deltas = [chunk["choices"][0]["delta"] for chunk in events.json if chunk["choices"]]
    return [delta["content"] for delta in deltas if delta.get("content")]


def test_models_are_listed(client):
    """A client that asks for the models finds one, in the published format."""
    body = client.send("GET", "/v1/models").json
    (model,) = body.pop("data")
    assert body == {"object": "list"}
    assert isinstance(model.pop("created"), int)
    assert model == {"id": "aiperf-mock", "object": "model", "owned_by": "aiperf"}


def test_the_server_says_that_it_is_well(client):
    """``GET /health`` is what waits for a server usually ask for."""
    response = client.send("GET", "/health?verbose=1")
    assert (response.status, response.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/v1/chat", "/v1/chat/completions/", "/v1/x%20y"])
def test_an_unknown_path_is_not_found(client, path):
    """The error names the path and those that there are."""
    response = client.post(path)
    error = response.json["error"]
    assert (response.status, error["type"]) == (404, "not_found_error")
    assert "/v1/embeddings" in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("DELETE", "/v1/embeddings", "POST"),
        ("POST", "/v1/models", "GET"),
    ],
)
def test_a_wrong_method_is_refused(client, method, path, allowed):
    """The error says which method is right, for people and in the ``Allow`` header."""
    response = client.send(method, path)
    assert response.status == 405
    assert response.headers["allow"] == allowed
    assert f"use {allowed}" in response.json["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1, 2]", b'"text"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(client, body):
    """Whatever comes, the answer is an error object."""
    response = client.send("POST", "/v1/chat/completions", body)
    error = response.json["error"]
    assert (response.status, error["type"]) == (400, "invalid_request_error")
    assert "body of the request" in error["message"]


def test_a_large_body_is_read_whole(client):
    """A prompt of several megabytes arrives in many pieces, and is counted to its end."""
    messages = [{"role": "user", "content": "word " * 400_000 + "end"}]
    assert client.chat(messages=messages).json["usage"]["prompt_tokens"] == 400_001


def test_a_connection_can_be_used_again(client):
    """Requests, failed ones too, leave the connection open for the next."""
    connection = client.open("POST", "/v1/chat/completions", b"{")
    try:
        assert connection.getresponse().read()
        local = connection.sock.getsockname()
        for stream in (False, True):
            fields = {"model": "m", "messages": [{"role": "user"}], "stream": stream}
            connection.request("POST", "/v1/chat/completions", json.dumps(fields))
            assert connection.getresponse().read()
        assert connection.sock.getsockname() == local
    finally:
        connection.close()


def test_answers_follow_from_the_seed(client_of):
    """Two servers of one seed answer their requests alike, streamed or not; another differs."""
    texts = []
    for seed in (1, 1, 2):
        with EmbeddedServer(ServerSettings(ttft=0, itl=0, seed=seed)) as server:
            client = client_of(server.url)
            whole = client.chat().json["choices"][0]["message"]["content"]
            texts.append((whole, "".join(content(client.chat_stream()))))
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
    assert texts[0][0] != texts[0][1]


def test_requests_fail_at_the_rate_and_with_the_status(client_of):
    """About the given share fails, the same requests for the same seed, and models never do."""
    settings = ServerSettings(
        ttft=0, itl=0, output_tokens=1, error_rate=0.3, error_status=429, seed=4
    )
    runs = []
    for _ in range(2):
        with EmbeddedServer(settings) as server:
            client = client_of(server.url)
            responses = [client.chat() for _ in range(200)]
            runs.append([response.status for response in responses])
            failed = next(each for each in responses if each.status != 200)
            assert failed.json["error"]["type"] == "rate_limit_error"
            assert "--error-rate" in failed.json["error"]["message"]
            assert {client.send("GET", "/v1/models").status for _ in range(20)} == {200}
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 429}
    assert 30 < runs[0].count(429) < 90


def test_every_request_can_be_made_to_fail(client_of):
    """A rate of 1 leaves no request out; the default status is the server's fault."""
    with EmbeddedServer(ServerSettings(error_rate=1)) as server:
        client = client_of(server.url)
        responses = [client.chat(stream=stream) for stream in (False, True)]
    assert [response.status for response in responses] == [500, 500]
    assert responses[0].json["error"]["type"] == "server_error"


def test_the_log_agrees_with_what_a_client_saw(tmp_path, client_of, read_log):
    """Requests, token counts, order and times are those of the client, for every kind of answer.

    No token is sent before its time, and none arrives before it was sent.
    """
    log = tmp_path / "truth.jsonl"
    settings = ServerSettings(ttft=8, itl=2, output_tokens=6, log=log)
    seen = {}
    with EmbeddedServer(settings) as server:
        client = client_of(server.url)
        for name in ("first", "second"):
            start = time.perf_counter_ns()
            seen[name] = (start, client.chat_stream({"X-Request-ID": name}))
        start = time.perf_counter_ns()
        seen["whole"] = (start, client.chat({"X-Request-ID": "whole"}), time.perf_counter_ns())
        client.post("/v1/embeddings", {"X-Request-ID": "vector"}, model="m", input="a")
        client.post("/v1/completions", {"X-Request-ID": "bad"}, model="m")
        client.send("GET", "/health")
    _, *entries = read_log(log)
    assert [
        (each["x_request_id"], each["number"], each["path"], each["status"], each["streamed"])
        for each in entries
    ] == [
        ("first", 0, "/v1/chat/completions", 200, True),
        ("second", 1, "/v1/chat/completions", 200, True),
        ("whole", 2, "/v1/chat/completions", 200, False),
        ("vector", 3, "/v1/embeddings", 200, False),
        ("bad", 4, "/v1/completions", 400, False),
        (None, None, "/health", 200, False),
    ]
    assert [each["tokens"] for each in entries] == [6, 6, 6, 0, 0, 0]
    assert [len(each["send_ns"]) for each in entries] == [6, 6, 1, 1, 0, 1]
    assert {each["outcome"] for each in entries} == {"complete"}
    for each in entries:
        times = [each["first_received_ns"], each["received_ns"], *each["send_ns"], each["end_ns"]]
        assert times == sorted(times)
    for earlier, later in pairwise(entries):
        assert earlier["end_ns"] <= later["first_received_ns"] + MS  # another connection
    for each in entries[:2]:
        start, events = seen[each["x_request_id"]]
        assert start <= each["first_received_ns"]
        assert len(content(events)) == each["tokens"]
        arrived = events.read_ns[1:7]  # after the role
        assert all(sent <= read for sent, read in zip(each["send_ns"], arrived, strict=True))
        due = [each["received_ns"] + (8 + 2 * index) * MS for index in range(6)]
        assert all(at <= sent for at, sent in zip(due, each["send_ns"], strict=True))
    start, response, end = seen["whole"]
    assert count_tokens(response.json["choices"][0]["message"]["content"]) == 6
    assert entries[2]["received_ns"] + 18 * MS <= entries[2]["send_ns"][0]
    assert start < entries[2]["received_ns"] < entries[2]["end_ns"] < end + MS
    assert entries[3]["received_ns"] + 8 * MS <= entries[3]["send_ns"][0]


def test_the_log_has_images_and_audio(tmp_path, client_of, read_log):
    """How many of them each request had."""
    log = tmp_path / "truth.jsonl"
    image = {"type": "image_url", "image_url": {"url": "https://h/i"}}
    audio = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, log=log)) as server:
        client = client_of(server.url)
        messages = [{"role": "user", "content": [image, audio, image]}]
        client.chat(messages=messages)
        client.chat_stream(messages=messages)
        client.chat()
    _, *entries = read_log(log)
    assert [(each["images"], each["audios"]) for each in entries] == [(2, 1), (2, 1), (0, 0)]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/v1/chat/completions", '{"error":{'),
        ("/v1/responses", '{"type":"error","code":"server_error"'),
        ("/v1/messages", '{"type":"error","error":{'),
        ("/generate_stream", '{"error":"'),
    ],
)
def test_a_server_that_stops_says_so_in_each_api(client_of, path, error):
    """A stream ends with an error in the API's own shape."""
    fields = {"model": "m", "messages": [{"role": "user"}], "input": "x", "inputs": "x"}
    body = json.dumps({**fields, "max_tokens": 3, "stream": True})
    with EmbeddedServer(ServerSettings(ttft=0, itl=NEVER)) as server:
        connection = client_of(server.url).open("POST", path, body)
        response = connection.getresponse()
        response.readline()
    with contextlib.closing(connection):
        last = response.read().decode().strip().rpartition("data:")[2].strip()
    assert last.startswith(error)
    assert "stopped" in last


def test_the_role_comes_before_the_wait(client_of):
    """The headers and the role are not held back until the first token is due."""
    with EmbeddedServer(ServerSettings(ttft=NEVER)) as server:
        fields = {"model": "m", "messages": [{"role": "user"}], "stream": True}
        connection = client_of(server.url).open("POST", "/v1/chat/completions", json.dumps(fields))
        try:
            line = connection.getresponse().readline()
        finally:
            connection.close()
    assert json.loads(line.removeprefix(b"data: "))["choices"][0]["delta"]["role"] == "assistant"


def test_half_a_request_is_logged_and_not_answered(tmp_path, client_of, read_log, eventually):
    """A client that leaves before it has sent the whole body has made no request."""
    log = tmp_path / "truth.jsonl"
    with EmbeddedServer(ServerSettings(log=log)) as server:
        client = client_of(server.url)
        path = "/v1/chat/completions"
        client.open("POST", path, b"{", {"Content-Length": "100"}).close()
        entry = eventually(lambda: dict(enumerate(read_log(log))).get(1))
        assert client.chat().json["id"] == "chatcmpl-0"
    assert (entry["path"], entry["outcome"], entry["number"]) == (path, "disconnected", None)
    assert (entry["status"], entry["received_ns"], entry["send_ns"]) == (0, 0, [])


def test_a_client_that_leaves_is_not_waited_for(tmp_path, client_of, read_log, eventually):
    """The request ends when its client does, and the log says what had been sent until then."""
    log = tmp_path / "truth.jsonl"
    with EmbeddedServer(ServerSettings(ttft=0, itl=NEVER, log=log)) as server:
        client = client_of(server.url)
        for stream in (True, False):
            fields = {"model": "m", "messages": [{"role": "user"}], "stream": stream}
            connection = client.open("POST", "/v1/chat/completions", json.dumps(fields))
            if stream:
                response = connection.getresponse()
                for _ in range(3):  # the role, a blank line and the one token that is not late
                    assert response.readline()
                response.close()
            connection.close()
        entries = eventually(lambda: read_log(log)[1:] if len(read_log(log)) == 3 else None)
        assert client.send("GET", "/health").status == 200
    assert [each["outcome"] for each in entries] == ["disconnected", "disconnected"]
    assert [each["status"] for each in entries] == [200, 0]
    assert [each["tokens"] for each in entries] == [1, 0]
