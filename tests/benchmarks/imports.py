"""What an import costs above a bare interpreter, beside ``import pluggy`` and other peers."""

from __future__ import annotations

from measure import Row, code, processes, row
from peers import installed


def rows() -> list[Row]:
    """Measure and return the rows."""
    peers = list(installed())
    modules = [*peers, "aiperf", "aiperf.common.factories"]
    costs = processes(
        {"bare": code("pass")} | {name: code(f"import {name}") for name in modules}, runs=25
    )
    bare = costs["bare"]
    return [
        row("bare interpreter", bare),
        *(row(f"import {name}", costs[name], above=bare) for name in peers),
        *(
            row(
                f"import {name}",
                costs[name],
                "pluggy",
                costs["pluggy"],
                above=bare,
                target=1.3 if name == "aiperf" else None,
            )
            for name in modules[len(peers) :]
        ),
    ]
