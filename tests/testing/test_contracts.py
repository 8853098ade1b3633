"""Each factory has its kit, and each kit finds what breaks its contract."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import sys
import time
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import aiperf.testing
from aiperf.common.errors import ResponseError, error_details
from aiperf.common.files import make_directory_for
from aiperf.common.models import Conversation, ErrorDetails, ParsedResponse, Turn
from aiperf.executors.local import LocalExecutor
from aiperf.plugins.default import default_registry
from aiperf.testing import (
    ArrivalContract,
    DatasetContract,
    EndpointContract,
    ExecutorContract,
    ExporterContract,
    MetricContract,
    TokenizerContract,
    TransportContract,
    UIContract,
)
from aiperf.testing.contract import Contract
from aiperf.testing.samples import record
from aiperf.transports.http_transport import HTTPTransport

if TYPE_CHECKING:
    from collections.abc import Callable

KITS = [
    kit
    for kit in map(aiperf.testing.__getattr__, aiperf.testing.__all__)
    if isinstance(kit, type) and issubclass(kit, Contract)
]


def test_each_factory_has_its_kit():
    """A new factory gets one, so that its plugins can be tested."""
    factories = {
        slot.title
        for slot in default_registry.slots.values()
        if slot.module == "aiperf.common.factories"
    }
    assert factories
    assert {kit.factory.__name__: kit.__name__ for kit in KITS} == {
        name: name.replace("Factory", "Contract") for name in factories
    }


@pytest.mark.parametrize("kit", KITS)
def test_a_kit_that_does_not_say_what_it_tests(kit):
    """Says which attribute is missing."""
    with pytest.raises(pytest.fail.Exception, match="set its attribute `implementation`"):
        kit().test_it_has_what_the_protocol_promises()


@pytest.mark.parametrize("kit", KITS)
def test_a_class_with_nothing_keeps_no_protocol(kit):
    """Everything that is missing is named in one message."""
    bad = type("Bad", (kit,), {"implementation": type("Empty", (), {})})
    with pytest.raises(pytest.fail.Exception, match="Empty does not keep its protocol: it has no"):
        bad().test_it_has_what_the_protocol_promises()


def test_methods_that_cannot_be_called_as_aiperf_calls_them():
    """Parameters, their names, and what is to be awaited."""

    class Bad:
        """Breaks each method in another way."""

        def __init__(self, config: object) -> None:
            del config

        def prepare(self, path: str, body: bytes) -> bytes:
            return path.encode() + body

        def send(self, request: object, record: object, *, request_id: str = "") -> None: ...

        async def close(self) -> None: ...

    class Kit(TransportContract):
        implementation = Bad

    with pytest.raises(pytest.fail.Exception) as raised:
        Kit().test_it_has_what_the_protocol_promises()
    message = str(raised.value)
    assert "prepare(path, body, headers) cannot be called: too many" in message
    assert "send() must be `async def`" in message
    assert "send(request, record, request_id=..., correlation_id=...) cannot be called" in message
    assert "__init__" not in message
    assert "close" not in message


def test_a_method_that_is_async_and_should_not_be():
    """AIPerf would get a coroutine that it never awaits."""

    class Bad:
        """Awaits what nobody awaits."""

        def __init__(self, *, config: object, rng: object) -> None: ...

        async def acquire(self) -> None: ...

        async def release(self) -> None: ...

    class Kit(ArrivalContract):
        implementation = Bad

    with pytest.raises(pytest.fail.Exception, match=r"release\(\) must not be `async def`$"):
        Kit().test_it_has_what_the_protocol_promises()


# -- endpoints -----------------------------------------------------------------------------------


class Echo:
    """An endpoint whose answer is the body, if that is ``good``; each test breaks it somewhere."""

    path = "/echo"
    headers = {"Content-Type": "text/plain"}  # noqa: RUF012 - never changed

    def __init__(self, *, model_endpoint: Any) -> None:
        self.model = model_endpoint
        if model_endpoint.path:
            self.path = "/" + model_endpoint.path.strip("/")

    def format_payload(self, turns: Any) -> dict[str, Any]:
        return {"text": turns[-1].texts[0], **self.model.extra_inputs}

    def parse_response(self, record: Any) -> ParsedResponse:
        if record.error:
            return ParsedResponse(error=record.error)
        if b"".join(record.parts) == b"good":
            return ParsedResponse(text="good", content_ns=record.part_ns[-1:])
        return ParsedResponse(error=error_details(ResponseError("not good")))


class EchoKit(EndpointContract):
    """Keeps its contract."""

    implementation = Echo
    good_response = b"good"
    good_text = "good"
    response_type = "text/plain"


class TestEcho(EchoKit):
    """The example from which each bad one differs in one thing."""


def changed(base: type, **attributes: Any) -> type:
    """Return a class like ``base`` with other attributes."""
    return type("Bad", (base,), attributes)


def of_parsing(change: Callable[[ParsedResponse, Any], object]) -> dict[str, Any]:
    """Return a ``parse_response`` whose result ``change`` changes."""

    def parse_response(self: Any, record: Any) -> ParsedResponse:
        parsed = Echo.parse_response(self, record)
        change(parsed, record)
        return parsed

    return {"parse_response": parse_response}


def of_payload(change: Callable[[dict[str, Any], Any], object]) -> dict[str, Any]:
    """Return a ``format_payload`` whose result ``change`` changes."""

    def format_payload(self: Any, turns: Any) -> dict[str, Any]:
        payload = Echo.format_payload(self, turns)
        change(payload, turns)
        return payload

    return {"format_payload": format_payload}


def crash(*_: object) -> None:
    """Raise what code that trusts a server raises."""
    raise KeyError("choices")


COUNTER = itertools.count()
SHARED = ["shared"]

BAD_ENDPOINTS = [
    ("path_is_a_path", {"path": "echo"}, "must begin with '/'"),
    ("path_is_a_path", {"path": "/a b"}, "no blanks"),
    ("path_is_a_path", {"__init__": lambda *_, **__: None}, "asks for '/asked/for'"),
    ("headers_can_be_sent", {"headers": [("A", "b")]}, "no mapping"),
    ("headers_can_be_sent", {"headers": {"A": 1}}, "not a string"),
    ("headers_can_be_sent", {"headers": {"A\n": "b"}}, "cannot be the name"),
    ("headers_can_be_sent", {"headers": {"A": "b\r\nC: d"}}, "cannot be sent"),
    ("payload_is_json", {"format_payload": lambda *_: "text"}, "not a dict"),
    ("payload_is_json", of_payload(lambda p, _: p.update(a={1, 2})), "must be JSON"),
    ("payload_is_json", of_payload(lambda p, _: p.update(a=(1,))), "arrives as"),
    (
        "payload_is_json",
        of_payload(lambda p, _: p.update(text=p["text"].strip())),
        "not in the pay",
    ),
    ("a_turn_without_a_limit", of_payload(lambda p, t: p.update(m=t[-1].max_tokens)), "a null"),
    ("each_others_equals", of_payload(lambda p, _: p.update(id=next(COUNTER))), "the same turn"),
    ("each_others_equals", {"format_payload": lambda *_: {"a": SHARED}}, "share an object"),
    ("the_last_turn", of_payload(lambda p, t: p.update(text=t[0].texts[0])), "last turn's"),
    ("extra_inputs", of_payload(lambda p, _: p.update(text="x")), "do not come last"),
    ("a_good_response", of_parsing(lambda p, _: setattr(p, "text", "")), "the text is ''"),
    ("a_good_response", of_parsing(lambda p, r: p.content_ns.extend(r.part_ns)), "content_ns is"),
    ("a_good_response", of_parsing(lambda p, _: setattr(p, "error", ErrorDetails("X", "y"))), "X"),
    (
        "breaks_off",
        of_parsing(lambda p, r: r.error or setattr(p, "error", None)),
        "counts as a good",
    ),
    ("without_an_answer", of_parsing(lambda p, _: p.error and crash()), "must not raise.*KeyError"),
    ("without_an_answer", of_parsing(lambda p, _: setattr(p, "text", None)), "not a string"),
    ("without_an_answer", {"parse_response": lambda *_: None}, "no ParsedResponse"),
    ("damaged_bytes", of_parsing(lambda p, _: p.error and crash()), "must not raise"),
    ("the_transport_stays", of_parsing(lambda p, _: setattr(p, "error", None)), "became None"),
    ("reading_changes_nothing", of_parsing(lambda _, r: r.parts.clear()), "changed the record"),
]


@pytest.mark.parametrize(("name", "change", "message"), BAD_ENDPOINTS)
def test_a_bad_endpoint(name, change, message):
    """One thing is wrong with it, and one test says what."""
    fails(changed(EchoKit, implementation=changed(Echo, **change)), name, message)


def fails(kit: type[Contract], name: str, message: str, **fixtures: Any) -> None:
    """Run the tests of ``kit`` whose names contain ``name``; one of them fails so."""
    failures = []
    for test in [each for each in dir(kit) if each.startswith("test_") and name in each]:
        method = getattr(kit(), test)
        for arguments in arguments_of(method, fixtures):
            try:
                method(**arguments)
            except (AssertionError, pytest.fail.Exception) as error:
                failures.append(str(error))
            except pytest.skip.Exception:
                continue
    assert failures, "no test of the kit found it"
    assert any(re.search(message, each, re.DOTALL) for each in failures), failures


def arguments_of(method: Any, fixtures: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every set of arguments that pytest would call ``method`` with."""
    marks = [each.args for each in getattr(method, "pytestmark", ())]
    ways = [[(name, value) for value in values] for name, values in marks]
    given = {name: fixtures[name] for name in signature(method).parameters if name in fixtures}
    return [{**given, **dict(way)} for way in itertools.product(*ways)]


def test_an_endpoint_without_a_good_answer():
    """Its author is asked for one."""
    fails(changed(EchoKit, good_response=None), "a_good_response", "has no good answer: set")


class Streamed(Echo):
    """An endpoint that is only streamed: each event is a letter."""

    def parse_response(self, record: Any) -> ParsedResponse:
        parsed = ParsedResponse(error=record.error)
        for part, ns in zip(record.parts, record.part_ns, strict=True):
            parsed.text += part.decode("latin-1")
            parsed.content_ns.append(ns)
        if parsed.text != "good." and not parsed.error:
            parsed = ParsedResponse(error=error_details(ResponseError("not good")))
        return parsed


class TestStreamed(EndpointContract):
    """It has no good response as a whole, and needs none."""

    implementation = Streamed
    good_stream = (b"g", b"oo", b"d", b".")
    good_text = "good."


class Hasty(Streamed):
    """Takes what came for all there is."""

    def parse_response(self, record: Any) -> ParsedResponse:
        if record.error or not record.parts or record.parts[0][:1] != b"g":
            return ParsedResponse(error=record.error or error_details(ResponseError("not good")))
        text = b"".join(record.parts).decode("latin-1")
        return ParsedResponse(text=text, content_ns=record.part_ns[:])


def test_a_stream_that_is_taken_for_a_shorter_answer():
    """The difference between a truncated and a complete answer is what is measured."""
    kit = changed(TestStreamed, implementation=Hasty)
    fails(kit, "a_stream_that_breaks_off", "counts as a good response, with the text 'g'")


# -- the others ----------------------------------------------------------------------------------


class Words:
    """A tokenizer."""

    def __init__(self, *, name: str | None = None) -> None:
        self.name = name

    def count(self, text: str) -> int:
        return len(text.encode())

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, token_ids: Any) -> str:
        return bytes(token_ids).decode(errors="replace")


class WordsKit(TokenizerContract):
    """Keeps its contract."""

    implementation = Words


class TestWords(WordsKit):
    """The example from which each bad one differs in one thing."""


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("a_text", {"count": lambda _, text: len(text)}, "but there are"),
        ("a_text", {"count": lambda _, text: float(len(text))}, "no integer"),
        ("a_text", {"encode": lambda _, text: text.encode()}, "no list"),
        (
            "a_text",
            {"decode": lambda _, ids: bytes(ids).decode("ascii", "replace")},
            "came back as",
        ),
        (
            "a_text",
            {"count": lambda _, text: len(text.encode("latin-1"))},
            "any text can be counted",
        ),
        ("more_tokens", {"count": lambda *_: 1}, "twice the text 1"),
        ("same_text", {"count": lambda *_: next(COUNTER)}, "second time"),
        ("any_sequence", {"decode": lambda _, ids: ids.copy() and ""}, "encode.. own|own"),
        ("no_name", {"__init__": lambda _, *, name: len(name)}, "without a name"),
    ],
)
def test_a_bad_tokenizer(name, change, message):
    """One thing is wrong with it, and one test says what."""
    fails(changed(WordsKit, implementation=changed(Words, **change)), name, message)


class Lower(Words):
    """Loses capitals, and has to be told its name."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)

    def decode(self, token_ids: Any) -> str:
        return super().decode(token_ids).lower()


class TestLower(TokenizerContract):
    """A kit can be told that a tokenizer is not exact, and its name."""

    implementation = Lower
    lossless = False
    name = "lower"


class Fixed:
    """A dataset."""

    def __init__(self, *, config: Any, tokenizer: Any) -> None:
        self.config, self.tokenizer = config, tokenizer

    def load(self) -> Any:
        rng = random.Random(self.config.random_seed)  # noqa: S311 - not for secrets
        return [Conversation(f"c{i}", (Turn((f"text {rng.random()}",)),)) for i in range(2)]


class FixedKit(DatasetContract):
    """Keeps its contract."""

    implementation = Fixed


class TestFixed(FixedKit):
    """The example from which each bad one differs in one thing."""


def of_load(*conversations: Any) -> dict[str, Any]:
    """Return a ``load`` that gives these."""
    return {"load": lambda _: list(conversations)}


class Unordered(Fixed):
    """Depends on the hash seed, and is found in another process only."""

    def load(self) -> Any:
        return [Conversation("c", (Turn(tuple({f"text {n}" for n in range(50)})),))]


GOOD_TURN = Turn(("text",))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("something_to_send", of_load(), "no conversation"),
        ("something_to_send", of_load(Conversation("c", ())), "has no turn"),
        ("something_to_send", of_load(Conversation("c", (Turn(()),))), "a turn without text"),
        ("something_to_send", of_load(Conversation("c", (Turn((" ",)),))), "an empty text"),
        (
            "something_to_send",
            of_load(Conversation("c", (Turn(("x",), max_tokens=0),))),
            "max_tokens",
        ),
        ("something_to_send", of_load("text"), "no Conversation"),
        ("something_to_send", {"load": lambda self: iter(Fixed.load(self))}, "no sequence"),
        ("id_of_its_own", of_load(*[Conversation("c", (GOOD_TURN,))] * 2), "share an id"),
        (
            "the_same_seed",
            {"load": lambda _: [Conversation(str(next(COUNTER)), (GOOD_TURN,))]},
            "gave other conversations",
        ),
        (
            "own_generator",
            {"load": lambda _: [Conversation(str(random.random()), (GOOD_TURN,))]},  # noqa: S311
            "functions of the module random",
        ),
    ],
)
def test_a_bad_dataset(name, change, message):
    """One thing is wrong with it, and one test says what."""
    fails(changed(FixedKit, implementation=changed(Fixed, **change)), name, message)


def test_a_dataset_that_another_process_cannot_import(monkeypatch):
    """The test that needs one is passed over, with the reason; the others are not."""

    class Local(Fixed):
        """Cannot be pickled."""

    here = changed(Fixed, __module__="only_in_this_process")
    only_here = ModuleType(here.__module__)
    only_here.Bad = here
    monkeypatch.setitem(sys.modules, here.__module__, only_here)
    for made, why in [(Local, "cannot be pickled"), (here, "another process cannot import")]:
        kit = changed(FixedKit, implementation=made)
        with pytest.raises(pytest.skip.Exception, match=why):
            kit().test_another_process_makes_the_same()


def test_a_dataset_that_depends_on_the_process(tmp_path, monkeypatch):
    """Two processes with other hash seeds find it."""
    source = Path(tmp_path / "unordered_dataset.py")
    source.write_text(
        "from aiperf.common.models import Conversation, Turn\n"
        "class Unordered:\n"
        "    def __init__(self, *, config, tokenizer): pass\n"
        "    def load(self):\n"
        "        return [Conversation('c', (Turn(tuple({f'text {n}' for n in range(50)})),))]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    try:
        import unordered_dataset  # noqa: PLC0415 - made above

        kit = changed(FixedKit, implementation=unordered_dataset.Unordered)
        fails(kit, "another_process", "the order of a set or on hash")
    finally:
        sys.modules.pop("unordered_dataset", None)


class Semaphore:
    """An arrival that is a plain semaphore."""

    def __init__(self, *, config: Any, rng: Any) -> None:
        del rng
        self.free = asyncio.Semaphore(config.concurrency)

    async def acquire(self) -> int | None:
        await self.free.acquire()
        return None

    def release(self) -> None:
        self.free.release()


class SemaphoreKit(ArrivalContract):
    """Keeps its contract."""

    implementation = Semaphore


class TestSemaphore(SemaphoreKit):
    """The example from which each bad one differs in one thing."""


class Schedule(Semaphore):
    """An open loop."""

    def __init__(self, *, config: Any, rng: Any) -> None:
        super().__init__(config=config, rng=rng)
        self.rng, self.next = rng, time.perf_counter_ns()

    async def acquire(self) -> int | None:
        self.next += int(1000 * self.rng.random())
        await asyncio.sleep(0)
        return self.next


class TestSchedule(ArrivalContract):
    """An open loop keeps its contract, too."""

    implementation = Schedule


class Waiting(Semaphore):
    """Has a schedule, and waits for the server all the same."""

    async def acquire(self) -> int | None:
        await super().acquire()
        return time.perf_counter_ns()


class Leaky(Semaphore):
    """Loses the slot of a waiter that is cancelled."""

    async def acquire(self) -> int | None:
        await self.free.acquire()
        await asyncio.sleep(0)
        return None


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("cancelled_takes", Leaky, "a slot was lost"),
        ("everyone_who_waits", changed(Semaphore, release=lambda _: None), "never let start"),
        (
            "holds_its_concurrency",
            changed(Semaphore, acquire=lambda _: asyncio.sleep(0)),
            "under way",
        ),
        (
            "goes_forward",
            changed(Schedule, acquire=lambda _: asyncio.sleep(0, -next(COUNTER))),
            "goes back",
        ),
        (
            "goes_forward",
            changed(Schedule, acquire=lambda _: asyncio.sleep(0, 10**18)),
            "no reading",
        ),
        (
            "same_seed",
            changed(Schedule, acquire=lambda _: asyncio.sleep(0, next(COUNTER) ** 2)),
            "another schedule",
        ),
        ("does_not_wait", Waiting, "waits for requests to end"),
        ("shares", changed(Semaphore, shares="slots"), r"have \[5, 5\], not 3 and 2"),
        ("shares", changed(Schedule, shares="times"), "every second time"),
        ("shares", changed(Semaphore, shares="some"), "may be 'slots' or 'times'"),
    ],
)
def test_a_bad_arrival(name, bad, message, monkeypatch):
    """One thing is wrong with it, and one test says what."""
    monkeypatch.setattr("aiperf.testing.contract.PATIENCE", 0.5)
    fails(changed(SemaphoreKit, implementation=bad), name, message)


class Chunks:
    """A metric: the number of chunks."""

    scope, tag, header, unit = "record", "chunks", "Chunks", "chunks"

    def compute(self, record: Any) -> float | None:
        return len(record.content_ns)


class ChunksKit(MetricContract):
    """Keeps its contract."""

    implementation = Chunks
    examples = ((record(), 3),)


class TestChunks(ChunksKit):
    """The example from which each bad one differs in one thing."""


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("what_it_is", {"scope": "request"}, "'record' or 'run'"),
        ("what_it_is", {"tag": "my chunks"}, "cannot be a name"),
        ("what_it_is", {"header": ""}, "header is empty"),
        ("examples", {"compute": lambda *_: 4}, "is 4, not 3"),
        ("examples", {"compute": lambda *_: "3"}, "no number"),
        ("examples", {"compute": lambda *_: crash()}, "KeyError"),
        ("odd_input", {"compute": lambda _, r: r.output_tokens + 1}, "TypeError"),
        ("odd_input", {"compute": lambda _, r: float("nan") if r.ack_ns else 1}, "not finite"),
        ("nothing_is_kept", {"compute": lambda *_: next(COUNTER)}, "computed before"),
        ("nothing_is_kept", {"compute": lambda _, r: r.metrics.clear()}, "changed what"),
    ],
)
def test_a_bad_metric(name, change, message):
    """One thing is wrong with it, and one test says what."""
    fails(changed(ChunksKit, implementation=changed(Chunks, **change)), name, message)


def test_a_metric_without_an_example():
    """Its author is asked for one."""
    fails(changed(ChunksKit, examples=()), "examples", "has no example")


def test_a_metric_whose_entry_says_something_else(aiperf_plugins):
    """What is registered must be true of the class."""
    good = {"scope": "record", "unit": "chunks", "header": "Chunks"}
    for tag, metadata, message in [
        ("chunks", {**good, "unit": "ms"}, "unit='ms'"),
        ("pieces", good, "under 'pieces'"),
        ("chunks", {**good, "requires": ["nothing"]}, "nobody registered: {'nothing'}"),
        ("chunks", {**good, "needs": ["streams"]}, "needs {'streams'}"),
    ]:
        with aiperf_plugins.registry.isolated():
            aiperf_plugins.add("metric", tag, Chunks, metadata=metadata)
            fails(ChunksKit, "entry_says", message)
    lists = changed(ChunksKit, examples=((record(), [3.0]),))
    with aiperf_plugins.registry.isolated():
        aiperf_plugins.add("metric", "chunks", Chunks, metadata=good)
        fails(lists, "entry_says", "must say several=True")
    aiperf_plugins.add("metric", "chunks", Chunks, metadata={**good, "several": True})
    lists().test_its_entry_says_the_same()
    ChunksKit().test_its_entry_says_the_same()


class Lines:
    """An exporter."""

    wants_records = True

    def __init__(self, *, config: Any) -> None:
        self.path = config.artifact_dir / "lines.txt"
        self.lines = 0

    def start(self, _: Any) -> None:
        make_directory_for(self.path)

    def record(self, _: Any) -> None:
        self.lines += 1

    def finish(self, _: Any) -> str | None:
        self.path.write_text(f"{self.lines} lines\n")
        return str(self.path)


class LinesKit(ExporterContract):
    """Keeps its contract."""

    implementation = Lines
    file_name = "lines.txt"


class TestLines(LinesKit):
    """The example from which each bad one differs in one thing."""


def forget_to_write(self: Any, _: Any) -> str:
    """Return the path of a file that is not there."""
    return str(self.path)


def write_elsewhere(self: Any, _: Any) -> str:
    """Write another file than the one that was said."""
    path = self.path.with_name("other.txt")
    path.write_text("x")
    return str(path)


def append(self: Any, _: Any) -> str:
    """Add to what an earlier run left."""
    with self.path.open("a") as file:
        file.write("x")
    return str(self.path)


def litter(self: Any, _: Any) -> str:
    """Leave a temporary file."""
    self.path.with_name("tmp").write_text("x")
    return Lines.finish(self, None)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("wants_records", {"wants_records": "yes"}, "True or False"),
        ("a_run_is_written", {"finish": forget_to_write}, "is not there"),
        ("a_run_is_written", {"finish": write_elsewhere}, "other.txt"),
        ("a_run_is_written", {"finish": lambda *_: None}, "not the file's path"),
        ("a_run_is_written", {"finish": litter}, "other files, too"),
        ("a_second_run", {"finish": append}, "something of an earlier one"),
        ("nothing_is_changed", {"record": lambda _, r: r.metrics.clear()}, "it changed"),
        (
            "cannot_be_written",
            {"start": lambda self, _: self.path.parent.mkdir(parents=True)},
            "raised NotADirectoryError.*use aiperf.common.files",
        ),
    ],
)
def test_a_bad_exporter(name, change, message, tmp_path):
    """One thing is wrong with it, and one test says what."""
    kit = changed(LinesKit, implementation=changed(Lines, **change))
    fails(kit, name, message, tmp_path=tmp_path)


class Quiet:
    """A user interface."""

    def start(self, title: str) -> None: ...

    def update(self, progress: Any) -> None: ...

    def stop(self) -> None: ...


def once(self: Any) -> None:
    """Fail at the second call."""
    del self.started


class QuietKit(UIContract):
    """Keeps its contract."""

    implementation = Quiet


class TestQuiet(QuietKit):
    """The example from which each bad one differs in one thing."""


def begin(self: Any, _: str) -> None:
    """Remember that it was started."""
    self.started = True


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("run_is_shown", {"update": lambda *_: print("50 %")}, "standard output"),  # noqa: T201
        ("run_is_shown", {"update": lambda _, p: p.completed / p.request_count}, "must not fail"),
        ("stopping_twice", {"start": begin, "stop": once}, "stop.. may be called twice"),
        ("not_started", {"start": begin, "stop": once}, "without start"),
        ("wrong_time", {"start": begin, "update": lambda self, _: self.started}, "before start"),
    ],
)
def test_a_bad_ui(name, change, message, capsys):
    """One thing is wrong with it, and one test says what."""
    kit = changed(QuietKit, implementation=changed(Quiet, **change))
    fails(kit, name, message, capsys=capsys)


# -- those that need a server or a load ----------------------------------------------------------


class HTTPKit(TransportContract):
    """Keeps its contract; see ``test_builtins_parts``."""

    implementation = HTTPTransport


def of_sending(
    before: Callable[[Any, Any], object] = lambda *_: None,
    after: Callable[[Any, Any], object] = lambda *_: None,
) -> dict[str, Any]:
    """Return a ``send`` that does something more before it sends, and after."""

    async def send(self: Any, request: Any, record: Any, **ids: Any) -> None:
        before(self, record)
        await HTTPTransport.send(self, request, record, **ids)
        after(self, record)

    return {"send": send}


async def swallow(self: Any, request: Any, record: Any, **ids: Any) -> None:
    """Take cancellation for a failure of the request."""
    try:
        await HTTPTransport.send(self, request, record, **ids)
    except asyncio.CancelledError:
        record.error = ErrorDetails("RequestCancellationError", "cancelled")


async def tidy(self: Any, request: Any, record: Any, **ids: Any) -> None:
    """Lose what had come when it is cancelled."""
    try:
        await HTTPTransport.send(self, request, record, **ids)
    except asyncio.CancelledError:
        record.parts.clear()
        raise


async def anonymous(self: Any, request: Any, record: Any, **_: Any) -> None:
    """Leave the ids out."""
    await HTTPTransport.send(self, request, record)


async def strict(self: Any, request: Any, record: Any, **ids: Any) -> None:
    """Raise what belongs into the record."""
    await HTTPTransport.send(self, request, record, **ids)
    if record.error:
        raise OSError(record.error.message)


async def close_once(self: Any) -> None:
    """Fail at the second call."""
    await HTTPTransport.close(self)
    del self._headers


async def close_nothing(_: Any) -> None:
    """Leave connections open."""


def rename(error: str) -> Callable[[Any, Any], None]:
    """Return what gives a record's error another type."""

    def change(_: Any, record: Any) -> None:
        if record.error:
            record.error = ErrorDetails(error, record.error.message, record.error.code)

    return change


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("times_are_in_order", of_sending(after=lambda _, r: setattr(r, "ack_ns", 0)), "ack_ns is"),
        ("times_are_in_order", of_sending(after=lambda _, r: setattr(r, "end_ns", 1)), "end_ns is"),
        ("is_in_the_record", of_sending(after=lambda _, r: r.parts.pop()), "the body is"),
        ("is_in_the_record", of_sending(after=lambda _, r: r.part_ns.pop()), "have . times"),
        ("is_in_the_record", of_sending(after=lambda _, r: setattr(r, "status", 0)), "status is 0"),
        ("gets_what_was_prepared", {"send": anonymous}, "the server got the headers"),
        ("failure_is_in_the_record", {"send": strict}, "raised OSError"),
        ("failure_is_in", of_sending(after=lambda _, r: setattr(r, "error", None)), "has no error"),
        ("failure_is_in", of_sending(after=rename("TimeoutError")), "no class of aiperf.common"),
        ("failure_is_in", of_sending(after=rename("ConnectError")), "which is not a"),
        ("no_server", of_sending(after=rename("TransportError")), "which is not a ConnectError"),
        ("cancellation", {"send": swallow}, "must let CancelledError go"),
        ("cancellation", {"send": tidy}, ""),
        ("closing", {"close": close_once}, "close.. may be called twice"),
        ("closing", {"close": close_nothing}, "a connection is still open"),
    ],
)
def test_a_bad_transport(name, change, message, monkeypatch):
    """One thing is wrong with it, and one test says what."""
    if name == "closing":
        monkeypatch.setattr("aiperf.testing.contract.PATIENCE", 0.5)
    fails(changed(HTTPKit, implementation=changed(HTTPTransport, **change)), name, message)


class LocalKit(ExecutorContract):
    """Keeps its contract; see ``test_builtins_parts``."""

    implementation = LocalExecutor


class Changed:
    """A sink that hands on what ``change`` makes of it."""

    def __init__(self, sink: Any, change: Callable[..., Any]) -> None:
        self.sink, self.change = sink, change
        self.sent = sink.sent

    def done(self, raw: Any, **what: Any) -> None:
        self.change(self.sink, raw, what)


def of_done(change: Callable[[Any, Any, dict[str, Any]], object]) -> type:
    """Return a local executor whose ``done()`` is another."""

    class Bad(LocalExecutor):
        """Breaks its contract."""

        def __init__(self, *, load: Any, build: Any, sink: Any) -> None:
            super().__init__(load=load, build=build, sink=Changed(sink, change))

    return Bad


def set_to(name: str, value: Any) -> type:
    """Return a local executor that says something else of each request."""
    return of_done(lambda sink, raw, what: sink.done(raw, **{**what, name: value}))


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("ends_once", of_done(lambda *_: None), "10 sent.. and 0 done"),
        ("each_request_is_known", set_to("x_request_id", "same"), "have the same id"),
        ("each_request_is_known", set_to("x_request_id", ""), "has no id"),
        ("each_request_is_known", set_to("turn_index", 7), "turn 7 of"),
        ("warm_up", set_to("phase", "profiling"), "the phases were"),
        ("turns_of_a_conversation", set_to("turn_index", 0), "had the turns"),
        ("turns_of_a_conversation", set_to("x_correlation_id", "same"), "have the same id"),
        ("stopping", set_to("was_cancelled", value=False), "says it was not"),
        ("stopping", changed(LocalExecutor, stop=lambda _: None), "does not return after stop"),
    ],
)
def test_a_bad_executor(name, bad, message, monkeypatch):
    """One thing is wrong with it, and one test says what."""
    monkeypatch.setattr("aiperf.testing.contract.PATIENCE", 0.5)
    fails(changed(LocalKit, implementation=bad), name, message)


def test_an_executor_that_leaves_connections_open(monkeypatch):
    """Its transport is not closed."""
    monkeypatch.setattr("aiperf.testing.executor_contract.Transport.close", close_nothing)
    fails(LocalKit, "transport_is_closed", "may be left open")
