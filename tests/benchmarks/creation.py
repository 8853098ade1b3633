"""``create_instance`` on a warm registry, beside a dict of classes that wraps errors likewise."""

from __future__ import annotations

from typing import Any, ClassVar

from measure import Row, per_call_ns

from aiperf.common.factories import AIPerfFactory, FactoryCreationError


class Thing:
    """The smallest class that there is to make."""


class ThingFactory(AIPerfFactory[str, Thing]):
    """Makes things."""


class DictFactory:
    """A dict of classes, with the errors that ours gives."""

    _registry: ClassVar[dict[str, type]] = {"thing": Thing}

    @classmethod
    def create_instance(cls, class_type: str, **kwargs: Any) -> Any:
        """Make an instance."""
        try:
            implementation = cls._registry[class_type]
        except KeyError:
            raise FactoryCreationError(f"{cls.__name__} has no {class_type!r}") from None
        try:
            instance = implementation(**kwargs)
        except Exception as error:
            raise FactoryCreationError(f"{cls.__name__}: {class_type!r}: {error}") from error
        return instance


def _ours(number: int) -> None:
    create = ThingFactory.create_instance
    for _ in range(number):
        create("thing")


def _dict(number: int) -> None:
    create = DictFactory.create_instance
    for _ in range(number):
        create("thing")


def _class(number: int) -> None:
    create = Thing
    for _ in range(number):
        create()


def rows() -> list[Row]:
    """Measure and return the rows."""
    ThingFactory.register_lazy("thing", __name__, "Thing")
    times = per_call_ns({"class": _class, "dict": _dict, "ours": _ours})
    ratio = times["ours"] / times["dict"]
    return [
        Row("a class, called", f"{times['class']:.0f} ns"),
        Row("a dict-of-classes factory", f"{times['dict']:.0f} ns"),
        Row("create_instance", f"{times['ours']:.0f} ns", "the dict", ratio, 1.1),
    ]
