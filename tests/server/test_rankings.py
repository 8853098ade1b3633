from __future__ import annotations

import math

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

QUERY = "which way"
PASSAGES = ["two roads", "the other one", "a wood", "leaves"]
NIM = {
    "model": "m",
    "query": {"text": QUERY},
    "passages": [{"text": each} for each in PASSAGES],
}
COHERE = {"model": "m", "query": QUERY, "documents": PASSAGES}
TEI = {"query": QUERY, "texts": PASSAGES}


def scores(ranked, name):
    """Return the scores by passage; they are sorted, and each passage has one."""
    found = [each[name] for each in ranked]
    assert found == sorted(found, reverse=True)
    assert sorted(each["index"] for each in ranked) == list(range(len(PASSAGES)))
    return {each["index"]: each[name] for each in ranked}


def test_the_three_servers_say_the_same(client):
    """Logits or probabilities, in the fields of each published format."""
    nim = client.post("/v1/ranking", **NIM).json
    logits = scores(nim.pop("rankings"), "logit")
    assert nim == {"usage": {"prompt_tokens": 16, "total_tokens": 16}}
    cohere = client.post("/v2/rerank", **COHERE).json
    relevance = scores(cohere["results"], "relevance_score")
    assert cohere["meta"] == {
        "api_version": {"version": "2", "is_experimental": False},
        "billed_units": {"search_units": 1},
    }
    assert cohere["id"]
    tei = scores(client.post("/rerank", **TEI).json, "score")
    assert relevance == tei
    for index, logit in logits.items():
        assert tei[index] == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-7)
    raw = client.post("/rerank", **TEI, raw_scores=True, return_text=True).json
    assert scores(raw, "score") == logits
    assert all(each["text"] == PASSAGES[each["index"]] for each in raw)


def test_a_passage_has_one_score(client, client_of):
    """For its query and the seed, in whatever request; another query or seed gives another."""
    first = scores(client.post("/rerank", **TEI).json, "score")
    turned = client.post("/rerank", query=QUERY, texts=PASSAGES[::-1]).json
    again = scores(turned, "score")
    assert again == {len(PASSAGES) - 1 - index: score for index, score in first.items()}
    other = scores(client.post("/rerank", query="why", texts=PASSAGES).json, "score")
    assert set(other.values()).isdisjoint(first.values())
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, seed=1)) as server:
        seeded = scores(client_of(server.url).post("/rerank", **TEI).json, "score")
    assert set(seeded.values()).isdisjoint(first.values())


def test_cohere_gives_the_best(client):
    """As many as are asked for, and it bills a search for each hundred documents."""
    best = client.post("/v2/rerank", **COHERE, top_n=2).json["results"]
    assert best == client.post("/v2/rerank", **COHERE).json["results"][:2]
    many = client.post("/v2/rerank", model="m", query=QUERY, documents=["a"] * 101).json
    assert many["meta"]["billed_units"] == {"search_units": 2}


@pytest.mark.parametrize(
    ("path", "good", "fields", "name"),
    [
        ("/v1/ranking", NIM, {"model": None}, "model"),
        ("/v1/ranking", NIM, {"query": "q"}, "query"),
        ("/v1/ranking", NIM, {"query": {"text": ""}}, "query.text"),
        ("/v1/ranking", NIM, {"passages": []}, "passages"),
        ("/v1/ranking", NIM, {"passages": ["a"]}, "passages"),
        ("/v1/ranking", NIM, {"passages": [{}]}, "passages.text"),
        ("/v2/rerank", COHERE, {"model": 3}, "model"),
        ("/v2/rerank", COHERE, {"query": None}, "query"),
        ("/v2/rerank", COHERE, {"documents": [{}]}, "documents"),
        ("/v2/rerank", COHERE, {"top_n": 0}, "top_n"),
        ("/rerank", TEI, {"query": 1}, "query"),
        ("/rerank", TEI, {"texts": []}, "texts"),
        ("/rerank", TEI, {"raw_scores": "yes"}, "raw_scores"),
        ("/rerank", TEI, {"return_text": 1}, "return_text"),
    ],
)
def test_a_wrong_field_is_refused_in_the_api_s_own_shape(client, path, good, fields, name):
    """The message says which field it was."""
    response = client.post(path, **{**good, **fields})
    body = response.json
    match path:
        case "/v1/ranking":
            assert response.status == 422
            assert body["object"] == "error"
            assert body["type"] == "invalid_request_error"
            assert body["detail"] == {"param": name}
            message = body["message"]
        case "/v2/rerank":
            assert response.status == 400
            assert set(body) == {"message"}
            message = body["message"]
        case _:
            assert response.status == 422
            assert body["error_type"] == "Validation"
            message = body["error"]
    assert f"'{name}'" in message


def test_a_server_that_fails_or_is_busy(client_of, tmp_path, read_log):
    """Each API has its words for it, and the truth log has the requests."""
    log = tmp_path / "log.jsonl"
    for status, kind in ((429, "Overloaded"), (500, "Backend")):
        settings = ServerSettings(error_rate=1, error_status=status, log=log)
        with EmbeddedServer(settings) as server:
            client = client_of(server.url)
            tei = client.post("/rerank", **TEI)
            nim = client.post("/v1/ranking", **NIM)
            cohere = client.post("/v2/rerank", **COHERE)
        assert {tei.status, nim.status, cohere.status} == {status}
        assert tei.json["error_type"] == kind
        assert nim.json["object"] == "error"
        assert "--error-rate" in cohere.json["message"]
        assert [each["path"] for each in read_log(log)[1:]] == [
            "/rerank",
            "/v1/ranking",
            "/v2/rerank",
        ]
