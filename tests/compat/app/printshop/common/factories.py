"""The shop's factories, each with what such applications do to theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from factory_base import AIPerfFactory, AIPerfSingletonFactory, FactoryMixin

from printshop.common.enums import (
    CheckType,
    DeskType,
    FilterType,
    LinkType,
    MarkType,
    PaceType,
    ReaderType,
    RelayType,
    ViewType,
    WireType,
    WriterType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

KindT = TypeVar("KindT")
MadeT = TypeVar("MadeT")


class UnsupportedError(Exception):
    """A factory does not do that."""


class DeskFactory(AIPerfFactory[DeskType, "DeskProtocol"]):
    """Tells each class what it is, and takes one class type for each."""

    @classmethod
    def register_all(cls, *class_types: DeskType | str, override_priority: int = 0) -> Callable:
        """Refuse."""
        raise UnsupportedError(f"{cls.__name__} registers one class type at a time.")

    @classmethod
    def register(cls, class_type: DeskType | str, override_priority: int = 0) -> Callable:
        """Put the class type on the class."""
        original = super().register(class_type, override_priority)

        def decorate(desk):
            desk.desk_type = class_type
            original(desk)
            return desk

        return decorate


class ReaderFactory(AIPerfFactory[ReaderType, "ReaderProtocol"]):
    """Nothing of its own."""


class WriterFactory(AIPerfFactory[WriterType, "WriterProtocol"]):
    """Says what a writer is made with."""

    @classmethod
    def create_instance(cls, class_type: WriterType | str, folder: str, **kwargs: Any) -> Any:
        """Make a writer for a folder."""
        return super().create_instance(class_type, folder=folder, **kwargs)


class FilterFactory(AIPerfFactory[FilterType, "FilterProtocol"]):
    """Takes further keywords when it registers."""

    tags: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - as such applications write it

    @classmethod
    def register(
        cls, class_type: FilterType | str, override_priority: int = 0, *, tags: tuple = ()
    ) -> Callable:
        """Remember the tags, too."""
        original = super().register(class_type, override_priority)

        def decorate(made):
            cls.tags[str(class_type)] = tags
            return original(made)

        return decorate

    @classmethod
    def register_all(cls, *class_types: FilterType | str, common: bool = False, **kwargs: Any):
        """Do more than the base does, by way of the base."""
        original = super().register_all(*class_types, **kwargs)

        def decorate(made):
            made.common = common
            return original(made)

        return decorate


class WireFactory(AIPerfFactory[WireType, "WireProtocol"]):
    """Has positional arguments of its own."""

    @classmethod
    def create_instance(
        cls, class_type, address: str, bind: bool, options: dict | None = None, **kwargs: Any
    ):
        """Make a wire to an address."""
        return super().create_instance(
            class_type, address=address, bind=bind, options=options, **kwargs
        )


class LinkFactory(AIPerfSingletonFactory[LinkType, "LinkProtocol"]):
    """One link of each kind, made with a configuration."""

    @classmethod
    def create_instance(cls, class_type: LinkType | str, config: dict, **kwargs: Any) -> Any:
        """Make or return the link."""
        return super().create_instance(class_type, config=config, **kwargs)


class ViewFactory(AIPerfSingletonFactory[ViewType, "ViewProtocol"]):
    """One view."""


class PaceFactory(AIPerfFactory[PaceType, "PaceProtocol"]):
    """Reads the class type from a configuration."""

    @classmethod
    def create_instance(cls, config: dict) -> Any:
        """Make what the configuration says."""
        return super().create_instance(config["pace"], config=config)


class RelayFactory(FactoryMixin[RelayType, "RelayProtocol"]):
    """Made with the earliest name of the base."""


class MarkFactory(AIPerfSingletonFactory[MarkType, "MarkProtocol"]):
    """Asked with strings that come from outside."""


class CheckBaseFactory(AIPerfFactory[KindT, MadeT]):
    """A base of factories that is generic itself."""

    @classmethod
    def create_all(cls, **kwargs: Any) -> list:
        """Make one of each."""
        return [cls.create_instance(each, **kwargs) for each in cls.get_all_class_types()]


class CheckFactory(CheckBaseFactory[CheckType, "CheckProtocol"]):
    """Derives from it."""
