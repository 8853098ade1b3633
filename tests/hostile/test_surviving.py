"""Hostile distributions that do nothing wrong enough to fail: they work, and so do the others."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

HOOK = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "odd_work", "Odd", identifier="odd")]
"""


FACTORY = "from aiperf.common.factories import EndpointFactory"


@pytest.fixture
def survives(run, make_distribution):
    """Give a function that installs a distribution, runs the program and checks the plugin."""

    def check(source, *, path=None, env=None, entries=1, **distribution):
        site = path or make_distribution(
            "odd-plugin",
            files={"odd_plugin.py": source},
            entry_points={"aiperf.plugins": {"odd": "odd_plugin"}},
            **distribution,
        )
        seen = run(*(site if isinstance(site, list) else [site]), env=env)
        assert seen["records"]["odd"] == ["active", "", entries]
        assert seen["selected"] == "odd"
        assert seen["told"] == seen["told_after_refresh"] == []
        return seen

    return check


@pytest.mark.parametrize(
    "source",
    [
        "print('hello from the import')",
        "import time\ntime.monotonic()\nlist(range(10**6))",
        "import warnings\nwarnings.filterwarnings('ignore')",
        "import logging\nlogging.disable(logging.DEBUG)",
        "import sys\nsys.path.append('/nowhere/at/all')",
        "import sys\nsys.setrecursionlimit(900)",
        "import locale\nfor number in range(3000): globals()[f'name_{number}'] = number",
        "import gc\ngc.disable()",
        "def __getattr__(name): raise SystemExit(name)",
        "class Proxy:\n    def __getattr__(self, name): raise RuntimeError(name)\nproxy = Proxy()",
        "from aiperf.common.factories import PluginDiscovery\nPluginDiscovery.discover_all()",
        f"{FACTORY}\nEndpointFactory.list_implementations()",
        f"{FACTORY}\nEndpointFactory.create_instance('embeddings', model_endpoint=None)",
    ],
    ids=[
        "prints",
        "takes-long",
        "changes-warnings",
        "changes-logging",
        "changes-the-path",
        "lowers-the-recursion-limit",
        "has-many-names",
        "stops-the-garbage-collector",
        "answers-any-name-with-an-exit",
        "holds-a-proxy",
        "discovers",
        "lists",
        "creates",
    ],
)
def test_what_an_import_does_beside_declaring(survives, source):
    """It is the plugin's affair; the registry and the others go on as they were."""
    survives(f"{source}\n{HOOK}")


def test_a_thread_that_the_import_starts_may_use_the_registry(survives):
    """No lock is held while a module is imported, so both come to their end."""
    thread = """
import threading

def look():
    from aiperf.common.factories import EndpointFactory
    EndpointFactory.get_all_class_types()

looking = threading.Thread(target=look)
looking.start()
looking.join()
"""
    survives(HOOK + thread)


@pytest.mark.parametrize("where", ["import", "hook"])
def test_a_plugin_that_registers_another_is_joined_by_it(survives, where):
    """The other has the same origin, and goes and comes with it when discovery looks again."""
    register = """
from types import SimpleNamespace
from aiperf.plugins.default import default_registry

def register():
    if not default_registry.manager.has_plugin("odd_other"):
        give = hookimpl(lambda: [LazyEntry("odd", "odd_work", "Other")])
        other = SimpleNamespace(aiperf_register_transport=give)
        default_registry.manager.register(other, "odd_other")
"""
    if where == "import":
        source = f"{HOOK}{register}\nregister()\n"
    else:
        source = register + HOOK.replace("    return", "    register()\n    return")
        source = f"from aiperf import LazyEntry, hookimpl\n{source}"
    seen = survives(source)
    assert "transport.odd=Other" in seen["listed"]
    assert "odd_other" in seen["registered"]


def test_a_huge_plugin(survives):
    """A thousand entries and a docstring of a megabyte."""
    entries = (
        "from aiperf import LazyEntry, hookimpl\n\n@hookimpl\ndef aiperf_register_endpoint():\n"
        "    return [LazyEntry('chat', 'odd_work', 'Odd', identifier='odd')] + [\n"
        "        LazyEntry(f'type_{n}', 'odd_work', 'Odd') for n in range(1000)]\n"
    )
    source = f'"""{"long " * 200_000}"""\n{entries}'
    assert "endpoint.type_999=Odd" in survives(source, entries=1001)["listed"]


@pytest.mark.parametrize(
    "name",
    ["o" * 5000, "öüß-プラグイン-🙂", "with blanks", "[brackets]", "a.b/c\\d", "100%", "-", "…"],
    ids=["huge", "unicode", "blanks", "brackets", "punctuation", "percent", "dash", "ellipsis"],
)
def test_odd_names_of_entry_points(run, make_distribution, name):
    """The name is taken as it stands: it is listed, and the plugin works."""
    site = make_distribution(
        "odd-plugin",
        files={"odd_plugin.py": HOOK},
        dist_info={"entry_points.txt": f"[aiperf.plugins]\n{name} = odd_plugin\n"},
    )
    seen = run(site)
    assert seen["selected"] == "odd"
    assert seen["records"][name] == ["active", "", 1]


@pytest.mark.parametrize(
    "dist_info",
    [
        {"METADATA": None},
        {"METADATA": ""},
        {"METADATA": "\x00\x01 not a header at all"},
        {"RECORD": None},
        {"WHEEL": None},
        {"top_level.txt": "nothing\n" * 10_000},
        {"entry_points.txt": "[aiperf.plugins]\r\nodd = odd_plugin\r\n"},
        {"entry_points.txt": "# comment\n\n[aiperf.plugins]\n# another\n  odd=odd_plugin  \n"},
        {"entry_points.txt": "[aiperf.plugins]\nodd = odd_plugin [extra, other]\n"},
        {
            "entry_points.txt": "[console_scripts]\nx = y:z\n"
            + "".join(f"[group_{n}]\na = b\n" for n in range(5000))
            + "[aiperf.plugins]\nodd = odd_plugin\n"
        },
    ],
    ids=[
        "no-metadata",
        "empty-metadata",
        "binary-metadata",
        "no-record",
        "no-wheel",
        "long-top-level",
        "carriage-returns",
        "comments",
        "extras",
        "many-groups",
    ],
)
def test_damaged_or_unusual_metadata(run, make_distribution, dist_info):
    """What can be read is read: the plugin works, with what is known of it."""
    points = {"entry_points.txt": "[aiperf.plugins]\nodd = odd_plugin\n", **dist_info}
    site = make_distribution("odd-plugin", files={"odd_plugin.py": HOOK}, dist_info=points)
    seen = run(site)
    assert seen["told"] == []
    assert seen["records"]["odd"] == ["active", "", 1]


class TestPlaces:
    """Where a distribution may be."""

    def test_a_zip_file(self, survives, make_distribution, tmp_path):
        """As Python imports from one."""
        site = make_distribution(
            "odd-plugin",
            files={"odd_plugin.py": HOOK},
            entry_points={"aiperf.plugins": {"odd": "odd_plugin"}},
        )
        archive = tmp_path / "odd.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for file in site.rglob("*"):
                zipped.write(file, file.relative_to(site))
        survives("", path=archive)

    @pytest.mark.parametrize("style", ["path file", "finder"])
    def test_an_editable_installation(self, run, tmp_path, make_distribution, style):
        """A ``.pth`` file that names the sources, or one that puts a finder in place."""
        sources = tmp_path / "sources"
        sources.mkdir()
        (sources / "odd_plugin.py").write_text(HOOK)
        finder = f"""
        import sys
        from importlib.util import spec_from_file_location

        class Finder:
            @classmethod
            def find_spec(cls, name, path=None, target=None):
                if name == "odd_plugin":
                    return spec_from_file_location(name, {str(sources / "odd_plugin.py")!r})

        sys.meta_path.append(Finder)
        """
        lines = {"path file": f"{sources}\n", "finder": "import _odd_finder\n"}
        site = make_distribution(
            "odd-plugin",
            files={"_odd_finder.py": finder, "odd.pth": lines[style]},
            entry_points={"aiperf.plugins": {"odd": "odd_plugin"}},
        )
        start = tmp_path / "start"
        start.mkdir()
        # What an interpreter does with the site directory of an environment.
        (start / "sitecustomize.py").write_text(f"import site\nsite.addsitedir({str(site)!r})\n")
        seen = run(start)
        assert seen["records"]["odd"] == ["active", "", 1]
        assert seen["selected"] == "odd"

    def test_namespace_packages(self, run, make_distribution, tmp_path):
        """Two distributions bring parts of one package that neither owns."""
        sites = []
        for part in ("one", "two"):
            site = make_distribution(
                f"acme-{part}",
                files={f"acme_space/{part}.py": HOOK.replace('"odd"', f'"{part}"')},
                entry_points={"aiperf.plugins": {part: f"acme_space.{part}"}},
                site=tmp_path / part,
            )
            sites.append(site)
        seen = run(*sites, env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=two"})
        assert seen["records"]["one"] == seen["records"]["two"] == ["active", "", 1]
        assert seen["selected"] == "two"

    def test_a_failing_part_of_a_namespace_does_not_cost_the_other(
        self, run, make_distribution, tmp_path
    ):
        """Taking the failed one's modules back leaves the other's."""
        good = make_distribution(
            "acme-one",
            files={"acme_space/one.py": HOOK},
            entry_points={"aiperf.plugins": {"one": "acme_space.one"}},
            site=tmp_path / "one",
        )
        bad = make_distribution(
            "acme-two",
            files={"acme_space/two.py": "raise ValueError('no')"},
            entry_points={"aiperf.plugins": {"two": "acme_space.two"}},
            site=tmp_path / "two",
        )
        seen = run(good, bad)
        assert seen["records"]["one"] == ["active", "", 1]
        assert seen["records"]["two"][0] == "failed"
        assert len(seen["told"]) == 1

    def test_one_distribution_in_two_places(self, survives, make_distribution, tmp_path):
        """Loaded once."""
        sites = [
            make_distribution(
                "odd-plugin",
                version,
                files={"odd_plugin.py": HOOK},
                entry_points={"aiperf.plugins": {"odd": "odd_plugin"}},
                site=tmp_path / version,
            )
            for version in ("1.0", "2.0")
        ]
        seen = survives("", path=sites)
        assert len(seen["records"]) == 21


def test_the_command_line_costs_one_line_for_each_broken_plugin(
    fresh_python, good, make_distribution
):
    """``aiperf plugins list --json`` is JSON all the same, whatever a plugin prints."""
    make_distribution(
        "loud-plugin",
        files={"loud_plugin.py": f"print('hello')\n{HOOK}"},
        entry_points={"aiperf.plugins": {"loud": "loud_plugin"}},
    )
    site = make_distribution(
        "bad-plugin",
        files={"bad_plugin.py": "print('bye')\nraise ValueError('no')"},
        entry_points={"aiperf.plugins": {"bad": "bad_plugin"}},
    )
    code = "from aiperf.cli.main import main\nmain()"
    done = fresh_python.run(code, "plugins", "list", "--json", path=[Path(site), good])
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["plugins"]) == 22
    lines = [line for line in done.stderr.splitlines() if line not in ("hello", "bye")]
    assert len(lines) == 1
    assert "plugin 'bad' (bad-plugin 1.0)" in lines[0]
