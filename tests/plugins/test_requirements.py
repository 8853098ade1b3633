"""Which versions satisfy a requirement, and what to do about one that is not satisfied."""

from __future__ import annotations

import re

import pytest

from aiperf import LazyEntry
from aiperf.plugins.candidates import Candidate
from aiperf.plugins.requirements import check_requirement, unmet


@pytest.fixture
def why(make):
    """Say why an entry of the installed plugin acme cannot be used with a version of ``app``."""

    def say(requires, version="1.0", **hosts):
        entry = LazyEntry("chat", "acme", "Acme", requires=requires)
        candidate = Candidate(entry, make.installed("acme", "Acme-Plugin"), is_plugin=True)
        return unmet(candidate, {"my-app": version, **hosts})

    return say


def test_an_entry_that_states_nothing_can_always_be_used(why):
    """So does one whose requirement holds, whatever the spelling of the name."""
    assert why(()) == ""
    assert why("my-app>=1,<2") == ""
    assert why("My_App") == ""


def test_a_host_that_is_too_old(why):
    """The host is to be updated."""
    assert why("my-app>=9") == (
        "needs my-app>=9, this is 1.0: update my-app, or install an earlier version of Acme-Plugin"
    )


def test_a_host_that_is_too_new(why):
    """The plugin is to be updated."""
    assert why("my-app>=0.2,<1") == (
        "needs my-app<1,>=0.2, this is 1.0: update Acme-Plugin, or install an earlier version of "
        "my-app"
    )


@pytest.mark.parametrize(
    ("specifier", "step"),
    [
        ("~=1.4", "update my-app"),
        ("~=0.4", "update Acme-Plugin"),
        ("==2.*", "update my-app"),
        ("==0.9", "update Acme-Plugin"),
        ("!=1.0", "install another version of my-app or of Acme-Plugin"),
        ("===1", "install another version of my-app or of Acme-Plugin"),
        ("<=0.9", "update Acme-Plugin"),
        (">1.0", "update my-app"),
        (">2,<0.5", "install another version"),
    ],
)
def test_every_kind_of_specifier_says_which_side_is_to_change(why, specifier, step):
    """It is the one that the versions point to, or either."""
    assert f": {step}" in why(f"my-app{specifier}")


@pytest.mark.parametrize(
    ("version", "specifier", "holds"),
    [
        # A pre-release has what its release will have, and lacks what that removes.
        ("1.0rc1", ">=1", True),
        ("1.0rc1", "<1", False),
        ("1.0.dev3", ">=1.0", True),
        ("1.0.dev3", "<1.0", False),
        ("0.9", "<1.0", True),
        ("1.1.dev5+g1234", ">=1.1", True),
        ("1.1.dev5+g1234", "~=1.0", True),
        ("1.0a1", "==1.*", True),
        ("1.0rc1", "!=1.0", False),
        # A requirement that names a pre-release means it.
        ("1.0rc1", ">=1.0rc2", False),
        ("1.0rc2", ">=1.0rc2", True),
        ("1.0", ">=1.0rc2", True),
        ("1.0rc1", "<1.0rc2", True),
        ("1.0rc1", "===1.0rc1", True),
        # What a distributor adds changes nothing.
        ("1.0+local", "==1.0", True),
        ("1.0.post1", ">=1.0", True),
    ],
)
def test_pre_releases_and_development_versions_count_sensibly(why, version, specifier, holds):
    """A pre-release counts as the release that it leads up to."""
    assert (why(f"my-app{specifier}", version) == "") is holds


def test_every_requirement_must_hold(why):
    """Each that does not is told."""
    reason = why(("my-app>=0.5", "my-app>=2", "no-such-distribution"))
    assert reason == (
        "needs my-app>=2, this is 1.0: update my-app, or install an earlier version of "
        "Acme-Plugin; needs no-such-distribution, which is not installed: pip install "
        "'no-such-distribution'"
    )


def test_another_distribution_is_looked_up(why, make_distribution, monkeypatch):
    """Any that is installed may be named."""
    monkeypatch.syspath_prepend(make_distribution("needed-library", "3.4"))
    assert why("needed-library>=3") == ""
    assert "needs needed-library>=4, this is 3.4: update needed-library" in why("needed-library>=4")


def test_an_application_that_gave_no_version_is_looked_up(why, make_distribution, monkeypatch):
    """Its installed distribution says what it left out."""
    monkeypatch.syspath_prepend(make_distribution("my-app", "3.4"))
    assert why("my-app>=3", None) == ""


def test_a_version_that_cannot_be_compared_is_said(why):
    """It is neither taken for enough nor an error of its own."""
    assert why("my-app>=1", "unknown") == (
        "needs my-app>=1, but 'unknown' is no version that can be compared: reinstall my-app"
    )


def test_a_marker_limits_a_requirement(why):
    """One that does not apply here is no requirement."""
    assert why("my-app>=9; python_version < '3'") == ""
    assert why("my-app>=9; python_version > '3'") != ""


def test_the_contract_between_registry_and_plugins_has_a_version(why):
    """A plugin may state the contract that it was written for, in place of the application's."""
    assert why("aiperf-plugin-api~=1.0") == ""
    assert why("aiperf-plugin-api>=2") == (
        "needs aiperf-plugin-api>=2, this is 1.0: update the application, or install an earlier "
        "version of Acme-Plugin"
    )
    assert ": update Acme-Plugin" in why("aiperf-plugin-api<1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my-app=>1", "'my-app=>1' is not a requirement"),
        ("", "'' is not a requirement"),
        ("my-app>=1,<two", "Write it as in 'aiperf>=0.2,<1'"),
        ("my-app @ https://example.org/a.whl", "as in 'my-app>=1'"),
        ("my-app[fast]>=1", "has an address or an extra"),
    ],
)
def test_what_cannot_be_compared_is_refused(text, words):
    """The message says what to write."""
    with pytest.raises(ValueError, match=re.escape(words)):
        check_requirement(text)
