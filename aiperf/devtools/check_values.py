"""Checks an entry's metadata: keys, types, and that it says what its class says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiperf.devtools.class_model import Kind
from aiperf.devtools.class_source import is_known
from aiperf.plugins.nearest import nearest
from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.devtools.checks import Check
    from aiperf.devtools.class_model import ClassModel
    from aiperf.devtools.entry_source import EntrySource
    from aiperf.devtools.factory_source import FactorySource

KEYS: Final[Mapping[str, Mapping[str, type]]] = {
    "endpoint": {
        "path": str,
        "streaming_path": str,
        "streaming": bool,
        "streaming_transports": list,
        "tokens": bool,
        "inputs": list,
        "api_key_header": str,
    },
    "transport": {"schemes": list},
    "dataset": {"fields": list, "directories": bool},
    "tokenizer": {"loads": bool, "takes": list},
    "metric": {
        "scope": str,
        "unit": str,
        "header": str,
        "requires": list,
        "needs": list,
        "several": bool,
        "larger_is_better": bool,
        "secondary": bool,
    },
}
"""The metadata keys that each factory documents, with the types of their values."""

COMMON: Final[Mapping[str, type]] = {"extra": str}
"""The keys that are read of every entry."""

CHOICES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("endpoint", "inputs"): frozenset({"text", "image", "audio", "query"}),
    ("tokenizer", "takes"): frozenset({"revision", "trust_remote_code"}),
    ("metric", "scope"): frozenset({"record", "run"}),
    ("metric", "needs"): frozenset({"http_trace", "streaming", "tokenizer", "tokens"}),
}

_SHOWN = {str: "a string", bool: "True or False", list: "a list of strings"}
_ALIKE: Final = 0.75


def check_metadata(
    check: Check, entry: EntrySource, factory: FactorySource | None, model: ClassModel | None
) -> None:
    """Check the metadata of one entry; a key that nothing reads is the plugin's own affair."""
    metadata = entry.fields.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    own = KEYS.get(factory.name, {}) if factory is not None and factory.is_own else {}
    known = {**own, **COMMON}
    wrong: set[str] = set()
    for key, value in metadata.items():
        if key not in known:
            _check_key(check, entry, key, known)
        elif is_known(value) and not _check_value(check, entry, factory, (key, value), known[key]):
            wrong.add(key)
    _check_extra(check, entry, metadata.get("extra"))
    if model is not None:
        right = {key: value for key, value in metadata.items() if key not in wrong}
        _check_agreement(check, entry, right, model)
        if factory is not None and factory.is_own and factory.name == "metric":
            tag = {"tag": entry.text("class_type")} if entry.text("class_type") else {}
            _check_agreement(check, entry, tag, model, "class type")


def _check_key(check: Check, entry: EntrySource, key: str, known: Mapping[str, type]) -> None:
    likely = nearest(key, known)
    if likely is not None and _alike(key, likely) >= _ALIKE:
        check.add(
            "metadata-key",
            f"nothing reads the metadata key {key!r}.",
            f"Did you mean {likely!r}?",
            entry.module.path,
            entry.line,
        )


def _alike(one: str, other: str) -> float:
    import difflib  # noqa: PLC0415 - only what looks wrong needs it

    return difflib.SequenceMatcher(None, one, other).ratio()


def _check_value(
    check: Check,
    entry: EntrySource,
    factory: FactorySource | None,
    item: tuple[str, Any],
    expected: type,
) -> bool:
    """Check one value, and say whether it is right."""
    key, value = item
    is_list = isinstance(value, list)
    values = value if isinstance(value, list) else [value]
    right = type(value) is expected and (not is_list or all(isinstance(x, str) for x in values))
    choices = CHOICES.get((factory.name if factory is not None else "", key))
    if not right:
        check.add(
            "metadata-type",
            f"metadata {key!r} is {value!r}.",
            f"Give {_SHOWN[expected]}.",
            entry.module.path,
            entry.line,
        )
    elif choices and not choices.issuperset(values):
        allowed = " or ".join(map(repr, sorted(choices)))
        check.add(
            "metadata-type",
            f"metadata {key!r} is {value!r}.",
            f"Give {allowed}.",
            entry.module.path,
            entry.line,
        )
        right = False
    return right


def _check_extra(check: Check, entry: EntrySource, extra: Any) -> None:
    metadata = check.package.metadata
    if not isinstance(extra, str) or metadata is None or metadata.extras is None:
        return
    if normalized(extra) not in metadata.extras:
        likely = nearest(normalized(extra), metadata.extras)
        check.add(
            "unknown-extra",
            f"metadata 'extra' is {extra!r}, but {check.package.name} has no such extra.",
            f"Did you mean {likely!r}?" if likely else "Add it to the optional dependencies.",
            entry.module.path,
            entry.line,
        )


def _check_agreement(
    check: Check,
    entry: EntrySource,
    said: Mapping[str, Any],
    model: ClassModel,
    what: str = "metadata",
) -> None:
    """Check that constants which are in the entry and in the class are the same."""
    for key, value in said.items():
        member = model.members.get(key)
        if member is None or member.kind is not Kind.ATTRIBUTE or not is_known(member.value):
            continue
        if is_known(value) and type(value) is type(member.value) and value != member.value:
            shown = what if what != "metadata" else f"metadata {key!r}"
            check.add(
                "metadata-mismatch",
                f"the entry's {shown} is {value!r}, but {model.name}.{key} is {member.value!r}.",
                "Make them the same.",
                entry.module.path,
                entry.line,
            )
