"""Any number of threads use the registry at once: no lock across an import, no torn reads.

The asks: races and deadlocks between threads that first use a registry (fsspec#1334, kedro#5695).
"""

from __future__ import annotations

import faulthandler
import gc
import json
import logging
import threading

import pytest

from aiperf.plugins.errors import PluginLoadError
from aiperf.plugins.hook_runs import MOST

TIMEOUT = 60
"""Seconds after which a test that hangs shows every thread's stack and ends the run."""

WATCH = f"""
import faulthandler, threading
faulthandler.dump_traceback_later({TIMEOUT}, exit=True)

from aiperf.common.factories import EndpointFactory, PluginDiscovery, TransportFactory
from aiperf.plugins.default import default_registry

def in_a_thread(work):
    result = []
    def run():
        try:
            result.append(work())
        except Exception as error:
            result.append(repr(error))
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return result[0]
"""

USE = """
import threading

def use():
    from aiperf.common.factories import EndpointFactory, TransportFactory
    from aiperf.plugins.default import default_registry

    default_registry.manager.next_position()  # takes the lock
    EndpointFactory.register_lazy("made_in_a_thread", "json", "JSONDecoder", __name__)
    EndpointFactory.create_instance("made_in_a_thread")
    TransportFactory.explain("http")
    with EndpointFactory.using("chat", "openai_chat"):
        used.append(EndpointFactory.get_class_from_type("chat").__name__)

used = []
thread = threading.Thread(target=use)
thread.start()
thread.join()
"""

CHAT = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "{module}", "{name}", identifier="{name}")]
"""


@pytest.fixture(autouse=True)
def _no_hang():
    faulthandler.dump_traceback_later(TIMEOUT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def all_at_once(*works, times=1):
    """Run each work in a thread of its own, all from the same moment, and return the errors."""
    start, errors = threading.Barrier(len(works)), []

    def run(work):
        start.wait()
        for _ in range(times):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - reported by the test
                errors.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return errors


class TestImports:
    """No lock is held while a module is imported, whoever imports it."""

    def test_a_plugins_import_may_use_the_registry_in_another_thread(
        self, install_plugin, fresh_python
    ):
        """As it may in its own, and wait for it."""
        site = install_plugin("acme", USE + CHAT.format(module="json", name="JSONEncoder"))
        printed = fresh_python(
            WATCH
            + """
import sys
report = PluginDiscovery.discover_all()
print([record.status.value for record in report], sys.modules["acme"].used)
""",
            path=[site],
        )
        assert printed == "['active'] ['ChatEndpoint']\n"

    def test_a_classs_import_may_use_the_registry_in_another_thread(
        self, make_distribution, fresh_python
    ):
        """The module of the class that is being created."""
        site = make_distribution("acme", files={"acme.py": USE + "class Thing:\n    pass\n"})
        printed = fresh_python(
            WATCH
            + """
EndpointFactory.register_lazy("thing", "acme", "Thing")
thing = EndpointFactory.create_instance("thing")
import acme
print(type(thing).__name__, acme.used)
""",
            path=[site],
        )
        assert printed == "Thing ['ChatEndpoint']\n"

    def test_an_import_may_create_an_instance_of_another_plugin(self, install_plugin, fresh_python):
        """And of what is registered already, in the thread that imports."""
        install_plugin(
            "aaa",
            "import threading\nclass Ready:\n    pass\n" + CHAT.format(module="aaa", name="Ready"),
        )
        site = install_plugin(
            "bbb",
            """
            from aiperf.common.factories import EndpointFactory, PluginDiscovery

            PluginDiscovery.discover_all()
            made = type(EndpointFactory.create_instance("chat")).__name__
            """,
        )
        printed = fresh_python(
            WATCH + "PluginDiscovery.discover_all(); import bbb; print(bbb.made)", path=[site]
        )
        assert printed == "Ready\n"

    def test_a_module_that_is_half_imported_has_not_got_its_class_yet(
        self, make_distribution, fresh_python
    ):
        """Its own import asks for it too early; the error says so, and later it is there."""
        source = """
        from aiperf.common.factories import EndpointFactory, FactoryCreationError

        EndpointFactory.register_lazy("late", "acme", "Late")
        try:
            EndpointFactory.create_instance("late")
        except FactoryCreationError as error:
            print(str(error).partition("cannot be loaded: ")[2])

        class Late:
            pass
        """
        site = make_distribution("acme", files={"acme.py": source})
        code = WATCH + "import acme; print(type(EndpointFactory.create_instance('late')).__name__)"
        assert fresh_python(code, path=[site]).splitlines() == [
            (
                "acme is still being imported, and has no class 'Late' yet. Create instances after "
                "the import."
            ),
            "Late",
        ]

    def test_two_plugins_that_import_each_other_in_two_threads(self, install_plugin, fresh_python):
        """Both are there in the end, and nobody waits for ever."""
        source = """
        import {other}

        class Thing:
            pass
        """
        for name, other in (("aaa", "bbb"), ("bbb", "aaa")):
            text = source.format(other=other).replace("\n        ", "\n")
            site = install_plugin(name, text + CHAT.format(module=name, name="Thing"))
        printed = fresh_python(
            WATCH
            + """
start = threading.Barrier(3)
def load(name):
    start.wait()
    EndpointFactory.register_lazy(name, name, "Thing")
    EndpointFactory.create_instance(name)
threads = [threading.Thread(target=load, args=[name]) for name in ("aaa", "bbb")]
for thread in threads:
    thread.start()
start.wait()
PluginDiscovery.discover_all()
for thread in threads:
    thread.join()
print(sorted((record.name, record.status.value) for record in PluginDiscovery.discover_all()))
""",
            path=[site],
        )
        assert printed == "[('aaa', 'active'), ('bbb', 'active')]\n"


def test_warnings_are_logged_without_a_lock(registry, endpoints, make):
    """A handler may use the registry in another thread, which holds what the handler needs."""
    seen = []

    class Asks(logging.Handler):
        def emit(self, record):
            seen.extend(all_at_once(registry.manager.next_position, endpoints.get_all_class_types))
            seen.append(record.levelname)

    def broken():
        raise ValueError("broken")

    handler = Asks()
    logging.getLogger("aiperf.plugins").addHandler(handler)
    try:
        make.load(registry, make.installed("acme"), make.plugin(broken))
        assert endpoints.get_all_class_types() == []
        make.load(registry, make.installed("none"), None)
    finally:
        logging.getLogger("aiperf.plugins").removeHandler(handler)
    assert seen == ["WARNING", "WARNING"]


class TestHooks:
    """A hook that waits for a thread which calls it again is an error, and not endless."""

    @pytest.fixture
    def circular(self, endpoints):
        """A hook that asks its own factory, from a thread that it waits for."""

        def hook():
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
            return []

        def ask():
            try:
                endpoints.get_all_class_types()
            except PluginLoadError as error:
                errors.append(str(error))

        errors = []
        hook.errors = errors
        return hook

    def test_of_the_application(self, registry, endpoints, make, circular):
        """Every call of the circle ends with it."""
        registry.manager.register(make.plugin(circular))
        with pytest.raises(PluginLoadError, match="waits for a thread of its own"):
            endpoints.get_all_class_types()
        assert circular.errors
        assert len(circular.errors) <= MOST

    def test_of_an_installed_plugin(self, registry, endpoints, make, circular, warned):
        """It is taken out as any other that fails, with one warning."""
        make.load(registry, make.installed("acme"), make.plugin(circular))
        assert endpoints.get_all_class_types() == []
        assert not registry.manager.has_plugin("acme")
        (warning,) = warned()
        assert "raised RuntimeError: hook 'aiperf_register_endpoint' waits for a thread" in warning

    def test_garbage_collection_stays_as_it_was(self, registry, endpoints, make, circular):
        """Off, where the application has switched it off."""
        registry.manager.register(make.plugin(circular))
        gc.disable()
        try:
            with pytest.raises(PluginLoadError):
                endpoints.get_all_class_types()
            assert not gc.isenabled()
        finally:
            gc.enable()

    def test_many_threads_may_call_a_slow_hook_at_once(self, registry, endpoints, make):
        """Nothing is wrong with that, although they begin while others are in it."""
        entered = threading.Semaphore(0)

        def hook():
            entered.release()
            entered.acquire(timeout=0.01)
            return [make.entry("x")]

        registry.manager.register(make.plugin(hook))
        assert all_at_once(*[endpoints.get_all_class_types] * 12) == []
        assert endpoints.get_all_class_types() == ["chat"]


class TestBlocks:
    """``using`` in several threads leaves nothing behind."""

    def test_blocks_may_end_in_any_order(self, endpoints):
        """The one that began last is in force; then what stood before all of them."""
        for name in ("a", "b", "c"):
            endpoints.register_lazy("chat", "json", "JSONDecoder", name)
        selected = lambda: endpoints.list_implementations("chat")[0].identifier  # noqa: E731
        first, second, third = (endpoints.using("chat", name) for name in ("b", "c", "a"))
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert selected() == "c"
        third.__enter__()
        second.__exit__(None, None, None)
        assert selected() == "a"
        third.__exit__(None, None, None)
        assert endpoints.explain("chat").override is None

    def test_many_blocks_at_once(self, endpoints):
        """Whatever the interleaving."""
        for name in ("a", "b"):
            endpoints.register_lazy("chat", "json", "JSONDecoder", name)

        def use(name):
            with endpoints.using("chat", name):
                endpoints.create_instance("chat")

        works = [lambda name=name: use(name) for name in "abababab"]
        assert all_at_once(*works, times=100) == []
        assert endpoints.explain("chat").override is None


REFRESH = (
    WATCH
    + """
PluginDiscovery.discover_all()
going, seen, errors = threading.Event(), set(), []

def read():
    while not going.is_set():
        try:
            seen.add(EndpointFactory.list_implementations("chat")[0].identifier)
            seen.add(EndpointFactory.get_class_from_type("chat").__name__)
            seen.add(EndpointFactory.explain("chat").winner.identifier)
            seen.add(str(len(PluginDiscovery.so_far())))
        except Exception as error:
            errors.append(repr(error))

readers = [threading.Thread(target=read) for _ in range(4)]
for reader in readers:
    reader.start()
for _ in range(25):
    PluginDiscovery.refresh()
going.set()
for reader in readers:
    reader.join()
print(sorted(seen), errors[:3])
"""
)


class TestRefresh:
    """``refresh`` switches at once."""

    def test_readers_never_see_half_of_it(self, install_plugin, fresh_python):
        """A plugin that is there before and after is there all the time."""
        for name in ("aaa", "bbb", "zzz"):
            text = CHAT.format(module="json", name="JSONDecoder")
            site = install_plugin(name, text.replace('identifier="', f'identifier="{name}_'))
        assert fresh_python(REFRESH, path=[site]) == "['3', 'JSONDecoder', 'aaa_JSONDecoder'] []\n"

    def test_what_the_application_does_meanwhile_counts_at_once(self, registry, endpoints, make):
        """Its own registrations are not held back, nor are those that it takes out."""
        held = registry.hold()[1]
        registry.manager.register(make.plugin([make.entry("before")], "before"))
        held = registry.hold()[1]
        registry.switch(held)
        with registry.manager.here.discovering():
            registry.manager.origins["found"] = make.installed("found")
            registry.manager.register(make.plugin([make.entry("found")], "found"), "found")
            ahead = [each.identifier for each in endpoints.list_implementations("chat")]
        names = lambda: [each.identifier for each in endpoints.list_implementations("chat")]  # noqa: E731
        assert names() == ["before"]
        registry.manager.register(make.plugin([make.entry("own")], "own"), "own")
        registry.manager.unregister(name="before")
        assert names() == ["own"]
        registry.switch(None)
        assert (ahead, names()) == (["before", "found"], ["own", "found"])

    def test_a_class_that_a_plugin_loads_meanwhile_is_its_own_alone(
        self, registry, endpoints, make
    ):
        """Whoever is not part of the refresh still gets the one from before it, until its end."""
        endpoints.register_lazy("chat", "json", "JSONDecoder")
        registry.switch(registry.hold()[1])
        made = lambda: endpoints.get_class_from_type("chat").__name__  # noqa: E731
        with registry.manager.here.discovering():
            registry.manager.origins["found"] = make.installed("found")
            found = make.plugin([make.entry("found", target="json:JSONEncoder")], "found")
            registry.manager.register(found, "found")
            ahead = made()
        meanwhile = made()
        registry.switch(None)
        assert (ahead, meanwhile, made()) == ("JSONEncoder", "JSONDecoder", "JSONEncoder")

    def test_a_factory_that_is_new_is_not_held_back(self, registry, endpoints):
        """There is nothing that it had before."""
        registry.switch(registry.hold()[1])
        endpoints.register_lazy("chat", "json", "JSONDecoder")

        class NewFactory(type(endpoints).__mro__ and endpoints.__mro__[1], registry=registry):
            """Defined while discovery goes on."""

        NewFactory.register_lazy("new", "json", "JSONDecoder")
        assert NewFactory.get_all_class_types() == ["new"]
        assert endpoints.get_all_class_types() == ["chat"]
        registry.switch(None)

    def test_a_factory_whose_plugin_fails_is_not_held(self, registry, endpoints, make):
        """Readers get its error, as they did before."""

        def broken():
            raise ValueError("broken")

        registry.manager.register(make.plugin(broken))
        registry.switch(registry.hold()[1])
        with pytest.raises(PluginLoadError):
            endpoints.get_all_class_types()
        registry.switch(None)


STRESS = (
    WATCH
    + """
import json, random
from aiperf import LazyEntry, hookimpl
from aiperf.plugins.errors import AIPerfError

manager = default_registry.manager
errors, start = [], threading.Barrier(8)

class Runtime:
    def __init__(self, name):
        self.name = name

    @hookimpl
    def aiperf_register_endpoint(self):
        return [LazyEntry("chat", "json", "JSONDecoder", identifier=self.name)]

def using():
    with EndpointFactory.using("chat", "openai_chat"):
        EndpointFactory.explain("chat")

def registering(name):
    plugin = Runtime(name)
    manager.register(plugin, name)
    assert name in {each.identifier for each in EndpointFactory.list_implementations("chat")}
    manager.unregister(plugin)

def work(number):
    choose = random.Random(number)
    steps = [
        lambda: EndpointFactory.get_class_from_type("chat"),
        lambda: EndpointFactory.list_implementations(),
        lambda: str(EndpointFactory.explain("chat")),
        lambda: EndpointFactory.use_implementation_by_id("embeddings", "openai_embeddings"),
        lambda: EndpointFactory.clear_implementation("embeddings"),
        using,
        PluginDiscovery.discover_all,
        PluginDiscovery.refresh,
        PluginDiscovery.so_far,
        lambda: registering(f"runtime{number}"),
        lambda: EndpointFactory.register_lazy(f"t{number}", "json", "JSONDecoder"),
        lambda: EndpointFactory.create_instance(f"t{number}")
                if f"t{number}" in EndpointFactory.get_all_class_types() else None,
    ]
    start.wait()
    for _ in range(60):
        try:
            choose.choice(steps)()
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")

threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
report = PluginDiscovery.refresh()
print(json.dumps({
    "errors": errors[:5],
    "statuses": [record.status for record in report],
    "listed": [each.identifier for each in EndpointFactory.list_implementations("chat")],
    "override": EndpointFactory.explain("chat").override,
}))
"""
)


def test_everything_at_once(install_healthy, fresh_python):
    """Create, list, explain, select, discover, refresh, register and take out, in eight threads."""
    site = install_healthy(["aaa", "zzz"])
    found = json.loads(fresh_python(STRESS, path=[site], timeout=2 * TIMEOUT).splitlines()[-1])
    assert found == {
        "errors": [],
        "statuses": ["active", "active"],
        "listed": ["openai_chat"],
        "override": None,
    }
