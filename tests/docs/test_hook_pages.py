"""Each hook has its page, its signature there, and a test of its name; the reference is whole."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from textwrap import dedent

import hook_documentation
import hook_page
import pytest

from aiperf.common import protocols
from aiperf.common.factories import EndpointFactory

CHECKOUT = Path(__file__).parents[2]
PAGES = CHECKOUT / "docs" / "hooks"
TESTS = Path(__file__).with_name("test_hook_examples.py")
HOOKS = hook_page.hooks()


def missing(hooks, pages: Path = PAGES, tests: Path = TESTS) -> list[str]:
    """Say what each of ``hooks`` lacks, and which page is of no hook."""
    functions = ast.parse(tests.read_text(encoding="utf-8")).body
    tested = {each.name for each in functions if isinstance(each, ast.FunctionDef)}
    index = (pages / "index.md").read_text(encoding="utf-8")
    written = {page.stem: page.read_text(encoding="utf-8") for page in pages.glob("*.md")}
    del written["index"]
    found = [f"{page}.md is of no hook" for page in written if page not in hooks]
    for hook in hooks:
        text = written.get(hook, "")
        if not text.startswith(f"# `{hook}`\n"):
            found.append(f"{hook} has no page")
        if f"```{{hook}} {hook}\n```" not in text:
            found.append(f"{hook} has no signature on its page")
        if f"({hook}.md)" not in index:
            found.append(f"{hook} is not in the index")
        if f"test_{hook}" not in tested:
            found.append(f"{hook} has no test of its name")
    return found


def test_each_hook_has_its_page_its_signature_and_a_test_of_its_name():
    """A new factory needs all three."""
    assert missing(HOOKS) == []


def test_a_hook_without_them_is_found():
    """This is what a new factory's author is told."""
    assert missing([*HOOKS, "aiperf_register_widget"]) == [
        "aiperf_register_widget has no page",
        "aiperf_register_widget has no signature on its page",
        "aiperf_register_widget is not in the index",
        "aiperf_register_widget has no test of its name",
    ]


def test_a_page_without_a_hook_is_found():
    """So a hook that is gone takes its page with it."""
    rest = [hook for hook in HOOKS if hook != "aiperf_register_ui"]
    assert missing(rest) == ["aiperf_register_ui.md is of no hook"]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_signature_is_the_one_of_the_hook(hook):
    """The first thing in the reference is how the hook is called; the specification agrees."""
    first, _, _ = hook_page.page(HOOKS[hook]).partition("\n")
    signature = f"{hook}() -> collections.abc.Iterable[aiperf.LazyEntry]"
    assert first == f"````{{py:function}} {signature}"
    spec = getattr(EndpointFactory.plugin_registry.manager.hook, hook).spec
    assert list(inspect.signature(spec.function).parameters) == []


@pytest.mark.parametrize("hook", HOOKS)
def test_all_that_an_implementation_must_provide_is_there(hook):
    """Each public member of each protocol has its row."""
    text = hook_page.page(HOOKS[hook])
    assert "<class" not in text
    documentation = hook_documentation.read(hook_page.documentation_of(HOOKS[hook]))
    assert documentation.protocols
    for name in documentation.protocols:
        protocol = getattr(protocols, name.rpartition(".")[2])
        members = {each for each in vars(protocol) if not each.startswith("_")}
        for member in members | set(protocol.__annotations__):
            assert re.search(rf"^\| .*\b{member}\b.* \|", text, flags=re.MULTILINE), member


@pytest.mark.parametrize("hook", HOOKS)
def test_each_builtin_has_its_row(hook):
    """The table is what the registry says."""
    slot = HOOKS[hook]
    text = hook_page.page(slot)
    listed = EndpointFactory.plugin_registry.class_types(slot)
    assert listed
    for class_type in listed:
        for each in EndpointFactory.plugin_registry.implementations(slot, class_type):
            row = f"\n| **`{class_type}`**<br>`{each.identifier}` | "
            _, found, rest = text.partition(row)
            assert found
            assert f"`{each.module_path}:{each.class_name}`" in rest.partition("\n")[0]


@pytest.mark.parametrize("hook", HOOKS)
def test_metadata_that_builtins_have_is_documented(hook):
    """Each key of a builtin's entry is in the table of keys."""
    slot = HOOKS[hook]
    documentation = hook_documentation.read(hook_page.documentation_of(slot))
    registry = EndpointFactory.plugin_registry
    used = {
        key
        for class_type in registry.class_types(slot)
        for each in registry.implementations(slot, class_type)
        for key in each.metadata.keys() - {"extra"}  # which every factory has
    }
    assert used <= {each.key for each in documentation.metadata}


WHOLE = dedent("""\
    Makes widgets.

    An implementation provides ``UIProtocol``.

    Metadata:
        colour (str): what it
            looks like.

    Returns:
        Entries.

    Example::

        '''A module.'''
    """)


def test_documentation_is_taken_apart():
    """Each part is Markdown, or the example as it is to be pasted."""
    assert hook_documentation.read(WHOLE) == hook_documentation.HookDocumentation(
        summary="Makes widgets.",
        requirement="An implementation provides {py:class}`~aiperf.common.protocols.UIProtocol`.",
        protocols=("aiperf.common.protocols.UIProtocol",),
        metadata=(hook_documentation.MetadataKey("colour", "str", "what it looks like."),),
        returns="Entries.",
        example='"""A module."""',
    )


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("``UIProtocol``", "no protocols"),
        ("Returns:\n    Entries.", "no returns"),
        ("    '''A module.'''\n", "no example"),
        ("colour (str):", "not written as"),
    ],
)
def test_documentation_that_lacks_a_part_is_an_error(part, message):
    """Nobody ships a hook whose page has a hole."""
    with pytest.raises(ValueError, match=message):
        hook_documentation.read(WHOLE.replace(part, ""))
