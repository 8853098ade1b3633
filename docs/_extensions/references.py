"""Resolves the Python names that docstrings and annotations use and Sphinx does not know by itself.

These are names as the module they are in writes them, whether it imports them or only names them
for the type checker; names as they are exported, such as ``aiperf.LazyEntry``; type variables,
which lead nowhere; and names of other projects. Whatever is none of these stays unresolved, and
fails the build.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from docutils import nodes
from outside import address_of
from sphinx.errors import ExtensionError

import aiperf

if TYPE_CHECKING:
    from types import ModuleType

    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Return the link for a reference to a Python name, or ``None`` to leave it unresolved."""
    if node.get("refdomain") != "py":
        return None
    target = imports_of(node.get("py:module") or "").get(node["reftarget"], node["reftarget"])
    thing = exported(target)
    if isinstance(thing, TypeVar):
        return content
    known = env.domains.python_domain.objects
    if name := known_name(target, thing, list(known)):
        entry = known[name]
        address = app.builder.get_relative_uri(node["refdoc"], entry.docname)
        internal, address = True, f"{address}#{entry.node_id}"
    elif found := address_of(target):
        internal, name, address = False, target, found
    else:
        return None
    return nodes.reference("", "", content, internal=internal, refuri=address, reftitle=name)


def known_name(target: str, thing: object, known: list[str]) -> str | None:
    """Return the one of the ``known`` names that is meant by ``target``, which is ``thing``."""
    name = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
    for each in (name, target):
        if each in known:
            return each
    ends_so = [each for each in known if each.endswith(f".{target}")]
    return ends_so[0] if len(ends_so) == 1 else None


def exported(target: str) -> object | None:
    """Return what the dotted name of something in AIPerf stands for."""
    module, _, name = target.rpartition(".")
    if module.partition(".")[0] != "aiperf":
        return None
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


@cache
def imports_of(module: str) -> dict[str, str]:
    """Return the full name of each name that ``module`` imports from another, guarded or not."""
    if module.partition(".")[0] != "aiperf":
        return {}
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def import_types(_app: Sphinx) -> None:
    """Run in each module what it has for the type checker alone.

    The annotations of a method that was not written but made, such as a dataclass's, are otherwise
    looked up where it was made.
    """
    names = [each.name for each in pkgutil.walk_packages(aiperf.__path__, "aiperf.")]
    waiting = [name for name in names if not name.endswith("__main__")]
    while waiting:
        # What one module imports may be what another has for the type checker alone.
        left = [name for name in waiting if not _ran_types_of(importlib.import_module(name))]
        if left == waiting:
            raise ExtensionError(f"what is for the type checker alone cannot be run in {left}")
        waiting = left


def _ran_types_of(module: ModuleType) -> bool:
    """Run what ``module`` has for the type checker; say whether all that it imports is there."""
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            block = ast.Module(statement.body, type_ignores=[])
            try:
                exec(compile(block, module.__name__, "exec"), vars(module))  # noqa: S102 - our own
            except ImportError:
                return False
    return True


def keep_colons(_app: Sphinx, what: str, *documented: Any) -> None:
    """Keep napoleon from reading "What it is: more" as a type and its text.

    It does so at the beginning of an attribute's docstring and of what is returned; an empty
    comment there has no colon. Our types are in the annotations.
    """
    lines = documented[-1]
    for number, line in enumerate(list(lines), start=1):
        if line.strip() in {"Returns:", "Yields:"}:
            indent = " " * (len(lines[number]) - len(lines[number].lstrip()))
            lines[number] = f"{indent}..\n\n{lines[number]}"
    lines[:] = "\n".join(lines).split("\n")
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", import_types)
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-docstring", keep_colons, priority=400)  # napoleon has 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
