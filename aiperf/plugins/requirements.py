"""The versions that an implementation needs, and why those that are here will not do."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aiperf.plugins.markers import PLUGIN_API, PLUGIN_API_VERSION
from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.requirements import Requirement
    from packaging.specifiers import Specifier
    from packaging.version import Version

    from aiperf.plugins.candidates import Candidate


def check_requirement(text: str) -> None:
    """Check that ``text`` is a requirement that can be compared with an installed version.

    Raises:
        ValueError: it is not; the message says what to write.
    """
    _parsed(text)


def unmet(candidate: Candidate, hosts: Mapping[str, str | None]) -> str:
    """Return why the candidate cannot be used with the versions that are here, or nothing.

    ``hosts`` holds the application's own version by its normalised name; ``None`` and every other
    name are looked up among the installed distributions. A pre-release counts as the release that
    it leads up to, unless the requirement itself names a pre-release.
    """
    owner = candidate.origin.distribution or "the plugin"
    reasons = (_reason(text, owner, hosts) for text in candidate.entry.requires)
    return "; ".join(reason for reason in reasons if reason)


@cache
def _parsed(text: str) -> Requirement:
    from packaging.requirements import (  # noqa: PLC0415 - few entries state a requirement
        InvalidRequirement,
        Requirement,
    )

    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        why = str(error).partition("\n")[0].rstrip(".")
        raise ValueError(
            f"{text!r} is not a requirement ({why}). Write it as in 'aiperf>=0.2,<1'."
        ) from error
    if requirement.url or requirement.extras:
        raise ValueError(
            f"{text!r} has an address or an extra, which no installed version tells. Write the "
            f"name and the versions only, as in '{requirement.name}>=1'."
        )
    return requirement


def _reason(text: str, owner: str, hosts: Mapping[str, str | None]) -> str:
    requirement = _parsed(text)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return ""
    name, wanted = requirement.name, f"{requirement.name}{requirement.specifier}"
    key = normalized(name)
    found = PLUGIN_API_VERSION if key == PLUGIN_API else hosts.get(key) or _installed(name)
    if found is None:
        return f"needs {wanted}, which is not installed: pip install '{wanted}'"
    sides = _failing_sides(requirement, found)
    if sides is None:
        return f"needs {wanted}, but {found!r} is no version that can be compared: reinstall {name}"
    if not sides:
        return ""
    subject = "the application" if key == PLUGIN_API else name
    step = f"install another version of {subject} or of {owner}"
    if sides == {1}:
        step = f"update {subject}, or install an earlier version of {owner}"
    elif sides == {-1}:
        step = f"update {owner}, or install an earlier version of {subject}"
    return f"needs {wanted}, this is {found}: {step}"


def _failing_sides(requirement: Requirement, found: str) -> set[int] | None:
    """Return which way each specifier fails, ``None`` if ``found`` cannot be compared.

    1 stands for a version that is too old, -1 for one that is too new, 0 for neither.
    """
    from packaging.version import (  # noqa: PLC0415 - few entries state a requirement
        InvalidVersion,
        Version,
    )

    try:
        version = Version(found)
    except InvalidVersion:
        return None
    return {_side(each, version) for each in requirement.specifier if not _allows(each, version)}


def _allows(specifier: Specifier, version: Version) -> bool:
    if version.is_prerelease and not _names_pre_release(specifier):
        return specifier.contains(version.base_version, prereleases=True)
    return specifier.contains(version, prereleases=True)


def _names_pre_release(specifier: Specifier) -> bool:
    return specifier.operator == "===" or _bound(specifier).is_prerelease


def _side(specifier: Specifier, version: Version) -> int:
    if specifier.operator in ("!=", "==="):
        return 0
    if specifier.operator in ("<", "<="):
        return -1
    if specifier.operator in (">", ">="):
        return 1
    return 1 if version < _bound(specifier) else -1


def _bound(specifier: Specifier) -> Version:
    from packaging.version import Version  # noqa: PLC0415 - as above

    return Version(specifier.version.removesuffix(".*"))


def _installed(name: str) -> str | None:
    import importlib_metadata  # noqa: PLC0415 - only where an entry names another distribution

    try:
        return str(importlib_metadata.version(name))
    except importlib_metadata.PackageNotFoundError:
        return None
