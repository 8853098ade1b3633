"""What discovery says of each plugin."""

from __future__ import annotations

import pickle

from aiperf import LazyEntry
from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.errors import PluginLoadError
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import DiscoveryReport, PluginRecord, PluginStatus, failed_record

ORIGIN = Origin(
    OriginKind.ENTRY_POINT, "fast", "acme", "acme-plugin", "1.0", "fast", "/site/acme.py"
)
ERROR = PluginLoadError("broken", origin=ORIGIN)
FAST = PluginRecord(
    "fast",
    ORIGIN,
    PluginStatus.ACTIVE,
    import_time=0.1,
    hooks=("aiperf_register_endpoint",),
    entries=(LazyEntry("chat", "acme", "Acme", metadata={"a": 1}),),
)
BAD = PluginRecord("bad", ORIGIN, PluginStatus.FAILED, error=ERROR)
OFF = PluginRecord("off", ORIGIN, PluginStatus.DISABLED, reason="switched off")
REPORT = DiscoveryReport((FAST, BAD, OFF), PluginEnvironment(strict=True))


def test_a_record_says_where_the_plugin_came_from():
    """Origin, distribution, version, module and path can be read off the record itself."""
    assert (FAST.origin, FAST.distribution, FAST.version, FAST.module, FAST.path) == (
        OriginKind.ENTRY_POINT,
        "acme-plugin",
        "1.0",
        "acme",
        "/site/acme.py",
    )


def test_a_report_is_a_collection_of_records():
    """It can be counted, iterated over, and asked by name and by status."""
    assert len(REPORT) == 3
    assert list(REPORT) == [FAST, BAD, OFF]
    assert REPORT.get("bad") is BAD
    assert REPORT.get("none") is None
    assert REPORT.active == (FAST,)
    assert REPORT.failed == (BAD,)
    assert REPORT.with_status(PluginStatus.DISABLED) == (OFF,)


def test_a_failure_keeps_what_was_known_but_not_what_was_registered():
    """The time that the import took stays; hooks and entries are gone."""
    record = failed_record("fast", ORIGIN, ERROR, FAST)
    assert (record.status, record.error) == (PluginStatus.FAILED, ERROR)
    assert (record.import_time, record.hooks, record.entries) == (0.1, (), ())
    assert failed_record("bad", ORIGIN, ERROR) == BAD


def test_a_report_survives_pickling():
    """A worker can tell its parent what it found, errors included."""
    again = pickle.loads(pickle.dumps(REPORT))
    assert again.environment == REPORT.environment
    assert again.active == REPORT.active
    assert str(again.get("bad").error) == "broken"
    assert again.get("bad").error.origin == ORIGIN
