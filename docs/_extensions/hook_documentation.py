"""Reads the documentation of a hook: what its parts are, each by itself."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from textwrap import dedent

PROTOCOLS = "aiperf.common.protocols"
SECTION = re.compile(r"^(Metadata|Returns|Example):{1,2}$", flags=re.MULTILINE)
ITEM = re.compile(r"^(?P<key>\w+) \((?P<kind>[^)]*)\): (?P<text>.*)$", flags=re.DOTALL)
ROLE = re.compile(r":(class|func|meth|attr|mod|exc):`")
PROTOCOL = re.compile(r"``(\w+Protocol)``")
ENTRY = re.compile(r"``(aiperf[.]LazyEntry)``")


@dataclass(frozen=True)
class MetadataKey:
    """One key of an entry's metadata: its name, its type and what it says."""

    key: str
    kind: str
    text: str


@dataclass(frozen=True)
class HookDocumentation:
    """The documentation of a hook; texts are Markdown, ``example`` is Python.

    ``protocols`` are the full names of what an implementation may provide, one of them.
    """

    summary: str
    requirement: str
    protocols: tuple[str, ...]
    metadata: tuple[MetadataKey, ...]
    returns: str
    example: str


def read(documentation: str) -> HookDocumentation:
    """Take the documentation of a hook apart.

    Raises:
        ValueError: it lacks a part that a reader needs.
    """
    text, *rest = SECTION.split(inspect.cleandoc(documentation))
    sections = {
        name: dedent(body).strip() for name, body in zip(rest[::2], rest[1::2], strict=True)
    }
    summary, _, requirement = text.strip().partition("\n\n")
    found = HookDocumentation(
        summary=_markdown(summary),
        requirement=_markdown(requirement),
        protocols=tuple(f"{PROTOCOLS}.{name}" for name in PROTOCOL.findall(requirement)),
        metadata=tuple(_keys(sections.get("Metadata", ""))),
        returns=_markdown(sections.get("Returns", "")),
        example=sections.get("Example", "").replace("'''", '"""'),
    )
    missing = [part for part in ("protocols", "returns", "example") if not getattr(found, part)]
    if missing:
        raise ValueError(f"this hook's documentation has no {', '.join(missing)}:\n{documentation}")
    return found


def read_line(documentation: str | None) -> str:
    """Return the first line of a docstring, as Markdown."""
    return _markdown(inspect.cleandoc(documentation or "").partition("\n\n")[0])


def _keys(section: str) -> list[MetadataKey]:
    items = re.split(r"\n(?=\S)", section) if section else []
    keys = []
    for item in items:
        parts = ITEM.match(" ".join(item.split()))
        if parts is None:
            raise ValueError(f"not written as 'key (type): what it says': {item!r}")
        keys.append(MetadataKey(parts["key"], parts["kind"], _markdown(parts["text"])))
    return keys


def _markdown(text: str) -> str:
    """Return reStructuredText as simple as ours as Markdown, in which what can be is a link."""
    text = ROLE.sub(r"{py:\1}`", " ".join(text.split()))
    text = PROTOCOL.sub(rf"{{py:class}}`~{PROTOCOLS}.\1`", text)
    return ENTRY.sub(r"{py:class}`\1`", text)
