"""One exception tree, whose members carry data and survive pickling."""

from __future__ import annotations

import pickle
import re

import pluggy
import pytest

from aiperf.plugins import errors
from aiperf.plugins.origins import Origin, OriginKind

ORIGIN = Origin(OriginKind.RUNTIME, "app")
CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.AIPerfError)
}


def test_the_tree_at_the_top_of_the_module_is_the_real_one():
    """Each class stands under its first base, in the documentation as in the code."""
    path = []
    drawn = {}
    for line in errors.__doc__.splitlines():
        found = re.match(r"    ((?:│   |    )*)(?:├── |└── )?(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4 + ("──" in line)
            path[depth:] = [found[2]]
            drawn[found[2]] = path[depth - 1] if depth else "Exception"
    assert drawn == {name: value.__bases__[0].__name__ for name, value in CLASSES.items()}


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_an_error_survives_pickling(kind):
    """Its message and its data are the same on the other side."""
    again = pickle.loads(pickle.dumps(kind("it's broken", origin=ORIGIN, class_type="chat")))
    assert type(again) is kind
    assert str(again) == "it's broken"
    assert (again.origin, again.class_type) == (ORIGIN, "chat")


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_an_error_needs_no_message(kind):
    """Without one its text is empty."""
    assert str(kind()) == ""
    bare = kind.__new__(kind)
    assert str(bare) == ""


def test_errors_are_also_what_python_and_pluggy_call_them():
    """Code that catches the standard classes goes on working."""
    assert issubclass(errors.UnknownClassTypeError, TypeError)
    assert issubclass(errors.UnknownImplementationError, LookupError)
    assert issubclass(errors.PluginValidationError, pluggy.PluginValidationError)


def test_a_validation_error_leaves_the_plugin_itself_behind():
    """A module does not pickle; the message and the origin do."""
    error = errors.PluginValidationError("wrong", plugin=errors, origin=ORIGIN)
    assert error.plugin is errors
    again = pickle.loads(pickle.dumps(error))
    assert again.plugin is None
    assert again.origin == ORIGIN


class MuteError(Exception):
    """One that cannot say what it is."""

    def __str__(self):
        """Fail."""
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (KeyError("name"), "KeyError: 'name'"),
        (ValueError("two\n  lines"), "ValueError: two lines"),
        (RuntimeError(), "RuntimeError"),
        (SystemExit(3), "SystemExit: 3"),
        (MuteError(), "MuteError"),
    ],
)
def test_any_exception_is_described_in_one_line(error, text):
    """A foreign exception is named with its text, if it has any, and never breaks the message."""
    assert errors.described(error) == text
