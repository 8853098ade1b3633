"""Checks what the import of a registry module brings along, which every start-up pays for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from aiperf.plugins.bindings import imported_module, is_type_checking, parse
from aiperf.plugins.sources import ModuleSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.devtools.checks import Check
    from aiperf.plugins.targets import Targets

HEAVY: Final = frozenset(
    {
        *("PIL", "aiohttp", "anthropic", "boto3", "botocore", "cv2", "dask", "datasets", "fastapi"),
        *("flask", "grpc", "httpx", "jax", "keras", "langchain", "litellm", "matplotlib", "mlflow"),
        *("numba", "numpy", "onnxruntime", "openai", "pandas", "plotly", "polars", "pyarrow"),
        *("pydantic", "ray", "requests", "rich", "scipy", "sentence_transformers", "sklearn"),
        *("sqlalchemy", "tensorflow", "tiktoken", "tokenizers", "torch", "transformers", "triton"),
        *("tritonclient", "uvicorn", "vllm"),
    }
)
"""Top-level modules that take long to import; ``plugins list --timing`` measures any of them."""

_MOST_MODULES: Final = 200


class Imported(NamedTuple):
    """An import that runs when a module is imported."""

    module: str
    by: ModuleSource
    line: int


def check_imports(check: Check) -> None:
    """Check the imports of the registry module, and of the plugin's modules that it imports."""
    if check.registry is None:
        return
    start = check.registry.module
    implementations = {entry.text("module_path") for entry in check.registry.entries}
    defining = {hook.module.name for hook in check.registry.hooks} | {start.name}
    for each in imports_of(check.targets, start):
        top = each.module.partition(".")[0]
        if top in HEAVY:
            check.add(
                "heavy-import",
                f"importing {start.name} imports {each.module}, which every start of AIPerf then "
                "pays for.",
                "Import it in the module of the class that needs it.",
                each.by.path,
                each.line,
            )
        elif each.module in implementations - defining:
            check.add(
                "eager-import",
                f"importing {start.name} imports {each.module}, which its entries name.",
                "Remove the import: an entry is strings, so that its module is imported on use.",
                each.by.path,
                each.line,
            )


def imports_of(targets: Targets, start: ModuleSource) -> Iterator[Imported]:
    """Yield what importing a module imports, following the modules of its own package."""
    own = start.name.partition(".")[0]
    pending = _with_parents(start.name)
    seen: set[str] = set()
    while pending and len(seen) < _MOST_MODULES:
        name = pending.pop(0)
        source = None if name in seen else targets.sources.find(name)
        seen.add(name)
        if isinstance(source, ModuleSource) and source.text is not None:
            for each in _of_module(targets, source):
                yield each
                if each.module.partition(".")[0] == own and own != "aiperf":
                    pending += _with_parents(each.module)


def _with_parents(module: str) -> list[str]:
    """Return the packages around a module, the outermost first, and the module."""
    parts = module.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _of_module(targets: Targets, source: ModuleSource) -> Iterator[Imported]:
    try:
        tree = parse(source)
    except SyntaxError:
        return
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and is_type_checking(node.test):
            pending[:0] = node.orelse
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Imported(alias.name, source, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            module = imported_module(node, source.package)
            yield Imported(module, source, node.lineno)
            for alias in node.names:
                below = f"{module}.{alias.name}"
                if isinstance(targets.sources.find(below), ModuleSource):
                    yield Imported(below, source, node.lineno)
        pending[:0] = ast.iter_child_nodes(node)
