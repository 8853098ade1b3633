"""The resolution written down in a file, and the check that this environment still has it.

The file is JSON with one line for each fact, sorted, so that a review shows what changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.differences import Difference, as_lines, differences
from aiperf.plugins.errors import LockError, ResolutionDiffersError
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.resolution import Choice, Resolution, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from aiperf.plugins.registry import Registry

FORMAT: Final = 1
"""The version of the file's format that this code writes and reads."""

IN_LOCK: Final = "in the lock"
"""Where a difference has what the lock says."""

_WRITE: Final = "Write it anew with: aiperf plugins freeze -o {path}"


@dataclass(frozen=True, slots=True)
class Lock:
    """A resolution and the application, with its version, that wrote it down."""

    application: str
    resolution: Resolution

    @classmethod
    def of(cls, registry: Registry, application: str) -> Lock:
        """Return the lock of what is in force now.

        A class type all of whose implementations need other versions is in it, and has nothing.

        Raises:
            LockError: an override names something that does not exist.
            PluginError: as :func:`resolve`.
        """
        resolution = resolve(registry)
        for choice in resolution.choices:
            slot = registry.slots[choice.factory]
            if not choice.target and registry.selection.override(slot, choice.class_type):
                raise LockError(f"{choice.key} cannot be locked, it has nothing: {choice.why}")
        return cls(application, resolution)

    @classmethod
    def read(cls, path: Path) -> Lock:
        """Return the lock that a file holds.

        Raises:
            LockError: it cannot be read, is no lock, has another format or was changed by hand.
        """
        try:
            document = json.loads(path.read_bytes())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise _unusable(path, f"cannot be read: {reason}") from error
        except (ValueError, RecursionError) as error:
            raise _unusable(path, f"is not JSON: {error}") from error
        found = document.get("format") if isinstance(document, dict) else None
        if found != FORMAT:
            what = "no format" if found is None else f"format {found!r}"
            raise _unusable(path, f"has {what}, and format {FORMAT} is what can be read here")
        try:
            lock = cls(
                str(document["application"]),
                Resolution.of(
                    _choice(key, each) for key, each in document["implementations"].items()
                ),
            )
            digest = document["digest"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _unusable(path, f"lacks something or has it wrong: {error!r}") from error
        if digest != lock.resolution.digest:
            raise _unusable(path, "was changed by hand: its digest is not that of its content")
        return lock

    def __str__(self) -> str:
        """Return the content of the file."""
        document = {
            "format": FORMAT,
            "application": self.application,
            "digest": self.resolution.digest,
            "implementations": {each.key: _facts(each) for each in self.resolution.choices},
        }
        return json.dumps(document, indent=2, sort_keys=True) + "\n"

    def write(self, path: Path) -> None:
        """Write the file.

        Raises:
            LockError: that cannot be done.
        """
        try:
            path.write_bytes(str(self).encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise LockError(
                f"Lock {path} cannot be written: {reason}. Choose another place for it.",
                path=str(path),
            ) from error

    def differences(self, registry: Registry) -> tuple[Difference, ...]:
        """Return where a registry does not resolve as the lock says."""
        return differences(self.resolution, resolve(registry))

    def check(self, registry: Registry, path: Path) -> None:
        """Check that a registry resolves every class type as the lock, read from ``path``, says.

        Raises:
            ResolutionDiffersError: it does not; each difference is named.
        """
        found = self.differences(registry)
        if found:
            lines = "\n  ".join([f"The plugins are not those of {path}:", *told(found)])
            note = registry.absent_note().replace(" ", "\n", 1)
            raise ResolutionDiffersError(
                f"{lines}{note}\nInstall what the lock says, or accept what is here with: aiperf "
                f"plugins freeze -o {path}",
                differences=found,
            )


def told(found: tuple[Difference, ...]) -> list[str]:
    """Return the differences to a lock in lines for a person."""
    return as_lines(found, there=IN_LOCK)


def _facts(choice: Choice) -> dict[str, Any]:
    facts = choice.compared()
    del facts["factory"], facts["class_type"]
    return facts


def _choice(key: str, facts: dict[str, Any]) -> Choice:
    factory, _, class_type = key.partition(".")
    return Choice(
        factory=factory, class_type=class_type, **{**facts, "origin": OriginKind(facts["origin"])}
    )


def _unusable(path: Path, what: str) -> LockError:
    return LockError(
        f"Lock {path} {what}. {_WRITE.format(path=path)}".replace("\n", " "), path=str(path)
    )
