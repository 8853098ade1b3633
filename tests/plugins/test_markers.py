"""The names by which plugins find AIPerf."""

from __future__ import annotations

import aiperf
from aiperf.plugins import LazyEntry, hookimpl, hookspec, markers


def test_all_that_an_author_imports_comes_from_aiperf():
    """``from aiperf import hookimpl, LazyEntry`` gives the same objects as the registry uses."""
    assert aiperf.hookimpl is hookimpl is markers.hookimpl
    assert aiperf.LazyEntry is LazyEntry
    assert isinstance(aiperf.__version__, str)


def test_the_pluggy_project_is_called_aiperf():
    """A marked function carries pluggy's attribute for the project ``aiperf``."""

    @hookimpl
    def implementation():
        """Do nothing."""

    @hookspec
    def specification():
        """Do nothing."""

    assert hookimpl.project_name == hookspec.project_name == markers.PROJECT == "aiperf"
    assert implementation.aiperf_impl["trylast"] is False
    assert specification.aiperf_spec["firstresult"] is False


def test_plugins_are_packaged_under_the_documented_group():
    """The entry-point group and the hooks' prefix are part of the contract."""
    assert (markers.ENTRY_POINT_GROUP, markers.HOOK_PREFIX) == (
        "aiperf.plugins",
        "aiperf_register_",
    )
