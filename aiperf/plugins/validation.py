"""Checks of what a plugin declares, made before anything changes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from types import FunctionType, MethodType, ModuleType, NoneType
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

_HOOKABLE = (FunctionType, MethodType, staticmethod, classmethod)
_NOT_PLAIN = (
    inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
)
_DATA = frozenset({str, int, NoneType, dict, list, tuple, type, ModuleType, ModuleSpec})


def hook_order(options: pluggy.HookimplOpts | Any) -> HookOrder:
    """Return where a hook implementation's markers put it."""
    if options.get("tryfirst"):
        return HookOrder.TRYFIRST
    return HookOrder.TRYLAST if options.get("trylast") else HookOrder.PLAIN


def is_data(plugin: object, name: str) -> bool:
    """Say whether an attribute of a module is plain data, so that it cannot be a hook.

    That is known from the module's own dictionary in a fraction of the time that pluggy takes to
    look at the attribute in every way.
    """
    return type(plugin) is ModuleType and type(vars(plugin).get(name, name)) in _DATA


def marked_functions(
    manager: pluggy.PluginManager, plugin: object
) -> Iterator[tuple[str, Mapping[str, Any], Callable[..., Any]]]:
    """Yield attribute name, marker options and function of each hookimpl of ``plugin``."""
    names = dir(plugin)
    if isinstance(plugin, ModuleType):
        # A module's own dictionary is much cheaper than dir() and says the same. Whatever is no
        # function is left alone: a proxy in it may raise anything when it is asked for a mark.
        names = [name for name, value in vars(plugin).items() if issubclass(type(value), _HOOKABLE)]
    for name in names:
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            yield name, dict(options), getattr(plugin, name)


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
    marked = set()
    for name, options, function in marked_functions(manager, plugin):
        marked.add(name)
        hook = options.get("specname") or name
        if hook.startswith(HOOK_PREFIX):
            _check_signature(plugin, origin, hook, options, function)
        caller = getattr(manager.hook, hook, None)
        if caller is None or not caller.has_spec():
            # Without any factory there is nothing to compare with yet; discovery checks again.
            known = known_hooks()
            if options.get("optionalhook") or not known:
                continue
            raise _invalid(
                plugin,
                origin,
                f"there is no hook {hook!r}",
                f"{did_you_mean(hook, known)} If another application defines it, mark it "
                "with @hookimpl(optionalhook=True).",
            )
        hooks.append(hook)
    # A module's own dictionary says the same as dir(), much sooner.
    for name in vars(plugin) if type(plugin) is ModuleType else dir(plugin):
        if not name.startswith(HOOK_PREFIX) or name in marked:
            continue
        value = inspect.getattr_static(plugin, name)
        if not isinstance(value, (type, ModuleType)) and (
            callable(value) or isinstance(value, _HOOKABLE)
        ):
            raise _invalid(
                plugin,
                origin,
                f"function {name!r} is named like a hook but is not marked as one",
                "Put @hookimpl above it (from aiperf import hookimpl), or rename it.",
            )
    return tuple(hooks)


def _takes_nothing(function: Callable[..., Any]) -> bool:
    """Say whether it is what almost every hook is: a plain marked function without parameters."""
    if type(function) is not FunctionType or vars(function).keys() != {f"{PROJECT}_impl"}:
        return False
    code = function.__code__
    return not (code.co_argcount or code.co_kwonlyargcount or code.co_flags & _NOT_PLAIN)


def _check_signature(
    plugin: object,
    origin: Origin,
    hook: str,
    options: Mapping[str, Any],
    function: Callable[..., Any],
) -> None:
    is_wrapper = options.get("wrapper") or options.get("hookwrapper")
    if not is_wrapper and _takes_nothing(function):
        return
    required = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if required:
        advice = "Remove the parameters; a hook only returns lazy entries."
        if inspect.isclass(plugin):
            advice = f"Name an instance of class {plugin.__name__}, or put @staticmethod above it."
        raise _invalid(
            plugin,
            origin,
            f"hook {hook!r} takes no argument, but this one asks for {', '.join(required)}",
            advice,
        )
    if options.get("wrapper") and options.get("hookwrapper"):
        raise _invalid(
            plugin,
            origin,
            f"hook {hook!r} is marked both wrapper and hookwrapper",
            "Keep wrapper.",
        )
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
        PluginValidationError: it is no iterable of lazy entries, or an entry names another factory.
    """
    advice = f"Return a list: return [LazyEntry(...)] from {hook}()."
    if not isinstance(result, Iterable) or isinstance(result, (str, bytes)):
        raise _invalid(None, origin, f"hook {hook!r} returned {_shown(result)}", advice)
    entries = list(result)
    for entry in entries:
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
    return entries


def _shown(value: object) -> str:
    return "nothing (None)" if value is None else f"{value!r:.80} ({type(value).__name__})"


def _invalid(plugin: object, origin: Origin, what: str, advice: str) -> PluginValidationError:
    where = f" [{origin.path}]" if origin.path else ""
    return PluginValidationError(f"{origin}: {what}. {advice}{where}", origin=origin, plugin=plugin)
