"""Server-sent events as the standard has them, and each with its own time."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aiperf.common.sse import EventStream


def events_of(*parts):
    """Return the events of ``parts``, which arrived at 1, 2, 3…, and what is incomplete."""
    stream = EventStream(parts, range(1, len(parts) + 1))
    return list(stream), stream.incomplete


def by_the_letter(body):
    """Return (index of the byte that completes it, data) for each event of ``body``.

    A second implementation, one byte after the other as the standard tells it, to compare with.
    """
    events = []
    data = None
    line = b""
    skip_lf = False
    first_line = True
    for index in range(len(body)):
        byte = body[index : index + 1]
        if skip_lf and byte == b"\n":
            skip_lf = False
            continue
        skip_lf = byte == b"\r"
        if byte not in {b"\r", b"\n"}:
            line += byte
            continue
        if first_line:
            line = line.removeprefix(b"\xef\xbb\xbf")
            first_line = False
        name, colon, value = line.partition(b":")
        if not line:
            if data is not None:
                events.append((index, b"\n".join(data)))
            data = None
        elif name == b"data":
            value = value.removeprefix(b" ") if colon else b""
            data = [*(data or []), value]
        line = b""
    return events


LINES = st.one_of(
    st.sampled_from(
        [b"data: x", b"data:x", b"data:  x", b"data", b"data:", b"", b"", b": note", b"event: e"]
    ),
    st.binary(max_size=6).filter(lambda line: b"\r" not in line and b"\n" not in line),
)
BODIES = st.builds(
    lambda bom, lines, end: bom + b"".join(line + stop for line, stop in lines) + end,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r", b"\r\n", b"\n\n"])), max_size=12),
    st.sampled_from([b"", b"", b"data: half", b"\xef"]),
)


@st.composite
def cut_bodies(draw):
    """Draw a body and a way to cut it into parts, some of them empty."""
    body = draw(BODIES)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    ends = [*cuts, len(body)]
    return [body[a:b] for a, b in zip([0, *cuts], ends, strict=True)]


@given(cut_bodies())
@example([b"data: a\r", b"\ndata: b\r\n\r", b"\n"])
@example([b"\xef\xbb", b"\xbfdata: a\n", b"\n", b"\n", b"data: b\n\n"])
@example([b"\n", b"data: a\n\n", b"data: b\n\n"])
def test_any_cut_gives_the_events_of_the_standard_with_their_times(parts):
    """An event's time is that of the part with the byte that completes it."""
    ends = []
    for part in parts:
        ends.append((ends[-1] if ends else 0) + len(part))
    expected = [
        (next(number for number, end in enumerate(ends, 1) if index < end), data)
        for index, data in by_the_letter(b"".join(parts))
    ]
    assert events_of(*parts)[0] == expected


@given(st.lists(st.binary(min_size=1, max_size=8).map(bytes.hex), min_size=1), st.data())
def test_plain_events_are_found_however_they_come(texts, data):
    """The common form: one event a part, or several, or pieces of one."""
    body = b"".join(b"data: %b\n\n" % text.encode() for text in texts)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(body) - 1), max_size=5)))
    parts = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    events, incomplete = events_of(*parts)
    assert [text for _, text in events] == [text.encode() for text in texts]
    assert incomplete == b""


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [b"YHOO\n+2\n10"]),
        (b"data\n\ndata\ndata\n\ndata:", [b"", b"\n"]),
        (b"data:test\n\ndata: test\n\n", [b"test", b"test"]),
        (
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second\nid\n\n",
            [b"first event", b"second"],
        ),
        (b"data: a\n\n\n\ndata: b\n\n", [b"a", b"b"]),
        (b"event: x\n\ndatax: a\n\n", []),
        (b"", []),
    ],
)
def test_the_examples_of_the_standard(body, events):
    """Those that concern data, and some like them."""
    assert [data for _, data in events_of(body)[0]] == events


@pytest.mark.parametrize(
    ("body", "incomplete"),
    [
        (b"data: a\n\ndata: b", b"data: b"),
        (b"data: a\n\ndata: b\r\n", b"data: b\n"),
        (b"data: a\n\ndata: b\ndata: c\n", b"data: b\ndata: c\n"),
        (b"d", b"d"),
        (b"data: a\n\nevent: x\n", b"event: x\n"),
        (b"data: a\n\n: only a comment\n", b""),
        (b"data: a\n\n: only a comm", b""),
        (b"data: a\n\n", b""),
        (b"data: a\n\n\n\n", b""),
        (b"\xef\xbb\xbf", b""),
        (b"", b""),
    ],
)
def test_what_is_not_a_whole_event_is_told(body, incomplete):
    """The caller can tell a stream that was cut off from one that ended; comments do not count."""
    assert events_of(body)[1] == incomplete
    assert events_of(*(body[i : i + 1] for i in range(len(body))))[1] == incomplete


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"data: a\n\nevent: error\ndata: b\n\nevent: error\ndata: c\n\n", b"b"),
        (b"data: b\nevent:error\n\ndata: a\n\n", b"b"),
        (b"event: error\n: it broke\n: twice\n\n", b"it broke twice"),
        (b"event: error\n\n", b""),
        (b'data: a\n\nerror: {"code": 500}\n\n', b'{"code": 500}'),
        (b"errors: a\n\n: error: a\n\ndata: error: a\n\n", None),
        (b"event: errors\ndata: a\n\ndata: event: error\n\n: event: error\n\n", None),
        (b"event: error\ndata: cut off\n", None),
    ],
)
def test_an_event_called_error_is_told(body, error):
    """Some servers end a stream with one, with data, with comments alone or with nothing."""
    for parts in (
        [body],
        [body[i : i + 1] for i in range(len(body))],
        body.splitlines(keepends=True),
    ):
        stream = EventStream(parts, range(len(parts)))
        list(stream)
        assert stream.error == error


def test_named_events_are_found_however_they_come():
    """The common form of APIs that name their events: one of them a part, or pieces of one."""
    one, two = b"event: delta\ndata: 1\n\n", b"event: delta\ndata:2\n\n"
    for parts in ([b"\n", one, two], [one + two], [b"\n", one[:9], one[9:], two]):
        assert [data for _, data in events_of(*parts)[0]] == [b"1", b"2"]


def test_a_record_that_does_not_fit_together_is_an_error():
    """A time is missing for one of the parts."""
    with pytest.raises(ValueError, match="zip"):
        list(EventStream([b"data: a\n\n", b"data: b\n\n"], [1]))
