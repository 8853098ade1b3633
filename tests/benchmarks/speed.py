"""``aiperf profile`` against a server that is no limit, beside wrk, an aiohttp loop and NVIDIA's.

The server is ``target.c``: canned bytes, each event of a stream by a write of its own. It needs a C
compiler. The aiohttp loop parses nothing; wrk does not either. Client and server have a core each.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from commands import NVIDIA
from load import client, pin, profile
from measure import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVENTS = 64
_CONCURRENT = 128
_TURNS = 3
_BODY = {"model": "m", "messages": [{"role": "user", "content": " word" * 32}]}

_LOOP = """
import asyncio, sys, time
import aiohttp, uvloop

url, body, concurrency, count = sys.argv[1], sys.argv[2].encode(), *map(int, sys.argv[3:])

async def work(session, numbers):
    for _ in numbers:
        async with session.post(url, data=body) as response:
            async for _ in response.content.iter_any():
                pass

async def main():
    numbers = iter(range(count))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, headers={"Content-Type": "application/json"}
    ) as session:
        started = time.perf_counter()
        await asyncio.gather(*(work(session, numbers) for _ in range(concurrency)))
        print(count / (time.perf_counter() - started))

uvloop.run(main())
"""

_TOKENIZER = """
import sys
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast

vocabulary = {"[UNK]": 0, "[BOS]": 1, "[EOS]": 2}
words = open(sys.modules["tokenizers"].__file__).read().split()
for word in words + [f"w{number}" for number in range(1000)]:
    vocabulary.setdefault(word, len(vocabulary))
tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
tokenizer.pre_tokenizer = Whitespace()
PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, unk_token="[UNK]", bos_token="[BOS]", eos_token="[EOS]"
).save_pretrained(sys.argv[1])
"""


def rows() -> list[Row]:
    """Measure and return the rows."""
    compiler = shutil.which("cc")
    if compiler is None:
        return [Row("speed", "not measured: there is no C compiler (cc)")]
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as directory, target(compiler, directory) as url:
        for streaming, count in ((False, 40_000), (True, 4_000)):
            found += _section(url, directory, streaming=streaming, count=count)
    return found


def _section(url: str, directory: str, *, streaming: bool, count: int) -> list[Row]:
    """Return the rows for streamed responses or for whole ones; the best of turns."""
    body = json.dumps(_BODY | {"stream": streaming})
    path = f"{url}/v1/chat/completions"
    rates: dict[str, list[float]] = {}
    memory = 0.0
    for _ in range(_TURNS):
        more = ["--streaming"] if streaming else []
        rate, used, _ = profile(url, _CONCURRENT, count, more)
        memory = max(memory, used)
        rates.setdefault("aiperf profile", []).append(rate)
        if shutil.which("wrk"):
            rates.setdefault("wrk", []).append(_wrk(path, body, directory))
        if find_spec("aiohttp"):
            command = [sys.executable, "-c", _LOOP, path, body, _CONCURRENT, count]
            rates.setdefault("aiohttp loop", []).append(float(client(command)))
    if os.environ.get(NVIDIA):
        rates["NVIDIA AIPerf"] = [_nvidia(url, directory, count // 20, streaming=streaming)]
    best = {name: max(each) for name, each in rates.items()}
    factor, unit = (_EVENTS, "chunks/s") if streaming else (1, "requests/s")
    aims = {"wrk": 0.85} if streaming else {"aiohttp loop": 2.0, "NVIDIA AIPerf": 50.0}
    kind = f"{_EVENTS} chunks" if streaming else "whole"
    ours = best["aiperf profile"]
    shown = [Row(f"{kind}: {name}", f"{each * factor:,.0f} {unit}") for name, each in best.items()]
    shown += [
        Row(
            f"{kind}: aiperf profile",
            f"{ours * factor:,.0f} {unit}",
            name,
            ours / each,
            aims.get(name),
        )
        for name, each in best.items()
        if name != "aiperf profile"
    ]
    shown += [
        Row(f"{kind}: {name}", "not installed")
        for name in ("wrk", "aiohttp loop")
        if name not in best
    ]
    return [*shown, Row(f"{kind}: aiperf profile, peak memory", f"{memory:.0f} MB")]


@contextmanager
def target(compiler: str, directory: str) -> Iterator[str]:
    """Compile the server, run it on the second core and yield its URL."""
    program = Path(directory, "target")
    source = Path(__file__).with_name("target.c")
    subprocess.run([compiler, "-O2", "-o", program, source], check=True)
    with subprocess.Popen([program, str(_EVENTS)], stdout=subprocess.PIPE, text=True) as server:
        pin(server.pid, 1)
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wrk(url: str, body: str, directory: str) -> float:
    """Return the requests that wrk gets answered in a second."""
    script = Path(directory, "post.lua")
    script.write_text(
        f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
        f"wrk.body = {json.dumps(body)}\n"
    )
    output = client(["wrk", "-t1", f"-c{_CONCURRENT}", "-d2", "-s", script, url])
    found = re.search(r"Requests/sec:\s*([\d.]+)", output)
    assert found is not None, output
    return float(found.group(1))


def _nvidia(url: str, directory: str, count: int, *, streaming: bool) -> float:
    """Return the requests that NVIDIA's AIPerf gets answered in a second, by its own result.

    It needs a tokenizer, and its builtin one is downloaded: a small one of words is made.
    """
    artifacts, tokenizer = Path(directory, "nvidia"), Path(directory, "tokenizer")
    client([os.environ[NVIDIA], "-c", _TOKENIZER, tokenizer])
    command = [
        Path(os.environ[NVIDIA]).with_name("aiperf"),
        "profile",
        "--url",
        url,
        "--model",
        "m",
    ]
    command += ["--endpoint-type", "chat", "--tokenizer", tokenizer, "--ui", "none"]
    command += ["--concurrency", _CONCURRENT, "--request-count", max(count, 2 * _CONCURRENT)]
    command += ["--isl", 32, "--osl", 1, "--artifact-dir", artifacts]
    client([*command, "--streaming"] if streaming else command)
    (summary,) = artifacts.rglob("profile_export_aiperf.json")
    rate: float = json.loads(summary.read_bytes())["request_throughput"]["avg"]
    return rate
