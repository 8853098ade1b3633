"""The search for the plugins that make a command fail."""

from __future__ import annotations

import os

import pytest

from aiperf.devtools.bisect import Bisection
from aiperf.devtools.command_runs import CommandError
from aiperf.devtools.suspects import Suspect
from aiperf.plugins.origins import Origin, OriginKind

NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")
SUSPECTS = {
    name: Suspect(name, (Origin(OriginKind.ENTRY_POINT, plugin=name, module=name),))
    for name in NAMES
}
WITH = 'with() {{ case ",$AIPERF_PLUGINS_DISABLED," in *,$1,*) return 1;; esac; }}\n{}'


@pytest.fixture
def search(tmp_path):
    """Bisect a shell script, in which ``with a`` says whether plugin a is there."""

    def search(script, names=NAMES, *, repeat=1, timeout=None, disabled=(), environ=None):
        seen = []
        bisection = Bisection(
            ["sh", "-c", WITH.format(script)],
            [SUSPECTS[name] for name in names],
            environ=os.environ | (environ or {}),
            disabled=disabled,
            logs=tmp_path,
            timeout=timeout,
            repeat=repeat,
            on_run=seen.append,
        )
        verdict = bisection.search()
        assert verdict.runs == tuple(seen)
        assert [run.number for run in seen] == list(range(1, len(seen) + 1))
        return verdict

    return search


def _names(verdict):
    return "".join(each.plugin.name for each in verdict.culprits)


@pytest.mark.parametrize("culprit", NAMES)
def test_one_plugin_is_found_by_halving(search, culprit):
    """With all, with none, at most twice for each halving, and once with all the others."""
    verdict = search(f"if with {culprit}; then echo it was me; exit 4; fi")
    assert (verdict.outcome, _names(verdict)) == ("found", culprit)
    assert (verdict.failure.status, verdict.without.status) == (4, 0)
    assert verdict.culprits[0].is_enough
    assert verdict.together_enough
    assert verdict.lines == ("it was me",)
    assert len(verdict.runs) <= 2 + 2 * 3 + 1
    first, second, *_ = verdict.runs
    assert [len(first.plugins), len(second.plugins)] == [8, 0]


def test_the_only_plugin_takes_two_runs(search):
    """With it and without it is all there is to know."""
    verdict = search("! with a", "a")
    assert (_names(verdict), verdict.together_enough, len(verdict.runs)) == ("a", True, 2)


def test_plugins_that_fail_together_are_found_together(search):
    """Each of them may be enough to switch off."""
    verdict = search("! { with b && with g; }")
    assert _names(verdict) == "bg"
    assert [each.is_enough for each in verdict.culprits] == [True, True]


def test_of_two_to_blame_one_is_found_and_said_not_to_be_enough(search):
    """Switched off it leaves the other; a search without it finds that one."""
    verdict = search("! with b && ! with g")
    assert len(_names(verdict)) == 1
    assert not verdict.culprits[0].is_enough
    assert not verdict.together_enough
    rest = [name for name in NAMES if name not in _names(verdict)]
    other = search("! with b && ! with g", rest, disabled=[_names(verdict)])
    assert {_names(verdict), _names(other)} == {"b", "g"}
    assert other.together_enough


def test_only_the_failure_of_the_first_run_counts(search):
    """A plugin that fails in its own way without another one is not to blame."""
    verdict = search("with c && exit 1; with a || { with f && exit 2; }; exit 0")
    assert _names(verdict) == "c"


def test_a_command_that_passes_with_all(search):
    verdict = search("true")
    assert (verdict.outcome, len(verdict.runs), verdict.failure) == ("passes", 1, None)


def test_a_command_that_fails_without_any(search):
    """Whatever way it fails in then."""
    verdict = search("with a && exit 1; exit 2")
    assert (verdict.outcome, len(verdict.runs)) == ("fails-without", 2)
    assert (verdict.failure.status, verdict.without.status) == (1, 2)


def test_without_plugins_nothing_is_run(search):
    verdict = search("false", names=())
    assert (verdict.outcome, verdict.runs) == ("no-plugins", ())


def test_a_plugin_that_makes_it_hang(search):
    verdict = search("if with d; then exec sleep 60; fi", "bd", timeout=1)
    assert (_names(verdict), verdict.failure.kind) == ("d", "timed-out")


def test_a_plugin_that_gets_it_killed(search):
    verdict = search("if with d; then kill -KILL $$; fi")
    assert (_names(verdict), verdict.failure.kind) == ("d", "killed")


def test_a_command_that_fails_now_and_then_is_repeated(search, tmp_path):
    """It has to fail once in so many runs, in the way of the first failure."""
    count = tmp_path / "count"
    script = (
        f"with e || exit 0; n=$(cat {count} 2>/dev/null || echo 0); echo $((n + 1)) >{count}; "
        "test $((n % 3)) -ne 2"
    )
    assert search(script).outcome == "passes"
    count.unlink()
    verdict = search(script, repeat=3)
    assert (verdict.outcome, _names(verdict)) == ("found", "e")


def test_a_repeated_run_that_fails_otherwise_has_not_passed(search, tmp_path):
    """A failure of another kind is no success, even if it passes the next time."""
    flag = tmp_path / "flag"
    script = f"with a && exit 3; if test -e {flag}; then rm {flag}; else touch {flag}; exit 2; fi"
    assert search(script, repeat=2).outcome == "fails-without"


def test_the_deny_list_is_kept_and_nothing_else_changes(search):
    """What it named before stays off; a run with all plugins has no such variable."""
    verdict = search(
        'echo "${AIPERF_PLUGINS_DISABLED-unset} $OTHER"; ! with a',
        "ab",
        environ={"AIPERF_PLUGINS_DISABLED": "x,y", "OTHER": "word"},
        disabled=["x", "y"],
    )
    printed = [run.log.read_text() for run in verdict.runs]
    assert printed[:2] == ["x,y word\n", "x,y,a,b word\n"]
    verdict = search('echo "${AIPERF_PLUGINS_DISABLED-unset}"; ! with a', "a")
    assert verdict.runs[0].log.read_text() == "unset\n"


def test_a_command_that_cannot_be_run_is_an_error(tmp_path):
    bisection = Bisection(
        [str(tmp_path / "nowhere")],
        [SUSPECTS["a"]],
        environ=os.environ,
        disabled=(),
        logs=tmp_path,
        timeout=None,
        repeat=1,
        on_run=lambda _: None,
    )
    with pytest.raises(CommandError, match="No such file"):
        bisection.search()
