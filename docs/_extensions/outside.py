"""Where names of the standard library, pluggy and importlib_metadata are documented.

Sphinx's own way, intersphinx, fetches each project's list of names from the network, and a build
without network fails. This asks Python instead whether a name exists, so that a reference to
nothing is still an error, and knows how each project lays out its pages.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
from typing import Any

PYTHON = "https://docs.python.org/3/library"
PROJECTS = {
    "importlib_metadata": "https://importlib-metadata.readthedocs.io/en/latest/api.html",
    "pluggy": "https://pluggy.readthedocs.io/en/stable/api_reference.html",
}
UNDOCUMENTED = frozenset({"importlib_metadata.IDistribution"})
CONSTANTS = frozenset({"Ellipsis", "False", "None", "NotImplemented", "True"})
STANDARD_TYPES = frozenset(
    {"bytearray", "bytes", "dict", "frozenset", "list", "memoryview", "range", "set", "str"}
    | {"tuple"}
)


def address_of(name: str) -> str | None:
    """Return the address of what ``name``, such as ``pathlib.Path``, is documented as.

    ``None`` is for a name of no project that is known here, and for one that does not exist.
    """
    name = name.removeprefix("builtins.")
    root = name.partition(".")[0]
    if root in CONSTANTS:
        return f"{PYTHON}/constants.html#{name}"
    if hasattr(builtins, root):
        thing = _attribute(builtins, name)
        return None if thing is None else f"{PYTHON}/{_page_of_builtin(name, thing)}.html#{name}"
    if page := PROJECTS.get(root):
        name = ".".join(part for part in name.split(".") if not part.startswith("_"))
        anchor = "" if name in UNDOCUMENTED else f"#{name}"
        return None if _find(name) is None else f"{page}{anchor}"
    if root in sys.stdlib_module_names and (module := _find(name)):
        return f"{PYTHON}/{module}.html#{'module-' if module == name else ''}{name}"
    return None


def _page_of_builtin(name: str, thing: object) -> str:
    """Return the page of the standard library's documentation that has a builtin."""
    root, _, member = name.partition(".")
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return "exceptions"
    return "stdtypes" if root in STANDARD_TYPES or member else "functions"


def _find(name: str) -> str | None:
    """Return the module that has the dotted name, or ``None`` where there is no such thing."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            imported = importlib.import_module(module)
        except ImportError:
            continue
        rest = ".".join(parts[length:])
        return module if not rest or _attribute(imported, rest) is not None else None
    return None


def _attribute(thing: Any, name: str) -> Any | None:
    """Follow the dotted ``name`` from ``thing``."""
    for part in name.split("."):
        thing = getattr(thing, part, None)
    return thing
