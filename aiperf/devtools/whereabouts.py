"""Where an implementation is declared and where its class is, file and line, importing neither."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from aiperf.plugins.bindings import parse
from aiperf.plugins.sources import ModuleSource, Sources
from aiperf.plugins.targets import Target, Targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.implementations import Implementation


class Place(NamedTuple):
    """A file and a line in it, 0 where only the file is known."""

    path: str
    line: int

    def __str__(self) -> str:
        """Write it as editors understand it."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Whereabouts:
    """Finds both places of any number of implementations, reading each module once."""

    def __init__(self) -> None:
        self._sources = Sources()
        self._targets = Targets(self._sources)
        self._calls: dict[str, list[tuple[int, frozenset[str]]]] = {}

    def target(self, implementation: Implementation) -> Target:
        """Return where the class is, or what is wrong with its name."""
        return self._targets.find(implementation.module_path, implementation.class_name)

    def declaration(self, implementation: Implementation) -> Place | None:
        """Return where the entry is made: the call with most of its words, in its module.

        It is the file alone where the words are computed, and ``None`` where there is no file.
        """
        origin = implementation.origin
        words = {
            implementation.class_type,
            implementation.identifier,
            implementation.module_path,
            implementation.class_name,
            f"{implementation.module_path}:{implementation.class_name}",
        }
        source = self._sources.find(origin.module) if origin.module else None
        if not isinstance(source, ModuleSource) or not source.path:
            return Place(origin.path, 0) if origin.path else None
        line, most = 0, 0
        for at, used in self._calls_in(source):
            common = len(words & used)
            # An entry has at least its module or its class in its own words.
            if common > most and used & {implementation.module_path, implementation.class_name}:
                line, most = at, common
        return Place(source.path, line)

    def _calls_in(self, source: ModuleSource) -> list[tuple[int, frozenset[str]]]:
        calls = self._calls.get(source.name)
        if calls is None:
            try:
                calls = list(_calls(parse(source))) if source.text is not None else []
            except SyntaxError:
                calls = []
            self._calls[source.name] = calls
        return calls


def _calls(tree: ast.Module) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield the line of each call and of each decorated class, with the words in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            words = [each.value for each in arguments if isinstance(each, ast.Constant)]
            yield node.lineno, frozenset(word for word in words if isinstance(word, str))
        elif isinstance(node, ast.ClassDef) and node.decorator_list:
            yield node.decorator_list[0].lineno, frozenset({node.name})
