"""Hostile distributions that fail, really installed, each among twenty good ones.

Whatever it does, the good ones work, a failure is told once, in one line, and the state is as if
the failed one had never been there.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Bad:
    """One hostile distribution: its module's source, or what its metadata say, and its failure.

    ``says`` are words of the one line that the user reads.
    """

    says: tuple[str, ...]
    source: str = ""
    target: str = "bad_plugin"
    dist_info: dict[str, str | None] | None = None
    files: dict[str, str] | None = None
    version: str = "2.5"


HOOK = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
"""

ENTRY = 'LazyEntry("bad", "bad_plugin", "Bad")'

FAILING = {
    # What its import does.
    "raises": Bad(("ValueError: no",), "raise ValueError('no')"),
    "exits": Bad(("SystemExit: 3",), "raise SystemExit(3)"),
    "exits-as-a-script": Bad(("SystemExit",), "import sys\nsys.exit()"),
    "raises-a-base-exception": Bad(
        ("Unheard",), "class Unheard(BaseException): pass\nraise Unheard('of')"
    ),
    "raises-generator-exit": Bad(("GeneratorExit",), "raise GeneratorExit"),
    "raises-what-cannot-be-shown": Bad(
        ("Silent",),
        "class Silent(Exception):\n    def __str__(self): raise TypeError\nraise Silent",
    ),
    "raises-many-lines": Bad(("a b c",), "raise ValueError('a\\nb\\n\\nc')"),
    "recurses": Bad(("RecursionError",), "def again(): again()\nagain()"),
    "runs-out-of-memory": Bad(("MemoryError",), "raise MemoryError"),
    "does-not-parse": Bad(("SyntaxError",), "def broken(:"),
    "is-not-text": Bad(("bad_plugin",), "x = '\x00'"),
    "needs-what-is-not-installed": Bad(("nowhere_at_all",), "import nowhere_at_all"),
    "fails-to-get-a-name": Bad(("ImportError",), "from json import nothing_of_the_kind"),
    "asserts": Bad(("AssertionError",), "assert not __name__"),
    "warns-as-an-error": Bad(
        ("DeprecationWarning: old",),
        "import warnings\nwarnings.simplefilter('error')\nwarnings.warn('old', DeprecationWarning)",
    ),
    "changes-the-path-and-fails": Bad(
        ("late",),
        "import sys\nsys.path.insert(0, '/nowhere/at/all')\nsys.path.append('/nor/here')\n"
        "raise ValueError('late')",
    ),
    "imports-submodules-and-fails": Bad(
        ("late",),
        files={
            "bad_plugin/__init__.py": "",
            "bad_plugin/part.py": "",
            "bad_plugin/registry.py": "import bad_plugin.part\nraise ValueError('late')",
        },
        target="bad_plugin.registry",
    ),
    "registers-and-fails": Bad(
        ("late",),
        "from aiperf.common.factories import EndpointFactory\n"
        "EndpointFactory.register_lazy('bad', 'json', 'JSONDecoder', is_plugin=True)\n"
        "@EndpointFactory.register('bad', override_priority=9)\nclass Bad: pass\n"
        "raise ValueError('late')",
    ),
    "registers-other-plugins-and-fails": Bad(
        ("late",),
        f"{HOOK}    return [{ENTRY}]\n"
        "from types import SimpleNamespace\n"
        "from aiperf.plugins.default import default_registry\n"
        "other = SimpleNamespace(aiperf_register_endpoint=aiperf_register_endpoint)\n"
        "default_registry.manager.register(other, 'bad_other')\n"
        "raise ValueError('late')",
    ),
    "selects-itself": Bad(
        ("tries to select",),
        f"{HOOK}    return [{ENTRY}]\n"
        "from aiperf.common.factories import EndpointFactory\n"
        "EndpointFactory.use_implementation_by_id('chat', 'openai_chat')",
    ),
    "overrides-through-the-environment": Bad(
        ("tries to change AIPERF_IMPLEMENTATIONS",),
        f"import os\nos.environ['AIPERF_IMPLEMENTATIONS'] = 'endpoint.chat=bad'\n{HOOK}"
        "    return [LazyEntry('chat', 'json', 'JSONDecoder', 'bad')]",
    ),
    "disables-the-others": Bad(
        ("tries to change AIPERF_PLUGINS_DISABLED",),
        "import os\nos.environ['AIPERF_PLUGINS_DISABLED'] = 'good_00'",
    ),
    "contradicts-itself": Bad(
        ("already",),
        "from aiperf.common.factories import EndpointFactory\n"
        "for name in ('JSONDecoder', 'JSONEncoder'):\n"
        "    EndpointFactory.register_lazy('bad', 'json', name, 'same', is_plugin=True)",
    ),
    "puts-something-else-in-its-place": Bad(
        ("bad_plugin",),
        "import sys\nclass Odd:\n    def __getattribute__(self, name): raise SystemExit(name)\n"
        "sys.modules[__name__] = Odd()",
    ),
    # What it declares.
    "names-no-module": Bad(("no_such_module",), target="no_such_module"),
    "names-no-attribute": Bad(("absent",), "", target="bad_plugin:absent"),
    "names-nothing": Bad(("None",), "nothing = None", target="bad_plugin:nothing"),
    "misspells-a-hook": Bad(
        ("aiperf_register_endpont", "Did you mean 'aiperf_register_endpoint'?"),
        f"{HOOK.replace('endpoint', 'endpont')}    return []",
    ),
    "forgets-the-marker": Bad(("@hookimpl",), "def aiperf_register_endpoint(): return []"),
    "asks-for-an-argument": Bad(
        ("config",), HOOK.replace("endpoint()", "endpoint(config)") + "    return []"
    ),
    "is-asynchronous": Bad(("async",), HOOK.replace("def ", "async def ") + "    return []"),
    "wraps-without-yielding": Bad(
        ("generator",), HOOK.replace("@hookimpl", "@hookimpl(wrapper=True)") + "    return []"
    ),
    # What its hook does.
    "hook-raises": Bad(("RuntimeError: no",), f"{HOOK}    raise RuntimeError('no')"),
    "hook-exits": Bad(("SystemExit",), f"{HOOK}    raise SystemExit"),
    "hook-returns-nothing": Bad(("None",), f"{HOOK}    pass"),
    "hook-returns-a-string": Bad(("str",), f"{HOOK}    return 'bad'"),
    "hook-returns-tuples": Bad(("tuple",), f"{HOOK}    return [('bad', 'bad_plugin', 'Bad')]"),
    "hook-fails-half-way": Bad(
        ("late",), f"{HOOK}    yield {ENTRY}\n    raise RuntimeError('late')"
    ),
    "hook-makes-a-wrong-entry": Bad(
        ("dotted",), f"{HOOK}    return [LazyEntry('bad', 'bad plugin', 'Bad')]"
    ),
    "hook-gives-one-name-to-two": Bad(
        ("twice",),
        f"{HOOK}    return [LazyEntry('bad', 'json', name, 'same') "
        "for name in ('JSONDecoder', 'JSONEncoder')]",
    ),
    "hook-asks-for-itself": Bad(
        ("was asked for while it was running",),
        f"{HOOK}    from aiperf.common.factories import EndpointFactory\n"
        "    EndpointFactory.list_implementations()\n    return []",
    ),
    "hook-returns-another-factorys": Bad(
        ("transport",),
        f"{HOOK}    return [LazyEntry('bad', 'json', 'JSONDecoder', factory='transport')]",
    ),
    "hook-registers-other-plugins-and-fails": Bad(
        ("late",),
        f"{HOOK}"
        "    from types import SimpleNamespace\n"
        "    from aiperf.plugins.default import default_registry\n"
        "    give = hookimpl(lambda: [LazyEntry('bad', 'json', 'JSONDecoder')])\n"
        "    other = SimpleNamespace(aiperf_register_transport=give)\n"
        "    default_registry.manager.register(other, 'bad_other')\n"
        "    raise ValueError('late')",
    ),
    "wrapper-yields-twice": Bad(
        ("yields twice",),
        HOOK.replace("@hookimpl", "@hookimpl(wrapper=True)")
        + "    result = yield\n    yield\n    return result",
    ),
    "wrapper-drops-everything": Bad(
        ("wrapper returned",),
        HOOK.replace("@hookimpl", "@hookimpl(wrapper=True)") + "    yield\n    return None",
    ),
    "wrapper-fails-at-the-end": Bad(
        ("late",),
        HOOK.replace("@hookimpl", "@hookimpl(wrapper=True)")
        + "    yield\n    raise ValueError('late')",
    ),
    # What its metadata say.
    "entry-points-are-nonsense": Bad(
        ("metadata",), dist_info={"entry_points.txt": "[aiperf.plugins]\nnonsense\n"}
    ),
    "entry-point-names-no-python": Bad(
        ("bad",), dist_info={"entry_points.txt": "[aiperf.plugins]\nbad = not a module!\n"}
    ),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_failure_costs_one_line_and_leaves_no_trace(run, alone, make_distribution, case):
    """Twenty others work, one line says what to do, nothing of the failed one is left."""
    bad = FAILING[case]
    own = {"entry_points.txt": f"[aiperf.plugins]\nbad = {bad.target}\n", **(bad.dist_info or {})}
    site = make_distribution(
        "bad-plugin",
        bad.version,
        files=bad.files or {"bad_plugin.py": bad.source},
        dist_info=own,
    )
    seen, before = run(site), alone(run)
    (line,) = seen["told"]
    assert len(line.splitlines()) == 1
    for word in ("plugin 'bad", *bad.says):
        assert word in line
    failed = [record for record in seen["records"].values() if record[0] != "active"]
    (record,) = failed
    assert record[0] == "failed"
    assert record[2] == 0
    for part in ("listed", "selected", "registered", "origins", "path", "finders"):
        assert seen[part] == before[part], part
    if not case.startswith(("hook-", "wrapper-")):  # by then others may hold its modules
        assert seen["modules"] == []
    assert seen["told_after_refresh"] == []  # it has been told
