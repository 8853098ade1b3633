"""The contract of an exporter: one artifact, written from the finished run or not at all."""

from __future__ import annotations

import copy
import gc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from aiperf.common.config import OutputConfig
from aiperf.common.errors import ExportError
from aiperf.common.factories import ExporterFactory
from aiperf.common.protocols import ExporterProtocol
from aiperf.testing import samples
from aiperf.testing.contract import Contract

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class ExporterContract(Contract):
    """Subclass it, set ``implementation`` and, if it writes a file, ``file_name``."""

    factory = ExporterFactory
    protocols = (ExporterProtocol,)

    file_name: ClassVar[str | None] = None
    """The file's name in the artifact directory; ``None`` for an exporter that writes no file."""

    # -- what a subclass may change ------------------------------------------------------------

    def config(self, artifact_dir: Path) -> OutputConfig:
        """Return what the exporter is made with."""
        return OutputConfig(artifact_dir=artifact_dir)

    # -- the tests -----------------------------------------------------------------------------

    def test_it_says_whether_it_wants_records(self) -> None:
        """``wants_records`` is read before the first request."""
        wants = self.the_class().wants_records
        assert isinstance(wants, bool), f"wants_records is {wants!r}: True or False"

    def test_a_run_is_written(self, tmp_path: Path) -> None:
        """To the file that it says, in a directory that need not exist."""
        directory = tmp_path / "not" / "there yet"
        written = self._run(directory)
        if self.file_name is None:
            assert written is None, f"it wrote {written}, which `file_name` does not say"
            left = [path for path in tmp_path.rglob("*") if path.is_file()]
            assert not left, f"finish() returned None, but it wrote {left}"
            return
        assert isinstance(written, str), f"finish() returned {written!r}, not the file's path"
        assert Path(written) == directory / self.file_name, f"it wrote {written}"
        assert Path(written).is_file(), f"finish() returned {written}, which is not there"
        assert Path(written).stat().st_size, f"{written} is empty"
        beside = [path.name for path in directory.iterdir()]
        assert beside == [self.file_name], f"it left other files, too: {sorted(beside)}"

    def test_a_run_without_a_single_request(self, tmp_path: Path) -> None:
        """Nothing was measured: the artifact says so, and nothing is raised."""
        nothing = samples.result(statistics=(), errors=(), warnings=(), was_cancelled=True)
        self._check_file(self._run(tmp_path, records=[], result=nothing))

    def test_a_second_run_takes_the_firsts_place(self, tmp_path: Path) -> None:
        """The same directory may be used again; two equal runs give two equal files."""
        first = self._check_file(self._run(tmp_path))
        self._check_file(self._run(tmp_path, records=[], result=samples.result(statistics=())))
        again = self._check_file(self._run(tmp_path))
        assert first == again, "the same run gave another file: something of an earlier one is left"

    def test_nothing_is_changed(self, tmp_path: Path) -> None:
        """Other exporters get the same records and the same result."""
        records, result, context = samples.records(), samples.result(), samples.Context()
        before = copy.deepcopy((records, result, context))
        self._run(tmp_path, records=records, result=result, context=context)
        assert (records, result, context) == before, (
            "it changed a record, the result or the context"
        )

    def test_a_run_that_cannot_begin(self, tmp_path: Path) -> None:
        """Another part fails after the start: the exporter goes, and leaves no file open."""
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            exporter: ExporterProtocol = self.make(config=self.config(tmp_path))
            exporter.start(samples.Context())
            del exporter
            gc.collect()
        left = [str(each.message) for each in found if each.category is ResourceWarning]
        assert not left, f"{left}: close it with the instance, by weakref.finalize"

    def test_a_directory_that_cannot_be_written(self, tmp_path: Path) -> None:
        """Is an ``ExportError`` that names the file, at the start or at the end of the run."""
        (tmp_path / "file").write_text("in the way")
        directory = tmp_path / "file" / "artifacts"
        if self.file_name is None:
            self._run(directory)
            return
        with pytest.raises(Exception) as raised:  # noqa: PT011 - told apart below
            self._run(directory)
        error = raised.value
        assert isinstance(error, ExportError), (
            f"a directory that cannot be written raised {type(error).__name__}: {error}; use "
            "aiperf.common.files, or raise ExportError from the OSError"
        )
        assert error.path is not None, "the error's `path` is not set"
        assert Path(error.path).name == self.file_name, f"the error is about {error.path}"
        assert str(directory) in str(error), f"the message does not say where: {error}"

    # -- details -------------------------------------------------------------------------------

    def _run(
        self,
        directory: Path,
        records: list[RequestRecord] | None = None,
        **given: Any,
    ) -> str | None:
        exporter: ExporterProtocol = self.make(config=self.config(directory))
        exporter.start(given.get("context", samples.Context()))
        for each in samples.records() if records is None else records:
            if self.the_class().wants_records:
                exporter.record(each)
        return exporter.finish(given.get("result", samples.result()))

    def _check_file(self, written: str | None) -> bytes | None:
        if self.file_name is None:
            return None
        assert written is not None, "finish() returned None, but `file_name` says that it writes"
        return Path(written).read_bytes()
