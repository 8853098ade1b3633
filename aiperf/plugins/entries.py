"""The lazy entry: the record of one implementation, which imports nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from aiperf.plugins.values import dataclass, field

_NO_METADATA: Mapping[str, Any] = MappingProxyType({})
_RESERVED = frozenset("@,= \t\n\r")


@dataclass(frozen=True, slots=True)
class LazyEntry:
    """One implementation of one class type, named by strings only.

    Args:
        class_type: the category that an application asks for, such as ``"chat"``.
        module_path: the dotted path of the module that holds the class.
        class_name: the class's name in it; ``Outer.Inner`` reaches a nested class.
        identifier: names this implementation; defaults to ``class_name``.
        description: one line for people.
        metadata: plain data that can be read without importing the class. The key ``extra``
            names the optional extra of the distribution that the class needs.
        factory: the factory's name, such as ``"endpoint"``; the hook that returns the entry
            already says it, so a plugin leaves it out.
        requires: a requirement, or several, that must hold for it to be used:
            ``"aiperf>=0.2,<1"``, of AIPerf or of any distribution. Where one does not, it is
            listed with the reason and never selected. It is always a tuple once the entry is made.

    Raises:
        PluginValidationError: a part is missing, is not text or cannot be what it says.
    """

    class_type: str
    module_path: str
    class_name: str
    identifier: str = ""
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=lambda: _NO_METADATA, hash=False)
    factory: str = ""
    requires: str | tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        """Check every part, and give the identifier its default."""
        class_type = getattr(self.class_type, "value", self.class_type)
        if class_type is not self.class_type:
            object.__setattr__(self, "class_type", class_type)
        for name in ("class_type", "module_path", "class_name"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise self._invalid(f"{name} must be a non-empty string, not {value!r}.")
        if not self.identifier:
            object.__setattr__(self, "identifier", self.class_name)
        self._check_names()
        for name in ("description", "factory"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise self._invalid(f"{name} must be a string, not {value!r}.")
        if self.metadata is not _NO_METADATA:
            if not isinstance(self.metadata, Mapping):
                raise self._invalid(f"metadata must be a dict, not {self.metadata!r}.")
            object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        if self.requires != ():
            self._check_requirements()

    def _check_names(self) -> None:
        for name in ("class_type", "identifier"):
            value = getattr(self, name)
            if not isinstance(value, str) or not _RESERVED.isdisjoint(value):
                raise self._invalid(
                    f"{name} must be a string without blanks, '@', ',' and '=', not {value!r}, "
                    "because people write it in AIPERF_IMPLEMENTATIONS."
                )
        for name in ("module_path", "class_name"):
            value = getattr(self, name)
            if not is_dotted_name(value):
                raise self._invalid(
                    f"{name} {value!r} is not a dotted Python name. Write the module's absolute "
                    "path and the class's name, each in its own argument."
                )

    def _check_requirements(self) -> None:
        from aiperf.plugins.requirements import check_requirement  # noqa: PLC0415 - few state any

        stated: Any = self.requires
        if isinstance(stated, str):
            stated = (stated,)
        elif not isinstance(stated, (tuple, list)):
            raise self._invalid(f"requires must be a string or a tuple of them, not {stated!r}.")
        for requirement in stated:
            if not isinstance(requirement, str):
                raise self._invalid(f"requires has {requirement!r} in it, which is no string.")
            try:
                check_requirement(requirement)
            except ValueError as error:
                raise self._invalid(f"requires: {error}") from error
        object.__setattr__(self, "requires", tuple(stated))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the call that makes it: a read-only mapping does not pickle by itself."""
        arguments = (
            self.class_type,
            self.module_path,
            self.class_name,
            self.identifier,
            self.description,
            dict(self.metadata),
            self.factory,
        )
        if self.requires:
            return partial(LazyEntry, requires=self.requires), arguments
        return LazyEntry, arguments

    @property
    def target(self) -> str:
        """The place of the class, written ``module.path:ClassName``."""
        return f"{self.module_path}:{self.class_name}"

    def _invalid(self, message: str) -> Exception:
        from aiperf.plugins.errors import PluginValidationError  # noqa: PLC0415 - error path only

        return PluginValidationError(
            f"LazyEntry({self.class_type!r}, {self.module_path!r}, {self.class_name!r}, "
            f"identifier={self.identifier!r}): {message}"
        )


def is_dotted_name(name: str) -> bool:
    """Say whether ``name`` is identifiers joined by single dots."""
    return all(map(str.isidentifier, name.split(".")))
