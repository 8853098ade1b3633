"""Plugins really loaded in processes of their own, which they may hang, kill or dirty."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from aiperf.devtools.import_check import check_by_importing
from aiperf.devtools.named import named
from aiperf.plugins.sources import Sources

HOOK = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "acme.chat", "Chat", identifier="acme")]
"""
CHAT = """
class Chat:
    def __init__(self, *, model_endpoint):
        self.path = "/chat"
    @property
    def headers(self): return {}
    def format_payload(self, turns): ...
    def parse_response(self, record): ...
"""


@pytest.fixture
def loaded(install_acme: Any, make_distribution: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that installs ``acme``, loads it, and returns its findings as text."""

    def load(registry: str = HOOK, chat: str = CHAT, timeout: float = 60.0, **more: Any) -> Any:
        monkeypatch.setenv("PYTHONPATH", str(make_distribution.site))
        install_acme(registry, {"acme/chat.py": chat}, **more)
        findings = check_by_importing(named(["acme"], Sources()), timeout=timeout)
        assert not [name for name in sys.modules if name.partition(".")[0] == "acme"]
        return findings

    return load


def test_a_right_plugin_has_no_finding(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the environment switches plugins off."""
    monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")
    monkeypatch.setenv("AIPERF_PLUGINS_DISABLED", "*")
    assert loaded() == []


DIRTY = [
    ("import-failed", ("ValueError", "no luck"), "raise ValueError('no luck')", CHAT),
    ("import-failed", ("SystemExit",), "raise SystemExit(3)", CHAT),
    ("import-failed", ("KeyboardInterrupt",), "raise KeyboardInterrupt", CHAT),
    ("import-failed", ("returned 'text'",), HOOK.replace("[Lazy", "'text' or [Lazy"), CHAT),
    ("import-failed", ("RuntimeError",), HOOK.replace("return", "raise RuntimeError;"), CHAT),
    (
        "import-crashed",
        ("importing acme.registry", "exit status 7"),
        "import os; os._exit(7)",
        CHAT,
    ),
    ("import-crashed", ("SIGABRT",), "import os; os.abort()", CHAT),
    ("import-crashed", ("importing acme.chat:Chat", "status 4"), HOOK, "import os; os._exit(4)"),
    ("import-prints", ("'hello'",), "print('hello')\n" + HOOK, CHAT),
    ("import-prints", ("'from chat'",), HOOK, "import os\nos.write(2, b'from chat')\n" + CHAT),
    (
        "import-threads",
        ("thread 'worker'",),
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,), name='worker').start()\n" + HOOK,
        CHAT,
    ),
    ("import-side-effect", ("sys.path",), "import sys; sys.path.append('/x')\n" + HOOK, CHAT),
    ("import-side-effect", ("os.environ",), HOOK, "import os; os.environ['X'] = '1'\n" + CHAT),
    (
        "import-side-effect",
        ("root logger",),
        "import logging; logging.basicConfig()\n" + HOOK,
        CHAT,
    ),
    (
        "import-side-effect",
        ("signals",),
        "import signal; signal.signal(signal.SIGTERM, print)\n" + HOOK,
        CHAT,
    ),
    ("import-side-effect", ("working directory",), "import os; os.chdir('/')\n" + HOOK, CHAT),
    ("load-failed", ("needs 'not_there'",), HOOK, "import not_there\n" + CHAT),
    ("load-failed", ("has no class 'Chat'",), HOOK, "Other = 1\n"),
    ("missing-method", ("parse_response",), HOOK, CHAT.replace("parse_response", "parse")),
    ("method-parameters", ("turns",), HOOK, CHAT.replace("self, turns", "self")),
    ("method-async", ("format_payload",), HOOK, CHAT.replace("def format", "async def format")),
    (
        "missing-method",
        ("format_payload",),
        HOOK,
        "from aiperf.common.protocols import EndpointProtocol\n"
        + CHAT.replace("class Chat:", "class Chat(EndpointProtocol):").replace("payload", "x"),
    ),
    (
        "abstract-method",
        ("format_payload",),
        HOOK,
        "import abc\n"
        + CHAT.replace("Chat:", "Chat(abc.ABC):").replace(
            "    def format", "    @abc.abstractmethod\n    def format"
        ),
    ),
]


@pytest.mark.parametrize(
    ("rule", "words", "registry", "chat"), DIRTY, ids=[f"{each[0]}-{each[1][0]}" for each in DIRTY]
)
def test_whatever_loading_does_is_found(
    loaded: Any, rule: str, words: tuple[str, ...], registry: str, chat: str
) -> None:
    """And it happens to another process."""
    before = (list(sys.path), dict(os.environ), os.getcwd())  # noqa: PTH109 - to compare
    findings = loaded(registry, chat)
    assert [each.rule for each in findings] == [rule], "\n".join(map(str, findings))
    for word in words:
        assert word in findings[0].message
    assert findings[0].path.endswith((".py", "entry_points.txt"))
    after = (list(sys.path), dict(os.environ), os.getcwd())  # noqa: PTH109 - as above
    assert before[2] == after[2]
    assert before[1] | {"PYTHONPATH": ""} == after[1] | {"PYTHONPATH": ""}


def test_a_plugin_that_hangs_is_ended_with_all_it_started(loaded: Any) -> None:
    """After the time that it is given, and the stage is named."""
    code = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "time.sleep(600)\n"
    )
    (finding,) = loaded(code, timeout=2.0)
    assert finding.rule == "import-hangs"
    assert "importing acme.registry did not end in 2 s" in finding.message
    assert "--timeout" in finding.advice


def test_what_a_class_makes_when_it_runs_counts(loaded: Any) -> None:
    """Methods that are added by code, which a source does not show."""
    made = CHAT.replace("    def format_payload(self, turns): ...\n", "") + (
        "setattr(Chat, 'format_payload', lambda self, turns: {})\n"
    )
    assert loaded(HOOK, made) == []


def test_an_entry_that_needs_another_version_is_not_loaded(loaded: Any) -> None:
    """Its module may need what is not here."""
    gated = HOOK.replace('"acme")', '"acme", requires="aiperf>=999")')
    assert loaded(gated, "raise ImportError") == []


def test_what_is_known_already_is_not_said_again(install_acme: Any, found_in: Any) -> None:
    """The static check and the import find the same thing."""
    site = install_acme(HOOK, {"acme/chat.py": CHAT.replace("self, turns", "self")})
    known = found_in("acme")
    assert [each.rule for each in known] == ["method-parameters"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(site))
        assert check_by_importing(named(["acme"], Sources()), known) == []


def test_builtins_pass() -> None:
    """AIPerf's own parts are held to the same rules."""
    assert check_by_importing(named(["builtin"], Sources())) == []
