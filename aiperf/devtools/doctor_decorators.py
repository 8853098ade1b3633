"""Registrations by the old decorators that are left in plugins, and the hooks in their place."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from aiperf.devtools.symptoms import Severity, Symptom
from aiperf.plugins.markers import HOOK_PREFIX
from aiperf.plugins.naming import snake_case
from aiperf.plugins.sources import ModuleSource, Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aiperf.plugins.report import PluginRecord

_MOST_FILES: Final = 2000
_METHODS: Final = ("register", "register_all")


class Decorated(NamedTuple):
    """A class with an old decorator: the factory's class, the class types as written, its name."""

    factory: str
    class_types: tuple[str, ...]
    class_name: str
    line: int
    priority: str


def decorator_symptoms(
    records: Iterable[PluginRecord], paths: Iterable[Path], titles: Mapping[str, str]
) -> Iterator[Symptom]:
    """Yield one symptom for each file with old decorators, with the hooks to paste.

    Args:
        records: plugins, whose packages are searched.
        paths: files and directories to search besides.
        titles: the names of the factories by their classes', as in ``EndpointFactory``.
    """
    seen: set[Path] = set()
    for path in [*_plugin_files(records), *_files(paths)]:
        if path in seen:
            continue
        seen.add(path)
        found = list(_decorated(path))
        if found:
            first = found[0]
            names = ", ".join(dict.fromkeys(each.class_name for each in found))
            yield Symptom(
                Severity.WARNING,
                "decorator",
                f"{names}: registered by @{first.factory}.register, which works only once "
                f"something imports {module_name(path)}.",
                "Return lazy entries from a hook in the registry module, and take the decorator "
                "off.",
                path=str(path),
                line=first.line,
                paste=hooks(found, module_name(path), _imports(path), titles),
            )


def hooks(
    found: Iterable[Decorated], module: str, imports: Mapping[str, str], titles: Mapping[str, str]
) -> str:
    """Return the hooks that say what the decorators say.

    Args:
        found: the decorated classes.
        module: the module that has them.
        imports: the import statement for each name that the module imports.
        titles: the names of the factories by their classes'.
    """
    entries: dict[str, list[str]] = defaultdict(list)
    needed: list[str] = []
    for each in found:
        stem = each.factory.rpartition(".")[2]
        factory = titles.get(stem) or snake_case(stem.removesuffix("Factory"))
        for class_type in each.class_types:
            needed += [imports[name] for name in _names(class_type) if name in imports]
            note = f"  # had override_priority={each.priority}" if each.priority else ""
            entries[factory].append(
                f'        LazyEntry({class_type}, "{module}", "{each.class_name}"),{note}'
            )
    lines = ["from aiperf import LazyEntry, hookimpl", *dict.fromkeys(needed)]
    for factory, written in entries.items():
        lines += ["", "", "@hookimpl", f"def {HOOK_PREFIX}{factory}():", "    return ["]
        lines += [*dict.fromkeys(written), "    ]"]
    return "\n".join(lines)


def module_name(path: Path) -> str:
    """Return the dotted name by which a file is imported, from the packages around it."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def _plugin_files(records: Iterable[PluginRecord]) -> Iterator[Path]:
    sources = Sources()
    for record in records:
        top = record.module.partition(".")[0]
        source = sources.find(top) if top else None
        if not isinstance(source, ModuleSource):
            continue
        if source.path and source.locations is None:
            yield Path(source.path)
        elif source.path:
            yield from _files(map(Path, source.locations or ()))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        else:
            yield from sorted(path.rglob("*.py"))[:_MOST_FILES]


def _tree(path: Path) -> ast.Module | None:
    try:
        text = path.read_bytes()
        return ast.parse(text) if b"Factory.register" in text else None
    except (OSError, SyntaxError, ValueError):
        return None


def _decorated(path: Path) -> Iterator[Decorated]:
    tree = _tree(path)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.ClassDef):
            for call in node.decorator_list:
                found = _registration(call, node.name)
                if found is not None:
                    yield found


def _registration(call: ast.expr, class_name: str) -> Decorated | None:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    factory = ast.unparse(call.func.value)
    if call.func.attr not in _METHODS or not factory.endswith("Factory"):
        return None
    class_types = tuple(
        _written(each) for each in call.args[: None if call.func.attr == "register_all" else 1]
    )
    given = {each.arg: _written(each.value) for each in call.keywords}
    if call.func.attr == "register" and len(call.args) > 1:
        given["override_priority"] = ast.unparse(call.args[1])
    class_types = class_types or tuple(filter(None, [given.get("class_type")]))
    priority = given.get("override_priority", "")
    return Decorated(factory, class_types, class_name, call.lineno, priority)


def _written(expression: ast.expr) -> str:
    """Return an expression as source; a string in the quotes that everybody uses."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return json.dumps(expression.value, ensure_ascii=False)
    return ast.unparse(expression)


def _names(expression: str) -> list[str]:
    tree = ast.parse(expression, mode="eval")
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _imports(path: Path) -> dict[str, str]:
    """Return, for each name that a module imports, a statement that any module can import it by."""
    tree = _tree(path)
    package = module_name(path) if path.name == "__init__.py" else _parent(module_name(path))
    found = {}
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                found[alias.asname or alias.name] = f"from {base} import {_alias(alias)}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found[(alias.asname or alias.name).partition(".")[0]] = f"import {_alias(alias)}"
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.ClassDef):
            found[node.name] = f"from {module_name(path)} import {node.name}"
    return found


def _alias(alias: ast.alias) -> str:
    return alias.name if alias.asname is None else f"{alias.name} as {alias.asname}"


def _parent(module: str) -> str:
    return module.rpartition(".")[0]
