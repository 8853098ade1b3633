"""How far the client's numbers are from the server's own log, by ``aiperf verify``.

Client and embedded server share the machine's cores as they do for a person who measures there.
"""

from __future__ import annotations

import json
import subprocess
import sys

from measure import Row

_MEDIAN_AIM_MS, _P99_AIM_MS = 0.2, 2.0


def rows() -> list[Row]:
    """Measure and return the rows."""
    command = [sys.executable, "-m", "aiperf", "verify", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    found: list[Row] = []
    for run in json.loads(done.stdout)["runs"]:
        load = f"{run['load']} ({run['cpu_share']:.0%} of a core)"
        for each in run["spreads"]:
            if each["quantity"] in ("time_to_first_token", "inter_token_latency"):
                for what, aim in (("median", _MEDIAN_AIM_MS), ("p99", _P99_AIM_MS)):
                    row = f"{load}: error of {each['quantity']}, {what}"
                    found.append(
                        Row(row, f"{each[what]:.3f} ms", f"{aim:g} ms", each[what] / aim, 1.0)
                    )
        if run["delivered_rate"] is not None:
            found.append(Row(f"{load}: delivered", f"{run['delivered_rate']:.2f} requests/s"))
        found += [Row(f"{load}: {failure}", "missed") for failure in run["failures"]]
    return found
