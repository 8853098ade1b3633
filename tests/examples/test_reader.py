"""The reader of the READMEs: what is carried on, and what fails."""

from __future__ import annotations

import pytest


def test_sections_share_one_shell(reader_of):
    """Variables, the directory and files last from block to block."""
    reader = reader_of(
        "# Title\n\n## One\n\n```bash\nexport A='b c'\nmkdir d\ncd d\n```\n\n"
        "## Words\n\nNothing to run.\n\n"
        "## Two\n\n```console\n$ echo $A; \\\n  basename $PWD\nb c\nd\n$ rmdir ../d\n```\n"
    )
    assert list(reader.sections) == ["One", "Two"]
    assert reader.follow("One") == ""
    reader.follow("Two")
    assert not reader.sections
    assert list(reader.checkout.iterdir()) == []


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```bash\nfalse\ntrue\n```", "exit status 1"),
        ("```bash\nfalse | true\n```", "exit status 1"),
        ("```console\n$ echo one; exit 3\none\n```", "exit status 3"),
        ("```console\n$ echo one\ntwo\n```", "printed one and not two"),
        ("```console\n$ echo one\n```", "printed one and not"),
        ("```cobol\nDISPLAY 'one'\n```", "cobol"),
    ],
)
def test_what_does_not_work_as_written_fails(block, message, reader_of):
    """The failure says what was run and what came of it."""
    reader = reader_of(f"# Title\n\n## One\n\n{block}\n")
    with pytest.raises(AssertionError) as failure:
        reader.follow("One")
    assert message in " ".join(str(failure.value).split())


def test_a_block_that_would_be_overlooked_fails(reader_of):
    """Such as one inside a list, which is indented."""
    with pytest.raises(AssertionError, match="every block is understood"):
        reader_of("# Title\n\n## One\n\n- a\n\n  ```bash\n  false\n  ```\n")
