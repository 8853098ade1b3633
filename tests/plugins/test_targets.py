from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.common.factories import EndpointFactory
from aiperf.plugins.sources import Sources
from aiperf.plugins.targets import Target, Targets, Trouble, find_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACME = {
    "acme_t/__init__.py": "raise SystemExit('imported')",
    "acme_t/impl.py": """
        import acme_t.other
        import acme_t.other as o
        import not_installed
        from not_installed import Base, Borrowed
        from typing import TYPE_CHECKING
        from . import other
        from .other import Far as Near, Lost
        from .gone import Missing
        from acme_t.other import helper

        if TYPE_CHECKING:
            from x import Imaginary

        class Chat(Base):
            class Inner:
                class Innermost: ...
            limit = 3

        class Closed:
            class Inner: ...

        def make_chat(**options): ...
        async def make_later(**options): ...

        Alias = Chat
        Dotted = other.Far
        Unknown = nowhere
        Computed = type("Computed", (), {})
        Constant = "text"
        Table = {"a": 1}
        Loop = Pool
        Pool = Loop
        try:
            from fast_thing import Fast
        except ImportError:
            Fast = None
        try:
            from .other import Far as Sure
        except ImportError:
            Sure = None
        for Each in (): ...
    """,
    "acme_t/quoted.py": "'''\nclass Quoted: in a text\n'''\n",
    "acme_t/other.py": """
        class Far: ...
        class helper: ...
    """,
    "acme_t/stars.py": """
        from .other import *
    """,
    "acme_t/foreign_stars.py": "from not_installed import *",
    "acme_t/lazy.py": """
        def __getattr__(name): ...
    """,
    "acme_t/made.py": "globals()['Chat'] = type",
    "acme_t/broken.py": "class Chat(:\n    pass\n",
    "acme_t/broken_star.py": "from .broken import *",
    "acme_t/ring_a.py": "from .ring_b import *",
    "acme_t/ring_b.py": "from .ring_a import *",
    "acme_t/bad/__init__.py": "def",
    "acme_t/bad/fine.py": "class Chat: ...",
    "acme_space/deep/fine.py": "class Chat: ...",
}


@pytest.fixture
def find(make_distribution: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Target]:
    """Give ``find_target`` where a package that must not be imported is installed."""
    monkeypatch.syspath_prepend(make_distribution("acme-t", files=ACME))
    return find_target


@pytest.mark.parametrize(
    ("module", "name", "file"),
    [
        ("acme_t.impl", "Chat", "impl.py"),
        ("acme_t.impl", "Chat.Inner", "impl.py"),
        ("acme_t.impl", "Chat.Inner.Innermost", "impl.py"),
        ("acme_t.impl", "make_chat", "impl.py"),
        ("acme_t.impl", "make_later", "impl.py"),
        ("acme_t.impl", "Alias", "impl.py"),
        ("acme_t.impl", "Alias.Inner", "impl.py"),
        ("acme_t.impl", "Near", "other.py"),
        ("acme_t.impl", "Dotted", "other.py"),
        ("acme_t.impl", "other.Far", "other.py"),
        ("acme_t.impl", "o.Far", "other.py"),
        ("acme_t.impl", "acme_t.other.Far", "other.py"),
        ("acme_t.impl", "helper", "other.py"),
        ("acme_t.impl", "Sure", "other.py"),
        ("acme_t.stars", "Far", "other.py"),
        ("acme_space.deep.fine", "Chat", "fine.py"),
    ],
)
def test_a_class_is_found_where_it_is_defined(
    find: Callable[..., Target], module: str, name: str, file: str
) -> None:
    """Through imports, re-exports, assignments, star imports and nesting, importing nothing."""
    target = find(module, name)
    assert (target.problem, target.certain, target.trouble) == ("", True, Trouble.NONE)
    assert target.path.endswith(file)
    assert isinstance(target.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    assert target.line == target.node.lineno
    assert "acme_t" not in sys.modules


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        ("acme_t.impll", "Chat", ["no module 'acme_t.impll'", "mean 'acme_t.impl'"]),
        ("acme_t.impl.more", "Chat", ["'acme_t.impl' is a module and not a package"]),
        ("nowhere_at_all", "Chat", ["no module 'nowhere_at_all'"]),
        ("acme_t.impl", "Caht", ["acme_t.impl has no class 'Caht'", "mean 'Chat'"]),
        ("acme_t.impl", "Imaginary", ["no class 'Imaginary'"]),
        ("acme_t.quoted", "Quoted", ["no class 'Quoted'"]),
        ("acme_t.impl", "Closed.Iner", ["acme_t.impl.Closed has no class 'Iner'", "'Inner'"]),
        ("acme_t.impl", "Lost", ["acme_t.other has no class 'Lost'"]),
        ("acme_t.impl", "Missing", ["no module 'acme_t.gone'"]),
        ("acme_t.impl", "Constant", ["'text'", "cannot be called", "Name a class."]),
        ("acme_t.impl", "Table", ["{'a': 1}", "cannot be called"]),
        ("acme_t.impl", "other", ["module acme_t.other", "cannot be called"]),
        ("acme_t.stars", "Faar", ["acme_t.stars has no class 'Faar'"]),
        ("acme_t.broken", "Chat", ["broken.py:1 is not valid Python"]),
        ("acme_t.broken_star", "Chat", ["broken.py:1 is not valid Python"]),
        ("acme_t.bad.fine", "Chat", ["bad/__init__.py:1 is not valid Python"]),
    ],
)
def test_what_cannot_be_right_is_said_with_the_nearest_name(
    find: Callable[..., Target], module: str, name: str, words: list[str]
) -> None:
    """A module, a class or a syntax that only the author can correct."""
    target = find(module, name)
    assert target.certain
    assert target.trouble is not Trouble.NONE
    for word in words:
        assert word in target.problem


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("acme_t.impl", "Borrowed"),
        ("acme_t.impl", "not_installed.Chat"),
        ("acme_t.impl", "Unknown"),
        ("acme_t.impl", "Computed"),
        ("acme_t.impl", "Constant.Inner"),
        ("acme_t.impl", "Loop"),
        ("acme_t.impl", "Fast"),
        ("acme_t.impl", "Each"),
        ("acme_t.impl", "Chat.Inherited"),
        ("acme_t.impl", "make_chat.attribute"),
        ("acme_t.foreign_stars", "Chat"),
        ("acme_t.ring_a", "Chat"),
        ("acme_t.lazy", "Chat"),
        ("acme_t.made", "Chat"),
        ("sys", "Chat"),
    ],
)
def test_what_only_an_import_can_tell_is_no_problem(
    find: Callable[..., Target], module: str, name: str
) -> None:
    """No source, names made by code, other packages that may be missing, rings of imports."""
    target = find(module, name)
    assert (target.problem, target.certain) == ("", False)


def test_a_package_that_computes_its_path_is_not_certain(
    make_distribution: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its module may be elsewhere."""
    files = {"acme_e/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, 'x')"}
    monkeypatch.syspath_prepend(make_distribution("acme-e", files=files))
    target = find_target("acme_e.impl", "Chat")
    assert (target.problem, target.certain) == ("", False)


def test_a_name_that_the_loaded_module_has_is_not_missing(
    find: Callable[..., Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something gave it to the module after its import."""
    import xml.sax.handler  # noqa: PLC0415 - a module to add a name to

    assert find("xml.sax.handler", "AcmeHandler").problem
    monkeypatch.setattr(xml.sax.handler, "AcmeHandler", type, raising=False)
    assert find("xml.sax.handler", "AcmeHandler").problem == ""


def test_the_quick_way_takes_a_class_line_for_the_class(find: Callable[..., Target]) -> None:
    """It parses only where there is no such line, so a syntax error goes unseen."""
    target = find("acme_t.other", "Far", quick=True)
    assert (target.line, target.node, target.problem) == (2, None, "")
    assert find("acme_t.broken", "Chat", quick=True).problem == ""
    assert find("acme_t.bad.fine", "Chat", quick=True).problem == ""
    assert find("acme_t.impl", "Caht", quick=True).trouble is Trouble.CLASS
    assert find("acme_t.impl", "Alias", quick=True).line > 0
    assert find("acme_t.gone", "Chat", quick=True).trouble is Trouble.MODULE
    assert find("sys", "Chat", quick=True).certain is False


def test_a_base_class_is_found_like_a_target(find: Callable[..., Target]) -> None:
    """``Near`` in the module that imports it leads to the class."""
    assert find("acme_t.impl", "Chat").problem == ""
    targets = Targets(Sources())
    module = targets.sources.find("acme_t.impl")
    scope = targets.scope(module)  # type: ignore[arg-type]
    near = targets.expression(module, scope, ast.parse("Near", mode="eval").body)  # type: ignore[arg-type]
    assert near.path.endswith("other.py")
    assert near.line == 2
    computed = targets.expression(module, scope, ast.parse("f()", mode="eval").body)  # type: ignore[arg-type]
    assert not computed.certain


@pytest.mark.parametrize("quick", [True, False])
def test_every_builtin_is_found(quick: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Each has its class where its entry says."""
    sources = Sources()
    for implementation in EndpointFactory.plugin_registry.slots.values():
        for class_type in EndpointFactory.plugin_registry.class_types(implementation):
            for each in EndpointFactory.plugin_registry.implementations(implementation, class_type):
                target = find_target(
                    each.module_path, each.class_name, sources=sources, quick=quick
                )
                assert (target.problem, target.certain) == ("", True)
                assert target.line


def test_nothing_is_imported(make_distribution: Any, fresh_python: Any) -> None:
    """Neither the target nor its packages nor anything heavy, in a fresh interpreter."""
    site: Path = make_distribution("acme-t", files=ACME)
    code = """
        import sys
        from aiperf.plugins.targets import find_target

        before = set(sys.modules)
        assert find_target("acme_t.impl", "Alias").line
        assert find_target("acme_t.impl", "Caht").problem
        print([name for name in set(sys.modules) - before if name.startswith("acme")])
    """
    assert fresh_python(code, path=[site], warnings_are_errors=True) == "[]\n"
