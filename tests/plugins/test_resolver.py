"""Resolution is a pure function of the candidates, whatever order they come in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf.plugins.candidates import Candidate, HookOrder
from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.resolver import Rule, decided_by, find, ranked, reference_to, unsettled

BUILTIN = Origin(OriginKind.BUILTIN, "aiperf", "aiperf.aiperf_registry", "aiperf", "1.0")
NAMED = Origin(OriginKind.MODULE, "named", "named")
CALLED = Origin(OriginKind.RUNTIME, "app", "app")


def installed(distribution: str, entry_point: str = "fast") -> Origin:
    return Origin(
        OriginKind.ENTRY_POINT,
        f"{distribution}:{entry_point}",
        "acme",
        distribution,
        "1.0",
        entry_point,
    )


@pytest.mark.parametrize(
    ("better", "worse", "rule"),
    [
        ({"origin": installed("zzz")}, {"origin": BUILTIN}, Rule.PLUGIN),
        (
            {"origin": installed("zzz"), "order": HookOrder.TRYLAST},
            {"origin": BUILTIN, "order": HookOrder.TRYFIRST},
            Rule.PLUGIN,
        ),
        (
            {"origin": installed("zzz"), "order": HookOrder.TRYFIRST},
            {"origin": CALLED, "is_plugin": True},
            Rule.HOOK_ORDER,
        ),
        ({"origin": NAMED}, {"origin": NAMED, "order": HookOrder.TRYLAST}, Rule.HOOK_ORDER),
        ({"origin": CALLED, "is_plugin": True}, {"origin": NAMED}, Rule.ORIGIN),
        ({"origin": NAMED}, {"origin": installed("aaa")}, Rule.ORIGIN),
        ({"origin": NAMED, "priority": 1}, {"origin": NAMED}, Rule.PRIORITY),
        (
            {"origin": CALLED, "is_plugin": True, "priority": 1},
            {"origin": BUILTIN},
            Rule.PRIORITY,
        ),
        (
            {"origin": NAMED, "candidate_order": -1},
            {"origin": Origin(OriginKind.MODULE, "earlier"), "candidate_order": 0},
            Rule.ORDER,
        ),
        ({"origin": installed("aaa")}, {"origin": installed("bbb")}, Rule.NAME),
        ({"origin": installed("A_a-a")}, {"origin": installed("a-a.b")}, Rule.NAME),
        ({"origin": installed("aaa", "x")}, {"origin": installed("aaa", "y")}, Rule.NAME),
        ({"origin": NAMED}, {"origin": NAMED, "position": 1}, Rule.POSITION),
        (
            {"origin": CALLED, "is_plugin": True, "candidate_order": -2},
            {"origin": CALLED, "is_plugin": True, "candidate_order": -1},
            Rule.POSITION,
        ),
        ({"origin": BUILTIN}, {"origin": CALLED, "is_plugin": False}, Rule.ORDER),
        (
            {"origin": CALLED, "is_plugin": False},
            {"origin": BUILTIN, "priority": -1},
            Rule.PRIORITY,
        ),
    ],
)
def test_each_rule_decides(make, better, worse, rule):
    """First plugin or builtin; then hook order, origin, priority, place, name, and position."""
    candidates = []
    for each in (better, worse):
        keywords = dict(each)
        keywords["order"] = keywords.get("order", HookOrder.PLAIN)
        one = make.candidate(**{k: v for k, v in keywords.items() if k != "candidate_order"})
        one.order = each.get("candidate_order", 0)
        candidates.append(one)
    first, second = candidates
    assert ranked([first, second]) == ranked([second, first]) == (first, second)
    assert decided_by(first, second) is rule


def test_nothing_but_position_is_left_where_everything_is_equal(make):
    """Two entries of one rank stay in the order in which their plugin gave them."""
    first, second = make.candidate("a"), make.candidate("b")
    assert ranked([first, second]) == (first, second)
    assert decided_by(first, second) is Rule.POSITION


CANDIDATES = st.builds(
    lambda origin, order, position, name: Candidate(
        LazyEntry("chat", "acme", "Acme", name),
        origin,
        is_plugin=origin.kind is not OriginKind.BUILTIN,
        hook_order=order,
        order=-origin.position,
        position=position,
    ),
    st.one_of(
        st.just(BUILTIN),
        st.builds(installed, st.sampled_from("abc"), st.sampled_from("xyz")),
        st.builds(lambda n: Origin(OriginKind.MODULE, f"m{n}", position=n), st.integers(0, 3)),
        st.builds(lambda n: Origin(OriginKind.RUNTIME, f"r{n}", position=n), st.integers(1, 3)),
    ),
    st.sampled_from(HookOrder),
    st.integers(0, 2),
    st.sampled_from(["fast", "slow"]),
)


@settings(deadline=None, derandomize=True)
@given(
    # A plugin names each place and each identifier once.
    st.lists(
        CANDIDATES,
        unique_by=(
            lambda each: (each.origin, each.position),
            lambda each: (each.origin, each.entry.identifier),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_candidates_never_decides(candidates, random):
    """The same candidates, shuffled, rank the same, and each reference means one of them."""
    shuffled = list(candidates)
    random.shuffle(shuffled)
    best_first = ranked(candidates)
    assert ranked(shuffled) == best_first
    for candidate in best_first:
        assert find(best_first, reference_to(candidate, best_first)) is candidate


def test_an_identifier_means_the_best_that_has_it(make):
    """``identifier@plugin`` reaches the one that a better one shadows."""
    ours = make.candidate("openai_chat", installed("acme"))
    theirs = make.candidate("openai_chat", BUILTIN)
    other = make.candidate("other", BUILTIN)
    candidates = ranked([other, theirs, ours])
    assert find(candidates, "openai_chat") is ours
    for name in ("aiperf", "builtin", "aiperf.aiperf_registry"):
        assert find(candidates, f"openai_chat@{name}") is theirs
    assert find(candidates, "openai_chat@acme:fast") is ours
    assert [reference_to(each, candidates) for each in (ours, theirs, other)] == [
        "openai_chat",
        "openai_chat@aiperf",
        "other",
    ]


@pytest.mark.parametrize("reference", ["slow", "fast@none", "fast@", "@acme", "", "fast@acme@acme"])
def test_a_reference_that_means_nothing_finds_nothing(make, reference):
    """There is no nearest match at this point."""
    assert find([make.candidate("fast")], reference) is None


def test_a_plugins_own_name_comes_before_a_distributions(make):
    """A plugin called like another one's distribution can still be reached."""
    first = make.candidate("fast", Origin(OriginKind.ENTRY_POINT, "x", "m", "acme", "1", "x"))
    second = make.candidate("fast", Origin(OriginKind.ENTRY_POINT, "acme", "n", "zzz", "1", "acme"))
    candidates = ranked([first, second])
    assert candidates == (first, second)
    assert find(candidates, "fast@acme") is second
    assert reference_to(second, candidates) == "fast@acme"


def test_what_only_the_alphabet_decided_is_unsettled(make):
    """What lost to a rule that somebody chose is not, nor what a person decided."""
    first, second = (make.candidate(origin=installed(name)) for name in "ab")
    last = make.candidate(origin=installed("c"), order=HookOrder.TRYLAST)
    twin = make.candidate("y", origin=installed("a"), position=1)
    builtin = make.candidate(origin=BUILTIN)
    named = make.candidate(origin=NAMED)
    assert unsettled(ranked([first, second, last, twin, builtin])) == (second,)
    assert unsettled(ranked([named, first, second])) == ()
    assert unsettled(ranked([first, builtin])) == ()
    assert unsettled([first]) == ()
    assert unsettled(()) == ()
