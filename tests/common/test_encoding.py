"""JSON for artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from aiperf.common.encoding import to_json
from aiperf.common.errors import ExportError

PATH = Path("file.json")


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "é"]},
        {"huge": 10**30},
        {"undecodable": "caf\udce9"},
        {"line": "one\ntwo\r\n"},
    ],
)
@pytest.mark.parametrize("indent", [False, True])
def test_what_json_can_say_comes_back(value, indent):
    """Numbers of any size and text with undecodable bytes included."""
    data = to_json(value, PATH, indent=indent)
    assert json.loads(data) == value
    assert data.endswith(b"\n")


@pytest.mark.parametrize("value", [{"line": "one\ntwo"}, {"huge": 10**30, "line": "one\ntwo"}])
def test_without_indent_it_is_one_line(value):
    """Also where the standard library takes over."""
    assert to_json(value, PATH).count(b"\n") == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MappingProxyType({"a": MappingProxyType({"b": 1})}), {"a": {"b": 1}}),
        ({"path": Path("a/b")}, {"path": "a/b"}),
        ({"tuple": (1, 2)}, {"tuple": [1, 2]}),
        ({"number": np.float64(1.5), "count": np.int64(2)}, {"number": 1.5, "count": 2}),
        ({"proxy": MappingProxyType({}), "huge": 10**30}, {"proxy": {}, "huge": 10**30}),
    ],
)
def test_near_relatives_of_json_have_a_form_too(value, expected):
    """Mappings that are no dict, paths, tuples and numpy's numbers."""
    assert json.loads(to_json(value, PATH)) == expected


def test_not_a_number_is_null():
    """NaN is not JSON."""
    assert json.loads(to_json({"a": float("nan"), "b": float("inf")}, PATH)) == {
        "a": None,
        "b": None,
    }


def test_what_has_no_form_is_an_error_that_names_the_file():
    """A plugin's object in the provenance, say."""
    with pytest.raises(ExportError, match=r"cannot write file\.json: .*object") as caught:
        to_json({"a": object()}, PATH)
    assert caught.value.path == PATH
