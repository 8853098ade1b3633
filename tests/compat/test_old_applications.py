"""An application written for the old decorator API runs unchanged on AIPerf's factories.

``app/printshop`` is such an application: several dozen decorated classes in a dozen modules, and
factories with everything that such applications do to theirs. It imports its two base classes from
``factory_base``, of which there are two: ``reference`` has dictionaries of classes, as the old
factories had, and ``ours`` is AIPerf's.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUN = "import runpy; runpy.run_module('printshop', run_name='__main__')"


@pytest.fixture
def run(fresh_python):
    """Run the application on one of the two and return what it printed."""

    def run_on(base: str) -> dict:
        path = [HERE / "app", HERE / base]
        return json.loads(fresh_python(RUN, path=path, warnings_are_errors=True))

    return run_on


def test_the_application_behaves_the_same_on_both(run):
    """Every class, instance, error and warning is the same."""
    expected, found = run("reference"), run("ours")
    assert list(found) == list(expected)
    differing = {
        name: (expected[name], found[name]) for name in expected if expected[name] != found[name]
    }
    assert differing == {}


def test_it_does_what_such_applications_do(run):
    """So that the comparison is not one of two empty things."""
    told = run("ours")
    classes = {
        name for key, value in told.items() if key.endswith(" classes") for name in map(str, value)
    }
    assert len(classes) >= 40
    assert told["threads"] == 1
    assert told["child"][:2] == [["InvalidStateError", "Instance for "], False]
    assert ["PngReader", "QuickPngReader"] in told["warned of"]
    assert told["broken"] == [
        "FactoryCreationError",
        "Error creating ",
        "OSError('no ruler')",
    ]


LISTED = """
    import importlib
    from printshop.__main__ import MODULES

    for name in MODULES:
        importlib.import_module(f"printshop.{name}")
    from printshop.common.factories import ReaderFactory

    print([each.reference for each in ReaderFactory.list_implementations("png")])
    with ReaderFactory.using("png", "PngReader"):
        print(type(ReaderFactory.create_instance("png")).__name__)
    print(type(ReaderFactory.create_instance("png")).__name__)
"""


def test_its_classes_gain_what_the_registry_gives(fresh_python):
    """What lost is listed and can be selected, with nothing changed in the application."""
    printed = fresh_python(LISTED, path=[HERE / "app", HERE / "ours"], warnings_are_errors=True)
    assert printed.splitlines() == [
        "['QuickPngReader', 'LatePngReader', 'PngReader']",
        "PngReader",
        "QuickPngReader",
    ]
