"""What the doctor finds: how bad, what, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a symptom is."""

    ERROR = "error"
    """Something that somebody wants does not work."""
    WARNING = "warning"
    """Something works, and may not be what somebody wants."""
    NOTE = "note"
    """Something to know."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that the doctor finds.

    Attributes:
        severity: how bad it is.
        rule: what it is, in a word or two joined by hyphens; the same in every release.
        message: what it is, with its full stop.
        advice: what to do, likewise.
        path: the file or directory, empty where there is none.
        line: the line in it, 0 where it is not known.
        paste: code that helps, empty where none does.
    """

    severity: Severity
    rule: str
    message: str
    advice: str
    path: str = ""
    line: int = 0
    paste: str = ""
