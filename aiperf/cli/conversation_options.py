"""The options of ``aiperf profile`` that say what generated conversations are made of."""

from __future__ import annotations

import click

from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import Number, number_option, whole_option

conversation = together(
    "Conversation",
    number_option(
        "--conversation-turn-mean",
        "--session-turns-mean",
        least=1.0,
        default=1.0,
        help_text="The mean number of turns of a conversation.",
    ),
    number_option(
        "--conversation-turn-stddev",
        "--session-turns-stddev",
        help_text="The standard deviation of the number of turns.",
    ),
    number_option(
        "--conversation-turn-delay-mean",
        "--session-turn-delay-mean",
        help_text="The mean time between an answer and the next turn, in milliseconds.",
    ),
    number_option(
        "--conversation-turn-delay-stddev",
        "--session-turn-delay-stddev",
        help_text="The standard deviation of the time between turns, in milliseconds.",
    ),
    number_option(
        "--conversation-turn-delay-ratio",
        "--session-delay-ratio",
        default=1.0,
        help_text="What all times between turns are multiplied by.",
    ),
)

prefix = together(
    "Prefix",
    whole_option(
        "--prompt-prefix-pool-size",
        "--prefix-prompt-pool-size",
        "--num-prefix-prompts",
        default=0,
        help_text="How many different prefixes there are, one of which begins each conversation.",
    ),
    whole_option(
        "--prompt-prefix-length",
        "--prefix-prompt-length",
        default=0,
        help_text="The length of each prefix, in tokens. It comes on top of the prompt's.",
    ),
    whole_option(
        "--shared-system-prompt-length",
        least=1,
        default=None,
        help_text="The length of a system message that all conversations have, in tokens.  "
        "[default: none]",
    ),
    whole_option(
        "--user-context-prompt-length",
        least=1,
        default=None,
        help_text="The length of a text of its own that begins each conversation, in tokens.  "
        "[default: none]",
    ),
)

rankings = together(
    "Rankings",
    click.option(
        "--rankings-passages-mean",
        type=Number(min=1),
        help="The mean number of passages of a query.  [default: 1]",
    ),
    number_option(
        "--rankings-passages-stddev",
        help_text="The standard deviation of the number of passages.",
    ),
    number_option(
        "--rankings-passages-prompt-token-mean",
        least=1.0,
        default=550.0,
        help_text="The mean length of a passage, in tokens.",
    ),
    number_option(
        "--rankings-passages-prompt-token-stddev",
        help_text="The standard deviation of a passage's length, in tokens.",
    ),
    number_option(
        "--rankings-query-prompt-token-mean",
        least=1.0,
        default=550.0,
        help_text="The mean length of a query, in tokens.",
    ),
    number_option(
        "--rankings-query-prompt-token-stddev",
        help_text="The standard deviation of a query's length, in tokens.",
    ),
)
