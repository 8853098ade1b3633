"""A finding for each thing that is wrong, and none for what is right.

There is a real plugin for each rule, broken in that way and in no other.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.devtools.findings import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = 'LazyEntry("chat", "acme.chat", "Chat", identifier="acme")'
HOOK = f"""
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [{ENTRY}]
"""
CHAT = """
class Chat:
    def __init__(self, *, model_endpoint): ...
    @property
    def path(self): return "/chat"
    @property
    def headers(self): return {}
    def format_payload(self, turns): ...
    def parse_response(self, record): ...
"""
METRIC = """
class Speed:
    scope = "record"
    tag = "speed"
    header = "Speed"
    unit = "ms"
    def compute(self, record): ...
"""
METRIC_HOOK = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_metric():
    return [LazyEntry("speed", "acme.speed", "Speed")]
"""


@dataclass(frozen=True)
class Broken:
    """A plugin, the rule that it breaks, and words that the finding has to have.

    ``# here`` marks the line that the finding names.
    """

    rule: str
    words: tuple[str, ...]
    registry: str = HOOK
    chat: str = CHAT
    files: dict[str, str] = field(default_factory=dict)
    entry_points: str = "[aiperf.plugins]\nacme = acme.registry\n"
    without: str = "nothing"
    is_in_entry_points: bool = False


def entry(text: str) -> str:
    """Return a registry with one endpoint entry."""
    return HOOK.replace(f"[{ENTRY}]", f"[{text}]  # here")


def metric(metadata: str, tag: str = "speed") -> str:
    """Return a registry with one metric, with metadata."""
    text = METRIC_HOOK.replace('"Speed")]', f'"Speed", metadata={metadata})]  # here')
    return text.replace('LazyEntry("speed"', f'LazyEntry("{tag}"')


def function(text: str, mark: str = "@hookimpl") -> str:
    """Return a registry with one hook, written out."""
    return f"from aiperf import LazyEntry, hookimpl\n\n{mark}\n{text}\n"


def chat(text: str, instead_of: str) -> str:
    """Return the endpoint class with one line replaced."""
    assert instead_of in CHAT
    return CHAT.replace(instead_of, text)


PAYLOAD = "    def format_payload(self, turns): ...\n"
INIT = "    def __init__(self, *, model_endpoint): ...\n"
PATH = '    @property\n    def path(self): return "/chat"\n'

BROKEN = [
    # The distribution
    Broken(
        "unreadable-metadata", ("acme", "Reinstall"), entry_points="[aiperf.plugins]\nno sense\n"
    ),
    Broken(
        "entry-point-group",
        ("acme has no entry point in the group 'aiperf.plugins'", "'aiperf.plugin'", "Rename"),
        entry_points="[aiperf.plugin]\nacme = acme.registry\n",
        is_in_entry_points=True,
    ),
    Broken(
        "entry-point-name",
        ("'builtin'", "keeps for itself"),
        entry_points="[aiperf.plugins]\nbuiltin = acme.registry\n",
        is_in_entry_points=True,
    ),
    Broken("requires-aiperf", ("acme does not require aiperf",), without="Requires-Dist"),
    Broken("no-description", ("acme has no description",), without="Summary"),
    Broken(
        "unknown-extra",
        ("'fats'", "Did you mean 'fast'?"),
        entry('LazyEntry("chat", "acme.chat", "Chat", metadata={"extra": "fats"})'),
    ),
    # The registry module
    Broken(
        "missing-module",
        ("no module 'acme.registri'", "Did you mean 'acme.registry'?"),
        entry_points="[aiperf.plugins]\nacme = acme.registri\n",
        is_in_entry_points=True,
    ),
    Broken(
        "missing-module",
        ("acme.chta:Chat", "Did you mean 'acme.chat'?"),
        entry('LazyEntry("chat", "acme.chta", "Chat")'),
    ),
    Broken(
        "missing-object",
        ("acme.registry has no 'plugni'", "Did you mean 'Plugin'?"),
        HOOK + "\nclass Plugin: ...\n",
        entry_points="[aiperf.plugins]\nacme = acme.registry:plugni\n",
        is_in_entry_points=True,
    ),
    Broken(
        "missing-object",
        ("no 'not a name'",),
        entry_points="[aiperf.plugins]\nacme = acme.registry:not a name\n",
        is_in_entry_points=True,
    ),
    Broken("syntax-error", ("registry.py:1", "not valid Python"), "def (:  # here\n"),
    Broken("syntax-error", ("chat.py:1", "not valid Python"), chat="class Chat(:  # here\n"),
    Broken("nothing-registered", ("acme.registry has no hook",), "# here\n"),
    Broken("heavy-import", ("imports torch",), "import torch  # here\n" + HOOK),
    Broken(
        "heavy-import",
        ("importing acme.registry imports pandas.core",),
        files={"acme/__init__.py": "from pandas.core import frame  # here\n"},
    ),
    Broken(
        "eager-import",
        ("imports acme.chat, which its entries name",),
        "from acme.chat import Chat  # here\n" + HOOK,
    ),
    Broken(
        "eager-import",
        ("imports acme.chat",),
        files={"acme/__init__.py": "from . import chat  # here\n"},
    ),
    # Hooks
    Broken(
        "unknown-hook",
        ("'aiperf_register_endpiont'", "Did you mean 'aiperf_register_endpoint'?"),
        function(f"def aiperf_register_endpiont(): return [{ENTRY}]  # here"),
    ),
    Broken(
        "unknown-hook",
        ("'aiperf_register_nothing'",),
        function(
            f"def endpoints(): return [{ENTRY}]  # here",
            "@hookimpl(specname='aiperf_register_nothing')",
        ),
    ),
    Broken(
        "unmarked-hook",
        ("'aiperf_register_endpoint' is named like a hook", "Put @hookimpl above it"),
        HOOK.replace("@hookimpl\n", "").replace("endpoint():", "endpoint():  # here"),
    ),
    Broken(
        "unmarked-hook",
        ("'aiperf_regster_endpoint'", "Did you mean 'aiperf_register_endpoint'?"),
        function(f"def aiperf_regster_endpoint(): return [{ENTRY}]  # here", ""),
    ),
    Broken(
        "wrong-marker",
        ("'pytest'", "from aiperf import hookimpl"),
        HOOK.replace("hookimpl\n\n", "hookimpl as _\nfrom pytest import hookimpl\n\n", 1).replace(
            "endpoint():", "endpoint():  # here"
        ),
    ),
    Broken(
        "wrong-marker",
        ("'aiprf'",),
        HOOK.replace(
            "import LazyEntry, hookimpl",
            "import LazyEntry\nimport pluggy\nhookimpl = pluggy.HookimplMarker('aiprf')",
        ).replace("endpoint():", "endpoint():  # here"),
    ),
    Broken(
        "duplicate-hook",
        ("aiperf_register_endpoint is defined in line 5 already",),
        HOOK + f"\n@hookimpl\ndef aiperf_register_endpoint():  # here\n    return [{ENTRY}]\n",
    ),
    Broken(
        "hook-parameters",
        ("asks for config",),
        HOOK.replace("endpoint():", "endpoint(config):  # here"),
    ),
    Broken(
        "hook-parameters",
        ("asks for self", "Name an instance of the class"),
        "from aiperf import LazyEntry, hookimpl\nclass Plugin:\n    @hookimpl\n"
        f"    def aiperf_register_endpoint(self): return [{ENTRY}]  # here\n",
        entry_points="[aiperf.plugins]\nacme = acme.registry:Plugin\n",
    ),
    Broken(
        "hook-async",
        ("asynchronous", "Write def"),
        HOOK.replace(
            "def aiperf_register_endpoint():", "async def aiperf_register_endpoint(): # here"
        ),
    ),
    Broken(
        "hook-wrapper",
        ("not a generator function",),
        function("def aiperf_register_endpoint(): return []  # here", "@hookimpl(wrapper=True)"),
    ),
    Broken(
        "hook-wrapper",
        ("does not return the result",),
        function("def aiperf_register_endpoint(): yield  # here", "@hookimpl(wrapper=True)"),
    ),
    Broken(
        "hook-wrapper",
        ("both wrapper and hookwrapper",),
        function(
            "def aiperf_register_endpoint(): return (yield)  # here",
            "@hookimpl(wrapper=True, hookwrapper=True)",
        ),
    ),
    Broken("hook-result", ("returns nothing",), function("def aiperf_register_ui(): pass  # here")),
    Broken(
        "hook-result",
        ("returns nothing (None)",),
        function("def aiperf_register_ui():\n    return  # here"),
    ),
    Broken("hook-result", ("'text'",), function("def aiperf_register_ui(): return 'text'  # here")),
    Broken(
        "hook-result",
        ("one LazyEntry and not a list",),
        HOOK.replace(f"[{ENTRY}]", f"{ENTRY}  # here"),
    ),
    Broken(
        "hook-result",
        ("a list with 'x' in it",),
        function("def aiperf_register_ui(): return ['x']  # here"),
    ),
    # Entries
    Broken("entry-arguments", ("lacks class_name",), entry('LazyEntry("chat", "acme.chat")')),
    Broken(
        "entry-arguments",
        ("has no argument 'idetifier'",),
        entry('LazyEntry("chat", "acme.chat", "Chat", idetifier="x")'),
    ),
    Broken(
        "entry-arguments",
        ("identifier must be a string", "7"),
        entry('LazyEntry("chat", "acme.chat", "Chat", identifier=7)'),
    ),
    Broken(
        "entry-arguments",
        ("metadata must be a dict",),
        entry('LazyEntry("chat", "acme.chat", "Chat", metadata="x")'),
    ),
    Broken(
        "entry-arguments",
        ("takes 5 positional arguments, not 6",),
        "from aiperf.common.factories import EndpointFactory\n"
        'EndpointFactory.register_lazy("a", "acme.chat", "Chat", "i", True, "text")  # here\n',
    ),
    Broken(
        "entry-arguments",
        ("gets identifier twice",),
        "from aiperf.common.factories import EndpointFactory\n"
        'EndpointFactory.register_lazy("a", "acme.chat", "Chat", "i", identifier="i")  # here\n',
    ),
    Broken(
        "entry-arguments",
        ("requires:", "aiperf=>1"),
        entry('LazyEntry("chat", "acme.chat", "Chat", requires="aiperf=>1")'),
    ),
    Broken(
        "entry-name",
        ("'my chat'", "without blanks"),
        entry('LazyEntry("my chat", "acme.chat", "Chat")'),
    ),
    Broken(
        "entry-name",
        ("'acme.chat:Chat' is not a dotted Python name",),
        entry('LazyEntry("chat", "acme.chat:Chat", "Chat")'),
    ),
    Broken(
        "other-factory",
        ("for factory 'transport'", "aiperf_register_transport()"),
        entry('LazyEntry("chat", "acme.chat", "Chat", factory="transport")'),
    ),
    Broken(
        "other-factory",
        ("no factory 'endpiont'", "Did you mean 'endpoint'?"),
        "from aiperf import LazyEntry\n"
        'X = LazyEntry("a", "acme.chat", "Chat", factory="endpiont")  # here\n',
    ),
    Broken(
        "duplicate-identifier",
        ("'acme'", "acme.chat:Chat", "acme.chat:Other", "identifier of its own"),
        HOOK.replace("]\n", f",\n        {ENTRY.replace('Chat', 'Other')}]  # here\n"),
        CHAT + "\nclass Other(Chat): ...\n",
    ),
    Broken(
        "metadata-key",
        ("'sreaming'", "Did you mean 'streaming'?"),
        entry('LazyEntry("chat", "acme.chat", "Chat", metadata={"sreaming": True})'),
    ),
    Broken(
        "metadata-type",
        ("'streaming' is 'yes'", "True or False"),
        entry('LazyEntry("chat", "acme.chat", "Chat", metadata={"streaming": "yes"})'),
    ),
    Broken("metadata-type", ("'needs' is ['tokns']",), metric('{"needs": ["tokns"]}')),
    Broken("metadata-type", ("'requires' is 'x'", "a list"), metric('{"requires": "x"}')),
    Broken(
        "metadata-mismatch",
        ("metadata 'unit' is 's'", "Speed.unit is 'ms'"),
        metric('{"unit": "s"}'),
    ),
    Broken("metadata-mismatch", ("class type is 'sped'", "'speed'"), metric("{}", "sped")),
    # Classes
    Broken(
        "missing-class",
        ("acme.chat has no class 'Caht'", "Did you mean 'Chat'?"),
        entry('LazyEntry("chat", "acme.chat", "Caht")'),
    ),
    Broken("not-a-class", ("cannot be called", "Name a class"), entry(ENTRY), "Chat = 'text'\n"),
    Broken(
        "missing-method",
        ("no method 'format_payload'", "Did you misspell it as 'format_paylod'?"),
        chat=chat("    def format_paylod(self, turns): ...\n", PAYLOAD).replace(
            "class Chat:", "class Chat:  # here"
        ),
    ),
    Broken(
        "missing-method",
        ("no method 'format_payload'",),
        chat="from aiperf.common.protocols import EndpointProtocol\n"
        + chat("", PAYLOAD).replace("class Chat:", "class Chat(EndpointProtocol):  # here"),
    ),
    Broken(
        "missing-attribute",
        ("no attribute 'unit'", "RecordMetricProtocol"),
        METRIC_HOOK,
        files={
            "acme/speed.py": METRIC.replace('    unit = "ms"\n', "").replace("ed:", "ed:  # here")
        },
    ),
    Broken(
        "abstract-method",
        ("Chat.format_payload is abstract",),
        chat="from abc import ABC, abstractmethod\n"
        + chat(
            PAYLOAD.replace("...", "...  # here").replace(
                "    def", "    @abstractmethod\n    def"
            ),
            PAYLOAD,
        ).replace("class Chat:", "class Chat(ABC):"),
    ),
    Broken(
        "method-parameters",
        ("it requires more, which nobody gives it", "def format_payload(self, turns)"),
        chat=chat("    def format_payload(self, turns, more): ...  # here\n", PAYLOAD),
    ),
    Broken(
        "method-parameters",
        ("it does not take turns",),
        chat=chat("    def format_payload(self): ...  # here\n", PAYLOAD),
    ),
    Broken(
        "method-parameters",
        ("__init__", "does not take model_endpoint="),
        chat=chat("    def __init__(self): ...  # here\n", INIT),
    ),
    Broken(
        "method-parameters",
        ("__init__", "it requires name"),
        METRIC_HOOK,
        files={"acme/speed.py": METRIC + "    def __init__(self, name): ...  # here\n"},
    ),
    Broken(
        "method-async",
        ("Chat.format_payload has to be awaited", "Write def"),
        chat=chat("    async def format_payload(self, turns): ...  # here\n", PAYLOAD),
    ),
    Broken(
        "method-async",
        ("Wire.send cannot be awaited", "Write async def"),
        HOOK.replace("endpoint", "transport").replace('"Chat"', '"Wire"'),
        """
class Wire:
    def __init__(self, *, config): ...
    def prepare(self, path, body, headers): ...
    def send(self, request, record, *, request_id="", correlation_id=""): return None  # here
    async def close(self): ...
""",
    ),
    Broken(
        "member-kind",
        ("Chat.path is a method", "Put @property above it"),
        chat=chat("    def path(self): ...  # here\n", PATH),
    ),
    Broken(
        "member-kind",
        ("Chat.format_payload is None, but EndpointProtocol asks for a method",),
        chat=chat("    format_payload = None  # here\n", PAYLOAD),
    ),
    Broken(
        "attribute-value",
        ("Speed.scope is 'recrod'", "'record'"),
        METRIC_HOOK,
        files={"acme/speed.py": METRIC.replace('"record"', '"recrod"  # here')},
    ),
    Broken(
        "attribute-value",
        ("Speed.unit is 7", "str"),
        METRIC_HOOK,
        files={"acme/speed.py": METRIC.replace('"ms"', "7  # here")},
    ),
]


AT_RUN_TIME = {
    "import-failed", "import-hangs", "import-crashed", "import-prints", "import-threads",
    "import-side-effect", "load-failed",
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: each.rule)
def test_a_broken_plugin_has_one_finding_that_says_where_and_what(
    broken: Broken, install_acme: Any, found_in: Callable[..., Any], marked_place: Any
) -> None:
    """The rule, the file and line, and what to do; and nothing of it was imported."""
    files = {"acme/chat.py": broken.chat, "acme/speed.py": METRIC, **broken.files}
    site = install_acme(
        broken.registry, files, entry_points=broken.entry_points, without=broken.without
    )
    findings = found_in("acme")
    assert [each.rule for each in findings] == [broken.rule], "\n".join(map(str, findings))
    (finding,) = findings
    for word in broken.words:
        assert word in f"{finding.message} {finding.advice}"
    place = marked_place(site)
    if broken.is_in_entry_points:
        place = str(site / "acme-1.0.dist-info/entry_points.txt"), 2
    if place is not None:
        assert (finding.path, finding.line) == place
        assert str(finding).startswith(f"{place[0]}:{place[1]}: {broken.rule}: ")
    else:
        assert finding.path
    assert finding.message.endswith(".")
    assert not [name for name in sys.modules if name.partition(".")[0] == "acme"]


def test_every_rule_has_a_plugin_that_breaks_it() -> None:
    """No rule without a test; those of ``--import`` are in ``test_import_check``."""
    assert {each.rule for each in BROKEN} | AT_RUN_TIME == set(RULES)


GOOD = {
    "plain": HOOK,
    "its own marker": HOOK.replace(
        "import LazyEntry, hookimpl",
        "import LazyEntry\nimport pluggy\nhookimpl = pluggy.HookimplMarker('aiperf')",
    ),
    "renamed marker": HOOK.replace("hookimpl\n\n", "hookimpl as mark\n\n", 1).replace(
        "@hookimpl", "@mark(tryfirst=True)"
    ),
    "attributes of modules": HOOK.replace("from aiperf import LazyEntry, hookimpl", "import aiperf")
    .replace("@hookimpl", "@aiperf.hookimpl")
    .replace("[LazyEntry", "[aiperf.LazyEntry"),
    "a generator": HOOK.replace("return [", "yield from ["),
    "constants": HOOK.replace('"acme.chat"', "f'{__package__}.chat'")
    .replace("@hookimpl", 'NAME = "Chat"\n\n@hookimpl')
    .replace('"Chat"', "NAME"),
    "a shared list": "from aiperf import LazyEntry, hookimpl\n"
    'ENTRIES = [LazyEntry("chat", "acme.chat", "Chat")]\n'
    "@hookimpl\ndef aiperf_register_endpoint(): return ENTRIES\n",
    "computed": "from aiperf import LazyEntry, hookimpl\n"
    "@hookimpl\ndef aiperf_register_endpoint():\n"
    '    return [LazyEntry(name, "acme.chat", name.title()) for name in ("chat",)]\n',
    "imported hooks": "from acme.hooks import aiperf_register_endpoint\n",
    "star imported hooks": "from acme.hooks import *\n",
    "a call": "from aiperf.common.factories import EndpointFactory as Factory\n"
    'Factory.register_lazy("chat", "acme.chat", "Chat", "acme", is_plugin=True)\n',
    "a decorator": "from aiperf.common.factories import EndpointFactory\n"
    + CHAT.replace(
        "class Chat", "@EndpointFactory.register('acme', override_priority=1)\nclass Chat"
    ),
    "another application's hook": HOOK
    + "@hookimpl(optionalhook=True)\ndef aiperf_register_widget(): return []\n",
    "a wrapper": HOOK
    + "@hookimpl(wrapper=True)\ndef aiperf_register_ui(): return (yield)\n"
    + "@hookimpl(hookwrapper=True)\ndef aiperf_register_arrival():\n    result = yield\n",
    "enum members": "from enum import StrEnum\nclass Kind(StrEnum):\n    CHAT = 'chat'\n"
    + HOOK.replace('"chat", ', "Kind.CHAT, "),
    "heavy in a function": HOOK + "def later():\n    import torch\n",
    "heavy for type checkers": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
    "    import torch\n    from acme.chat import Chat\n" + HOOK,
}


@pytest.mark.parametrize("name", GOOD)
def test_what_works_has_no_finding(name: str, install_acme: Any, found_in: Any) -> None:
    """However a plugin chooses to be written."""
    install_acme(GOOD[name], {"acme/chat.py": CHAT, "acme/hooks.py": HOOK})
    assert list(map(str, found_in("acme"))) == []


RIGHT_CLASSES = {
    "inherits from a class elsewhere": (
        "from acme.base import Base\nclass Chat(Base):\n    def format_payload(self, turns): ...\n"
    ),
    "inherits from what is not installed": "from nowhere import Base\nclass Chat(Base): ...\n",
    "takes anything": "class Chat:\n    path = '/x'\n    headers = {}\n"
    "    def __init__(self, **options): ...\n"
    "    def format_payload(self, *args, **options): ...\n"
    "    def parse_response(self, record, extra=None): ...\n",
    "assigns in its constructor": "class Chat:\n"
    "    def __init__(self, *, model_endpoint):\n        self.path, self.headers = '/x', {}\n"
    "    def format_payload(self, turns): ...\n    parse_response = print\n",
    "answers for every name": "class Chat:\n"
    "    def __init__(self, *, model_endpoint): ...\n    def __getattr__(self, name): ...\n",
    "is decorated": "import something\n@something.made\nclass Chat: ...\n",
    "is a dataclass": "from dataclasses import dataclass\n@dataclass\nclass Chat:\n"
    "    model_endpoint: object\n    path: str\n    headers: dict\n"
    "    def format_payload(self, turns): ...\n    def parse_response(self, record): ...\n",
    "has decorated methods": CHAT.replace("    def format", "    @staticmethod\n    def format")
    .replace("(self, turns)", "(turns)")
    .replace("    def parse", "    @retry(3)\n    def parse"),
    "is a function": "def Chat(*, model_endpoint): ...\n",
    "has a metaclass": "from abc import ABCMeta\n"
    + CHAT.replace("class Chat:", "class Chat(metaclass=ABCMeta):"),
    "makes itself": CHAT.replace("def __init__(self, *", "def __new__(cls, *"),
    "is made of generics": "from typing import Generic, TypeVar\nT = TypeVar('T')\n"
    + CHAT.replace("class Chat:", "class Base(Generic[T]):")
    + "class Chat(Base[int]): ...\n",
}


@pytest.mark.parametrize("name", RIGHT_CLASSES)
def test_a_class_that_may_be_right_has_no_finding(
    name: str, install_acme: Any, found_in: Any
) -> None:
    """What only running it would tell is not said to be wrong."""
    base = CHAT.replace("class Chat", "class Base").replace("format_payload", "other")
    install_acme(HOOK, {"acme/chat.py": RIGHT_CLASSES[name], "acme/base.py": base})
    assert list(map(str, found_in("acme"))) == []


def test_a_metric_of_the_run_is_compared_with_that_protocol(
    install_acme: Any, found_in: Any
) -> None:
    """Of two protocols, the one whose ``scope`` the class has."""
    speed = METRIC.replace('"record"', '"run"').replace("(self, record)", "(self)")
    install_acme(METRIC_HOOK, {"acme/speed.py": speed})
    (finding,) = found_in("acme")
    assert finding.rule == "method-parameters"
    assert "RunMetricProtocol" in finding.message
    assert "def compute(self, run)" in finding.advice


def test_builtins_pass(found_in: Any) -> None:
    """AIPerf's own parts are held to the same rules."""
    assert list(map(str, found_in("builtin"))) == []
