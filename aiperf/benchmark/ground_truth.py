"""The client's numbers beside the server's own: what measuring added to each of them.

Both sides give durations from their own readings of one kind of clock, so no clocks are compared.
The server's begin when it read the first byte of a request, and end when it gave a token to the
operating system; the client's begin at the request's start and end when it read the token. What
the client has more is its own delay, the loopback interface's, and the server's before it reads.
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
)
"""What is compared, by the metrics' tags."""


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
    entries = (each for each in _lines(log) if each.get("number") is not None)
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
        truth.starts_ns.append(record["metadata"]["request_start_ns"])
        values = {tag: each["value"] for tag, each in record["metrics"].items()}
        if "schedule_lag" in values:
            truth.lags_ms.append(values["schedule_lag"])
        for name, server in _server_values(entry).items():
            client = values.get(name, [])
            errors[name] += np.subtract(client, server).reshape(-1).tolist()
    truth.problems += [f"request {each}: the client has no record of it" for each in sent]
    truth.errors_ms = {name: np.array(values) for name, values in errors.items() if values}
    return truth


def _server_values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the server's own value of each quantity, in milliseconds."""
    sent = np.array(entry["send_ns"], dtype=np.int64)
    begin = entry["first_received_ns"]
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
