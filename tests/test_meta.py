"""What holds for every module of the package, and for what is stated in two places."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

import aiperf

PACKAGE = Path(aiperf.__file__).parent
CHECKOUT = Path(__file__).parents[1]
SOURCES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


@pytest.mark.once
@pytest.mark.parametrize("module", SOURCES)
def test_a_module_imports_alone(module, fresh_python):
    """No module needs another to be imported first, prints, or warns."""
    assert fresh_python(f"import {module}", warnings_are_errors=True) == ""


@pytest.mark.parametrize("path", SOURCES.values(), ids=SOURCES)
def test_a_module_says_what_it_is_for(path):
    """Every module has a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES.values() if path.name == "__init__.py" and path.parent != PACKAGE],
    ids=lambda path: path.parent.name,
)
def test_a_package_defines_nothing(path):
    """An ``__init__.py`` holds its docstring and at most re-exports, which may be lazy."""
    _, *body = ast.parse(path.read_text(encoding="utf-8")).body
    allowed = [
        node
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets) == "__all__")
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        or (isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__"))
    ]
    assert body == allowed


def test_the_lowest_versions_are_those_that_pyproject_allows():
    """``constraints-lowest.txt`` pins every dependency, extras included, to its lower bound."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    bounds = {each.partition(";")[0].strip() for group in groups for each in group}
    lines = (CHECKOUT / "tests" / "constraints-lowest.txt").read_text(encoding="utf-8").splitlines()
    pins = {line for line in lines if not line.startswith("#")}
    assert pins == {
        bound.replace(">=", "==") for bound in bounds if not bound.startswith("aiperf[")
    }
