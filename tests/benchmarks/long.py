"""What a long run costs: memory for each further request, and the time from its end to the exit.

Streams of 64 chunks from the server of ``speed``, 128 at a time, client and server on a core each.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from load import MEMORY, pin
from measure import Row
from speed import target

_FEW, _MANY = 20_000, 100_000
_MEMORY_AIM = 300
_EXIT_AIM_S = 3.0


def rows() -> list[Row]:
    """Measure and return the rows."""
    compiler = shutil.which("cc")
    if compiler is None:
        return [Row("long", "not measured: there is no C compiler (cc)")]
    with tempfile.TemporaryDirectory() as directory, target(compiler, directory) as url:
        few, _ = _run(url, directory, _FEW)
        many, exit_s = _run(url, directory, _MANY)
    each = (many - few) * 2**20 / (_MANY - _FEW)
    return [
        Row(f"peak memory, {_FEW:,} requests", f"{few:.0f} MB"),
        Row(f"peak memory, {_MANY:,} requests", f"{many:.0f} MB"),
        Row("each further request", f"{each:.0f} bytes", "the aim", each / _MEMORY_AIM, 1.0),
        Row(
            f"last response to exit, {_MANY:,} requests, all artifacts",
            f"{exit_s:.2f} s",
            "the aim",
            exit_s / _EXIT_AIM_S,
            1.0,
        ),
    ]


def _run(url: str, directory: str, count: int) -> tuple[float, float]:
    """Return the peak memory in MB and the seconds from the last response to the exit."""
    artifacts = Path(directory, "artifacts")
    command = [sys.executable, "-c", MEMORY, "profile", "--url", url, "--model", "m"]
    command += ["--streaming", "--concurrency", 128, "--request-count", count]
    command += ["--isl", 32, "--osl", 1, "--ui", "none", "--artifact-dir", artifacts]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
        pin(process.pid, 0)
        output, _ = process.communicate()
        ended_ns = time.time_ns()
    if process.returncode:
        sys.exit(f"aiperf profile ended with exit code {process.returncode}")
    with (artifacts / "profile_export.jsonl").open("rb") as lines:
        last_ns = max(json.loads(line)["metadata"]["request_end_ns"] for line in lines)
    return float(output.splitlines()[-1]), (ended_ns - last_ns) / 1e9
