"""``--config FILE`` and ``--print-config``: options in a file."""

from __future__ import annotations

import click
import pytest
import yaml

from aiperf.cli.arguments import to_config
from aiperf.cli.profile import profile


@pytest.fixture
def config_of(tmp_path):
    """Give what turns a file's text and further words into a configuration."""

    def make(text, *words):
        path = tmp_path / "run.yaml"
        path.write_text(text, encoding="utf-8")
        return to_config(profile.make_context("profile", ["--config", str(path), *words]).params)

    return make


def test_a_file_says_what_the_command_line_could(config_of):
    """By any of an option's names, with the values written as there."""
    config = config_of(
        """
        concurrency: 16
        num_requests: 32
        --isl: 7.5
        streaming: yes
        model: no
        header: {X-A: 1, X-B: "a: b"}
        extra-inputs: {temperature: 0.5, stop: [a, "1"], seed: null}
        exporter: [json, csv]
        ui:
        """
    )
    assert (config.load.concurrency, config.load.request_count) == (16, 32)
    assert config.dataset.input_tokens_mean == 7.5
    assert config.streaming is True
    assert config.model == "no"
    assert config.transport.headers == {"X-A": "1", "X-B": "a: b"}
    assert config.extra_inputs == {"temperature": 0.5, "stop": ["a", "1"], "seed": None}
    assert config.types.exporters == ("json", "csv")
    assert config.types.ui == "progress"


def test_the_command_line_and_the_environment_win(config_of, monkeypatch):
    monkeypatch.setenv("AIPERF_API_KEY", "from the environment")
    config = config_of("concurrency: 16\napi-key: from the file\n", "--concurrency", "2")
    assert config.load.concurrency == 2
    assert config.transport.api_key == "from the environment"


def test_an_empty_file_asks_for_nothing(config_of):
    assert config_of("# nothing\n", "--random-seed", "1") == config_of("", "--random-seed", "1")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "isl: 3\nconcurency: 3",
            2,
            "there is no option 'concurency'. Did you mean 'concurrency'?",
        ),
        ("config: x", 1, "there is no option 'config'"),
        ("zzzz: x", 1, "there is no option 'zzzz'. aiperf profile --print-config lists all."),
        ("concurrency: many", 1, "concurrency: 'many' is not a valid count"),
        ("\nbenchmark-duration: [1]", 2, "benchmark-duration: it takes one value, not a list"),
        ("concurrency: {a: 1}", 1, "concurrency: it takes a value, not names and values"),
        ("header: [{a: 1}]", 1, "header: one of its values is a list or has names"),
        ("isl: 3\nprompt_input_tokens_mean: 4", 2, "is given a second time"),
        ("- a", 1, "write one option a line"),
        ("? [a]\n: b", 1, "the name of an option is one word"),
        ("a: b: c", 1, "this is not YAML: mapping values are not allowed here"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(config_of, tmp_path, text, line, words):
    with pytest.raises(click.BadParameter) as caught:
        config_of(text)
    message = caught.value.format_message()
    assert f"{tmp_path / 'run.yaml'}, line {line}: " in message
    assert words in message
    assert "--config" in message


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    bad = tmp_path / "latin.yaml"
    bad.write_bytes(b"model: \xe4")
    for path, words in ((tmp_path / "none.yaml", "No such file"), (bad, "is not UTF-8 at byte 7")):
        with pytest.raises(click.BadParameter, match=words):
            profile.make_context("profile", ["--config", str(path)])


def test_what_is_printed_is_a_file_that_asks_for_the_same(aiperf, config_of):
    """Options that were not given are comments with what they are for; a key is not printed."""
    words = ["--isl", "20", "--streaming", "-H", "X-A: a: b", "--extra-inputs", '{"stop": ["a"]}']
    words += ["--model", "1", "--url", "localhost:1", "--random-seed", "3"]
    words += ["--seq-dist", "64|10,32:70;256|40,128|2.5:30", "--audio-depths", "16,8"]
    printed = aiperf("profile", *words, "--api-key", "s3cret", "--print-config")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert "s3cret" not in printed.stdout
    assert len(yaml.safe_load(printed.stdout)) == 9
    again = config_of(printed.stdout)
    assert again == to_config(profile.make_context("profile", words).params)
    everything = "\n".join(
        line.removeprefix("#") for line in printed.stdout.splitlines() if line[:2] != "# "
    )
    assert config_of(everything, *words) == again
