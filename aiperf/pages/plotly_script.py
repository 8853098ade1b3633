"""Where the script is that draws the plots: plotly.js.

The Python package ``plotly`` brings it. It is read as a file and never imported, and the figures
are given as data, so that a page costs no start-up time.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from aiperf.common.errors import ExportError


def plotly_script(path: Path) -> Path:
    """Return where plotly.js is.

    Raises:
        ExportError: It is not installed, or without it; ``path`` is the page that needs it.
    """
    spec = find_spec("plotly")
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        script = Path(place, "package_data", "plotly.min.js")
        if script.is_file():
            return script
    msg = (
        f"cannot write {path}: plotly.js, which draws the plots, is not installed. "
        "Repair it with: pip install --force-reinstall plotly"
    )
    raise ExportError(msg, path=path)
