"""What all figures of a page have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE: Mapping[str, Any] = {
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "var(--text)"},
        "margin": {"l": 60, "r": 14, "t": 30, "b": 46},
        "xaxis": {
            "gridcolor": "var(--line)",
            "linecolor": "var(--line)",
            "zerolinecolor": "var(--line)",
            "automargin": True,
            "title": {"standoff": 8},
        },
        "yaxis": {
            "gridcolor": "var(--line)",
            "linecolor": "var(--line)",
            "zerolinecolor": "var(--line)",
            "automargin": True,
            "title": {"standoff": 8},
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {
            "bgcolor": "var(--surface)",
            "bordercolor": "var(--line)",
            "font": {"color": "var(--text)"},
        },
    }
}
"""A template of plotly's: https://plotly.com/javascript/layout-template/."""
