"""The registry's values behave as frozen, slotted dataclasses do, one and all."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle

import pytest

from aiperf.plugins import values


def _make(module):
    """Define the same class with ``dataclasses`` or with ``values``."""

    @module.dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 0
        tags: list[str] = module.field(default_factory=list, hash=False)
        note: str = module.field(default="none", kw_only=True)

        @property
        def total(self):
            """Both together."""
            return self.x + self.y

    return Point


def _make_checked(module):
    @module.dataclass(frozen=True, slots=True)
    class Checked:
        """Checks itself, and pickles in its own way."""

        name: str

        def __post_init__(self):
            if not self.name:
                raise ValueError("no name")
            object.__setattr__(self, "name", self.name.upper())

        def __reduce__(self):
            return str, (self.name,)

    return Checked


Theirs, Ours = _make(dataclasses), _make(values)
Point = Ours
Ours.__qualname__ = Theirs.__qualname__ = "Point"
both = pytest.mark.parametrize("point", [Theirs, Ours], ids=["dataclasses", "values"])
both_checked = pytest.mark.parametrize(
    "checked", [_make_checked(dataclasses), _make_checked(values)], ids=["dataclasses", "values"]
)


@both
def test_fields_are_parameters(point):
    """In order, with defaults, the keyword-only ones after the others."""
    made = point(1, 2, ["a"], note="b")
    assert (made.x, made.y, made.tags, made.note, made.total) == (1, 2, ["a"], "b", 3)
    made = point(x=1)
    assert (made.y, made.tags, made.note) == (0, [], "none")
    assert made.tags is not point(1).tags
    assert list(inspect.signature(point).parameters) == ["x", "y", "tags", "note"]
    for arguments in ((), (1, 2, [], "b"), (1, 2, [], "b", 5)):
        with pytest.raises(TypeError, match="argument"):
            point(*arguments)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        point(1, z=2)


@both
def test_values_are_compared_and_hashed_by_their_fields(point):
    """A field may be left out of the hash; another class is never equal."""
    one, same, other = point(1, 2), point(1, 2), point(1, 3)
    assert one == same
    assert one != other
    assert hash(one) == hash(same) == hash((1, 2, "none"))
    assert point(1, tags=["a"]) != point(1)
    assert one != (1, 2, [], "none")
    assert Theirs(1) != Ours(1)


@both
def test_a_value_shows_its_fields(point):
    """As the call that makes it."""
    assert repr(point(1, tags=["a"])) == "Point(x=1, y=0, tags=['a'], note='none')"


@both
def test_a_value_does_not_change(point):
    """No field, nothing else, and there is no dictionary to put anything into."""
    made = point(1)
    # Of a name that is no field, dataclasses itself says something else where there are slots.
    for name in ("x", "z") if point is Ours else ("x",):
        with pytest.raises(
            dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"
        ):
            setattr(made, name, 2)
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(made, name)
    assert not hasattr(made, "__dict__")
    assert point.__slots__ == ("x", "y", "tags", "note")


@both
@pytest.mark.parametrize("replace", [values.replace, dataclasses.replace])
def test_a_copy_may_have_other_values(point, replace):
    """Ours works on theirs, theirs on ours."""
    made = point(1, 2, ["a"], note="b")
    assert replace(made, y=3, note="c") == point(1, 3, ["a"], note="c")
    assert replace(made) == made
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        replace(made, z=1)


@both
def test_dataclasses_knows_the_fields(point):
    """Whatever works with dataclasses works with the registry's values."""
    assert dataclasses.is_dataclass(point)
    fields = {each.name: each for each in dataclasses.fields(point)}
    assert list(fields) == ["x", "y", "tags", "note"]
    assert fields["x"].type == "int"
    assert fields["y"].default == 0
    assert fields["tags"].default_factory is list
    assert fields["note"].default == "none"
    assert fields["note"].kw_only
    assert (fields["x"].hash, fields["tags"].hash) == (None, False)
    assert dataclasses.asdict(point(1)) == {"x": 1, "y": 0, "tags": [], "note": "none"}


@both
def test_a_value_can_be_matched(point):
    """By the fields that have a position."""
    assert point.__match_args__ == ("x", "y", "tags")
    match point(1, 2):
        case Theirs(x, y) | Ours(x, y):
            assert (x, y) == (1, 2)


def test_the_class_is_as_it_was_written():
    """Name, module, documentation and methods are those of the source."""
    assert (Ours.__name__, Ours.__module__, Ours.__doc__) == ("Point", __name__, "A point.")
    assert Ours.total.__doc__ == "Both together."
    assert Ours.__init__.__qualname__.endswith("Point.__init__")


def test_a_value_can_be_copied_and_pickled():
    """Through its constructor, keyword-only fields too."""
    made = Ours(1, 2, ["a"], note="b")
    for number in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(made, number)) == made
    assert copy.copy(made) == copy.deepcopy(made) == made
    assert copy.deepcopy(made).tags is not made.tags


@both_checked
def test_a_value_checks_itself(checked):
    """``__post_init__`` runs, in copies too; a method of one's own stays."""
    assert checked("a").name == "A"
    with pytest.raises(ValueError, match="no name"):
        checked("")
    with pytest.raises(ValueError, match="no name"):
        values.replace(checked("a"), name="")
    assert hash(checked("a")) == hash(checked("A"))
    assert copy.copy(checked("a")) == "A"


def test_there_is_no_other_form():
    """Whoever wants one is told what to use."""
    for form in ({"frozen": False, "slots": True}, {"frozen": True, "slots": False}):
        with pytest.raises(TypeError, match="use dataclasses for any other"):
            values.dataclass(**form)
    with pytest.raises(TypeError, match="no such option of a field here: compare, init"):
        values.field(init=False, compare=False)


def test_dataclasses_is_not_imported_for_it(fresh_python):
    """That is what it is for; the fields are there all the same."""
    code = """
        import sys
        before = set(sys.modules)  # a tool that watches the process may have it
        from aiperf.common.factories import PluginDiscovery
        report = PluginDiscovery.discover_all()
        print("dataclasses" in sys.modules.keys() - before)
        import dataclasses
        print([field.name for field in dataclasses.fields(report)])
    """
    assert fresh_python(code).splitlines() == ["False", "['plugins', 'environment']"]
