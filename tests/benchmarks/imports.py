"""What ``import aiperf`` costs above a bare interpreter, beside ``import pluggy``."""

from __future__ import annotations

from measure import Row, whole_process_ms


def rows() -> list[Row]:
    """Measure and return the rows."""
    times = whole_process_ms(
        {
            "bare": "pass",
            "pluggy": "import pluggy",
            "aiperf": "import aiperf",
            "factories": "from aiperf.common.factories import EndpointFactory",
        },
        runs=31,
    )
    pluggy = times["pluggy"] - times["bare"]
    aiperf = times["aiperf"] - times["bare"]
    factories = times["factories"] - times["bare"]
    return [
        Row("bare interpreter", f"{times['bare']:.1f} ms"),
        Row("import pluggy", f"{pluggy:.1f} ms"),
        Row("import aiperf", f"{aiperf:.1f} ms", "pluggy", aiperf / pluggy, 1.3),
        Row("import aiperf.common.factories", f"{factories:.1f} ms", "pluggy", factories / pluggy),
    ]
