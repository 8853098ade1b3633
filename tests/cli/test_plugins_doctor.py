"""``aiperf plugins doctor``: the environment as discovery sees it, and what to do about it."""

from __future__ import annotations

import json
import re
import sys

import pytest

HOOK = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("{class_type}", "{module}", "Chat", identifier="{identifier}")]
"""


def hook(identifier, class_type="chat", module="never"):
    return HOOK.format(identifier=identifier, class_type=class_type, module=module)


def _untimed(text):
    """Leave out how long an import took: each run measures its own."""
    return re.sub(r"\b[\d.,]+ m?s\b", "some time", text)


@pytest.fixture
def doctor(aiperf):
    """Give what runs the doctor on some paths, and returns the document; people read the same."""

    def run(*path, words=(), code=0, env=None):
        more = {"path": path, "env": env, "warnings_are_errors": False}
        words = ("--slow-after", "1e9", *words)
        done = aiperf("plugins", "doctor", "--json", *words, **more)
        assert done.returncode == code, done.stdout + done.stderr
        document = json.loads(done.stdout)
        plain = aiperf("plugins", "doctor", *words, **more)
        assert plain.returncode == code
        text = _untimed(" ".join(plain.stdout.split()))
        for finding in document["findings"]:
            said = f"{finding['severity']} ({finding['rule']}): {finding['message']}"
            assert _untimed(said) in text
            assert finding["advice"].endswith(".") or "AIPERF" in finding["advice"]
            assert f"do {finding['advice']}" in text
        for variable in document["variables"]:
            assert f"{variable['meaning']}: {variable['effect']}" in text
        return document

    return run


def rules(document):
    return [(each["severity"], each["rule"]) for each in document["findings"]]


def effect(document, name):
    (variable,) = [each for each in document["variables"] if each["name"] == name]
    return variable["effect"]


def test_a_healthy_environment_has_no_finding(doctor, tmp_path):
    """Everything else is shown all the same."""
    document = doctor()
    assert document["findings"] == []
    assert document["plugins"] == []
    assert document["executable"] == sys.executable
    assert {each["value"] for each in document["variables"]} == {None}
    assert effect(document, "AIPERF_PLUGIN_AUTOLOAD") == "0 installed plugins were found"
    assert all(each["kind"] for each in document["search_path"])
    gone = str(tmp_path / "gone")
    (entry,) = [e for e in doctor(tmp_path / "gone")["search_path"] if e["path"] == gone]
    assert (entry["kind"], entry["distributions"]) == ("missing", 0)


def test_what_each_variable_did_is_told(doctor, install_plugin):
    """Selected, kept out, left alone."""
    site = install_plugin("acme", hook("acme", module="decimal").replace("Chat", "Decimal"))
    install_plugin("off", "1 / 0")
    env = {
        "AIPERF_PLUGINS_DISABLED": "off",
        "AIPERF_PLUGIN_MODULES": "acme",
        "AIPERF_PLUGINS_STRICT": "1",
        "AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat,ui.none=none",
    }
    document = doctor(site, env=env)
    assert effect(document, "AIPERF_PLUGINS_DISABLED") == "kept out off"
    assert effect(document, "AIPERF_PLUGIN_MODULES") == "module:acme is active"
    assert effect(document, "AIPERF_PLUGINS_STRICT") == "nothing failed"
    assert effect(document, "AIPERF_IMPLEMENTATIONS") == (
        "endpoint.chat=openai_chat is used instead of acme; "
        "ui.none=none changes nothing: it is selected anyway"
    )
    use = ("--use", "endpoint.chat=acme")
    env = {"AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat", "AIPERF_PLUGINS_STRICT": "0"}
    document = doctor(site, env=env | {"AIPERF_PLUGINS_DISABLED": "off"}, words=use)
    told = effect(document, "AIPERF_IMPLEMENTATIONS")
    assert told == "endpoint.chat=openai_chat is beaten by --use"
    assert effect(document, "AIPERF_PLUGINS_STRICT").startswith("off; ")
    document = doctor(site, env={"AIPERF_PLUGIN_AUTOLOAD": "0"})
    told = effect(document, "AIPERF_PLUGIN_AUTOLOAD")
    assert told == "installed plugins were not loaded: acme, off"


@pytest.mark.parametrize(
    ("env", "word"),
    [
        ({"AIPERF_PLUGINS_STRICT": "perhaps"}, "'perhaps'"),
        ({"AIPERF_PLUGINS_DISABLED": "nobody"}, "'nobody'"),
        ({"AIPERF_IMPLEMENTATIONS": "endpoint.chat=gone"}, "'gone'"),
        ({"AIPERF_IMPLEMENTATIONS": "endpoit.chat=gone"}, "'endpoit'"),
    ],
)
def test_a_wrong_variable_is_an_error(doctor, env, word):
    """It is told once, and the rest is examined."""
    document = doctor(env=env, code=1)
    (finding,) = document["findings"]
    assert (finding["severity"], finding["rule"]) == ("error", "setting")
    assert word in finding["message"]


def test_a_misspelt_variable_is_a_warning(doctor):
    """Nothing reads it."""
    env = {"AIPERF_PLUGIN_DISABLED": "x", "AIPERF_SOMETHING_OF_MINE": "1"}
    (finding,) = doctor(env=env)["findings"]
    assert (finding["severity"], finding["rule"]) == ("warning", "unknown-variable")
    assert "Call it AIPERF_PLUGINS_DISABLED" in finding["advice"]


def test_failed_empty_and_slow_plugins(doctor, install_plugin):
    """A plugin that failed is an error, one that a person named, too."""
    install_plugin("nothing", "")
    install_plugin(
        "new",
        hook("new", module="fractions")
        .replace("Chat", "Fraction")
        .replace(")]", ', requires="aiperf>=99")]'),
    )
    site = install_plugin("broken", "1 / 0")
    document = doctor(site, code=1)
    assert rules(document) == [("error", "failed"), ("warning", "versions"), ("warning", "empty")]
    assert "ZeroDivisionError" in document["findings"][0]["message"]
    document = doctor(site, env={"AIPERF_PLUGIN_MODULES": "missing_module"}, code=1)
    assert rules(document).count(("error", "failed")) == 2
    slow = doctor(site, words=("--slow-after", "0"), code=1)
    assert ("warning", "slow") in rules(slow)


def test_a_class_that_does_not_exist_is_an_error_at_its_declaration(doctor, install_plugin):
    site = install_plugin("acme", hook("acme", module="fractions"))
    (finding,) = doctor(site, code=1)["findings"]
    assert finding["rule"] == "missing-class"
    assert "fractions has no class 'Chat'." in finding["message"]
    assert (finding["path"], finding["line"]) == (str(site / "acme.py"), 6)


def test_shadows_and_ties(doctor, install_plugin, make_distribution):
    """Each with the line that settles it."""
    install_plugin("acme", hook("openai_chat", module="acme_classes"))
    install_plugin("bolt", hook("bolt", module="acme_classes"))
    site = make_distribution("classes", files={"acme_classes.py": "class Chat: ..."})
    tie, shadow = doctor(site)["findings"]
    assert (tie["severity"], tie["rule"]) == ("warning", "tie")
    assert 'AIPERF_IMPLEMENTATIONS="endpoint.chat=openai_chat"' in tie["advice"]
    assert (shadow["severity"], shadow["rule"]) == ("note", "shadowed")
    assert shadow["advice"] == "Select the other one by openai_chat@aiperf."
    settled = doctor(site, env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=bolt"})
    assert rules(settled) == [("note", "shadowed")]


def test_duplicates(doctor, install_plugin, tmp_path):
    """One distribution twice on the path, and two with one entry-point name."""
    source = hook("acme", module="decimal").replace("Chat", "Decimal")
    old = install_plugin("acme", source, version="1.0", site=tmp_path / "old")
    site = install_plugin("acme", source, version="2.0")
    other = source.replace('"acme"', '"bolt"').replace('"chat"', '"other"')
    install_plugin("bolt", other, entry_point="acme")
    twice, names = doctor(site, old)["findings"]
    assert twice["rule"] == "same-entry-point"
    assert names["rule"] == "duplicate-distribution"
    assert "2.0 in" in names["message"]
    assert str(old) in names["path"]
    assert "acme ('acme') and bolt ('bolt:acme')" in twice["message"]


def test_what_looks_like_a_plugin_and_is_none(doctor, make_distribution):
    """A near miss of the group, a name that says it, and a hook that nothing finds."""
    make_distribution("one", entry_points={"aiperf_plugins": {"one": "one"}})
    make_distribution("aiperf-two", requires=["aiperf>=0.1"])
    make_distribution("three", files={"three.py": hook("three")}, requires=["aiperf"])
    make_distribution("an-application", files={"app.py": ""}, requires=["aiperf"])
    site = make_distribution("bad", dist_info={"METADATA": ""})
    document = doctor(site, code=1)
    found = {each["message"].split()[0]: each for each in document["findings"]}
    assert {name: each["rule"] for name, each in found.items()} == {
        "one": "wrong-group",
        "aiperf-two": "no-entry-point",
        "three": "no-entry-point",
    }
    assert all("aiperf.plugins" in each["advice"] for each in found.values())


OLD = """
    import enum
    from aiperf.common.factories import EndpointFactory, TransportFactory
    from .kinds import Kind as K
    import decimal

    class Own(str, enum.Enum):
        X = "x"

    @EndpointFactory.register("old_chat", 7)
    class Chat: ...

    @EndpointFactory.register_all(K.A, Own.X)
    @TransportFactory.register(class_type="pigeon", override_priority=2)
    class Many: ...

    @decimal.register("no factory")
    @staticmethod
    class Other: ...
"""


def test_old_decorators_come_with_the_hook_to_paste(doctor, make_distribution, tmp_path, aiperf):
    """In plugins, and in an application that is named; what is pasted works."""
    registry = "from acme.old import Chat\n"
    files = {
        "acme/__init__.py": "",
        "acme/registry.py": registry,
        "acme/kinds.py": "import enum\nclass Kind(str, enum.Enum):\n    A = 'kind_a'\n",
        "acme/old.py": OLD.replace('    @decimal.register("no factory")\n    @staticmethod\n', ""),
        "acme/odd.py": "EndpointFactory.register(",
    }
    points = {"aiperf.plugins": {"acme": "acme.registry"}}
    site = make_distribution("acme", files=files, entry_points=points)
    (finding,) = doctor(site)["findings"]
    assert (finding["severity"], finding["rule"]) == ("warning", "decorator")
    assert finding["path"] == str(site / "acme" / "old.py")
    assert finding["line"] == 10
    assert finding["paste"].splitlines() == [
        "from aiperf import LazyEntry, hookimpl",
        "from acme.kinds import Kind as K",
        "from acme.old import Own",
        "",
        "",
        "@hookimpl",
        "def aiperf_register_endpoint():",
        "    return [",
        '        LazyEntry("old_chat", "acme.old", "Chat"),  # had override_priority=7',
        '        LazyEntry(K.A, "acme.old", "Many"),',
        '        LazyEntry(Own.X, "acme.old", "Many"),',
        "    ]",
        "",
        "",
        "@hookimpl",
        "def aiperf_register_transport():",
        "    return [",
        '        LazyEntry("pigeon", "acme.old", "Many"),  # had override_priority=2',
        "    ]",
    ]
    make_distribution("acme", files={"acme/registry.py": finding["paste"]}, entry_points=points)
    done = aiperf("plugins", "list", "--json", path=[site], warnings_are_errors=False)
    named = {
        f"{e['class_type']}={e['identifier']}" for e in json.loads(done.stdout)["implementations"]
    }
    assert named >= {"old_chat=Chat", "kind_a=Many", "x=Many", "pigeon=Many"}
    application = tmp_path / "application"
    application.mkdir()
    (application / "main.py").write_text("@factories.WidgetFactory.register('w')\nclass W: ...\n")
    (found,) = doctor(words=(str(application / "main.py"), str(application)))["findings"]
    assert "def aiperf_register_widget():" in found["paste"]
    assert 'LazyEntry("w", "main", "W")' in found["paste"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--slow-after", "-1"), "--slow-after"),
        (("no/such/path",), "no/such/path"),
        (("--use", "endpoint.chat=gone"), ""),
    ],
)
def test_wrong_options_are_usage_errors(aiperf, words, message):
    done = aiperf("plugins", "doctor", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_it_works_with_plugins_switched_off(doctor, install_plugin):
    """And imports none of them."""
    site = install_plugin("acme", "raise SystemExit('imported')")
    assert doctor(site, env={"AIPERF_PLUGINS_DISABLED": "*"})["findings"] == []
