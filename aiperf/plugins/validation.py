"""Checks of what a plugin declares, made before anything changes."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import TYPE_CHECKING, Any

from aiperf.plugins.candidates import HookOrder
from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.errors import PluginValidationError
from aiperf.plugins.markers import HOOK_PREFIX, PROJECT
from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pluggy

    from aiperf.plugins.origins import Origin

_MARK = PROJECT + "_impl"


def hook_order(options: pluggy.HookimplOpts | Any) -> HookOrder:
    """Return where a hook implementation's markers put it."""
    if options.get("tryfirst"):
        return HookOrder.TRYFIRST
    return HookOrder.TRYLAST if options.get("trylast") else HookOrder.PLAIN


def marked_functions(
    manager: pluggy.PluginManager, plugin: object
) -> Iterator[tuple[str, Mapping[str, Any], Callable[..., Any]]]:
    """Yield hook name, marker options and function of each hookimpl of ``plugin``."""
    # A module's own dictionary is much cheaper than dir() and says the same.
    names = list(vars(plugin)) if isinstance(plugin, ModuleType) else dir(plugin)
    for name in names:
        if isinstance(plugin, ModuleType) and not hasattr(vars(plugin)[name], _MARK):
            continue
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            yield options.get("specname") or name, dict(options), getattr(plugin, name)


def check_hookimpls(
    manager: pluggy.PluginManager,
    plugin: object,
    origin: Origin,
    known_hooks: Callable[[], list[str]],
) -> tuple[str, ...]:
    """Check every hook implementation of ``plugin`` and return their hooks' names.

    Raises:
        PluginValidationError: a hook that does not exist, a parameter, a wrapper that is not a
            generator, or a function named like a hook without ``@hookimpl``.
    """
    hooks = []
    marked = []
    known = known_hooks()
    for hook, options, function in marked_functions(manager, plugin):
        marked.append(getattr(function, "__name__", hook))
        caller = getattr(manager.hook, hook, None)
        if caller is None or not caller.has_spec():
            # Without any factory there is nothing to compare with yet; discovery checks again.
            if options.get("optionalhook") or not known:
                continue
            raise _invalid(
                plugin,
                origin,
                f"there is no hook {hook!r}",
                f"{did_you_mean(hook, known)} If another application defines it, mark it "
                "with @hookimpl(optionalhook=True).",
            )
        _check_signature(plugin, origin, hook, options, function)
        hooks.append(hook)
    for name, value in vars(plugin).items() if isinstance(plugin, ModuleType) else ():
        if name.startswith(HOOK_PREFIX) and inspect.isfunction(value) and name not in marked:
            raise _invalid(
                plugin,
                origin,
                f"function {name!r} is named like a hook but is not marked as one",
                "Put @hookimpl above it (from aiperf import hookimpl), or rename it.",
            )
    return tuple(hooks)


def _check_signature(
    plugin: object,
    origin: Origin,
    hook: str,
    options: Mapping[str, Any],
    function: Callable[..., Any],
) -> None:
    required = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if required:
        raise _invalid(
            plugin,
            origin,
            f"hook {hook!r} takes no argument, but this one asks for {', '.join(required)}",
            "Remove the parameters; a hook only returns lazy entries.",
        )
    is_wrapper = options.get("wrapper") or options.get("hookwrapper")
    if is_wrapper and not inspect.isgeneratorfunction(function):
        raise _invalid(
            plugin,
            origin,
            f"hook {hook!r} is marked as a wrapper but is not a generator function",
            "Write result = yield in it and return the result.",
        )
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise _invalid(
            plugin, origin, f"hook {hook!r} is asynchronous", "Write def instead of async def."
        )


def checked_entries(result: object, *, hook: str, factory: str, origin: Origin) -> list[LazyEntry]:
    """Return what a hook returned as a list of entries that all belong to ``factory``.

    Raises:
        PluginValidationError: it is no iterable of lazy entries, an entry names another factory,
            or one identifier has two targets.
    """
    advice = f"Return a list: return [LazyEntry(...)] from {hook}()."
    if result is None or isinstance(result, (str, bytes, LazyEntry)):
        raise _invalid(None, origin, f"hook {hook!r} returned {_shown(result)}", advice)
    try:
        items = list(result)  # type: ignore[call-overload]  # anything at all may come back
    except TypeError:
        raise _invalid(None, origin, f"hook {hook!r} returned {_shown(result)}", advice) from None
    targets: dict[tuple[str, str], LazyEntry] = {}
    for entry in items:
        if not isinstance(entry, LazyEntry):
            raise _invalid(
                None, origin, f"hook {hook!r} returned a list with {_shown(entry)} in it", advice
            )
        if entry.factory and entry.factory != factory:
            raise _invalid(
                None,
                origin,
                f"hook {hook!r} returned {entry.identifier!r}, which says it is for factory "
                f"{entry.factory!r}",
                f"Return it from {HOOK_PREFIX}{entry.factory}(), or leave factory out.",
            )
        first = targets.setdefault((entry.class_type, entry.identifier), entry)
        if first.target != entry.target:
            raise _invalid(
                None,
                origin,
                f"hook {hook!r} returned identifier {entry.identifier!r} for "
                f"{entry.class_type!r} twice: {first.target} and {entry.target}",
                "Give each implementation an identifier of its own.",
            )
    return list(targets.values())


def _shown(value: object) -> str:
    return "nothing (None)" if value is None else f"{value!r:.80} ({type(value).__name__})"


def _invalid(plugin: object, origin: Origin, what: str, advice: str) -> PluginValidationError:
    where = f" [{origin.path}]" if origin.path else ""
    return PluginValidationError(f"{origin}: {what}. {advice}{where}", origin=origin, plugin=plugin)
