"""An open loop of users, each of whom asks again after a gap of his own."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from aiperf.arrivals.scheduled import NEVER, ScheduledArrival
from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    import random

    from aiperf.common.config import LoadConfig

_NS = 1e9


class UserCentricArrival(ScheduledArrival):
    """Keeps ``config.num_users`` users under way, who send ``config.user_centric_rate`` together.

    A user holds one conversation, with turns ``num_users / user_centric_rate`` seconds apart. The
    users are evenly shifted against one another. When one is to have had the last turn, another
    takes that place, at its next time, whatever the server does.

    A run begins as if it had gone on for long: users leave one by one from the beginning on, as
    :func:`turns_left` has it.

    Raises:
        ConfigError: there is no rate, or no number of users.
    """

    paces_users: ClassVar[bool] = True

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None:
        del rng  # nothing here is left to chance
        rate, users = config.user_centric_rate, config.num_users
        if rate is None or not 0 < rate < math.inf:
            raise ConfigError(
                "the arrival pattern user_centric needs a --user-centric-rate greater than 0: how "
                "many requests a second all users send together",
                option="--user-centric-rate",
            )
        if users is None or users < 1:
            raise ConfigError(
                "--user-centric-rate needs --num-users, at least 1: how many users there are",
                option="--num-users",
            )
        super().__init__(iter(()))
        self.turn_gap_ns = round(users / rate * _NS)
        turns = enumerate(turns_left(users, round(config.mean_turns)))
        self._turns = {round(place / rate * _NS): left for place, left in config.share.take(turns)}
        """The turns of each user who is there at the beginning, by first time; ``None``: all."""
        self._heap = sorted(self._turns)
        """When conversations start next, but for the time that is due."""

    def hold(self, scheduled_ns: int, turns: int) -> int:
        """Return how many turns to hold of a conversation that has ``turns``.

        Args:
            scheduled_ns: What :meth:`acquire` returned for it.
            turns: How many it has.
        """
        offset_ns = scheduled_ns - self.begin_ns
        held = min(self._turns.pop(offset_ns, None) or turns, turns)
        heapq.heappush(self._heap, offset_ns + held * self.turn_gap_ns)
        if self._due_ns != NEVER:
            heapq.heappush(self._heap, self._due_ns - self.begin_ns)
        self._advance()
        self._wake()
        return held

    def _is_over(self) -> bool:
        """Return that it is not: who holds a conversation is followed by another."""
        return False

    def _advance(self) -> None:
        """Go on to the earliest time that is known."""
        self._due_ns = self.begin_ns + heapq.heappop(self._heap) if self._heap else NEVER


def turns_left(users: int, turns: int) -> list[int | None]:
    """Return how many turns users have left when the run begins, in the order of their first.

    The first one is new and has all, ``None``. Of the others, the one that is ``i`` of ``users``
    parts through has so many parts of one less than ``turns``, rounded up. They come in an order
    in which those who leave are evenly spread, and new users with them. It is that of NVIDIA's
    AIPerf:
    https://github.com/ai-dynamo/aiperf/blob/main/docs/tutorials/user-centric-timing.md

    Args:
        users: How many there are.
        turns: How many a conversation has.
    """
    lifetime = max(1, turns - 1)
    step = lifetime
    if math.gcd(users, lifetime) > 1:
        step = -next(each for each in count(2) if math.gcd(users, each) == 1)
    left: list[int | None] = [None] * users
    for part in range(1, users):
        left[part * step % users] = -(-part * lifetime // users)
    return left
