"""The client's numbers beside the server's own: what measuring added to each of them.

A time to first token, or a latency, is true if it lasts from the request's start, which the client
says, until the server gave the token to the operating system. What the client's own has more is
the loopback interface's delay and the client's in reading. Gaps between tokens are compared as
each side has them. How long a request took to be read by the server is told apart: it is the
client's delay in writing, and the server's in reading while it was busy with others.

Both sides have their times as Unix time, by one reading of the wall clock each beside the
monotonic one, which is the same for all processes of a machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_NS_PER_MS = 1e6
_LEAST_FOR_GAPS = 2
QUANTITIES = (
    "time_to_first_token",
    "inter_token_latency",
    "inter_chunk_latency",
    "request_latency",
    "request_arrival",
)
"""What is compared: metrics by their tags, and how long a request took to arrive."""


class GroundTruthError(AIPerfError):
    """The client's records or the server's log cannot be read."""


@dataclass(slots=True)
class Truth:
    """What a run's records say beside what the server's log says.

    ``errors_ms`` has for each quantity the client's value less the server's, in milliseconds, one
    for each request, or for each gap between chunks. ``problems`` are requests that only one side
    knows, or about which they say different things. ``starts_ns`` is when each request started,
    as Unix time, and ``lags_ms`` how late, in an open loop.
    """

    requests: int = 0
    chunks: int = 0
    errors_ms: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    starts_ns: list[int] = field(default_factory=list)
    lags_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second, from the first start to the last; 0 for less than two."""
        seconds = (max(self.starts_ns) - min(self.starts_ns)) / 1e9 if self.starts_ns else 0.0
        return (len(self.starts_ns) - 1) / seconds if seconds else 0.0


def compare(records: Path, log: Path, warmup: int = 0) -> Truth:
    """Return what ``profile_export.jsonl`` says beside the truth log of streamed responses.

    The first ``warmup`` requests that reached the server are in the log only.

    Raises:
        GroundTruthError: One of them cannot be read.
    """
    header, *lines = _lines(log)
    to_wall = header["wall_ns"] - header["perf_ns"]
    entries = (each for each in lines if each.get("number") is not None)
    sent = {each["x_request_id"]: each for each in entries if each["number"] >= warmup}
    truth = Truth()
    errors: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    for record in _lines(records):
        request_id = record["metadata"]["x_request_id"]
        entry = sent.pop(request_id, None)
        problem = _problem(record, entry)
        if problem or entry is None:
            truth.problems.append(f"request {request_id}: {problem}")
            continue
        truth.requests += 1
        truth.chunks += len(entry["send_ns"])
        start_ns = record["metadata"]["request_start_ns"]
        truth.starts_ns.append(start_ns)
        errors["request_arrival"].append(
            (entry["first_received_ns"] + to_wall - start_ns) / _NS_PER_MS
        )
        values = {tag: each["value"] for tag, each in record["metrics"].items()}
        if "schedule_lag" in values:
            truth.lags_ms.append(values["schedule_lag"])
        for name, true in _true_values(entry, start_ns - to_wall).items():
            client = values.get(name, [])
            errors[name] += np.subtract(client, true).reshape(-1).tolist()
    truth.problems += [f"request {each}: the client has no record of it" for each in sent]
    truth.errors_ms = {name: np.array(values) for name, values in errors.items() if values}
    return truth


def _true_values(entry: Mapping[str, Any], begin: int) -> dict[str, Any]:
    """Return the true value of each metric, in milliseconds, of a request that began at ``begin``.

    That is on the server's monotonic clock.
    """
    sent = np.array(entry["send_ns"], dtype=np.int64)
    values: dict[str, Any] = {
        "time_to_first_token": (sent[0] - begin) / _NS_PER_MS,
        "request_latency": (sent[-1] - begin) / _NS_PER_MS,
    }
    if len(sent) >= _LEAST_FOR_GAPS:
        values["inter_token_latency"] = (sent[-1] - sent[0]) / _NS_PER_MS / (len(sent) - 1)
        values["inter_chunk_latency"] = np.diff(sent) / _NS_PER_MS
    return values


def _problem(record: Mapping[str, Any], entry: Mapping[str, Any] | None) -> str:
    """Return what the two sides disagree about, empty if nothing."""
    if entry is None:
        return "the server never saw it"
    if record["error"] is not None:
        return f"the client has an error, {record['error']['message']}"
    if entry["outcome"] != "complete":
        return f"the server says that it was {entry['outcome']}"
    gaps = record["metrics"].get("inter_chunk_latency", {"value": []})["value"]
    if len(gaps) != len(entry["send_ns"]) - 1:
        return f"the server sent {len(entry['send_ns'])} chunks, the client has {len(gaps) + 1}"
    tokens = record["metrics"].get("output_sequence_length", {"value": None})["value"]
    if tokens != entry["tokens"]:
        return f"the server sent {entry['tokens']} tokens, the client counted {tokens}"
    return ""


def _lines(path: Path) -> Iterator[Any]:
    """Yield each line's JSON."""
    line_number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                line_number += 1
                yield orjson.loads(line)
    except OSError as error:
        raise GroundTruthError(f"{path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise GroundTruthError(
            f"{path}, line {line_number}: this is not JSON: {error.msg}"
        ) from error
