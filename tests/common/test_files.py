"""Artifacts get onto the disk as a whole or not at all."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from aiperf.common.errors import ExportError
from aiperf.common.files import make_directory_for, write_whole


def test_the_directory_is_made(tmp_path):
    """With all of its parents; again does no harm."""
    path = tmp_path / "a" / "b" / "file"
    make_directory_for(path)
    make_directory_for(path)
    assert path.parent.is_dir()


def test_a_file_in_the_way_is_an_error_before_the_run(tmp_path):
    """Nobody measures for an hour to find that there is no place for the results."""
    (tmp_path / "a").write_text("a file")
    with pytest.raises(ExportError, match=r"cannot write .*file") as caught:
        make_directory_for(tmp_path / "a" / "file")
    assert caught.value.path == tmp_path / "a" / "file"
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_is_not_writable_is_an_error_before_the_run(tmp_path):
    """It exists, but nothing can be put into it."""
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(ExportError, match="not writable"):
            make_directory_for(tmp_path / "file")
    finally:
        tmp_path.chmod(0o755)


def test_a_file_is_replaced_as_a_whole(tmp_path):
    """A reader that has the old file open keeps the old file."""
    path = tmp_path / "file"
    write_whole(path, b"old")
    with path.open("rb") as reader:
        write_whole(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_the_file_may_be_read_by_whom_the_user_lets(tmp_path):
    """A temporary file's narrow permissions are not handed on."""
    path, plain = tmp_path / "file", tmp_path / "plain"
    write_whole(path, b"")
    plain.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, fresh_python):
    """A real failure of the operating system half-way: the process may write 4096 bytes a file."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    printed = fresh_python(
        """
        import resource, signal, sys
        from pathlib import Path
        from aiperf.common.errors import ExportError
        from aiperf.common.files import write_whole
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            write_whole(Path(sys.argv[1]), b"x" * 10_000)
        except ExportError as error:
            print(error)
        """,
        str(path),
    )
    assert printed.startswith(f"cannot write {path}: File too large. ")
    assert path.read_bytes() == b"old"
    assert {each.name for each in tmp_path.iterdir()} == {"cwd", "file"}
