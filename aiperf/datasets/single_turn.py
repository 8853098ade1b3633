"""A file with one prompt a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.input_file import read_objects
from aiperf.datasets.input_path import input_path
from aiperf.datasets.media_files import MediaFiles
from aiperf.datasets.sessions import Sessions
from aiperf.datasets.turn_fields import turn_fields

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import TokenizerProtocol


class SingleTurnDataset:
    """Each line is a conversation of one turn; lines of one ``session_id`` are its turns in order.

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
        self._path = input_path(config, "single_turn")

    def load(self) -> list[Conversation]:
        """Return the conversations in the order of the file.

        Raises:
            ConfigError: the file cannot be read, or has bad lines.
        """
        sessions = Sessions(self._config)
        media = MediaFiles(self._path.parent)

        def read(row: dict[str, Any]) -> None:
            fields = turn_fields(row, media)
            sessions.get(fields.session_id).add(fields)

        for _ in read_objects(self._path, read):
            pass
        return sessions.conversations()
