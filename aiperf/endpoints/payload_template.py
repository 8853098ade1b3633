"""A request's body as a person writes it: a Jinja template that renders a JSON object.

Source: https://jinja.palletsprojects.com/en/stable/templates/. The variables' names are those of
NVIDIA's AIPerf.
"""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from aiperf.common.errors import ConfigError, excerpt_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from aiperf.common.models import Turn

NAMED = {"nv-embedqa": '{"text": {{ texts|tojson }}}'}
"""Templates that have a name."""

_OPTION = "--extra-inputs"
_FRAME = "<template>"  # where Jinja says that code of a template from a string is


class PayloadTemplate:
    """One template, compiled.

    Args:
        given: the template, a file's path, or one of :data:`NAMED`; a JSON object is a template
            that was written as one.

    Raises:
        ConfigError: there is no such file, or it is no template.
    """

    def __init__(self, given: Any) -> None:
        self._where, source = _source(given)
        environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=False,
        )
        environment.policies["json.dumps_function"] = _to_json
        try:
            self._template: Template = environment.from_string(source)
        except TemplateSyntaxError as error:
            raise self._error(f"line {error.lineno}: {error.message}") from error

    def render(self, turns: Sequence[Turn], model: str, *, streaming: bool) -> dict[str, Any]:
        """Return the body for the last of ``turns``.

        Raises:
            ConfigError: the template cannot be rendered, or what it renders is no JSON object.
        """
        try:
            rendered = self._template.render(_variables(turns, model, streaming=streaming))
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise self._error(f"line {_line(error)}: {type(error).__name__}: {error}") from error
        try:
            payload = orjson.loads(rendered)
        except orjson.JSONDecodeError as error:
            lines = rendered.splitlines() or [""]
            line = lines[min(error.lineno, len(lines)) - 1]
            around = line[max(0, error.colno - 40) : error.colno + 20]
            raise self._error(
                f"what it renders is not JSON: {error.msg} at line {error.lineno}, column "
                f"{error.colno}, near {excerpt_of(around.encode('utf-8', 'replace'))!r}. Write "
                "{{ text|tojson }} for a text, without quotes around it"
            ) from error
        if not isinstance(payload, dict):
            raise self._error(
                f"what it renders is JSON, but no object: {excerpt_of(rendered.encode(), 60)}"
            )
        return payload

    def _error(self, what: str) -> ConfigError:
        return ConfigError(f"{_OPTION} payload_template{self._where}: {what}", option=_OPTION)


def _source(given: Any) -> tuple[str, str]:
    """Return where a template is, for messages, and its text."""
    if isinstance(given, dict):
        return "", orjson.dumps(given).decode()
    text = str(given)
    if text in NAMED:
        return f" {text}", NAMED[text]
    if "{" in text:
        return "", text
    path = Path(text).expanduser()
    try:
        return f" {path}", path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"{_OPTION} payload_template: cannot read the file {path}: {reason}. Give the path of "
            f"a template, the template itself, or one of: {', '.join(NAMED)}",
            option=_OPTION,
        ) from error


def _variables(turns: Sequence[Turn], model: str, *, streaming: bool) -> dict[str, Any]:
    """Return what a template may use."""
    turn = turns[-1]
    texts, images, audios = list(turn.texts), list(turn.images), list(turn.audios)
    has_query = turn.query is not None
    queries = [turn.query] if has_query else []
    passages = texts if has_query else []
    named = {"query": queries, "passages": passages} if has_query else {"text": texts}
    return {
        "text": texts[0] if texts else None,
        "texts": texts,
        "image": images[0] if images else None,
        "images": images,
        "audio": audios[0] if audios else None,
        "audios": audios,
        "video": None,
        "videos": [],
        "texts_by_name": named,
        "images_by_name": {"image": images} if images else {},
        "audios_by_name": {"audio": audios} if audios else {},
        "videos_by_name": {},
        "query": turn.query,
        "queries": queries,
        "passage": passages[0] if passages else None,
        "passages": passages,
        "system": turn.system,
        "role": "user",
        "model": model,
        "max_tokens": turn.max_tokens,
        "stream": streaming,
        "turn": turn,
        "turns": list(turns),
    }


def _to_json(value: Any, **options: Any) -> str:
    """What ``tojson`` calls; an undefined name is told as one, not as a wrong type."""
    return json.dumps(value, default=_refuse, **options)


def _refuse(value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # raises what says which name it is
    msg = f"{type(value).__name__} is not JSON"
    raise TypeError(msg)


def _line(error: Exception) -> int:
    """Return the line of the template that raised ``error``."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == _FRAME]
    return (lines[-1] if lines else None) or 1
