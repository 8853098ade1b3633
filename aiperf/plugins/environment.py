"""What the environment variables say about plugins, read once and checked whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiperf.plugins.entries import is_dotted_name
from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MODULES: Final = "AIPERF_PLUGIN_MODULES"
AUTOLOAD: Final = "AIPERF_PLUGIN_AUTOLOAD"
DISABLED: Final = "AIPERF_PLUGINS_DISABLED"
STRICT: Final = "AIPERF_PLUGINS_STRICT"
IMPLEMENTATIONS: Final = "AIPERF_IMPLEMENTATIONS"
TRACE: Final = "AIPERF_PLUGINS_TRACE"


def is_ours(variable: str) -> bool:
    """Say whether an environment variable is one of the registry's."""
    return variable.startswith(("AIPERF_PLUGIN_", "AIPERF_PLUGINS_")) or variable == IMPLEMENTATIONS


_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class PluginEnvironment:
    """The six variables, parsed.

    ``modules`` holds ``package.module`` or ``package.module:attribute``, in the order given.
    ``disabled`` holds plugin, distribution or module names, ``"*"`` for all. An item of
    ``implementations`` is ``(factory, class_type, identifier)``. ``None`` stands for a variable
    that is not set, which is not the same as one that is set to nothing.
    """

    modules: tuple[str, ...] | None = None
    autoload: bool | None = None
    disabled: tuple[str, ...] | None = None
    strict: bool | None = None
    implementations: tuple[tuple[str, str, str], ...] | None = None
    trace: bool | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> PluginEnvironment:
        """Parse the variables.

        Raises:
            PluginSettingError: a variable is malformed; nothing has been imported yet.
        """
        return cls(
            modules=_modules(environ.get(MODULES)),
            autoload=_boolean(AUTOLOAD, environ.get(AUTOLOAD)),
            disabled=_names(DISABLED, environ.get(DISABLED)),
            strict=_boolean(STRICT, environ.get(STRICT)),
            implementations=choices(IMPLEMENTATIONS, environ.get(IMPLEMENTATIONS)),
            trace=_boolean(TRACE, environ.get(TRACE)),
        )

    def variables(self) -> dict[str, str | None]:
        """Return the variables that say this, ``None`` for one that is not set."""
        chosen = self.implementations
        pairs = None if chosen is None else [f"{name}.{key}={value}" for name, key, value in chosen]
        return {
            MODULES: _joined(self.modules),
            AUTOLOAD: _digit(self.autoload),
            DISABLED: _joined(self.disabled),
            STRICT: _digit(self.strict),
            IMPLEMENTATIONS: _joined(pairs),
            TRACE: _digit(self.trace),
        }


def _joined(names: Iterable[str] | None) -> str | None:
    return None if names is None else ",".join(names)


def _digit(value: bool | None) -> str | None:  # noqa: FBT001 - a value
    return None if value is None else str(int(value))


def _boolean(variable: str, text: str | None) -> bool | None:
    if text is None:
        return None
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    shown = "set but empty" if not word else f"{text!r}, which is neither yes nor no"
    raise PluginSettingError(
        f"{variable} is {shown}. Set it to 1 or 0, or unset it.", variable=variable, value=text
    )


def _names(variable: str, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if not text.strip():
        return ()
    names = tuple(part.strip() for part in text.split(","))
    for position, name in enumerate(names, start=1):
        if not name:
            raise PluginSettingError(
                f"{variable}={text!r} has nothing at position {position}. Remove the stray comma.",
                variable=variable,
                value=name,
            )
        if len(name.split()) > 1:
            raise PluginSettingError(
                f"{variable}={text!r}: {name!r} has blanks in it. Separate names by commas.",
                variable=variable,
                value=name,
            )
        if name in names[: position - 1]:
            step = "Name it once."
            if variable == MODULES:
                step = "Keep the place that you mean: a later name wins over an earlier one."
            raise PluginSettingError(
                f"{variable}={text!r} names {name!r} twice. {step}", variable=variable, value=name
            )
    return names


def _modules(text: str | None) -> tuple[str, ...] | None:
    names = _names(MODULES, text)
    for name in names or ():
        module, colon, attribute = name.partition(":")
        if not is_dotted_name(module) or (colon and not is_dotted_name(attribute)):
            raise PluginSettingError(
                f"{MODULES}={text!r}: {name!r} is not a module. Write package.module or "
                "package.module:attribute, as in an import statement.",
                variable=MODULES,
                value=name,
            )
    return names


def choices(variable: str, text: str | None) -> tuple[tuple[str, str, str], ...] | None:
    """Return selections, ``FACTORY.CLASS_TYPE=IDENTIFIER,…``, as tuples of those three.

    Args:
        variable: where ``text`` comes from, for messages.
        text: ``None`` where nothing is set.

    Raises:
        PluginSettingError: it is malformed.
    """
    pairs = _names(variable, text)
    if pairs is None:
        return None
    chosen: dict[tuple[str, str], str] = {}
    for pair in pairs:
        key, equals, identifier = pair.partition("=")
        factory, dot, class_type = key.partition(".")
        if not (equals and dot and factory and class_type and identifier):
            raise PluginSettingError(
                f"{variable}={text!r}: {pair!r} is not FACTORY.CLASS_TYPE=IDENTIFIER, "
                "as in endpoint.chat=openai_chat.",
                variable=variable,
                value=pair,
            )
        if chosen.setdefault((factory, class_type), identifier) != identifier:
            raise PluginSettingError(
                f"{variable}={text!r} chooses two implementations for {key}. Keep one.",
                variable=variable,
                value=pair,
            )
    return tuple((*key, identifier) for key, identifier in chosen.items())
