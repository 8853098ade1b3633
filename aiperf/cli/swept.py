"""Options that take one value, or several to run the benchmark with one after the other."""

from __future__ import annotations

from typing import Any

import click


class Several(tuple[float, ...]):
    """The values of an option that was given more than one."""

    __slots__ = ()


class Swept(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.3
    """A value of ``kind``, or several with commas between them: a :class:`Several`."""

    def __init__(self, kind: click.ParamType) -> None:  # type: ignore[type-arg]  # as above
        self._kind = kind
        self.name = f"{kind.name}[,...]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | Several:
        """Return the one value or the several, or fail with what is wrong with one of them."""
        if isinstance(value, Several):
            return value
        texts = [each.strip() for each in str(value).split(",")]
        values = Several(self._kind.convert(text, param, ctx) for text in texts)
        return values if len(values) > 1 else values[0]

    def text(self, value: float | Several) -> str:
        """Return what :meth:`convert` makes ``value`` of."""
        return ",".join(map(str, value)) if isinstance(value, Several) else str(value)

    def to_info_dict(self) -> Any:
        """Return the bounds of one value."""
        return {**self._kind.to_info_dict(), "name": self.name}
