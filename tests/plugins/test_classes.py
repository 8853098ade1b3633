"""Loading a class: once, without remembering a failure, and with an error that helps."""

from __future__ import annotations

import os
import sys

import pytest

from aiperf.plugins.candidates import Candidate
from aiperf.plugins.classes import load_class
from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.errors import ImplementationLoadError, MissingDependencyError
from aiperf.plugins.origins import Origin, OriginKind

INSTALLED = Origin(OriginKind.ENTRY_POINT, "fast", "acme.registry", "acme-plugin", "2.0", "fast")
BUILTIN = Origin(OriginKind.BUILTIN, "aiperf", "aiperf.aiperf_registry", "aiperf", "1.0")
CALLED = Origin(OriginKind.RUNTIME, "app.main", "app.main")


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that writes module ``acme_classes``, which is not imported yet."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "acme_classes", raising=False)
    path = tmp_path / "acme_classes.py"
    yield path.write_text
    sys.modules.pop("acme_classes", None)


def candidate(class_name="Acme", origin=INSTALLED, module_path="acme_classes", **metadata):
    entry = LazyEntry("chat", module_path, class_name, "fast", metadata=metadata)
    return Candidate(entry, origin, is_plugin=True)


def failure(candidate: Candidate) -> ImplementationLoadError:
    with pytest.raises(ImplementationLoadError) as caught:
        load_class(candidate, "endpoint")
    error = caught.value
    assert (error.factory, error.class_type, error.identifier, error.origin) == (
        "endpoint",
        "chat",
        "fast",
        candidate.origin,
    )
    return error


def test_a_class_is_loaded_once_and_cached(module):
    """The candidate keeps it; ``sys.modules`` is not asked again."""
    module("class Acme: pass")
    fast = candidate()
    loaded = load_class(fast, "endpoint")
    assert loaded.__name__ == "Acme"
    del sys.modules["acme_classes"]
    assert load_class(fast, "endpoint") is loaded is fast.loaded


def test_a_nested_class_is_reached_by_dots(module):
    """``Outer.Inner`` is the class in the class."""
    module("class Outer:\n    class Inner: pass")
    assert load_class(candidate("Outer.Inner"), "endpoint").__qualname__ == "Outer.Inner"


def test_a_module_that_is_not_there_is_named():
    """So are the plugin, its distribution and version, and the module to correct."""
    assert str(failure(candidate(module_path="acme_missing.sub"))) == (
        "endpoint.chat: implementation 'fast' from plugin 'fast' (acme-plugin 2.0) cannot be "
        "loaded: there is no module 'acme_missing' for acme_missing.sub:Acme. Correct the entry in "
        "acme.registry."
    )
    bare = Origin(OriginKind.RUNTIME, "app")
    assert str(failure(candidate("A", bare, "acme_missing"))).endswith("Correct the entry in app.")


def test_a_class_that_is_not_there_has_a_nearest_name(module):
    """Functions and data are not offered."""
    module("class AcmeEndpoint: pass\nAcmeEndpoin = 1")
    text = str(failure(candidate("AcmeEndpiont")))
    assert "acme_classes has no class 'AcmeEndpiont'. Did you mean 'AcmeEndpoint'?" in text


def test_a_nested_class_that_is_not_there_is_looked_for_in_the_outer_one(module):
    """The error names the part that is missing, also where it cannot have attributes at all."""
    module("class Outer:\n    class Inner: pass\nVALUE = 5")
    text = str(failure(candidate("Outer.Iner")))
    assert "acme_classes.Outer has no class 'Iner'. Did you mean 'Inner'?" in text
    text = str(failure(candidate("VALUE.Inner")))
    assert "acme_classes.VALUE has no class 'Inner'. There are none." in text


def test_what_is_not_callable_is_no_class(module):
    """A value under the class's name is refused before anybody calls it."""
    module("Acme = 5")
    assert "acme_classes:Acme is 5, which cannot be called. Register a class." in str(
        failure(candidate())
    )


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("raise RuntimeError('no\\ndriver')", "RuntimeError: no driver"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise BaseException", "BaseException"),
        ("import json.nothing_like_it as x; x", "needs 'json'"),
        ("from json import nothing", "ImportError: cannot import name 'nothing'"),
        ("1 +", "SyntaxError"),
    ],
)
def test_whatever_an_import_raises_becomes_one_error(module, statement, shown):
    """It is chained to what the module raised, which is told in the same line."""
    module(statement)
    error = failure(candidate())
    assert shown in str(error)
    assert "\n" not in str(error)
    assert error.__cause__ is not None
    assert "acme-plugin" in str(error)


def test_an_attribute_that_fails_is_a_failed_load(module):
    """A module's own ``__getattr__`` may raise anything."""
    module("def __getattr__(name):\n    raise RuntimeError('lazily broken')")
    assert "RuntimeError: lazily broken" in str(failure(candidate()))


def test_an_interrupt_is_not_a_failure_of_the_plugin(module):
    """Ctrl-C during an import reaches the application."""
    module("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load_class(candidate(), "endpoint")


def test_a_builtin_that_fails_is_the_applications_own_fault(module):
    """Nobody is sent to look for a plugin."""
    module("raise RuntimeError")
    assert str(failure(candidate(origin=BUILTIN))).endswith(
        "Correct or update the installation of the application itself."
    )
    assert str(failure(candidate(origin=CALLED))).endswith("Correct or update app.main.")


@pytest.mark.parametrize(
    ("origin", "metadata", "step"),
    [
        (INSTALLED, {"extra": "grpc"}, "Run: pip install 'acme-plugin[grpc]'"),
        (BUILTIN, {"extra": "grpc"}, "Run: pip install 'aiperf[grpc]'"),
        (
            CALLED,
            {"extra": "grpc"},
            "Install the extra 'grpc' of the package that has acme_classes.",
        ),
        (INSTALLED, {}, "Install the package that provides 'acme_dependency'."),
    ],
)
def test_a_missing_dependency_says_what_to_install(module, origin, metadata, step):
    """With ``extra`` in the metadata it is a command; a package's name is never guessed."""
    module("import acme_dependency.sub")
    error = failure(candidate(origin=origin, **metadata))
    assert isinstance(error, MissingDependencyError)
    assert error.missing == "acme_dependency"
    assert "acme_classes needs 'acme_dependency', which is not installed. " + step in str(error)


def test_a_module_that_is_installed_later_is_found(tmp_path, monkeypatch):
    """Even where the directory looks as it did before."""
    monkeypatch.syspath_prepend(tmp_path)
    later = candidate(module_path="acme_later")
    failure(later)
    before = tmp_path.stat()
    (tmp_path / "acme_later.py").write_text("class Acme: pass")
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert load_class(later, "endpoint").__name__ == "Acme"
    del sys.modules["acme_later"]


def test_a_failure_is_not_remembered(module):
    """Once the file is right, the same call works, in the same process."""
    fast = candidate()
    failure(fast)
    module("raise RuntimeError('half way')")
    failure(fast)
    module("class Wrong: pass")
    failure(fast)
    del sys.modules["acme_classes"]
    module("class Acme: pass")
    assert load_class(fast, "endpoint").__name__ == "Acme"
