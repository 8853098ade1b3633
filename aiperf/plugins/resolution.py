"""What every class type resolves to, as plain data with a digest; nothing is imported for it.

Two processes whose digests are equal use the same implementations, in the same versions.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.errors import FactoryCreationError
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.resolver import decided_by, reference_to
from aiperf.plugins.sources import ModuleSource, Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot

_ONLY_ONE: Final = "there is no other"


@dataclass(frozen=True, slots=True)
class Choice:
    """The implementation that one class type resolves to.

    ``reference`` is what selects it, ``target`` its class as ``module.path:ClassName``,
    ``sha256`` the digest of that module's file, ``None`` where no file is found without an import.
    ``why`` is a sentence for people: the rule that decided, or why there is no implementation, in
    which case ``target`` is empty. It is no part of what is compared.
    """

    factory: str
    class_type: str
    reference: str
    target: str
    origin: OriginKind
    plugin: str
    distribution: str | None
    version: str | None
    sha256: str | None
    metadata: Mapping[str, Any]
    why: str = ""

    @property
    def key(self) -> str:
        """The class type as people write it: ``endpoint.chat``."""
        return f"{self.factory}.{self.class_type}"

    @property
    def source(self) -> str:
        """Where it came from, for people."""
        return str(
            Origin(
                self.origin,
                plugin=self.plugin,
                distribution=self.distribution,
                version=self.version,
            )
        )

    def compared(self) -> dict[str, Any]:
        """Return what makes it the same implementation or another, as plain data."""
        plain = asdict(self)
        del plain["why"]
        return plain


@dataclass(frozen=True, slots=True)
class Resolution:
    """What every class type of every factory resolves to, sorted by both."""

    choices: tuple[Choice, ...]

    @classmethod
    def of(cls, choices: Iterable[Choice]) -> Resolution:
        """Return the resolution that consists of ``choices``, in any order."""
        return cls(tuple(sorted(choices, key=lambda each: (each.factory, each.class_type))))

    @property
    def digest(self) -> str:
        """``sha256:`` and 64 hexadecimal digits, the same in every process and Python version."""
        plain = [choice.compared() for choice in self.choices]
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def by_key(self) -> dict[str, Choice]:
        """Return the choices by ``factory.class_type``."""
        return {choice.key: choice for choice in self.choices}


def resolve(registry: Registry) -> Resolution:
    """Return the resolution that is in force.

    A class type whose override names something that does not exist is in it, without a target.

    Raises:
        PluginError: a plugin that somebody named, or an environment variable, is wrong.
    """
    return Resolution.of(_choices(registry))


def _choices(registry: Registry) -> Iterator[Choice]:
    sources = Sources()
    for slot in list(registry.slots.values()):
        for class_type in registry.class_types(slot):
            try:
                selected = registry.selected(slot, class_type)
            except FactoryCreationError as error:
                yield _nothing(slot, class_type, str(error))
            else:
                yield _choice(registry, slot, selected, sources)


def _choice(registry: Registry, slot: FactorySlot, selected: Candidate, sources: Sources) -> Choice:
    entry, origin = selected.entry, selected.origin
    candidates = registry.candidates(slot, entry.class_type)
    override = registry.selection.override(slot, entry.class_type)
    losers = [candidate for candidate in candidates if candidate is not selected]
    if override is not None:
        why = f"{override.source} selects it"
    else:
        why = str(decided_by(selected, losers[0]).value) if losers else _ONLY_ONE
    return Choice(
        factory=slot.name,
        class_type=entry.class_type,
        reference=reference_to(selected, candidates),
        target=entry.target,
        origin=origin.kind,
        plugin=origin.plugin,
        distribution=origin.distribution,
        version=origin.version,
        sha256=_sha256(sources, entry.module_path),
        metadata=plain_metadata(entry.metadata),
        why=why,
    )


def _nothing(slot: FactorySlot, class_type: str, why: str) -> Choice:
    return Choice(
        factory=slot.name,
        class_type=class_type,
        reference="",
        target="",
        origin=OriginKind.RUNTIME,
        plugin="",
        distribution=None,
        version=None,
        sha256=None,
        metadata={},
        why=why,
    )


def _sha256(sources: Sources, module: str) -> str | None:
    found = sources.find(module)
    if not isinstance(found, ModuleSource):
        return None
    data = found.text
    if data is None:
        try:
            data = Path(found.path).read_bytes()  # a compiled module
        except OSError:
            return None
    return hashlib.sha256(data).hexdigest()


def plain_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata as JSON can hold it, the same in every process.

    Of a value that is no plain data only the type counts: its text may hold an address.
    """
    return {str(key): _plain(value) for key, value in metadata.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Mapping):
        return plain_metadata(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(each) for each in value), key=repr)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    if value is None or isinstance(value, str | int | float):
        return value
    return f"<{type(value).__module__}.{type(value).__qualname__}>"
