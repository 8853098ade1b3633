"""The plugins that can be switched off one by one."""

from __future__ import annotations

import json

import pytest

from aiperf.devtools.suspects import Suspect, find_by_name
from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.origins import Origin, OriginKind

CODE = """
import json, os, sys
from aiperf.common.factories import EndpointFactory
from aiperf.devtools.suspects import find_suspects
suspects, disabled = find_suspects(EndpointFactory.plugin_registry.manager, os.environ)
print(json.dumps({
    "suspects": {each.name: [str(origin) for origin in each.origins] for each in suspects},
    "disabled": disabled,
    "imported": [name for name in sys.modules if name.startswith("plug_")],
}))
"""


@pytest.fixture
def found(fresh_python, make_distribution):
    """Find suspects in another process, with some variables."""

    def found(**env):
        printed = fresh_python(CODE, path=[make_distribution.site], env=env)
        found = json.loads(printed)
        assert found["imported"] == []
        return found["suspects"], found["disabled"]

    return found


def test_every_installed_plugin_is_one_and_none_is_imported(found, install_plugin):
    """The name that switches it off is the plugin's."""
    install_plugin("plug-b", "raise SystemExit")
    install_plugin("plug-a", "")
    assert found() == (
        {"plug-a": ["plugin 'plug-a' (plug-a 1.0)"], "plug-b": ["plugin 'plug-b' (plug-b 1.0)"]},
        [],
    )


def test_named_modules_are_too_and_come_last(found, install_plugin):
    """An installed plugin of the same module is not loaded, so it is none."""
    install_plugin("plug-a", "")
    install_plugin("plug-b", "")
    suspects, _ = found(AIPERF_PLUGIN_MODULES="plug_b,elsewhere:thing")
    assert list(suspects) == ["plug-a", "plug_b", "elsewhere:thing"]
    suspects, _ = found(AIPERF_PLUGIN_MODULES="plug_b", AIPERF_PLUGIN_AUTOLOAD="0")
    assert list(suspects) == ["plug_b"]


def test_what_is_switched_off_is_none(found, install_plugin):
    """What the deny list says already is handed on."""
    install_plugin("plug-a", "")
    install_plugin("plug-b", "")
    suspects, disabled = found(AIPERF_PLUGINS_DISABLED="plug_a")
    assert (list(suspects), disabled) == (["plug-b"], ["plug_a"])
    assert found(AIPERF_PLUGINS_DISABLED="*") == ({}, ["*"])


def test_two_plugins_of_one_name_are_told_apart(found, install_plugin):
    """By the name of the distribution where the plugin's own would switch off both."""
    install_plugin("plug-a", "", entry_point="same")
    install_plugin("plug-b", "", entry_point="same")
    suspects, _ = found()
    assert {len(origins) for origins in suspects.values()} == {1}
    assert len(suspects) == 2
    for name in suspects:
        left, _ = found(AIPERF_PLUGINS_DISABLED=name)
        assert len(left) == 1


def test_plugins_that_share_every_name_are_one(found, make_distribution):
    """No name switches off one of them alone."""
    make_distribution("plug-a", entry_points={"aiperf.plugins": {"a, b": "plug", "c, d": "plug"}})
    suspects, _ = found()
    (origins,) = suspects.values()
    assert len(origins) == 2


def test_a_wrong_deny_list_is_an_error(fresh_python):
    done = fresh_python.run(CODE, env={"AIPERF_PLUGINS_DISABLED": "nobody"})
    assert "names 'nobody'" in done.stderr


SUSPECTS = [
    Suspect(
        name,
        (
            Origin(
                OriginKind.ENTRY_POINT,
                plugin=name,
                module=f"{name}.registry",
                distribution=f"{name}-dist",
                entry_point=name,
            ),
        ),
    )
    for name in ("one", "two")
]


@pytest.mark.parametrize("name", ["two", "two.registry", "two-dist", "Two_Dist"])
def test_a_person_may_call_it_by_any_of_its_names(name):
    assert find_by_name(SUSPECTS, name) == [SUSPECTS[1]]


def test_a_name_that_nothing_has_is_an_error():
    with pytest.raises(PluginSettingError, match=r"called 'tow'\. Did you mean 'two'"):
        find_by_name(SUSPECTS, "tow")
