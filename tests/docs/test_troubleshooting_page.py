"""docs/troubleshooting.md shows messages as they are: each is provoked and compared."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aiperf.common import errors

PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"

HOOK = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        {}
"""
FAST = 'return [LazyEntry("chat", "acme_fast", "FastChat", identifier="fast")]'
DISCOVER = """
    from aiperf.common.factories import EndpointFactory, PluginDiscovery
    from aiperf.plugins.errors import AIPerfError

    try:
        PluginDiscovery.discover_all()
        {}
    except AIPerfError as error:
        print(error)
    for record in PluginDiscovery.so_far():
        print(record.error)
"""


@dataclass(frozen=True)
class Case:
    """What provokes one message."""

    registry: str | None = None
    """The registry module of the installed plugin ``acme``, if there is one."""
    then: str = "pass"
    """What is done after discovery."""
    modules: dict[str, str] = field(default_factory=dict)
    """Further modules of the plugin."""
    other: str | None = None
    """The registry module of another installed plugin, ``bolt``."""
    env: dict[str, str] = field(default_factory=dict)


CREATE = "EndpointFactory.create_instance('chat')"
CASES = {
    "module not found": Case(env={"AIPERF_PLUGIN_MODULES": "acme_registry"}),
    "import raises": Case("raise RuntimeError('no licence')"),
    "misspelled hook": Case(
        HOOK.format(FAST).replace("register_endpoint", "register_endpoints"),
    ),
    "unmarked hook": Case(HOOK.format(FAST).replace("    @hookimpl\n", "")),
    "hook with argument": Case(HOOK.format(FAST).replace("()", "(config)")),
    "hook returns None": Case(HOOK.format("pass")),
    "duplicate identifier": Case(
        HOOK.format(
            'return [LazyEntry("chat", "acme.fast", "Chat", "fast"), '
            'LazyEntry("chat", "acme.faster", "Chat", "fast")]'
        )
    ),
    "hook raises": Case(HOOK.format("raise ValueError('no GPU')")),
    "no dotted name": Case(
        "from aiperf import LazyEntry\nENTRY = LazyEntry('chat', 'acme/fast.py', 'Chat')"
    ),
    "no module": Case(HOOK.format(FAST), CREATE),
    "no class": Case(HOOK.format(FAST), CREATE, {"acme_fast": "class FasterChat: pass"}),
    "no package": Case(
        HOOK.format(FAST).replace('fast")]', "fast\", metadata={'extra': 'gpu'})]"),
        CREATE,
        {"acme_fast": "import acme_gpu"},
    ),
    "constructor": Case(
        HOOK.format(FAST),
        "EndpointFactory.create_instance('chat', model_endpoint=None)",
        {"acme_fast": "class FastChat: pass"},
    ),
    "class type": Case(then="EndpointFactory.create_instance('chatt')"),
    "identifier": Case(then="EndpointFactory.use_implementation_by_id('chat', 'openai_chatt')"),
    "override": Case(
        HOOK.format("raise ValueError"), env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=fast"}
    ),
    "disabled": Case(HOOK.format(FAST), env={"AIPERF_PLUGINS_DISABLED": "acne"}),
    "boolean": Case(env={"AIPERF_PLUGIN_AUTOLOAD": "maybe"}),
    "tie": Case(HOOK.format(FAST), other=HOOK.format(FAST.replace('"fast"', '"quick"'))),
    "contradiction": Case(
        then="EndpointFactory.register_lazy('chat', 'acme.fast', 'Chat', 'fast'); "
        "EndpointFactory.register_lazy('chat', 'acme.faster', 'Chat', 'fast')"
    ),
}


@pytest.fixture
def shown(read_blocks) -> list[str]:
    """The messages on the page."""
    return [block.text for block in read_blocks(PAGE) if block.language == "text"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_message_is_on_the_page(case, shown, fresh_python, make_distribution):
    """Whoever searches the page for what they see finds it."""
    site = make_distribution(
        "acme-aiperf",
        files={
            f"{name}.py": source
            for name, source in {"acme_registry": case.registry, **case.modules}.items()
            if source is not None
        },
        entry_points={"aiperf.plugins": {"acme": "acme_registry"}} if case.registry else None,
    )
    if case.other is not None:
        make_distribution(
            "bolt-aiperf",
            files={"bolt_registry.py": case.other},
            entry_points={"aiperf.plugins": {"bolt": "bolt_registry"}},
        )
    done = fresh_python.run(DISCOVER.format(case.then), path=[site], env=case.env)
    assert done.returncode == 0, done.stderr
    said = [
        line.removesuffix(" The rest goes on without it.")
        for line in (done.stdout + done.stderr).splitlines()
    ]
    matches = [message for message in shown if any(_same(message, line) for line in said)]
    assert len(matches) == 1, said


def test_each_message_on_the_page_is_provoked(shown):
    """No message stays on the page that is no longer said."""
    assert len(shown) == len(CASES)


def test_each_kind_of_failed_request_is_on_the_page():
    """The table has every error that a record may name."""
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    recorded = (errors.TransportError, errors.ResponseError, errors.RequestCancellationError)
    recorded += (errors.WorkerError,)
    kinds = {
        value.__name__
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, recorded)
    }
    kinds.remove("ResponseError")
    assert sorted(rows) == sorted(kinds)


def _same(message: str, line: str) -> bool:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(message.strip(), line.strip(), flags)
