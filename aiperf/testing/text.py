"""Texts that have broken somebody's code."""

from __future__ import annotations

from typing import Final

TEXTS: Final = (
    "",
    "Hello",
    "Hello, world!",
    " leading and trailing ",
    "two  blanks",
    "tabs\tand\nline\r\nends\n\n",
    "\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{IDEOGRAPHIC SPACE}",
    "quotes \" ' ` and \\ backslashes \\n",
    '{"json": ["in", "a", "prompt"]}',
    "data: [DONE]\n\n",
    "<|endoftext|> <s> [INST] </s>",
    "Grüße, ἀλήθεια, Привет, שלום, مرحبا, नमस्ते",
    "你好,世界。こんにちは 안녕하세요",
    "e\N{COMBINING ACUTE ACCENT} is not \N{LATIN SMALL LETTER E WITH ACUTE}",
    "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "\N{RIGHT-TO-LEFT OVERRIDE}reversed\N{POP DIRECTIONAL FORMATTING}",
    "\U0010fffd \x00 \x1b[31mred\x1b[0m \x7f",
    "1234567890 3.14159 -1e-9",
    "supercalifragilisticexpialidocious" * 20,
    "a " * 2000,
)
"""Empty, blank, long, of many scripts, with control characters and what looks like markup."""
