"""Reading plain metadata without a library: exactly what importlib-metadata says, or nothing."""

from __future__ import annotations

import io

import importlib_metadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf.plugins.plain_metadata import entry_points, metadata_text, name_and_version

GROUP = "aiperf.plugins"


class Held(importlib_metadata.Distribution):
    """A distribution whose files hold what they are told, read as the library reads them."""

    def __init__(self, held):
        self.held = held

    def read_text(self, filename):
        held = self.held.get(filename)
        return held and io.TextIOWrapper(io.BytesIO(held), encoding="utf-8").read()

    def locate_file(self, path):
        return path


def library_says(held):
    """Return name, value, module and attribute of each entry point of the group."""
    points = Held({"entry_points.txt": held}).entry_points
    return [(p.name, p.value, p.module, p.attr or "") for p in points if p.group == GROUP]


def we_say(held):
    """Return the same, or ``None``."""
    found = entry_points(held, GROUP)
    if found is None:
        return None
    return [(name, value, *value.partition(":")[::2]) for name, value in found]


blank = st.sampled_from(["", " ", "\t", "  "])
word = st.sampled_from(["acme", "a_1", "_x", "class", "Plugin"])
dotted = st.lists(word, min_size=1, max_size=3).map(".".join)
name = st.sampled_from(["acme", "a-b", "a b", "x[y]", "ACME", "9"])
target = st.one_of(dotted, st.tuples(dotted, dotted).map(":".join))
plain_line = st.tuples(blank, name, blank, blank, target, blank).map(
    lambda parts: "{}{}{}={}{}{}".format(*parts)
)
filler = st.sampled_from(["", "  ", "# comment", "  # [other]", "#"])
section = st.sampled_from([f"[{GROUP}]", "[console_scripts]", "[gui]", " [x.y] ", "[a b]"])
newline = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def plain_files(draw):
    """An ``entry_points.txt`` as build tools write it, and as people who edit it might."""
    lines = []
    for title in draw(st.lists(section, unique_by=str.strip)):
        lines += [title, *draw(st.lists(st.one_of(plain_line, filler), max_size=5))]
    return draw(newline).join([*draw(st.lists(filler, max_size=2)), *lines]).encode()


odd_line = st.sampled_from(
    [
        "no equals sign",
        "= acme",
        "x =",
        "x = a:b [extra]",
        "x = a : b",
        "x = a-b",
        "x = a:",
        "x = :b",
        "x = a:b:c",
        "x = a..b",
        "x = .a",
        "x = a; b",
        "x = a = b",
        "x = 1",
        "x = a # why",
        "; x = a",
        "[",
        "[]",
        "[open",
        "[[aiperf.plugins]]",
        "[aiperf.plugins]]",
        "[a]b]",
        "[aiperf.plugins] # why",
        "ü = a",
        "x = ü",
        "x = a\x0b",
        "x\x0c = a",
        "y\x1c= a",
        "\u2028x = a",
        "\ufeff[aiperf.plugins]",
    ]
)
any_line = st.one_of(
    plain_line,
    filler,
    section,
    odd_line,
    st.text(st.sampled_from("[]=:#. \tab1ü\x0b\x1f\u2028"), max_size=12),
)
any_file = st.one_of(
    st.tuples(newline, st.lists(any_line, max_size=10)).map(lambda t: t[0].join(t[1]).encode()),
    st.binary(max_size=60),
    st.binary(max_size=20).map(b"[aiperf.plugins]\na = b\n".__add__),
)


@settings(max_examples=400, deadline=None)
@given(any_file)
def test_whatever_is_read_is_what_the_library_reads(held):
    """Of any file at all: the same entry points in the same order, or it is left to the library."""
    ours = we_say(held)
    if ours is not None:
        assert ours == library_says(held)


@settings(max_examples=200, deadline=None)
@given(plain_files())
def test_plain_files_are_read(held):
    """Nothing that tools write is left to the library."""
    assert we_say(held) == library_says(held)


@pytest.mark.parametrize(
    "line", ["x = a:b [extra]", "x = a : b", "no equals sign", "= a", "x = a-b", "ü = a", "[x"]
)
@pytest.mark.parametrize("title", [GROUP, "other"])
def test_one_odd_line_leaves_the_file_to_the_library(line, title):
    """In whichever group, because the library reads the file as a whole."""
    text = f"[{title}]\n{line}\n[last]\n"
    assert entry_points(text.encode(), GROUP) is None


@pytest.mark.parametrize("text", ["[x]\na = b\n[x]\nc = d\n", "a = b\n", "[]\na = b\n"])
def test_sections_that_are_odd_leave_the_file_to_the_library(text):
    """A section twice, an entry before any section, and a section without a name."""
    assert entry_points(text.encode(), GROUP) is None


header = st.sampled_from(
    ["Metadata-Version: 2.1", "Name: acme", "Name:  B.c ", "Version: 1.0", "Version:", "Summary: ü"]
)
headers = st.tuples(newline, st.lists(st.one_of(header, st.just(""), st.just("text")), max_size=6))


@given(headers)
def test_name_and_version_are_those_of_the_first_lines(drawn):
    """Up to the first line that is no header, the same as the library; the last one wins there."""
    text = drawn[0].join(drawn[1])
    lines = text.splitlines()
    head = lines[: next((n for n, line in enumerate(lines) if ":" not in line), len(lines))]
    for position, field in enumerate(("Name", "Version")):
        stated = [line.partition(":")[2].strip() for line in head if line.startswith(f"{field}:")]
        found = name_and_version(text)[position]
        assert found in stated if stated and found is not None else found is None


def test_the_whole_of_the_metadata_has_to_be_readable(tmp_path):
    """It is ``METADATA``, for an ``.egg-info`` directory ``PKG-INFO``, in UTF-8 to its end."""
    new, old = tmp_path / "acme-1.0.dist-info", tmp_path / "acme.egg-info"
    for directory, name in ((new, "METADATA"), (old, "PKG-INFO")):
        assert metadata_text(str(directory)) is None
        directory.mkdir()
        assert metadata_text(str(directory)) is None
        file = directory / name
        file.write_bytes(b"")
        assert metadata_text(str(directory)) is None
        file.write_text("Name: acme\n\nÜber\n", encoding="utf-8")
        assert metadata_text(str(directory)) == "Name: acme\n\nÜber\n"
        file.write_bytes(b"Name: acme\n\n\xff")
        assert metadata_text(str(directory)) is None
