"""A file with one conversation a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.input_file import BadLineError, read_objects
from aiperf.datasets.input_path import input_path
from aiperf.datasets.media_files import MediaFiles
from aiperf.datasets.sessions import Sessions
from aiperf.datasets.turn_fields import text_field, turn_fields

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import TokenizerProtocol


class MultiTurnDataset:
    """Each line has ``turns`` and may have a ``session_id``; lines of one id are one conversation.

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
        self._path = input_path(config, "multi_turn")

    def load(self) -> list[Conversation]:
        """Return the conversations in the order of the file.

        Raises:
            ConfigError: the file cannot be read, or has bad lines.
        """
        sessions = Sessions(self._config)
        media = MediaFiles(self._path.parent)

        def read(row: dict[str, Any]) -> None:
            turns = row.get("turns")
            if not isinstance(turns, list) or not turns:
                raise BadLineError("there is no list of turns")
            session = sessions.get(text_field(row, "session_id"))
            for number, turn in enumerate(turns, start=1):
                try:
                    if not isinstance(turn, dict):
                        raise BadLineError("not a JSON object")  # noqa: TRY301 - told with the others
                    session.add(turn_fields(turn, media))
                except BadLineError as error:
                    raise BadLineError(f"turn {number}: {error}") from None

        for _ in read_objects(self._path, read):
            pass
        return sessions.conversations()
