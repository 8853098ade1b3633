"""What else differs between two runs."""

from __future__ import annotations

from pathlib import Path

from aiperf.benchmark.comparison_origins import doubts, own_doubts
from aiperf.benchmark.comparison_run import Run


def a_run(name, **changes):
    return Run(**({"name": name, "path": Path(name), "metrics": {}, "requests": None} | changes))


def implementation(**changes):
    plain = {"factory": "endpoint", "class_type": "chat", "identifier": "openai_chat"}
    return plain | {"version": "1.0", "sha256": "a" * 64} | changes


def with_parts(name, *parts, config=None, **more):
    return a_run(name, provenance={"implementations": list(parts), **more}, config=config or {})


def test_equal_runs_raise_no_doubt():
    """Where the artifacts went, the port of the server and what showed the run do not count."""
    first = a_run(
        "a",
        provenance={"implementations": [implementation()], "python": "3.11.1"},
        config={"output": {"artifact_dir": "a"}, "transport": {"url": "x:1"}, "command": ["a"]},
    )
    second = a_run(
        "b",
        provenance={
            "implementations": [implementation(), {"factory": "ui", "class_type": "none"}],
            "python": "3.11.1",
        },
        config={"output": {"artifact_dir": "b"}, "transport": {"url": "x:2"}, "command": ["b"]},
    )
    assert list(doubts(first, second)) == []


def test_other_implementations_are_named():
    """By what differs in them: the identifier, a version, a file that was edited."""
    base = with_parts("a", implementation())
    assert list(doubts(base, with_parts("b", implementation(sha256="b" * 64)))) == [
        "endpoint.chat is not the same in a and b: sha256 aaaaaaaaaaaa / bbbbbbbbbbbb."
    ]
    (said,) = doubts(base, with_parts("b", implementation(identifier="mine", version="2")))
    assert said == (
        "endpoint.chat is not the same in a and b: identifier openai_chat / mine, version 1.0 / 2."
    )
    (said,) = doubts(base, with_parts("b", implementation(), implementation(class_type="x")))
    assert said == "endpoint.x was used by b and not by a."


def test_a_file_that_does_not_say_what_ran():
    """One of NVIDIA's AIPerf, for example."""
    base = with_parts("a", implementation(), config={"model": "m"})
    (said,) = doubts(base, a_run("b", config={"models": ["m"]}))
    assert said.startswith("b: nothing says which implementations ran, so that neither these nor")
    one, other = (a_run(name, config={"concurrency": name}) for name in "ab")
    assert list(doubts(one, other)) == [
        "a and b: nothing says which implementations ran.",
        "a and b were configured differently: concurrency a / b.",
    ]


def test_another_python_or_platform():
    """These change speeds, too."""
    base = with_parts("a", implementation(), python="3.11.1", platform="Linux")
    other = with_parts("b", implementation(), python="3.14.0", platform="Linux")
    assert list(doubts(base, other)) == ["a and b differ in python: 3.11.1; 3.14.0."]


def test_another_configuration_is_told_in_one_line():
    """Each setting with both values, as many as a person reads."""
    base = with_parts("a", implementation())
    first = a_run("a", provenance=base.provenance, config={"load": {"concurrency": 4}, "gone": 1})
    second = a_run(
        "b",
        provenance=base.provenance,
        config={"load": {"concurrency": 8}, **{f"n{i}": i for i in range(20)}},
    )
    (said,) = doubts(first, second)
    assert "load.concurrency 4 / 8, gone 1 / null, n0 null / 0" in said
    assert said.endswith("and 10 more.")


def test_what_a_run_says_against_itself():
    """A client that was the bottleneck is a warning of the run's own."""
    run = a_run("a", warnings=("The client used 93% of a core",), was_cancelled=True)
    assert list(own_doubts(run)) == [
        "a was cancelled before its end.",
        "a: The client used 93% of a core",
    ]
