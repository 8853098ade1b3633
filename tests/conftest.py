"""What tests share: a clean environment, fresh interpreters and really installed distributions."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

pytest_plugins = ["pytester"]

# The same examples in each run, however busy the machine is; HYPOTHESIS_PROFILE=default in the
# environment looks for new ones.
hypothesis.settings.register_profile(
    "dependable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dependable"))

# Needs the `package` dependency group; run by naming it, as the `package` environment does.
collect_ignore = ["test_packaging.py"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a test that hangs fail, and the others go on.

    This is no option of the project's: its plugins' tests run without pytest-timeout.
    """
    if config.pluginmanager.hasplugin("timeout"):
        for item in items:
            item.add_marker(pytest.mark.timeout(300, method="thread"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what would change AIPerf's behaviour or output out of the environment for a test."""
    for name in [name for name in os.environ if name.startswith("AIPERF_")]:
        monkeypatch.delenv(name)
    for name in ("COLUMNS", "LINES"):  # the terminal's size, which tox and others hand on
        monkeypatch.delenv(name, raising=False)


@dataclass(frozen=True)
class FreshPython:
    """Runs code in an interpreter of its own; each run starts in ``cwd``.

    The process inherits the environment without ``AIPERF_*`` and ``PYTHON*`` variables.
    """

    cwd: Path

    def __call__(
        self,
        code: str,
        *args: str,
        path: Iterable[str | os.PathLike[str]] = (),
        env: Mapping[str, str] | None = None,
        warnings_are_errors: bool = False,
        timeout: float = 60,
    ) -> str:
        """Run ``code`` and return what it printed.

        Args:
            code: What ``python -c`` gets, dedented.
            args: ``sys.argv[1:]``.
            path: Directories for ``PYTHONPATH``, such as those of ``make_distribution``.
            env: Further environment variables.
            warnings_are_errors: Add ``-W error``.
            timeout: Seconds after which the process is killed and the test fails.

        Raises:
            AssertionError: The exit status is not zero; standard error is in the message.
        """
        __tracebackhide__ = True
        done = self.run(
            code,
            *args,
            path=path,
            env=env,
            warnings_are_errors=warnings_are_errors,
            timeout=timeout,
        )
        if done.returncode != 0:
            msg = f"exit status {done.returncode}\n{done.stdout}{done.stderr}"
            raise AssertionError(msg)
        return done.stdout

    def run(
        self,
        code: str,
        *args: str,
        path: Iterable[str | os.PathLike[str]] = (),
        env: Mapping[str, str] | None = None,
        warnings_are_errors: bool = False,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``code`` like a call does, and return the finished process whatever its status."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIPERF_", "PYTHON"))
        }
        if path := [os.fspath(each) for each in path]:
            environment["PYTHONPATH"] = os.pathsep.join(path)
        environment.update(env or {})
        options = ["-W", "error"] if warnings_are_errors else []
        return subprocess.run(
            [sys.executable, *options, "-c", dedent(code), *args],
            cwd=self.cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture
def fresh_python(tmp_path: Path) -> FreshPython:
    """Give a :class:`FreshPython` that starts in an empty directory.

    ``fresh_python("print(1)")`` is the output; ``fresh_python.run(...)`` is the process, for
    code that is meant to fail.
    """
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    return FreshPython(cwd)


@dataclass(frozen=True)
class MakeDistribution:
    """Writes distributions the way an installer leaves them, into ``site`` by default."""

    site: Path

    def __call__(
        self,
        name: str,
        version: str = "1.0",
        *,
        files: Mapping[str, str] | None = None,
        entry_points: Mapping[str, Mapping[str, str]] | None = None,
        requires: Iterable[str] = (),
        dist_info: Mapping[str, str | None] | None = None,
        site: Path | None = None,
    ) -> Path:
        """Install one distribution, beside those that are there, and return its site directory.

        Put the directory on ``PYTHONPATH`` (``fresh_python(..., path=[site])``) or on
        ``sys.path`` (``monkeypatch.syspath_prepend(site)``).

        Args:
            name: The distribution's name as its author wrote it.
            version: Its version.
            files: Modules and data: a path relative to ``site`` to its text, dedented.
            entry_points: A group to its entries: ``{"aiperf.plugins": {"acme": "acme.registry"}}``.
            requires: Requirements, such as ``"httpx>=1; extra == 'grpc'"``.
            dist_info: Files of ``*.dist-info`` to replace by this text or, with ``None``, to
                leave out; for metadata that is damaged on purpose.
            site: Another directory, made if missing, to have one distribution on the path twice.
        """
        site = self.site if site is None else site
        stem = re.sub(r"[-_.]+", "_", name).lower()
        folder = f"{stem}-{version}.dist-info"
        metadata = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            f"Version: {version}",
            *(f"Requires-Dist: {requirement}" for requirement in requires),
        ]
        groups = [
            "\n".join([f"[{group}]", *(f"{key} = {target}" for key, target in entries.items())])
            for group, entries in (entry_points or {}).items()
        ]
        own: dict[str, str | None] = {
            "METADATA": "\n".join(metadata) + "\n",
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "INSTALLER": "pip\n",
            "entry_points.txt": "\n\n".join(groups) + "\n" if groups else None,
            **(dist_info or {}),
        }
        texts = {path: dedent(text) for path, text in (files or {}).items()}
        texts |= {f"{folder}/{path}": text for path, text in own.items() if text is not None}
        record = f"{folder}/RECORD"
        if "RECORD" not in own:
            lines = [_record_line(path, text) for path, text in texts.items()]
            texts[record] = "\n".join([*lines, f"{record},,"]) + "\n"
        for path, text in texts.items():
            target = site / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return site


def _record_line(path: str, text: str) -> str:
    """Return the RECORD line of a file: path, unpadded URL-safe base64 SHA-256, size in bytes."""
    data = text.encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}"


@pytest.fixture
def make_distribution(tmp_path: Path) -> MakeDistribution:
    """Give a :class:`MakeDistribution` for ``tmp_path / "site"``."""
    return MakeDistribution(tmp_path / "site")


@dataclass(frozen=True)
class InstallPlugin:
    """Installs a plugin that is one module and one ``aiperf.plugins`` entry point."""

    make_distribution: MakeDistribution

    def __call__(
        self,
        name: str,
        source: str,
        *,
        version: str = "1.0",
        module: str | None = None,
        entry_point: str | None = None,
        site: Path | None = None,
    ) -> Path:
        """Install ``source`` as the distribution ``name`` and return its site directory.

        The module is called ``module``, or ``name`` with underscores; the entry point
        ``entry_point``, or ``name``.
        """
        module = module or re.sub(r"[-.]+", "_", name)
        return self.make_distribution(
            name,
            version,
            files={f"{module.replace('.', '/')}.py": source},
            entry_points={"aiperf.plugins": {entry_point or name: module}},
            site=site,
        )


@pytest.fixture
def install_plugin(make_distribution: MakeDistribution) -> InstallPlugin:
    """Give an :class:`InstallPlugin` for the same directory as ``make_distribution``'s."""
    return InstallPlugin(make_distribution)
