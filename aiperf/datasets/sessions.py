"""Puts turns of a file together to conversations, each with an id of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.input_file import OPTION, BadLineError
from aiperf.common.models import Conversation
from aiperf.datasets.lengths import Lengths
from aiperf.datasets.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.config import DatasetConfig
    from aiperf.common.models import Turn
    from aiperf.datasets.turn_fields import TurnFields

_SYSTEM_SEPARATOR = "\n\n"


class Session:
    """The turns of one conversation, in order.

    A system message comes before the first turn. What an assistant said is the answer to the turn
    before it, recorded: it is history for the turns that follow, and no request.
    """

    __slots__ = ("system", "turns")

    def __init__(self) -> None:
        self.system: str | None = None
        self.turns: list[Turn] = []

    def add(self, fields: TurnFields) -> None:
        """Add what comes next.

        Raises:
            BadLineError: it cannot come here.
        """
        turn = fields.turn
        if fields.role == "user":
            self.turns.append(turn)
            return
        if len(turn.texts) != 1 or turn.images or turn.audios:
            raise BadLineError(f"what a role {fields.role!r} says must be one text")
        if fields.role == "system":
            if self.turns or self.system is not None:
                raise BadLineError("a system message must come once, and first")
            self.system = turn.texts[0]
            return
        if not self.turns or self.turns[-1].answer is not None:
            raise BadLineError("an assistant's answer must follow a user's turn")
        self.turns[-1] = replace(self.turns[-1], answer=turn.texts[0])


class Sessions:
    """All conversations of a file, in the order in which each began.

    Args:
        config: ``system_prompt`` goes before each system message; turns that do not say how many
            output tokens to ask for ask for as many as are drawn for the whole dataset.
    """

    def __init__(self, config: DatasetConfig) -> None:
        self._config = config
        self._sessions: dict[str | int, Session] = {}

    def get(self, session_id: str | None) -> Session:
        """Return the session of that id, or a new one of its own for ``None``."""
        key = len(self._sessions) if session_id is None else session_id
        session = self._sessions.get(key)
        if session is None:
            session = self._sessions[key] = Session()
        return session

    def conversations(self) -> list[Conversation]:
        """Return the conversations; what was added is gone then.

        Raises:
            ConfigError: there is none, or one without a turn of a user.
        """
        sessions, self._sessions = self._sessions, {}
        lengths = Lengths(self._config, Streams(self._config.random_seed))
        ids = _ids({key for key in sessions if isinstance(key, str)})
        found = []
        for key in list(sessions):
            session = sessions.pop(key)
            name = next(ids) if isinstance(key, int) else key
            if not session.turns:
                raise ConfigError(
                    f"the session {name!r} of {self._config.input_file} has a system message and "
                    f"no turn of a user. Correct {OPTION}",
                    option=OPTION,
                )
            found.append(Conversation(name, tuple(self._finished(session, lengths))))
        if not found:
            raise ConfigError(
                f"{self._config.input_file} has nothing to send. Give {OPTION} at least one line",
                option=OPTION,
            )
        return found

    def _finished(self, session: Session, lengths: Lengths) -> Iterator[Turn]:
        systems = [each for each in (self._config.system_prompt, session.system) if each]
        system = _SYSTEM_SEPARATOR.join(systems) or None
        for turn in session.turns:
            max_tokens = turn.max_tokens
            if max_tokens is None:
                max_tokens = lengths.draw_output()
            if max_tokens is None and system is None:
                yield turn
            else:
                yield replace(turn, system=system, max_tokens=max_tokens)


def _ids(taken: set[str]) -> Iterator[str]:
    """Yield ids for sessions without one that are not taken."""
    number = 0
    while True:
        name = f"session_{number:06d}"
        if name not in taken:
            yield name
        number += 1
