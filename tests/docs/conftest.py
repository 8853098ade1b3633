"""A reader who does what a page says: the parts that the tests of the documentation share."""

from __future__ import annotations

import contextlib
import doctest
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
EXTENSIONS = CHECKOUT / "docs" / "_extensions"
sys.path.insert(0, str(EXTENSIONS))  # as docs/conf.py does
sys.path.insert(0, str(Path(__file__).parent))  # cli_options.py, which is also run by itself
TIMEOUT = 180.0
"""Seconds that one block may take."""

DIRECTIVE = re.compile(r"<!--\s*(command|file|exit):\s*(.+?)\s*-->")
PARSERS = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
SHOWN = {"text", "mermaid", "diff", "{changelog}", "{eval-rst}", "{hook}", "{toctree}"}

# Reads one block a line as JSON, runs it in one namespace, answers each with a line.
INTERPRETER = """
import json, os, sys, traceback
answers, blocks = os.fdopen(os.dup(1), "w", buffering=1), sys.stdin
os.dup2(2, 1)
sys.stdin = open(os.devnull)
for line in blocks:
    block = json.loads(line)
    try:
        code = compile("\\n" * (block["line"] - 1) + block["text"], block["page"], "exec")
        exec(code, sys.modules["__main__"].__dict__)
    except BaseException:
        traceback.print_exc()
        answers.write("failed\\n")
    else:
        answers.write("passed\\n")
    sys.stdout.flush()
"""


@dataclass(frozen=True)
class Block:
    """A code block: its language, its text, the line that the text starts at, its directives."""

    page: Path
    line: int
    language: str
    text: str
    directives: dict[str, str]

    def __str__(self) -> str:
        """Return where the block is, and the block."""
        return f"{self.page}:{self.line} ({self.language or 'no language'})\n{self.text}"


def read_blocks(page: Path) -> list[Block]:
    """Return the code blocks of ``page`` in order, as CommonMark defines them."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    blocks = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type not in {"fence", "code_block"}:
            continue
        comment = before.content if before and before.type == "html_block" else ""
        blocks.append(
            Block(
                page=page,
                line=token.map[0] + (2 if token.type == "fence" else 1),
                language=token.info.strip().partition(" ")[0],
                text=token.content,
                directives=dict(DIRECTIVE.findall(comment)),
            )
        )
    return blocks


def make_environment(directory: Path) -> Path:
    """Make a virtual environment that sees what is installed here, and return its ``bin``.

    What a page installs goes into it and stays there. Making it takes no network and no time.
    """
    venv.create(directory, symlinks=True)
    scheme = {"base": str(directory), "platbase": str(directory)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    lines = [f"import site; site.addsitedir({each!r})\n" for each in sorted(ours)]
    (site / "ours.pth").write_text("".join(lines), encoding="utf-8")
    scripts = directory / "bin"
    for name in ("aiperf", "pip", "pytest"):
        for entry_point in distribution(name).entry_points.select(group="console_scripts"):
            script = scripts / entry_point.name
            script.write_text(
                f"#!{scripts / 'python'}\nimport sys\n"
                f"from {entry_point.module} import {entry_point.attr}\n"
                f"sys.exit({entry_point.attr}())\n",
                encoding="utf-8",
            )
            script.chmod(0o755)
    return scripts


@dataclass
class Reader:
    """Follows one page, block by block, in one directory, one shell and one interpreter."""

    directory: Path
    """Holds ``work``, where the page is followed, and what must not be in the reader's way."""
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _python: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """Make the directory and the environment ready."""
        self.work = self.directory / "work"
        self.work.mkdir()
        self._state = self.directory / "state"
        scripts = make_environment(self.directory / "venv")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIPERF_", "PYTHON"))}
        self._environment = inherited | {
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(scripts.parent),
        }
        self._state.write_text(f"cd {shlex.quote(str(self.work))}\n", encoding="utf-8")

    def follow(self, page: Path) -> None:
        """Do what each block of ``page`` says; the rules are those of ``test_code_blocks``."""
        for block in read_blocks(page):
            status = int(block.directives.get("exit", "0"))
            if parse := PARSERS.get(block.language):
                parse(block.text)
            if name := block.directives.get("file"):
                self.write(block, name)
            elif command := block.directives.get("command"):
                assert command in {"install", "test"}, f"unknown command {command!r}\n{block}"
            elif block.language == "python":
                self.python(block)
            elif block.language == "bash":
                self.shell(block, block.text, status)
            elif block.language == "console":
                self.console(block, status)
            else:
                assert block.language in {*PARSERS, *SHOWN}, f"language not known here\n{block}"

    def write(self, block: Block, name: str) -> None:
        """Save ``block`` as the file ``name`` of the page's directory."""
        target = self.work / name
        assert target.resolve().is_relative_to(self.work.resolve()), f"{name} is elsewhere\n{block}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")

    def shell(self, block: Block, script: str, status: int = 0) -> str:
        """Run ``script`` where the last one left off, and return what it printed."""
        save = f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > {shlex.quote(str(self._state))}'
        process, log = self._start(f"trap {shlex.quote(save)} EXIT\n{script}")
        try:
            done = process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            done = f"none after {TIMEOUT} s"
        printed = log.read_text(encoding="utf-8", errors="replace")
        assert done == status, f"exit status: {done}, not {status}\n{block}\n{printed}"
        return printed

    def console(self, block: Block, status: int = 0) -> None:
        """Run each ``$`` command and compare what it prints with the lines below it."""
        text = block.text.replace("\\\n", "")
        assert text.startswith("$ "), f"a console block starts with a command\n{block}"
        commands = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
        for number, each in enumerate(commands, start=1):
            command, _, expected = each.partition("\n")
            got = self.shell(block, command, status if number == len(commands) else 0)
            same = doctest.OutputChecker().check_output(
                expected.strip(), got.strip(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            )
            assert same, f"$ {command}\nprinted\n{got}\n{block}"

    def python(self, block: Block) -> None:
        """Run ``block`` in the page's interpreter, which starts in the shell's directory."""
        if self._python is None:
            command = f"exec python -c {shlex.quote(INTERPRETER)}"
            self._python, self._python_log = self._start(command, piped=True)
        request = {"page": str(block.page), "line": block.line, "text": block.text}
        self._python.stdin.write(json.dumps(request).encode() + b"\n")
        self._python.stdin.flush()
        ready, _, _ = select.select([self._python.stdout], [], [], TIMEOUT)
        answer = self._python.stdout.readline() if ready else f"none after {TIMEOUT} s".encode()
        printed = self._python_log.read_text(encoding="utf-8", errors="replace")
        assert answer == b"passed\n", f"answer: {answer.decode()}\n{block}\n{printed}"

    def close(self) -> None:
        """End what the page started, what it left in the background included."""
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._python is not None:
            self._python.stdin.close()
            self._python.stdout.close()

    def _start(self, script: str, *, piped: bool = False) -> tuple[subprocess.Popen[bytes], Path]:
        log = self.directory / f"log-{len(self._started)}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    "bash",
                    "-euo",
                    "pipefail",
                    "-c",
                    f"source {shlex.quote(str(self._state))}\n{script}",
                ],
                env=self._environment,
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else output,
                stderr=output,
                start_new_session=True,
            )
        self._started.append(process)
        return process, log


@pytest.fixture(name="read_blocks")
def read_blocks_fixture():
    """Give :func:`read_blocks`."""
    return read_blocks


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Give a :class:`Reader` whose directory holds a copy of ``plugins_examples``."""
    reader = Reader(tmp_path)
    examples = CHECKOUT / "plugins_examples"
    if examples.exists():
        shutil.copytree(examples, reader.work / examples.name)
    yield reader
    reader.close()
