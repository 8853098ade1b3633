"""The class types: enums that compare without regard to case."""

from __future__ import annotations

from enum import Enum


class AnyCaseEnum(str, Enum):  # noqa: UP042 - the kind that such applications have
    """Members equal strings in any case, and are found by them."""

    def __str__(self) -> str:
        """Return the value."""
        return self.value

    def __eq__(self, other: object) -> bool:
        """Compare with strings and members of any enum."""
        value = other.value if isinstance(other, Enum) else other
        return isinstance(value, str) and self.value.lower() == value.lower()

    def __hash__(self) -> int:
        """Hash as the value in lower case."""
        return hash(self.value.lower())

    @classmethod
    def _missing_(cls, value):
        return next((each for each in cls if each == value), None)


def _enum(name: str, values: str) -> type[AnyCaseEnum]:
    return AnyCaseEnum(name, {value.upper(): value for value in values.split()})


DeskType = _enum("DeskType", "intake press binding packing till")
ReaderType = _enum("ReaderType", "pdf png svg tiff ps text")
WriterType = _enum("WriterType", "proof plate poster booklet")
FilterType = _enum("FilterType", "gray sepia crop blur trim")
WireType = _enum("WireType", "push pull ask answer shout")
LinkType = AnyCaseEnum("LinkType", {"TCP": "Net_TCP", "IPC": "Net_IPC"})
ViewType = _enum("ViewType", "bar board none")
PaceType = _enum("PaceType", "steady burst random")
RelayType = _enum("RelayType", "fan_in fan_out both")
MarkType = AnyCaseEnum("MarkType", {"PAGE": "mark.page", "SHEET": "mark.sheet", "LIST": "list"})
CheckType = _enum("CheckType", "size ink bleed fonts")
