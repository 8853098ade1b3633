"""What plugins register by calls and decorators while they are imported."""

from __future__ import annotations

import pytest

from aiperf.plugins.declarations import Declaration, Declarations, declarer_of
from aiperf.plugins.errors import RegistrationError
from aiperf.plugins.origins import Origin, OriginKind

RUNTIME = Origin(OriginKind.RUNTIME, "app", "tests")


@pytest.fixture
def declarations():
    return Declarations()


def test_the_same_declaration_again_is_no_news(declarations, make):
    """Only the first counts."""
    origin = make.installed("acme")
    first = Declaration("endpoint", make.entry("fast"), "acme")
    assert declarations.add("acme", origin, first)
    assert not declarations.add("acme", origin, Declaration("endpoint", make.entry("fast"), "b"))
    assert declarations.by("acme") == [first]
    assert declarations.by("other") == []


def test_a_decorator_may_raise_the_priority(declarations, make):
    """The declaration then comes after those that are there; a lower one changes nothing."""
    origin = make.installed("acme")
    first, second, third = (
        Declaration("endpoint", make.entry(name), "acme", priority)
        for name, priority in (("fast", 0), ("slow", 0), ("fast", 2))
    )
    assert declarations.add("acme", origin, first)
    assert declarations.add("acme", origin, second)
    assert declarations.add("acme", origin, third)
    assert not declarations.add("acme", origin, first)
    assert declarations.by("acme") == [second, third]


def test_another_target_under_the_same_identifier_is_an_error(declarations, make):
    """It names the plugin, both targets and what to do; the first stays."""
    origin = make.installed("acme")
    first = Declaration("endpoint", make.entry("fast"), "acme")
    declarations.add("acme", origin, first)
    second = Declaration("endpoint", make.entry("fast", target="b:B"), "acme")
    with pytest.raises(RegistrationError) as caught:
        declarations.add("acme", origin, second)
    assert str(caught.value) == (
        "plugin 'acme' (acme 1.0): identifier 'fast' of endpoint.chat is acme:Acme already and "
        "cannot be b:B too. Give it an identifier of its own."
    )
    assert caught.value.origin == origin
    assert declarations.by("acme") == [first]
    for other in (
        Declaration("transport", make.entry("fast", target="b:B"), "acme"),
        Declaration("endpoint", make.entry("fast", "rank", "b:B"), "acme"),
    ):
        assert declarations.add("acme", origin, other)


def test_declarations_of_discovered_plugins_are_kept_by_module(declarations, make):
    """A plugin may be called otherwise in the next round; its module is not imported again."""
    one = Origin(OriginKind.ENTRY_POINT, "fast", "acme")
    other = Origin(OriginKind.MODULE, "acme:made", "acme")
    assert declarer_of(one) == declarer_of(other) == "acme"
    assert declarer_of(RUNTIME) == "app"
    first = Declaration("endpoint", make.entry("fast"), "acme")
    second = Declaration("endpoint", make.entry("slow"), "acme")
    declarations.add("acme", one, first)
    declarations.add("acme", one, second)
    assert list(declarations.of([one, other])) == [(one, 0, first), (one, 1, second)]
    assert list(declarations.of([other])) == [(other, 0, first), (other, 1, second)]
    assert list(declarations.of([RUNTIME])) == []


def test_what_an_imported_module_declared_is_not_forgotten(declarations, make):
    """It would not be declared again; what will be, is forgotten."""
    origin = make.installed("acme")
    kept = Declaration("endpoint", make.entry("fast"), "json")
    declarations.add("acme", origin, kept)
    declarations.add("acme", origin, Declaration("endpoint", make.entry("slow"), "not.imported"))
    declarations.forget(origin)
    assert declarations.by("acme") == [kept]


def test_what_a_plugin_at_runtime_declared_goes_with_it(declarations, make):
    """Another object under the same name starts with nothing."""
    declarations.add("app", RUNTIME, Declaration("endpoint", make.entry("fast"), "json"))
    declarations.forget(RUNTIME)
    declarations.forget(RUNTIME)
    assert declarations.by("app") == []
