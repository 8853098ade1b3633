"""The six environment variables: unset, empty, set and malformed are four things."""

from __future__ import annotations

import pickle

import pytest

from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.errors import PluginSettingError

read = PluginEnvironment.read
BOOLEANS = ["AIPERF_PLUGIN_AUTOLOAD", "AIPERF_PLUGINS_STRICT", "AIPERF_PLUGINS_TRACE"]
LISTS = ["AIPERF_PLUGIN_MODULES", "AIPERF_PLUGINS_DISABLED", "AIPERF_IMPLEMENTATIONS"]
FIELDS = {
    "AIPERF_PLUGIN_AUTOLOAD": "autoload",
    "AIPERF_PLUGINS_STRICT": "strict",
    "AIPERF_PLUGINS_TRACE": "trace",
    "AIPERF_PLUGIN_MODULES": "modules",
    "AIPERF_PLUGINS_DISABLED": "disabled",
    "AIPERF_IMPLEMENTATIONS": "implementations",
}


@pytest.mark.parametrize("variable", FIELDS)
def test_an_unset_variable_is_none(variable):
    """Unset is neither empty nor false."""
    assert getattr(read({"OTHER": "1"}), FIELDS[variable]) is None


@pytest.mark.parametrize("variable", LISTS)
@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_list_is_empty(variable, text):
    """A list that is set to nothing names nothing, which is allowed."""
    assert getattr(read({variable: text}), FIELDS[variable]) == ()


@pytest.mark.parametrize("variable", BOOLEANS)
@pytest.mark.parametrize("text", ["", " ", "2", "maybe", "none"])
def test_an_empty_or_unclear_boolean_is_refused(variable, text):
    """Nobody has to guess whether empty means on or off."""
    with pytest.raises(PluginSettingError) as caught:
        read({variable: text})
    shown = "set but empty" if not text.strip() else f"{text!r}, which is neither yes nor no"
    assert str(caught.value) == f"{variable} is {shown}. Set it to 1 or 0, or unset it."
    assert (caught.value.variable, caught.value.value) == (variable, text)


@pytest.mark.parametrize("variable", BOOLEANS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, False) for text in ("0", "no", "Off", "FALSE")),
        *((text, True) for text in ("1", "yes", " on ", "True")),
    ],
)
def test_booleans_are_parsed_as_booleans(variable, text, value):
    """``0`` is off; case and surrounding blanks don't matter."""
    assert getattr(read({variable: text}), FIELDS[variable]) is value


def test_names_are_separated_by_commas():
    """Blanks around a name are dropped; the order is kept."""
    found = read(
        {
            "AIPERF_PLUGIN_MODULES": " b.c , a ,d:e.f",
            "AIPERF_PLUGINS_DISABLED": "*, acme:fast,b.c",
            "AIPERF_IMPLEMENTATIONS": "endpoint.chat=fast@acme,transport.http=http,a.b.c=d",
        }
    )
    assert found.modules == ("b.c", "a", "d:e.f")
    assert found.disabled == ("*", "acme:fast", "b.c")
    assert found.implementations == (
        ("endpoint", "chat", "fast@acme"),
        ("transport", "http", "http"),
        ("a", "b.c", "d"),
    )


@pytest.mark.parametrize("variable", LISTS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.b=c,,d.e=f", "has nothing at position 2. Remove the stray comma."),
        ("a.b=c,", "has nothing at position 2. Remove the stray comma."),
        (",", "has nothing at position 1. Remove the stray comma."),
        ("a.b c", "'a.b c' has blanks in it. Separate names by commas."),
    ],
)
def test_an_empty_name_and_one_with_blanks_are_refused(variable, text, message):
    """The message shows the variable as it is set and what to do."""
    with pytest.raises(PluginSettingError, match="AIPERF_") as caught:
        read({variable: text})
    assert str(caught.value).startswith(f"{variable}={text!r}")
    assert str(caught.value).endswith(message)


def test_a_name_that_is_there_twice_is_refused():
    """In the list of modules the place matters, elsewhere it does not."""
    with pytest.raises(PluginSettingError, match=r"names 'a' twice\. Keep the place that you mean"):
        read({"AIPERF_PLUGIN_MODULES": "a,b, a"})
    with pytest.raises(PluginSettingError, match=r"names 'a' twice\. Name it once\."):
        read({"AIPERF_PLUGINS_DISABLED": "a,a"})


@pytest.mark.parametrize("name", ["a-b", "a/b.py", ".a", "a:", "a:b-c", "a:b:c", "1a"])
def test_a_module_must_be_one_that_can_be_imported(name):
    """Anything but ``package.module`` and ``package.module:attribute`` is refused."""
    with pytest.raises(
        PluginSettingError, match=r"is not a module\. Write package\.module"
    ) as caught:
        read({"AIPERF_PLUGIN_MODULES": f"good,{name}"})
    assert caught.value.value == name


@pytest.mark.parametrize(
    "pair", ["chat", "chat=x", "endpoint.chat", "endpoint.chat=", ".chat=x", "endpoint.=x", "=x"]
)
def test_a_choice_needs_factory_class_type_and_identifier(pair):
    """The message shows one that is right."""
    with pytest.raises(
        PluginSettingError, match=r"is not FACTORY\.CLASS_TYPE=IDENTIFIER"
    ) as caught:
        read({"AIPERF_IMPLEMENTATIONS": pair})
    assert "endpoint.chat=openai_chat" in str(caught.value)


def test_two_choices_for_one_class_type_are_refused():
    """Nothing says which of them was meant."""
    with pytest.raises(
        PluginSettingError, match=r"two implementations for endpoint\.chat\. Keep one"
    ):
        read({"AIPERF_IMPLEMENTATIONS": "endpoint.chat=a,endpoint.chat=b"})


def test_the_environment_is_a_value():
    """Reports compare it, and workers get it."""
    found = read({"AIPERF_PLUGIN_MODULES": "a", "AIPERF_PLUGINS_STRICT": "1"})
    assert pickle.loads(pickle.dumps(found)) == found != read({})


@pytest.mark.parametrize(
    "variables",
    [
        {},
        dict.fromkeys(LISTS, "") | {BOOLEANS[0]: "0", BOOLEANS[1]: "1"},
        dict(zip(LISTS, ["b,a:x", "*", "endpoint.chat=x@y,ui.z=w"], strict=True)),
    ],
    ids=["unset", "empty", "set"],
)
def test_what_was_read_can_be_said_again(variables):
    """Another process that gets the variables reads the same; unset, empty and set stay three."""
    assert read(variables).variables() == dict.fromkeys(FIELDS) | variables
