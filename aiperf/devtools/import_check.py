"""Checks plugins by really loading them, each in a process of its own that may hang or die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiperf.devtools.applications import modules_required
from aiperf.devtools.factory_source import OWN, factories_of
from aiperf.devtools.findings import Finding
from aiperf.plugins.sources import Sources
from aiperf.plugins.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.devtools.subjects import Package, Subject

_SHOWN: Final = 200


def check_by_importing(
    packages: Iterable[Package],
    known: Sequence[Finding] = (),
    factories: Sequence[str] = (),
    timeout: float = 60.0,
) -> list[Finding]:
    """Return what goes wrong when the plugins and their classes are loaded.

    Args:
        packages: what to load.
        known: findings that are not to be repeated.
        factories: modules of other applications that define factories.
        timeout: seconds that one plugin may take.
    """
    said = {(each.rule, each.message) for each in known}
    return [
        finding
        for package in packages
        for subject in package.subjects
        for finding in _load(package, subject, factories, timeout)
        if (finding.rule, finding.message) not in said
    ]


def clean_environment() -> dict[str, str]:
    """Return the environment without AIPerf's own variables, which might switch plugins off."""
    return {name: text for name, text in os.environ.items() if not name.startswith("AIPERF_")}


def _load(
    package: Package, subject: Subject, factories: Sequence[str], timeout: float
) -> Iterator[Finding]:
    request = {
        "name": subject.name,
        "module": subject.module,
        "attribute": subject.attribute,
        "distribution": package.name,
        "path": list(package.path),
        "factories": list(_factory_modules(package, factories)),
    }
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory, "result.json")
        output = Path(directory, "output")
        arguments = [sys.executable, "-P", "-W", "ignore", "-m", "aiperf.devtools.probe"]
        with output.open("wb") as file:
            code = _run([*arguments, json.dumps(request), str(result)], file, timeout)
        document: dict[str, Any] = {"stage": "starting Python", "findings": []}
        if result.is_file():
            document = json.loads(result.read_text(encoding="utf-8"))
        printed = " ".join(output.read_text(encoding="utf-8", errors="replace").split())
    findings = [Finding(**each) for each in document["findings"]]
    yield from findings
    place = next((each.path for each in findings), subject.path)
    if document["stage"]:
        yield _ended(subject, document["stage"], code, timeout, (printed, place))
    elif printed:
        shown = printed if len(printed) <= _SHOWN else f"{printed[:_SHOWN]}…"
        yield Finding(
            "import-prints",
            f"loading {subject.name} printed {shown!r}.",
            "Print nothing when a module is imported.",
            place,
            subject=subject.name,
        )


def _ended(
    subject: Subject, stage: str, code: int | None, timeout: float, shown: tuple[str, str]
) -> Finding:
    """Return the finding for a process that did not get to the end of its work."""
    printed, place = shown
    if code is None:
        return Finding(
            "import-hangs",
            f"{stage} did not end in {timeout:g} s.",
            "Do the slow work when an instance is made, or give more time with --timeout.",
            place,
            subject=subject.name,
        )
    how = f"exit status {code}"
    if code < 0:
        with suppress(ValueError):
            how = signal.Signals(-code).name
    last = f" It printed {printed[-_SHOWN:]!r}." if printed else ""
    return Finding(
        "import-crashed",
        f"{stage} ended the process with {how}.{last}",
        "Raise an error instead.",
        place,
        subject=subject.name,
    )


def _run(command: Sequence[str], output: Any, timeout: float) -> int | None:
    """Run a command to its end and return its status, ``None`` if it took too long.

    Whatever it has started in its session ends with it.
    """
    with subprocess.Popen(  # noqa: S603 - this Python
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=clean_environment(),
        start_new_session=True,
    ) as process:
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _factory_modules(package: Package, factories: Sequence[str]) -> Iterator[str]:
    """Yield the modules that define the factories of applications."""
    metadata = package.metadata
    required = () if metadata is None else metadata.requires or ()
    names = [*factories, *package.modules, *modules_required(required)]
    found = factories_of(Targets(Sources(package.path)), names)
    yield from dict.fromkeys(each.module for each in found if each.module != OWN)
