"""Checks the hooks of a registry module: names, marks, parameters, wrappers, results."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from aiperf.devtools.class_source import own_nodes
from aiperf.devtools.hook_source import is_entry
from aiperf.devtools.lookup import place_of
from aiperf.plugins.markers import HOOK_PREFIX
from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from aiperf.devtools.checks import Check
    from aiperf.devtools.hook_source import HookSource


def check_hooks(check: Check) -> None:
    """Check every function that is a hook or looks like one."""
    known = sorted(each.hook for each in check.factories.values())
    seen: dict[tuple[str, str], HookSource] = {}
    for hook in check.registry.hooks if check.registry is not None else ():
        _check_name(check, hook, known)
        if hook.is_marked:
            if hook.hook.startswith(HOOK_PREFIX):
                _check_signature(check, hook)
                _check_result(check, hook)
            earlier = seen.setdefault((hook.module.name, hook.name), hook)
            if earlier is not hook:
                check.add(
                    "duplicate-hook",
                    f"{hook.name} is defined in line {earlier.node.lineno} already; this one "
                    "replaces it.",
                    "Return all entries of a factory from one function.",
                    hook.module.path,
                    hook.node.lineno,
                )


def _check_name(check: Check, hook: HookSource, known: list[str]) -> None:
    where = (hook.module.path, hook.node.lineno)
    if not hook.is_marked:
        hint = "" if hook.name in known else f"{did_you_mean(hook.name, known)} "
        check.add(
            "unmarked-hook",
            f"function {hook.name!r} is named like a hook but is not marked as one.",
            f"{hint}Put @hookimpl above it (from aiperf import hookimpl), or rename it.",
            *where,
        )
    elif hook.marker:
        check.add(
            "wrong-marker",
            f"{hook.name} is marked as a hook of {hook.marker!r}, which AIPerf does not see.",
            "Write: from aiperf import hookimpl.",
            *where,
        )
    elif hook.hook not in known and not hook.options.get("optionalhook"):
        check.add(
            "unknown-hook",
            f"there is no hook {hook.hook!r}.",
            f"{did_you_mean(hook.hook, known)} If another application defines it, mark it with "
            "@hookimpl(optionalhook=True), or name its module with --factories.",
            *where,
        )


def _check_signature(check: Check, hook: HookSource) -> None:
    node, where = hook.node, (hook.module.path, hook.node.lineno)
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = [each.arg for each in positional[: len(positional) - len(arguments.defaults)]]
    required = required[1:] if hook.is_method else required
    required += [
        each.arg
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    if required:
        check.add(
            "hook-parameters",
            f"hook {hook.hook!r} takes no argument, but this one asks for {', '.join(required)}.",
            "Remove the parameters; a hook only returns lazy entries."
            if required != ["self"]
            else "Name an instance of the class, or put @staticmethod above it.",
            *where,
        )
    if isinstance(node, ast.AsyncFunctionDef):
        check.add(
            "hook-async",
            f"hook {hook.hook!r} is asynchronous.",
            "Write def instead of async def.",
            *where,
        )
    wrapper, old_wrapper = hook.options.get("wrapper"), hook.options.get("hookwrapper")
    if wrapper is True and old_wrapper is True:
        check.add(
            "hook-wrapper",
            f"hook {hook.hook!r} is marked both wrapper and hookwrapper.",
            "Keep wrapper.",
            *where,
        )
    elif True in (wrapper, old_wrapper):
        own = list(own_nodes(node))
        yields = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own)
        returns = any(isinstance(each, ast.Return) and each.value is not None for each in own)
        if not yields or (wrapper is True and not returns):
            what = "does not return the result" if yields else "is not a generator function"
            check.add(
                "hook-wrapper",
                f"hook {hook.hook!r} is marked as a wrapper but {what}.",
                "Write result = yield in it and return the result.",
                *where,
            )


def _check_result(check: Check, hook: HookSource) -> None:
    if hook.options.get("wrapper") or hook.options.get("hookwrapper"):
        return
    if isinstance(hook.node, ast.AsyncFunctionDef):
        return
    own = list(own_nodes(hook.node))
    if any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own):
        return
    returns = [each for each in own if isinstance(each, ast.Return)]
    advice = f"Return a list: return [LazyEntry(...)] from {hook.hook}()."
    if not returns and not any(isinstance(each, ast.Raise) for each in own):
        check.add(
            "hook-result",
            f"hook {hook.hook!r} returns nothing.",
            advice,
            hook.module.path,
            hook.node.lineno,
        )
    for each in returns:
        shown = _wrong_result(check, hook, each.value)
        if shown:
            check.add(
                "hook-result",
                f"hook {hook.hook!r} returns {shown}.",
                advice,
                hook.module.path,
                each.lineno,
            )


def _wrong_result(check: Check, hook: HookSource, value: ast.expr | None) -> str:
    """Return what is wrong with a result, empty if it may be right."""
    place = place_of(check.targets, hook.module.name)
    match value:
        case None | ast.Constant(value=None):
            return "nothing (None)"
        case ast.Constant() | ast.JoinedStr() | ast.Lambda():
            return ast.unparse(value)[:60]
        case ast.Call() if place is not None and is_entry(*place, value):
            return "one LazyEntry and not a list of them"
        case ast.List(elts=items) | ast.Tuple(elts=items):
            wrong = [each for each in items if isinstance(each, ast.Constant | ast.Dict | ast.List)]
            return f"a list with {ast.unparse(wrong[0])[:60]} in it" if wrong else ""
        case ast.Dict(keys=[_, *_]):
            return "a dict"
    return ""
