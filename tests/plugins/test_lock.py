"""The resolution in a file: what is in it, what reads it, and what differs from it."""

from __future__ import annotations

import json
import pickle
import re

import pytest

from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.errors import LockError, ResolutionDiffersError
from aiperf.plugins.lock import Lock
from aiperf.plugins.resolution import resolve


@pytest.fixture
def lock(endpoints, registry):
    """Give the lock of two class types."""
    endpoints.register_lazy("chat", "aiperf.plugins.entries", "LazyEntry", metadata={"path": "/é"})
    endpoints.register_lazy("a.b", "no_such_module", "Class")
    return Lock.of(registry, "app 1.0")


def test_a_lock_is_read_as_it_was_written(lock, registry, tmp_path):
    """It holds for the same registry, and its digest is that of the resolution."""
    path = tmp_path / "lock.json"
    lock.write(path)
    again = Lock.read(path)
    assert again.application == "app 1.0"
    assert [each.compared() for each in again.resolution.choices] == [
        each.compared() for each in lock.resolution.choices
    ]
    assert again.resolution.digest == resolve(registry).digest
    again.check(registry, path)
    assert again.differences(registry) == ()


def test_the_file_is_made_for_reviews(lock, tmp_path):
    """One fact a line, sorted, the same bytes each time, with a line feed at the end."""
    path = tmp_path / "lock.json"
    lock.write(path)
    data = path.read_bytes()
    assert data == str(lock).encode()
    assert data.endswith(b"\n}\n")
    assert b"\r" not in data
    document = json.loads(data)
    assert list(document) == sorted(document) == [
        "application", "digest", "format", "implementations"
    ]  # fmt: skip
    assert list(document["implementations"]) == ["endpoint.a.b", "endpoint.chat"]
    chat = document["implementations"]["endpoint.chat"]
    assert list(chat) == sorted(chat)
    assert len(chat.pop("sha256")) == 64
    assert chat == {
        "distribution": None,
        "metadata": {"path": "/é"},
        "origin": "runtime",
        "plugin": __name__,
        "reference": "LazyEntry",
        "target": "aiperf.plugins.entries:LazyEntry",
        "version": None,
    }
    assert document["implementations"]["endpoint.a.b"]["sha256"] is None


def test_a_plugin_that_is_selected_for_nothing_does_not_matter(lock, endpoints, registry, tmp_path):
    """Only what would be used is locked."""
    endpoints.register_lazy("chat", "acme", "Acme")
    lock.check(registry, tmp_path)


def test_each_difference_is_named(lock, endpoints, registry, make, tmp_path):
    """What the lock has, what is here and why, the plugins that failed, and the next step."""
    endpoints.register_lazy("chat", "acme", "Acme", is_plugin=True)
    endpoints.register_lazy("new", "acme", "Acme")
    make.load(registry, make.installed("broken"), make.plugin(lambda: 1))
    with pytest.raises(ResolutionDiffersError) as caught:
        lock.check(registry, tmp_path / "lock.json")
    runtime = f"runtime registration by {__name__!r}"
    assert str(caught.value) == (
        f"The plugins are not those of {tmp_path / 'lock.json'}:\n"
        f"  endpoint.chat: LazyEntry from {runtime} in the lock, Acme from {runtime} here (a "
        "plugin comes before a builtin).\n"
        f"  endpoint.new: no such class type in the lock, Acme from {runtime} here (there is no "
        "other).\n"
        "Failed plugins, which may have it: broken (see: aiperf plugins list).\n"
        "Install what the lock says, or accept what is here with: aiperf plugins freeze -o "
        f"{tmp_path / 'lock.json'}"
    )
    again = pickle.loads(pickle.dumps(caught.value))
    assert [each.class_type for each in again.differences] == ["chat", "new"]


def test_an_override_of_nothing_is_not_locked(endpoints, registry, make):
    """A lock that nothing could fulfil would help nobody."""
    registry.manager.register(make.plugin([make.entry("gone")]), "acme")
    endpoints.register_lazy("chat", "acme", "Acme")
    endpoints.use_implementation_by_id("chat", "gone")
    registry.manager.unregister(name="acme")
    with pytest.raises(LockError, match=r"endpoint\.chat cannot be locked.*no implementation"):
        Lock.of(registry, "app 1.0")


def test_what_needs_another_version_is_locked_as_nothing(endpoints, registry, make, tmp_path):
    """It keeps nobody from locking the rest, and the lock does not hold where it can be used."""
    entry = LazyEntry("chat", "acme", "Acme", requires="aiperf-plugin-api>=99")
    registry.manager.register(make.plugin([entry]), "acme")
    path = tmp_path / "lock.json"
    Lock.of(registry, "app 1.0").write(path)
    locked = Lock.read(path)
    assert [(each.key, each.target) for each in locked.resolution.choices] == [
        ("endpoint.chat", "")
    ]
    locked.check(registry, path)
    endpoints.register_lazy("chat", "acme", "Other")
    with pytest.raises(ResolutionDiffersError, match=r"chat: nothing in the lock, Other from"):
        locked.check(registry, path)


NOT_A_LOCK = {
    "nothing": ("", "is not JSON"),
    "no JSON": ("{\n'a'", "is not JSON"),
    "no text": (b"\xff\xfe\xfa", "is not JSON"),
    "too deep": ("[" * 100_000, "is not JSON"),
    "a list": ("[]", "has no format, and format 1 is what can be read here"),
    "another format": ('{"format": 2}', "has format 2, and format 1 is what can be read here"),
    "no digest": ('{"format": 1, "application": "", "implementations": {}}', "KeyError('digest')"),
    "no table": ('{"format": 1, "application": "", "implementations": []}', "AttributeError"),
    "no facts": ('{"format": 1, "application": "", "implementations": {"a.b": {}}}', "'origin'"),
    "an origin": (
        '{"format": 1, "application": "", "implementations": {"a.b": {"origin": "x"}}}',
        "'x' is not a valid OriginKind",
    ),
    "too few facts": (
        '{"format": 1, "application": "", "implementations": {"a.b": {"origin": "module"}}}',
        "TypeError",
    ),
}


@pytest.mark.parametrize(("content", "what"), NOT_A_LOCK.values(), ids=NOT_A_LOCK)
def test_what_is_no_lock_is_said_in_one_line(content, what, tmp_path):
    """With the file, what is wrong with it and the next step."""
    path = tmp_path / "lock.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LockError, match=re.escape(what)) as caught:
        Lock.read(path)
    text = str(caught.value)
    assert text.startswith(f"Lock {path} ")
    assert text.endswith(f"Write it anew with: aiperf plugins freeze -o {path}")
    assert "\n" not in text
    assert caught.value.path == str(path)


def test_a_lock_that_was_changed_by_hand_is_refused(lock, tmp_path):
    """Its digest says so."""
    path = tmp_path / "lock.json"
    path.write_text(str(lock).replace('"LazyEntry"', '"Other"'))
    with pytest.raises(LockError, match="was changed by hand"):
        Lock.read(path)


def test_a_file_that_is_not_there_or_cannot_be_written_is_said(lock, tmp_path):
    """In the system's words."""
    with pytest.raises(LockError, match="cannot be read: No such file"):
        Lock.read(tmp_path / "absent.json")
    with pytest.raises(LockError, match=r"cannot be written: Is a directory\. Choose another"):
        lock.write(tmp_path)
