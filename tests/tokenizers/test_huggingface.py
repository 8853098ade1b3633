"""Hugging Face tokenizers, read from a directory, from the cache or not at all."""

from __future__ import annotations

import hashlib
import shutil
import sys
import threading

import pytest
from huggingface_hub import constants

from aiperf.common.errors import ConfigError
from aiperf.testing import TokenizerContract
from aiperf.tokenizers.huggingface import HuggingFaceTokenizer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Give an empty cache, and a Hub that nobody answers for."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "hub"


class TestContract(TokenizerContract):
    implementation = "huggingface"

    @pytest.fixture(autouse=True)
    def _named(self, tokenizer_directory):
        type(self).name = str(tokenizer_directory)


def test_a_directory(tokenizer_directory):
    """Nothing is added, cut off or filled up, whatever the file says; it is told by a hash."""
    tokenizer = HuggingFaceTokenizer(name=str(tokenizer_directory))
    text = "the quick brown fox jumps over it"
    ids = tokenizer.encode(text)
    assert tokenizer.count(text) == len(ids) > 4
    assert 0 not in ids
    assert 1 not in ids
    assert tokenizer.decode(ids) == text
    file = tokenizer_directory / "tokenizer.json"
    assert tokenizer.about == {
        "name": str(tokenizer_directory),
        "revision": None,
        "commit": None,
        "file": str(file),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "library": "tokenizers",
        "vocabulary_size": 300,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_counting_starts_no_thread(fresh_python, monkeypatch, tokenizer_directory):
    """One would take a core from the measurement; but what a person has set stays."""
    monkeypatch.delenv("TOKENIZERS_PARALLELISM", raising=False)
    code = """
        import os, sys
        from aiperf.tokenizers.huggingface import HuggingFaceTokenizer
        HuggingFaceTokenizer(name=sys.argv[1]).count("the fox " * 1000)
        print(len(os.listdir("/proc/self/task")), os.environ["TOKENIZERS_PARALLELISM"])
    """
    assert fresh_python(code, str(tokenizer_directory)) == "1 false\n"
    env = {"TOKENIZERS_PARALLELISM": "true"}
    assert fresh_python(code, str(tokenizer_directory), env=env).endswith(" true\n")


@pytest.mark.once
def test_counting_leaves_the_interpreter_to_others(tokenizer_directory):
    """No thread has to be interrupted for another one to go on meanwhile."""
    interval = sys.getswitchinterval()
    tokenizer = HuggingFaceTokenizer(name=str(tokenizer_directory))
    text = "the quick brown fox " * 30_000
    tokenizer.count(text[:20])
    begun, ended = threading.Event(), threading.Event()

    def count():
        begun.set()
        tokenizer.count_all([text])
        ended.set()

    thread = threading.Thread(target=count)
    sys.setswitchinterval(60)
    try:
        thread.start()
        assert begun.wait(20)
        was_free = not ended.is_set()
    finally:
        sys.setswitchinterval(interval)
        thread.join()
    assert was_free


def test_a_file(tokenizer_directory):
    """It may have any name."""
    file = tokenizer_directory / "tokenizer.json"
    assert HuggingFaceTokenizer(name=str(file)).count("the fox") > 0


def test_a_name_in_the_cache(tokenizer_directory, cache):
    """No network is needed, and the commit is told."""
    model = cache / "models--acme--tiny"
    snapshot = model / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    shutil.copy(tokenizer_directory / "tokenizer.json", snapshot)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)
    tokenizer = HuggingFaceTokenizer(name="acme/tiny")
    assert tokenizer.count("the fox") > 0
    assert tokenizer.about["commit"] == COMMIT
    assert HuggingFaceTokenizer(name="acme/tiny", revision=COMMIT).about["commit"] == COMMIT
    with pytest.raises(ConfigError, match="acme/tiny at revision v2 is not in"):
        HuggingFaceTokenizer(name="acme/tiny", revision="v2")


def test_a_name_in_the_cache_that_has_another_kind_of_tokenizer(cache, monkeypatch):
    """It is not looked up either: ``transformers`` reads what is there."""
    monkeypatch.setitem(sys.modules, "transformers", None)
    snapshot = cache / "models--acme--old" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "tokenizer_config.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"pip install 'aiperf\[transformers\]'"):
        HuggingFaceTokenizer(name="acme/old", revision=COMMIT)


@pytest.mark.parametrize(
    ("is_offline", "why"),
    [(True, "HF_HUB_OFFLINE forbids to fetch it"), (False, "127.0.0.1:9 cannot be reached: ")],
)
def test_a_name_that_cannot_be_had(cache, monkeypatch, is_offline, why):
    """The error says what was looked for, where, and what to do."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", is_offline)
    with pytest.raises(ConfigError, match="Give the directory of a copy") as caught:
        HuggingFaceTokenizer(name="acme/tiny")
    assert f"the tokenizer of acme/tiny is not in {cache}, and " in str(caught.value)
    assert why in str(caught.value)
    assert caught.value.option == "--tokenizer"


@pytest.mark.parametrize("name", ["./nowhere", "/no/where", "a/b/c", "a b", "~/nowhere/at/all"])
def test_what_can_only_be_a_path(name):
    """Nothing is looked up by such a name."""
    with pytest.raises(ConfigError, match=f"no file or directory {name}"):
        HuggingFaceTokenizer(name=name)


def test_a_file_that_is_no_tokenizer(tmp_path):
    """It is named, with what is wrong."""
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"tokenizer\.json is not a tokenizer that .* can read"):
        HuggingFaceTokenizer(name=str(tmp_path))


def test_no_name():
    with pytest.raises(ConfigError, match="which tokenizer"):
        HuggingFaceTokenizer()


@pytest.mark.parametrize("trust", [False, True])
def test_what_only_transformers_can_read(tmp_path, tokenizer_directory, monkeypatch, trust):
    """Without that library, the error says how to get it."""
    monkeypatch.setitem(sys.modules, "transformers", None)
    name = str(tokenizer_directory if trust else tmp_path)
    with pytest.raises(ConfigError, match=r"pip install 'aiperf\[transformers\]'"):
        HuggingFaceTokenizer(name=name, trust_remote_code=trust)
