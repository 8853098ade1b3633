"""Files of prompts from which requests are drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.common.input_file import OPTION, read_objects
from aiperf.common.models import Turn
from aiperf.datasets.input_path import input_path
from aiperf.datasets.media_files import MediaFiles
from aiperf.datasets.sessions import Sessions
from aiperf.datasets.streams import Streams
from aiperf.datasets.turn_fields import TurnFields, turn_fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiperf.common.config import DatasetConfig
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import TokenizerProtocol


class RandomPoolDataset:
    """``config.entries`` conversations of one turn, drawn with replacement from a file's lines.

    Of a directory, each file is a pool, and a turn has something of each; it asks for as many
    output tokens as the first of them that says how many. The name of the file without its ending
    is that of its texts, so that ``queries.jsonl`` and ``passages.jsonl`` make
    requests for rankings. With a batch size other than 1, texts, images and sounds of a single
    pool are drawn by themselves, as many as the batch size says.

    Source of the format:
    https://github.com/ai-dynamo/aiperf/blob/main/docs/tutorials/custom-dataset.md.

    Raises:
        ConfigError: there is no file.
    """

    def __init__(
        self,
        *,
        config: DatasetConfig,
        tokenizer: TokenizerProtocol,  # noqa: ARG002 - texts are counted when they have been sent
    ) -> None:
        self._config = config
        self._path = input_path(config, "random_pool", or_directory=True)

    def load(self) -> list[Conversation]:
        """Return the conversations; the same ones at every call if there is a seed.

        Raises:
            ConfigError: a file cannot be read, or has bad lines.
        """
        pools = self._pools()
        streams = Streams(self._config.random_seed)
        draw: Callable[[], Turn]
        draw = (
            _Batches(self._config, pools[0], streams)
            if self._is_batched(pools)
            else _Merged(pools, streams)
        )
        sessions = Sessions(self._config)
        for _ in range(self._config.entries):
            sessions.get(None).add(TurnFields(draw(), "user", None))
        return sessions.conversations()

    def _pools(self) -> list[list[Turn]]:
        if not self._path.is_dir():
            return [self._pool(self._path, "")]
        files = sorted(
            each
            for each in self._path.iterdir()
            if each.is_file() and not each.name.startswith(".")
        )
        if not files:
            raise ConfigError(f"there is no file in {self._path}. Correct {OPTION}", option=OPTION)
        return [self._pool(file, file.name.partition(".")[0]) for file in files]

    def _pool(self, path: Path, name: str) -> list[Turn]:
        media = MediaFiles(path.parent)

        def read(row: dict[str, Any]) -> Turn:
            return turn_fields(row, media, name=name).turn

        pool = list(read_objects(path, read))
        if not pool:
            raise ConfigError(f"{path} has nothing to send. Correct {OPTION}", option=OPTION)
        return pool

    def _is_batched(self, pools: list[list[Turn]]) -> bool:
        sizes = (self._config.batch_size, self._config.images.batch_size,
                 self._config.audio.batch_size)  # fmt: skip
        if all(size == 1 for size in sizes):
            return False
        if len(pools) > 1:
            raise ConfigError(
                f"batch sizes other than 1 need a single pool, and {self._path} has {len(pools)}. "
                "Leave --prompt-batch-size, --image-batch-size and --audio-batch-size out, or give "
                f"{OPTION} one file",
                option="--prompt-batch-size",
            )
        return True


class _Merged:
    """Draws one turn of each pool, and makes one of them."""

    def __init__(self, pools: list[list[Turn]], streams: Streams) -> None:
        self._pools = [(streams(f"pool {number}"), pool) for number, pool in enumerate(pools)]

    def __call__(self) -> Turn:
        turns = [rng.choice(pool) for rng, pool in self._pools]
        if len(turns) == 1:
            return turns[0]
        return Turn(
            texts=tuple(text for turn in turns for text in turn.texts),
            query=next((turn.query for turn in turns if turn.query is not None), None),
            images=tuple(image for turn in turns for image in turn.images),
            audios=tuple(audio for turn in turns for audio in turn.audios),
            max_tokens=next((each.max_tokens for each in turns if each.max_tokens), None),
        )


class _Batches:
    """Draws texts, images and sounds by themselves, as many as the batch sizes say."""

    def __init__(self, config: DatasetConfig, pool: list[Turn], streams: Streams) -> None:
        self._drawn = [
            (streams("pool texts"), [each for turn in pool for each in turn.texts],
             config.batch_size),
            (streams("pool images"), [each for turn in pool for each in turn.images],
             config.images.batch_size),
            (streams("pool audios"), [each for turn in pool for each in turn.audios],
             config.audio.batch_size),
        ]  # fmt: skip
        if not any(offered and size for _, offered, size in self._drawn):
            raise ConfigError(
                f"with these batch sizes there is nothing to send of {config.input_file}. Give one "
                "above 0 for what it has",
                option="--prompt-batch-size",
            )

    def __call__(self) -> Turn:
        texts, images, audios = (
            tuple(rng.choices(offered, k=size)) if offered else ()
            for rng, offered, size in self._drawn
        )
        return Turn(texts=texts, images=images, audios=audios)
