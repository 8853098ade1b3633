from __future__ import annotations

import base64
import struct
from math import hypot

import pytest

PATH = "/v1/embeddings"


def vectors(response):
    assert response.status == 200, response.body
    return [each["embedding"] for each in response.json["data"]]


def test_a_response(client):
    """It has every field of the published format, one vector of length 1 for each text."""
    body = client.post(PATH, model="m", input=["Hello there", "world"]).json
    data = body.pop("data")
    assert body == {
        "object": "list",
        "model": "m",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
    assert [(each["object"], each["index"]) for each in data] == [
        ("embedding", 0),
        ("embedding", 1),
    ]
    for each in data:
        assert len(each["embedding"]) == 1024
        assert hypot(*each["embedding"]) == pytest.approx(1, abs=1e-6)


def test_base64_holds_the_same_numbers(client):
    """They are little-endian 32-bit floats."""
    fields = {"model": "m", "input": "Hello", "dimensions": 8}
    (plain,) = vectors(client.post(PATH, **fields))
    assert vectors(client.post(PATH, **fields, encoding_format="float")) == [plain]
    (encoded,) = vectors(client.post(PATH, **fields, encoding_format="base64"))
    assert list(struct.unpack("<8f", base64.b64decode(encoded, validate=True))) == plain


@pytest.mark.parametrize(
    ("texts", "count", "tokens"),
    [("a b", 1, 2), (["a", "b c"], 2, 3), ([5, 6, 7], 1, 3), ([[5], [6, 7]], 2, 3)],
)
def test_input_is_texts_or_token_ids(client, texts, count, tokens):
    """One text, several, one list of token ids, or several."""
    response = client.post(PATH, model="m", input=texts, dimensions=2)
    assert len(vectors(response)) == count
    assert response.json["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}


def test_one_text_has_one_vector(client):
    """Requests for the same text get the same vector, and texts differ."""
    texts = [f"text {number}" for number in range(30)]
    found = vectors(client.post(PATH, model="m", input=texts, dimensions=4))
    again = vectors(client.post(PATH, model="m", input=texts[::-1], dimensions=4))
    assert again == found[::-1]
    assert len({tuple(each) for each in found}) > 5


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", 3]}, "input"),
        ({"input": [[]]}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": True}, "dimensions"),
        ({"dimensions": 10**6}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"encoding_format": ["float"]}, "encoding_format"),
    ],
)
def test_a_wrong_field_is_refused_by_name(client, fields, param):
    """The error is the API's error object, and says which field it was."""
    response = client.post(PATH, **{"model": "m", "input": "a", **fields})
    assert response.status == 400
    assert response.json["error"]["param"] == param
