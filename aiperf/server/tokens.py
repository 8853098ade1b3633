"""The server's tokens: the words that it answers with, and the count of those that it is sent.

One token is one word with the space before it, so that a client whose tokenizer splits text into
words and punctuation counts exactly the tokens that were sent.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from aiperf.server.randomness import WORDS, draw

if TYPE_CHECKING:
    from collections.abc import Sequence

_pieces = re.compile(r" ?\w++| ?[^\w\s]++|\s++").findall

_VOCABULARY = """
    about above across after again against almost along already always among another answer any
    around away back because become before begin behind below between bottom bring build call
    careful carry certain change clear close cold come common complete consider corner could
    country course cover cross current dark day decide deep different direct distance does done
    door down draw early earth easy eight end enough even every example face fact family far few
    field figure final find fine first five follow food form found four friend full general gentle
    give good great green ground group grow half hand happen hard head hear heavy help here high
    hold home hour house hundred idea important inside island keep kind know land large last later
    lead learn leave letter life light line listen little live long look machine make many map mark
    matter mean measure middle might mile mind minute moment money month moon more morning most
    mountain move much music must name near need never next night north note nothing notice number
    object ocean often once only open order other over own page paper part pass pattern people
    perhaps picture piece place plain plan plant play point power problem produce pull question
    quick quiet rain reach read ready reason remember rest right river road rock room round rule
    run same school science second see sentence seven shape short should show side simple since six
    size sky sleep slow small snow some soon sound south special spring stand star start state stay
    step still stone stop story street strong study summer sun sure surface system table talk teach
    tell ten test than that then there these thing think those thought thousand three through time
    together tomorrow toward town travel tree true turn under until usual value very voice wait
    walk warm watch water weather week west wheel where which while white whole wide wind winter
    wish without wonder word work world would write year yellow young
"""

_LENGTH = 8192


@lru_cache(maxsize=1024)
def count_tokens(text: str) -> int:
    """Return the number of words, punctuation marks and runs of blanks in ``text``.

    A benchmark sends the same prompts again and again, so the latest counts are remembered.
    """
    return len(_pieces(text))


def count_all(items: Sequence[str | list[int]]) -> int:
    """Return the number of tokens in texts and lists of token ids."""
    return sum(count_tokens(item) if isinstance(item, str) else len(item) for item in items)


class TokenSource:
    """Gives each request its tokens: the same for the same seed and request number."""

    def __init__(self, seed: int) -> None:
        words = [f" {word}".encode() for word in _VOCABULARY.split()]
        stream = random.Random(seed).choices(words, k=_LENGTH)  # noqa: S311 - text, not a secret
        self._seed = seed
        self._stream = stream * 2  # so that no slice that begins in the first half has to wrap

    def take(self, number: int, count: int) -> Sequence[bytes]:
        """Return ``count`` tokens for request ``number``.

        Each is a space and a word of ASCII letters, which JSON writes as they are.
        """
        start = draw(self._seed, WORDS, number) % _LENGTH
        stream = self._stream
        if count > _LENGTH:
            stream = stream * (count // _LENGTH + 1)
        return stream[start : start + count]
