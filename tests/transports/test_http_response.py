"""Responses mean the same however they are cut into reads."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.common.models import RawRecord
from aiperf.transports.http_response import ResponseReader

BODIES = st.lists(st.binary(min_size=1, max_size=20), max_size=6)


@st.composite
def responses(draw):
    """Draw a response's bytes, its body and whether the connection's end is its end."""
    pieces = draw(BODIES)
    body = b"".join(pieces)
    head = b"HTTP/1.1 200 OK\r\n" + draw(st.sampled_from([b"", b"X: y\r\nZ:\r\n"]))
    head += draw(st.sampled_from([b"content-type: a/b\r\n", b"Content-Type: a/b\r\n"]))
    interim = draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n"]))
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    if framing == "length":
        return interim + head + b"CONTENT-LENGTH: %d\r\n\r\n" % len(body) + body, body, False
    if framing == "close":
        return interim + head + b"\r\n" + body, body, True
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    trailer = draw(st.sampled_from([b"", b"X-Trailer: 1\r\n"]))
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    return interim + head + chunks + b"0\r\n" + trailer + b"\r\n", body, False


@st.composite
def reads(draw):
    """Draw a response and a way to cut it."""
    whole, body, until_close = draw(responses())
    cuts = sorted(draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
    ends = [*cuts, len(whole)]
    return [whole[a:b] for a, b in zip([0, *cuts], ends, strict=True)], body, until_close


@given(reads())
def test_any_cut_gives_the_same_record(response):
    """Status, type and body are the same; each part has the time of its read, and only one."""
    cut, body, until_close = response
    reader = ResponseReader()
    record = RawRecord()
    reader.begin(record)
    for now, data in enumerate(cut, 1):
        assert not reader.complete
        reader.feed(data, now)
    assert reader.complete is not until_close
    assert reader.ends_with_connection() is until_close
    assert reader.complete is False or reader.keep_alive
    assert (record.status, record.content_type) == (200, "a/b")
    assert b"".join(record.parts) == body
    assert len(record.parts) == len(record.part_ns)
    assert 0 < record.ack_ns <= min(record.part_ns, default=len(cut))
    times = list(record.part_ns)
    assert times == sorted(set(times))
    for part, now in zip(record.parts, times, strict=True):
        assert part in cut[now - 1] or b"\r\n" in cut[now - 1]


@given(st.lists(responses().filter(lambda response: not response[2]), min_size=1, max_size=4))
def test_a_reader_reads_one_response_after_the_other(sequence):
    """Nothing of one response is left in the next."""
    reader = ResponseReader()
    for whole, body, _ in sequence:
        record = RawRecord()
        reader.begin(record)
        reader.feed(whole, 1)
        assert reader.complete
        assert b"".join(record.parts) == body


@given(responses(), st.binary(min_size=1, max_size=40))
def test_what_follows_a_response_is_not_in_it(response, more):
    """Whatever is added behind the end, the body stays; unless the end is the connection's."""
    whole, body, until_close = response
    record = RawRecord()
    reader = ResponseReader()
    reader.begin(record)
    failed = False
    try:
        reader.feed(whole + more, 1)
    except httptools.HttpParserError:
        failed = True
    assert b"".join(record.parts) == body + (more if until_close else b"")
    assert reader.complete is not until_close
    assert failed is (not until_close and bool(more.strip(b"\r\n")))


@pytest.mark.parametrize("name", [b"Content-Type", b"content-type", b"CONTENT-TYPE"])
def test_a_header_is_found_in_any_case(name):
    """Servers write header names as they like."""
    record = RawRecord()
    reader = ResponseReader()
    reader.begin(record)
    reader.feed(b"HTTP/1.1 200 OK\r\n" + name + b": a/b\r\nContent-Length: 0\r\n\r\n", 7)
    assert record.content_type == "a/b"
    assert reader.header(b"content-type") == b"a/b"
    assert reader.header(b"other") == b""
    assert record.ack_ns == 7
