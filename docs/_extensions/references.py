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
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from docutils import nodes
from outside import address_of

if TYPE_CHECKING:
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
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-docstring", keep_colons, priority=400)  # napoleon has 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
