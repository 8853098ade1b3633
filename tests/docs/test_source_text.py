"""The calls that the proposal for the registry shows work as it shows them."""

from __future__ import annotations

import pytest

INFO = """
from aiperf.common.models import ModelEndpoint

info = ModelEndpoint(model="any")
"""

REGISTER_BUILTINS = """
from aiperf.common.factories import EndpointFactory, TransportFactory

EndpointFactory.register_lazy(
    "chat", "aiperf.endpoints.openai_chat", "ChatEndpoint", identifier="openai_chat"
)
EndpointFactory.register_lazy(
    "embeddings",
    "aiperf.endpoints.openai_embeddings",
    "EmbeddingsEndpoint",
    identifier="openai_embeddings",
)
TransportFactory.register_lazy(
    "http", "aiperf.transports.http_transport", "HTTPTransport", identifier="http"
)
"""

REGISTER_BY_KEYWORD = """
from aiperf.common.factories import EndpointFactory

EndpointFactory.register_lazy(
    class_type="chat",
    module_path="aiperf.endpoints.openai_chat",
    class_name="ChatEndpoint",
    identifier="openai_chat",
    is_plugin=False,
)
"""

DISCOVER = """
import aiperf
from aiperf.common.factories import PluginDiscovery

PluginDiscovery.discover_all()
"""

SELECT = """
from aiperf.common.factories import EndpointFactory

implementations = EndpointFactory.list_implementations("chat")
EndpointFactory.use_implementation_by_id("chat", "openai_chat")
endpoint = EndpointFactory.create_instance("chat", model_endpoint=info)
"""

SHOW = """
print(type(endpoint).__name__, [each.identifier for each in implementations])
"""

REGISTRY = """
from aiperf.common.factories import EndpointFactory

EndpointFactory.register_lazy(
    class_type="chat",
    module_path="{0}.endpoints",
    class_name="{1}",
    identifier="{0}",
    is_plugin=True,
)
"""

ENDPOINTS = """
from aiperf.endpoints.openai_chat import ChatEndpoint

class {0}(ChatEndpoint):
    pass
"""

CREATE = """
endpoint = EndpointFactory.create_instance("chat", model_endpoint=info)
print(type(endpoint).__name__)
"""


@pytest.mark.parametrize(
    "registration", [REGISTER_BUILTINS, REGISTER_BY_KEYWORD], ids=["builtins", "keywords"]
)
def test_a_registration_that_says_what_stands_changes_nothing(registration, fresh_python):
    """Builtins may be registered again, by position or by keyword; the builtin stays selected."""
    selected = (
        "chat = EndpointFactory.list_implementations('chat')\n"
        "print([each.origin.kind.value for each in chat if each.is_selected])"
    )
    said = fresh_python(f"{registration}\n{selected}", warnings_are_errors=True)
    assert said == "['builtin']\n"


def test_discover_then_select_then_create(fresh_python):
    """The three steps of an application, in order, with nothing else installed."""
    said = fresh_python(INFO + DISCOVER + SELECT + SHOW, warnings_are_errors=True)
    assert said == "ChatEndpoint ['openai_chat']\n"


def test_the_blocks_work_one_after_the_other(fresh_python):
    """Whoever runs all of them in one session gets to the end."""
    code = INFO + REGISTER_BUILTINS + REGISTER_BY_KEYWORD + DISCOVER + SELECT
    said = fresh_python(f"{code}\nprint(type(endpoint).__name__)", warnings_are_errors=True)
    assert said == "ChatEndpoint\n"


def test_a_packaged_plugin(fresh_python, make_distribution):
    """An entry point that names a registry module, which registers when it is imported."""
    site = make_distribution(
        "my-plugin",
        files={
            "my_plugin/__init__.py": "",
            "my_plugin/registry.py": REGISTRY.format("my_plugin", "OptimizedChatEndpoint"),
            "my_plugin/endpoints.py": ENDPOINTS.format("OptimizedChatEndpoint"),
        },
        entry_points={"aiperf.plugins": {"my_plugin": "my_plugin.registry"}},
    )
    code = f"{INFO}{DISCOVER}from aiperf.common.factories import EndpointFactory\n{CREATE}"
    assert fresh_python(code, path=[site]) == "OptimizedChatEndpoint\n"


def test_local_plugins(fresh_python, tmp_path):
    """Two registry modules in a variable, of packages with no ``__init__.py``; the later wins."""
    for package, name in {"my_plugin": "OptimizedChat", "experimental": "CustomChat"}.items():
        (tmp_path / package).mkdir()
        (tmp_path / package / "registry.py").write_text(REGISTRY.format(package, name))
        (tmp_path / package / "endpoints.py").write_text(ENDPOINTS.format(name))
    code = f"{INFO}{DISCOVER}from aiperf.common.factories import EndpointFactory\n{CREATE}"
    env = {"AIPERF_PLUGIN_MODULES": "my_plugin.registry,experimental.registry"}
    assert fresh_python(code, path=[tmp_path], env=env) == "CustomChat\n"
    selected = "EndpointFactory.use_implementation_by_id('chat', 'my_plugin')\n"
    said = fresh_python(code.replace(CREATE, selected + CREATE), path=[tmp_path], env=env)
    assert said == "OptimizedChat\n"
