"""Workers have the plugins of the process that started them, or an error: real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

PLUGIN = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "{name}_classes", "Chat", identifier="{name}_chat")]
"""
CLASSES = """
class Chat:
    def __init__(self, **options):
        self.options = options

class Nested:
    class Http:
        pass
"""
COMMON = """
import dataclasses, json, multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor
from aiperf.common.factories import EndpointFactory, PluginDiscovery, TransportFactory
from aiperf.plugins.default import default_registry

METHODS = ["spawn", "forkserver", "fork"]

def seen():
    listed = [
        f"{each.class_type}={each.reference} from {each.origin}"
        for factory in (EndpointFactory, TransportFactory)
        for each in factory.list_implementations()
        if each.is_plugin or each.class_type in ("chat", "http")
    ]
    chat = EndpointFactory.create_instance("chat", model_endpoint=None)
    return [f"{type(chat).__module__}:{type(chat).__qualname__}", *listed]

def task(_):
    return seen()

def process(snapshot, pipe):
    try:
        PluginDiscovery.restore(snapshot)
        pipe.send(seen())
    except Exception as error:
        pipe.send(error)

def in_process(context, snapshot):
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=process, args=(snapshot, theirs))
    worker.start()
    answer = ours.recv()
    worker.join()
    if isinstance(answer, Exception):
        raise answer
    return answer

def in_pool(context, snapshot):
    pool = context.Pool(1, PluginDiscovery.initialize_worker, (snapshot,))
    try:
        return pool.apply(task, (0,))
    finally:
        pool.close()
        pool.join()

def in_executor(context, snapshot):
    with ProcessPoolExecutor(
        1, mp_context=context, initializer=PluginDiscovery.initialize_worker, initargs=(snapshot,)
    ) as pool:
        return pool.submit(task, 0).result()

def everywhere(snapshot, methods=METHODS, ways=(in_process, in_pool, in_executor)):
    answers = {}
    for method in methods:
        for way in ways:
            try:
                answer = way(multiprocessing.get_context(method), snapshot)
            except Exception as error:
                answer = [type(error).__name__, str(error)]
            answers[f"{method} {way.__name__}"] = answer
    return answers
"""


@pytest.fixture
def script(fresh_python):
    """Give a function that runs a program, saved as a file, and returns the JSON it prints last."""

    def run(source, *args, path=(), env=None, timeout=90):
        program = fresh_python.cwd / "program.py"
        program.write_text(COMMON + dedent(source))
        code = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"
        words = [str(program), *map(str, args)]
        printed = fresh_python(code, *words, path=path, env=env, timeout=timeout)
        return json.loads(printed.splitlines()[-1])

    return run


@pytest.fixture
def installed(make_distribution):
    """Give a function that installs a plugin and its classes and returns the directory."""

    def install(name, version="1.0", source=PLUGIN, site=None):
        return make_distribution(
            name,
            version,
            files={f"{name}.py": source.format(name=name), f"{name}_classes.py": CLASSES},
            entry_points={"aiperf.plugins": {name: name}},
            site=site,
        )

    return install


def test_workers_see_the_same_plugins(script, installed, tmp_path):
    """Whatever a process has, its workers have (vllm#18326, vllm#27940, vllm#16228, sglang#38464).

    Plugins that only its own search path has, modules that a variable names, overrides,
    registrations by call and by decorator, registered modules, blocked names.
    """
    installed("acme")
    site = installed("blocked")
    local = tmp_path / "local"
    local.mkdir()
    (local / "module_plugin.py").write_text(PLUGIN.format(name="acme"))
    (local / "given.py").write_text(PLUGIN.format(name="given").replace('"chat"', '"given"'))
    (local / "decorated.py").write_text(
        """
from aiperf.common.factories import TransportFactory

@TransportFactory.register("http", override_priority=2)
class Decorated:
    pass
"""
    )
    found = script(
        """
        if __name__ == "__main__":
            sys.path[:0] = sys.argv[1:]
            os.environ["AIPERF_PLUGIN_MODULES"] = "module_plugin"
            default_registry.manager.set_blocked("blocked")
            PluginDiscovery.discover_all()
            import decorated, given
            default_registry.manager.register(given, "named")
            EndpointFactory.register_lazy("image", "acme_classes", "Chat", is_plugin=True)
            TransportFactory.register_lazy("nested", "acme_classes", "Nested.Http", is_plugin=True)
            EndpointFactory.use_implementation_by_id("chat", "acme_chat@acme")
            os.environ["AIPERF_PLUGIN_MODULES"] = "changed_since"
            answers = everywhere(PluginDiscovery.snapshot())
            os.environ["AIPERF_PLUGIN_MODULES"] = "module_plugin"
            print(json.dumps([seen(), answers]))
        """,
        site,
        local,
    )
    ours, theirs = found
    assert ours == [
        "acme_classes:Chat",
        "chat=acme_chat@acme from plugin 'acme' (acme 1.0)",
        "chat=acme_chat from plugin 'module_plugin' (a module in AIPERF_PLUGIN_MODULES)",
        ours[3],
        "given=given_chat from runtime registration by 'named'",
        "image=Chat from runtime registration by '__main__'",
        "http=Decorated from runtime registration by 'decorated'",
        ours[7],
        "nested=Nested.Http from runtime registration by '__main__'",
    ]
    assert len(theirs) == 9
    assert theirs == dict.fromkeys(theirs, ours)


def test_choices_survive_pickling(script, installed):
    """Strings between processes, whichever way they are chosen (aiperf#669, aiperf#672)."""
    site = installed("acme")
    found = script(
        """
        if __name__ == "__main__":
            PluginDiscovery.discover_all()
            EndpointFactory.use_implementation_by_id("chat", "openai_chat")
            by_call = everywhere(PluginDiscovery.snapshot(), ways=[in_pool])
            EndpointFactory.clear_implementation("chat")
            os.environ["AIPERF_IMPLEMENTATIONS"] = "endpoint.chat=openai_chat"
            PluginDiscovery.discover_all()
            snapshot = PluginDiscovery.snapshot()
            del os.environ["AIPERF_IMPLEMENTATIONS"]
            by_variable = everywhere(snapshot, ways=[in_pool])
            print(json.dumps([by_call, by_variable]))
        """,
        path=[site],
    )
    for answers in found:
        for method in ("spawn", "forkserver", "fork"):
            assert answers[f"{method} in_pool"][0] == "aiperf.endpoints.openai_chat:ChatEndpoint"
    assert found[0] == found[1]


def test_workers_of_workers_see_the_same(script, installed):
    """A worker can take a snapshot for its own."""
    site = installed("acme")
    found = script(
        """
        def outer(_):
            # A forked process cannot use the fork server of its parent (a limit of Python's own).
            return everywhere(PluginDiscovery.snapshot(), ["spawn", "fork"], [in_process])

        if __name__ == "__main__":
            sys.path.insert(0, sys.argv[1])
            PluginDiscovery.discover_all()
            EndpointFactory.register_lazy("image", "acme_classes", "Chat", is_plugin=True)
            answers = {}
            for method in METHODS:
                context = multiprocessing.get_context(method)
                with ProcessPoolExecutor(
                    1, context, PluginDiscovery.initialize_worker, (PluginDiscovery.snapshot(),)
                ) as pool:
                    for key, answer in pool.submit(outer, 0).result().items():
                        answers[f"{method} {key}"] = answer
            print(json.dumps([seen(), answers]))
        """,
        site,
    )
    ours, theirs = found
    assert len(theirs) == 6
    assert theirs == dict.fromkeys(theirs, ours)


def test_a_worker_that_is_no_child_is_the_same(script, fresh_python, installed, tmp_path):
    """The snapshot goes where pickles go: here to a program that somebody else starts."""
    site = installed("acme")
    file = tmp_path / "snapshot.pickle"
    ours = script(
        """
        import pickle

        if __name__ == "__main__":
            sys.path.insert(0, sys.argv[1])
            PluginDiscovery.discover_all()
            with open(sys.argv[2], "wb") as file:
                pickle.dump(PluginDiscovery.snapshot(), file)
            print(json.dumps(seen()))
        """,
        site,
        file,
    )
    worker = fresh_python.cwd / "worker.py"
    worker.write_text(
        COMMON
        + dedent(
            """
            import pickle

            with open(sys.argv[1], "rb") as file:
                report = PluginDiscovery.restore(pickle.load(file))
            assert [record.name for record in report] == ["acme"]
            print(json.dumps(seen()))
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(worker), str(file)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == ours
    assert ours[0] == "acme_classes:Chat"


def test_another_version_is_an_error_in_the_worker(script, installed):
    """It names both versions, and no way of starting a worker hangs over it."""
    site = installed("acme")
    found = script(
        """
        import pathlib

        if __name__ == "__main__":
            PluginDiscovery.discover_all()
            snapshot = PluginDiscovery.snapshot()
            (old,) = pathlib.Path(sys.argv[1]).glob("acme-1.0.dist-info")
            metadata = old / "METADATA"
            metadata.write_text(metadata.read_text().replace("1.0", "1.1"))
            old.rename(old.with_name("acme-1.1.dist-info"))
            print(json.dumps(everywhere(snapshot)))
        """,
        site,
        path=[site],
    )
    for method in ("spawn", "forkserver"):
        for way in ("in_process", "in_pool", "in_executor"):
            kind, text = found[f"{method} {way}"]
            assert kind == "ResolutionDiffersError"
            assert (
                "plugin 'acme' (acme 1.0) there, plugin 'acme' (acme 1.1) here: endpoint.chat"
                in (text)
            )
            assert "Install the same plugins" in text
    assert found["fork in_pool"][0] == "acme_classes:Chat"


def test_a_plugin_that_fails_only_in_the_worker_is_an_error(script, installed):
    """The worker does not fall back to the builtin; the message names the plugin that failed."""
    source = (
        "import multiprocessing\n"
        "assert multiprocessing.parent_process() is None, 'only in the parent'\n" + PLUGIN
    )
    site = installed("acme", source=source)
    found = script(
        """
        if __name__ == "__main__":
            PluginDiscovery.discover_all()
            print(json.dumps(everywhere(PluginDiscovery.snapshot(), METHODS[:2])))
        """,
        path=[site],
    )
    assert len(found) == 6
    for kind, text in found.values():
        assert kind == "ResolutionDiffersError"
        assert "endpoint.chat: acme_chat from plugin 'acme' (acme 1.0) there, openai_chat" in text
        assert "Failed plugins, which may have it: acme" in text


def test_a_module_that_fails_only_in_the_worker_is_an_error(script, tmp_path):
    """What a person named fails loudly there, too."""
    source = "import multiprocessing\nassert multiprocessing.parent_process() is None\n"
    (tmp_path / "named.py").write_text(source + PLUGIN.format(name="named"))
    found = script(
        """
        if __name__ == "__main__":
            PluginDiscovery.discover_all()
            print(json.dumps(everywhere(PluginDiscovery.snapshot(), METHODS[:1])))
        """,
        path=[tmp_path],
        env={"AIPERF_PLUGIN_MODULES": "named"},
    )
    for kind, text in found.values():
        assert kind == "DiscoveryError"
        assert "importing named failed with AssertionError" in text


def test_what_the_parent_registers_later_is_an_error_in_the_worker(script, installed):
    """A forked worker has it, and so differs from the snapshot."""
    site = installed("acme")
    found = script(
        """
        if __name__ == "__main__":
            snapshot = PluginDiscovery.snapshot()
            EndpointFactory.register_lazy("chat", "acme_classes", "Chat", is_plugin=True)
            print(json.dumps(everywhere(snapshot, ["fork"])))
        """,
        path=[site],
    )
    for kind, text in found.values():
        assert kind == "ResolutionDiffersError"
        assert "endpoint.chat: openai_chat from builtin" in text
        assert "there, Chat from runtime registration by '__main__' here" in text


def test_what_cannot_reach_a_worker_is_said_when_the_snapshot_is_taken(script):
    """Nothing is started: the error names each registration and what to do."""
    kind, text = script(
        """
        from types import ModuleType

        class Mine:
            pass

        def make():
            class Local:
                pass
            return Local

        if __name__ == "__main__":
            EndpointFactory.register("mine")(Mine)
            EndpointFactory.register("local")(make())
            default_registry.manager.register(ModuleType("throwaway"))
            try:
                PluginDiscovery.snapshot()
            except Exception as error:
                print(json.dumps([type(error).__name__, str(error)]))
        """
    )
    assert kind == "SnapshotError"
    mine, local, throwaway = text.splitlines()
    assert mine.startswith("endpoint.mine: 'Mine' (runtime registration by '__main__') cannot")
    assert "class Local" in local
    assert throwaway.startswith("Plugin 'throwaway'")


def test_a_forked_worker_has_what_cannot_travel(script):
    """So a snapshot for it alone refuses nothing."""
    found = script(
        """
        class Mine:
            def __init__(self, **options):
                pass

        if __name__ == "__main__":
            EndpointFactory.register("chat", override_priority=1)(Mine)
            print(json.dumps(everywhere(PluginDiscovery.snapshot("fork"), ["fork"])))
        """
    )
    assert {answer[0] for answer in found.values()} == {"__main__:Mine"}
