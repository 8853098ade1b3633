"""Which runtime registrations another process can have."""

from __future__ import annotations

import pickle
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType, SimpleNamespace

import pytest

from aiperf.plugins import LazyEntry
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.portable import is_importable, pickled_plugin, why_not_class, why_not_plugin

SOURCE = """
from aiperf import hookimpl

class Outer:
    class Inner:
        pass

def make():
    class Outer:
        pass
    return Outer

class Plugin:
    @hookimpl
    def aiperf_register_endpoint(self):
        return []

@hookimpl
def aiperf_register_endpoint():
    return []
"""


@pytest.fixture
def portable_acme(tmp_path, monkeypatch):
    """Give a module that an import finds."""
    (tmp_path / "portable_acme.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    import portable_acme  # noqa: PLC0415 - it exists only now

    yield portable_acme
    del sys.modules["portable_acme"]


def candidate(make, target, loaded=None, metadata=None):
    """Return a candidate whose class is ``target``."""
    module, _, name = target.partition(":")
    made = make.candidate("x", Origin(OriginKind.RUNTIME, "app"), loaded=loaded)
    made.entry = LazyEntry("chat", module, name, "x", metadata=metadata or {})
    return made


def test_a_class_at_the_top_of_a_module_can_travel(make, portable_acme):
    """Loaded or not, nested in another class or not."""
    assert why_not_class(candidate(make, "portable_acme:Outer", portable_acme.Outer)) is None
    inner = portable_acme.Outer.Inner
    assert why_not_class(candidate(make, "portable_acme:Outer.Inner", inner)) is None
    assert why_not_class(candidate(make, "portable_acme:Outer")) is None
    assert why_not_class(candidate(make, "not.imported:Yet")) is None


def test_a_class_of_the_program_itself_cannot(make):
    """What ``__main__`` means in another process is another program."""
    why = "class Mine is made in the program itself, which is another one there"
    assert why_not_class(candidate(make, "__main__:Mine")) == why
    assert why_not_class(candidate(make, "__mp_main__:Mine")) == why


def test_a_class_made_in_a_function_cannot(make, portable_acme):
    """Its name in the module means another class, or none."""
    made = portable_acme.make()
    assert why_not_class(candidate(make, "portable_acme:Outer", made)) == (
        "class make.<locals>.Outer is not what portable_acme:Outer means"
    )
    assert "is not what" in why_not_class(candidate(make, "portable_acme:Absent", made))


def test_a_class_in_a_module_that_no_import_finds_cannot(make, monkeypatch):
    """A module that was made by hand exists in this process alone."""
    monkeypatch.setitem(sys.modules, "portable_made", ModuleType("portable_made"))
    assert why_not_class(candidate(make, "portable_made:Acme")) == (
        "class Acme is in module 'portable_made', which no import finds"
    )


def test_metadata_that_does_not_pickle_cannot(make):
    """The entry goes with it."""
    why = why_not_class(candidate(make, "acme:Acme", metadata={"check": lambda: None}))
    assert why.startswith("its metadata cannot be pickled: ")


def test_a_module_travels_by_its_name(portable_acme):
    """The other process imports it."""
    assert why_not_plugin(portable_acme) is None
    assert pickle.loads(pickled_plugin(portable_acme)) is portable_acme


def test_an_object_travels_if_it_pickles(portable_acme):
    """A class by its name, an instance with its state."""
    assert why_not_plugin(portable_acme.Plugin) is None
    copy = pickle.loads(pickled_plugin(portable_acme.Plugin()))
    assert type(copy) is portable_acme.Plugin
    hook = portable_acme.aiperf_register_endpoint
    assert why_not_plugin(SimpleNamespace(aiperf_register_endpoint=hook)) is None


@pytest.mark.parametrize("name", ["__main__", "__mp_main__"])
def test_an_object_of_the_program_itself_cannot(name, monkeypatch):
    """Nor one whose class is."""
    made = type("Plugin", (), {"__module__": name})
    monkeypatch.setattr(sys.modules["__main__"], "Plugin", made, raising=False)
    monkeypatch.setitem(sys.modules, "__mp_main__", sys.modules["__main__"])
    why = "Plugin is made in the program itself, which is another one there"
    assert why_not_plugin(made) == why
    assert why_not_plugin(made()) == why
    assert why_not_plugin(ModuleType(name)) == (
        "it is made in the program itself, which is another one there"
    )


@pytest.mark.usefixtures("portable_acme")
def test_a_throwaway_object_cannot(tmp_path):
    """A module made by hand or a closure is found by nobody else."""
    made = ModuleType("throwaway")
    assert why_not_plugin(made) == "it is in module 'throwaway', which no import finds"
    spec = spec_from_file_location("portable_acme", tmp_path / "portable_acme.py")
    assert "which no import finds" in why_not_plugin(module_from_spec(spec))
    closure = SimpleNamespace(aiperf_register_endpoint=lambda: [1])
    assert why_not_plugin(closure).startswith("it cannot be pickled: ")


class Failing:
    """A finder that fails."""

    def find_spec(self, *_):
        """Fail."""
        raise RuntimeError("broken")


def test_a_finder_that_fails_finds_nothing(monkeypatch):
    """The others are asked."""
    monkeypatch.setattr(sys, "meta_path", [Failing(), *sys.meta_path])
    assert is_importable("json")
    assert is_importable("json.decoder")
    assert not is_importable("json.absent")
    assert not is_importable("absent.child")
