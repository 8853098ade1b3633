"""Where every plugin, and every module that registers by calls, came from."""

from __future__ import annotations

from types import SimpleNamespace

from aiperf.plugins.origin_book import OriginBook, origin_of_object
from aiperf.plugins.origins import Origin, OriginKind


def test_one_that_has_left_is_still_known(make):
    """It may be running its hook in some thread; the one that is there now comes first."""
    book = OriginBook()
    assert book.of("acme") == Origin(OriginKind.RUNTIME, plugin="acme")
    book.left["acme"] = make.installed("acme", "old")
    assert book.of("acme").distribution == "old"
    book.now["acme"] = make.installed("acme", "new")
    assert book.of("acme").distribution == "new"


def test_a_caller_has_one_origin():
    """With its module's file; the program has one name in a worker, too."""
    book = OriginBook()
    origin = book.of_caller("json")
    assert book.of_caller("json") is origin
    assert (origin.kind, origin.module) == (OriginKind.RUNTIME, "json")
    assert origin.path.endswith("__init__.py")
    assert book.of_caller("__mp_main__") is book.of_caller("__main__")


def test_an_object_is_of_its_classes_module():
    """A module is of itself."""
    import json  # noqa: PLC0415 - any module with a file

    assert origin_of_object(json, "mine", 3) == Origin(
        OriginKind.RUNTIME, "mine", "json", path=json.__file__, position=3
    )
    assert origin_of_object(SimpleNamespace(), "mine", 4).module == "types"
