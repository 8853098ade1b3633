"""Generated conversations of several turns, with prefixes, media, distributions and rankings."""

from __future__ import annotations

import base64
import io
import sys
import wave
from dataclasses import replace

import pytest
import soundfile
from PIL import Image

from aiperf.common.dataset_config import (
    AudioConfig,
    DatasetConfig,
    ImageConfig,
    LengthPair,
    PrefixConfig,
    RankingsConfig,
    TurnsConfig,
)
from aiperf.common.errors import ConfigError
from aiperf.datasets.synthetic import SyntheticDataset
from aiperf.tokenizers.builtin import BuiltinTokenizer

CONFIG = DatasetConfig(entries=20, input_tokens_mean=20, random_seed=7)
TURNS = TurnsConfig(mean=3, stddev=1, delay_mean_ms=100, delay_stddev_ms=10)
IMAGES = ImageConfig(width_mean=8, height_mean=6)
AUDIO = AudioConfig(length_mean=0.1)
count = BuiltinTokenizer().count


def load(**changes):
    """Return the turns of each conversation."""
    config = replace(CONFIG, **changes)
    dataset = SyntheticDataset(config=config, tokenizer=BuiltinTokenizer())
    return [each.turns for each in dataset.load()]


def texts(conversations):
    return [[turn.texts for turn in turns] for turns in conversations]


def data_of(url):
    """Return the media type and the bytes of a data URL."""
    head, _, data = url.partition(";base64,")
    return head.removeprefix("data:"), base64.b64decode(data)


def test_conversations_have_the_turns_and_delays_asked_for():
    """The first turn waits for nothing."""
    conversations = load(turns=TURNS)
    assert {len(turns) for turns in conversations} > {2, 3}
    for turns in conversations:
        assert turns[0].delay_ms is None
        assert all(50 < turn.delay_ms < 150 for turn in turns[1:])
        assert all(turn.input_tokens == count(turn.texts[0]) == 20 for turn in turns)


def test_a_ratio_scales_delays():
    """And nothing else."""
    halved = load(turns=replace(TURNS, delay_ratio=0.5))
    full = load(turns=TURNS)
    assert texts(halved) == texts(full)
    assert [turn.delay_ms for turns in halved for turn in turns[1:]] == [
        turn.delay_ms / 2 for turns in full for turn in turns[1:]
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"images": IMAGES},
        {"audio": AUDIO},
        {"images": IMAGES, "audio": AUDIO},
        {"output_tokens_mean": 5, "output_tokens_stddev": 2},
        {"prefixes": PrefixConfig(system_length=9)},
        {"turns": replace(TURNS, delay_mean_ms=5)},
    ],
    ids=str,
)
def test_what_is_asked_for_besides_leaves_the_texts_as_they_were(changes):
    """Each thing is drawn from a stream of its own."""
    assert texts(load(**{"turns": TURNS, **changes})) == texts(load(turns=TURNS))


def test_audio_leaves_the_images_as_they_were():
    one, other = load(images=IMAGES), load(images=IMAGES, audio=AUDIO)
    assert [turns[0].images for turns in one] == [turns[0].images for turns in other]


def test_a_distribution_gives_pairs_of_lengths():
    """Input and output go together, and each pair comes as often as it should."""
    pairs = (LengthPair(10, 3, 25), LengthPair(30, 9, 75))
    turns = [turns[0] for turns in load(entries=400, length_pairs=pairs)]
    drawn = [(turn.input_tokens, turn.max_tokens) for turn in turns]
    assert set(drawn) == {(10, 3), (30, 9)}
    assert 60 < drawn.count((10, 3)) < 140


def test_a_prefix_of_the_pool_begins_each_conversation():
    """On top of the prompt's own length; later turns have none."""
    conversations = load(turns=TURNS, prefixes=PrefixConfig(pool_size=2, length=10))
    beginnings = {" ".join(turns[0].texts[0].split()[:10]) for turns in conversations}
    assert len(beginnings) == 2
    for turns in conversations:
        assert [turn.input_tokens for turn in turns] == [30] + [20] * (len(turns) - 1)
        assert count(turns[0].texts[0]) == 30


def test_a_shared_system_message_and_a_context_of_ones_own():
    """The system message counts once, with the first turn."""
    prefixes = PrefixConfig(system_length=15, context_length=5)
    conversations = load(turns=TURNS, prefixes=prefixes)
    systems = {turn.system for turns in conversations for turn in turns}
    assert [count(system) for system in systems] == [15]
    assert len({" ".join(turns[0].texts[0].split()[:5]) for turns in conversations}) == 20
    assert all(turns[0].input_tokens == 40 for turns in conversations)
    assert all(turn.input_tokens == 20 for turns in conversations for turn in turns[1:])


def test_images_have_the_size_and_format_asked_for():
    for turns in load(entries=3, images=replace(IMAGES, batch_size=2)):
        assert len(set(turns[0].images)) == 2
        for url in turns[0].images:
            kind, data = data_of(url)
            with Image.open(io.BytesIO(data)) as image:
                assert (kind, image.format, image.size) == ("image/png", "PNG", (8, 6))


def test_images_of_random_format_are_of_both():
    conversations = load(images=replace(IMAGES, format="random", width_stddev=2))
    found = {data_of(turns[0].images[0])[0] for turns in conversations}
    assert found == {"image/png", "image/jpeg"}


def test_images_of_a_directory_are_resized(tmp_path):
    Image.new("RGB", (30, 30), "red").save(tmp_path / "red.png")
    (turns, *_) = load(images=replace(IMAGES, source=str(tmp_path)))
    with Image.open(io.BytesIO(data_of(turns[0].images[0])[1])) as image:
        assert image.size == (8, 6)
        assert image.getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("depth", [8, 16, 24, 32])
def test_sounds_are_wav_of_the_length_asked_for(depth):
    audio = replace(AUDIO, depths=(depth,), sample_rates=(8.0,), num_channels=2)
    (turns, *_) = load(entries=1, audio=audio)
    kind, data = data_of(turns[0].audios[0])
    with wave.open(io.BytesIO(data)) as file:
        assert kind == "audio/wav"
        assert file.getsampwidth() * 8 == depth
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (8000, 2, 800)


def test_sounds_may_be_mp3():
    (turns, *_) = load(entries=1, audio=replace(AUDIO, format="mp3"))
    kind, data = data_of(turns[0].audios[0])
    assert kind == "audio/mpeg"
    assert soundfile.info(io.BytesIO(data)).samplerate == 16000


def test_rankings_are_a_query_with_passages():
    wanted = RankingsConfig(
        is_wanted=True,
        passages_mean=4,
        passages_stddev=1,
        passage_tokens_mean=6,
        query_tokens_mean=3,
    )
    conversations = load(rankings=wanted)
    assert {len(turns[0].texts) for turns in conversations} >= {3, 4, 5}
    for (turn,) in conversations:
        assert count(turn.query) == 3
        assert {count(text) for text in turn.texts} == {6}
        assert turn.input_tokens == 3 + 6 * len(turn.texts)


@pytest.mark.parametrize(
    ("option", "changes"),
    [
        ("--prompt-prefix-pool-size", {"prefixes": PrefixConfig(1, 1, system_length=3)}),
        ("--prompt-prefix-length", {"prefixes": PrefixConfig(pool_size=1)}),
        ("--image-height-mean", {"images": ImageConfig(width_mean=8)}),
        ("--image-width-mean", {"images": ImageConfig(height_mean=8)}),
        ("--prompt-prefix-pool-size", {"prefixes": PrefixConfig(length=1)}),
        (
            "--shared-system-prompt-length",
            {"system_prompt": "Be brief.", "prefixes": PrefixConfig(system_length=3)},
        ),
        ("--conversation-turn-mean", {"turns": TurnsConfig(mean=0)}),
        ("--image-source", {"images": replace(IMAGES, source="nowhere")}),
        ("--audio-depths", {"audio": replace(AUDIO, depths=(12,))}),
        ("--audio-sample-rates", {"audio": replace(AUDIO, format="mp3", sample_rates=(9.0,))}),
        ("--rankings-passages-mean", {"rankings": RankingsConfig(passages_mean=0)}),
    ],
)
def test_what_cannot_be_is_refused_by_name(option, changes):
    with pytest.raises(ConfigError, match=option) as caught:
        load(**changes)
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("module", "extra", "changes"),
    [
        ("PIL", "images", {"images": IMAGES}),
        ("soundfile", "audio", {"audio": replace(AUDIO, format="mp3")}),
    ],
)
def test_a_library_that_is_missing_is_named(monkeypatch, module, extra, changes):
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError, match=rf"pip install 'aiperf\[{extra}\]'"):
        load(**changes)
