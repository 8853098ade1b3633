"""How Sphinx builds the documentation; ``python -m tox -e html`` runs it."""

from __future__ import annotations

import shutil
import sys
import warnings
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

from aiperf import __version__  # noqa: E402 - extensions of our own come after their path

# The newest sphinx-autodoc-typehints calls what the next Sphinx will no longer have.
warnings.filterwarnings("ignore", ".*_RstSnippetParser", DeprecationWarning)

project = "AIPerf"
author = "the AIPerf authors"
copyright = f"{author}; Apache-2.0"  # noqa: A001 - Sphinx's name for it
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_autodoc_typehints",
    "sphinx_copybutton",
    "generated",
    "references",
]
exclude_patterns = ["_build", "_extensions", "_templates", "changelog/*.*.md"]

# Each page is in a toctree, and each reference leads somewhere, or the build fails.
nitpicky = True
# Described by numpy; its site is not asked for while these pages are built.
nitpick_ignore_regex = [("py:class", r"numpy\..*")]
suppress_warnings = ["config.cache"]  # typehints_formatter is a function, and so is not cached

myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 4

# One page for each module; a new module gets its page by itself, and none outlives its module.
shutil.rmtree(HERE / "api" / "generated", ignore_errors=True)
templates_path = ["_templates"]

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True, "ignore-module-all": True}
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Metadata", "params_style")]
always_use_bars_union = True
typehints_defaults = "comma"
typehints_document_rtype_none = False

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = "\\"

html_theme = "furo"
html_copy_source = False
html_title = f"AIPerf {__version__}"
html_static_path = ["_static"]
html_css_files = ["aiperf.css"]


def typehints_formatter(annotation: Any, _config: Any) -> str | None:
    """Write a type variable as its name alone."""
    return f"``{annotation.__name__}``" if isinstance(annotation, TypeVar) else None
