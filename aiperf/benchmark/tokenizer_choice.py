"""Which tokenizer ``--tokenizer`` asks for: a class type, or the name of what one is to load."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.common.factories import TokenizerFactory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import BenchmarkConfig
    from aiperf.common.protocols import TokenizerProtocol

NAMED = "huggingface"
"""The class type that loads what is only named, as with NVIDIA's AIPerf."""

_OPTION = "--tokenizer"
_ALIKE = 0.75


def with_tokenizer(config: BenchmarkConfig) -> BenchmarkConfig:
    """Return ``config`` with the tokenizer's class type and name apart; plugins are known by now.

    ``TYPE`` is a class type: one that loads something by name is told the model's. ``TYPE:NAME`` is
    a class type and what it is to load. Anything else is a name or a path for ``huggingface``.

    Raises:
        ConfigError: it is none of these, but nearly a class type.
    """
    asked = config.types.tokenizer
    known = [str(each) for each in TokenizerFactory.get_all_class_types()]
    class_type, _, name = asked.partition(":")
    if asked in known:
        name = config.model if _metadata(asked).get("loads") else ""
    elif class_type not in known or not name:
        class_type, name = NAMED, asked
        near = get_close_matches(asked, known, n=1, cutoff=_ALIKE)
        if near and not Path(asked).exists():
            raise ConfigError(
                f"there is no tokenizer {asked!r}. Did you mean {near[0]!r}? For a model of that "
                f"name on the Hugging Face Hub, give {_OPTION} {NAMED}:{asked}",
                option=_OPTION,
            )
    return replace(
        config,
        types=replace(config.types, tokenizer=class_type),
        tokenizer=replace(config.tokenizer, name=config.tokenizer.name or name or None),
    )


def build_tokenizer(config: BenchmarkConfig) -> TokenizerProtocol:
    """Return the tokenizer that counts prompts and responses.

    Raises:
        ConfigError: an option is given that this tokenizer does not take.
        AIPerfError: it cannot be made.
    """
    class_type, wanted = config.types.tokenizer, config.tokenizer
    takes = _metadata(class_type).get("takes", ())
    arguments: dict[str, Any] = {}
    if wanted.name is not None:
        arguments["name"] = wanted.name
    if wanted.revision is not None:
        arguments["revision"] = wanted.revision
    if wanted.trust_remote_code:
        arguments["trust_remote_code"] = True
    for argument in arguments.keys() - {"name"}:
        if argument not in takes:
            option = f"{_OPTION}-{argument.replace('_', '-')}"
            raise ConfigError(f"tokenizer {class_type!r} takes no {option}. Leave it out.",
                              option=option)  # fmt: skip
    return TokenizerFactory.create_instance(class_type, **arguments)


def told(tokenizer: TokenizerProtocol, config: BenchmarkConfig) -> dict[str, Any]:
    """Return which tokenizer counted, JSON-ready: what its ``about`` says, if it has one."""
    about = getattr(tokenizer, "about", None) or {"name": config.tokenizer.name}
    return {"class_type": config.types.tokenizer, **about}


def _metadata(class_type: str) -> Mapping[str, Any]:
    selected = TokenizerFactory.list_implementations(class_type)
    return selected[0].metadata if selected else {}
