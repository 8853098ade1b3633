"""Calls a registration hook and says which plugin each entry came from.

pluggy runs the call, so ordering, wrappers, blocking and tracing are its own. Each
implementation runs inside a guard, so that one that raises does not cost the others their entries.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pluggy

from aiperf.plugins.errors import PluginError, PluginLoadError
from aiperf.plugins.markers import HOOK_PREFIX
from aiperf.plugins.validation import checked_entries, hook_order

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from contextlib import AbstractContextManager

    from aiperf.plugins.candidates import HookOrder
    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.origins import Origin


class Collector:
    """Remembers, during one call of a hook, whose each entry is."""

    def __init__(self) -> None:
        self.sources: dict[int, tuple[LazyEntry, str, HookOrder, int]] = {}

    def claim(
        self, entries: Sequence[LazyEntry], plugin: str, order: HookOrder, *, shared: bool
    ) -> list[LazyEntry]:
        """Note that ``plugin`` brought those of ``entries`` that nobody has brought before.

        ``shared`` says that the others may be passed on as they are, as a wrapper does. Otherwise
        two plugins return the same object, and the second gets a copy of its own.
        """
        claimed = []
        for position, entry in enumerate(entries):
            known = self.sources.get(id(entry))
            if known is not None and not shared:
                entry = replace(entry)  # noqa: PLW2901 - the copy takes the entry's place
                known = None
            if known is None:
                self.sources[id(entry)] = (entry, plugin, order, position)
            claimed.append(entry)
        return claimed


class Guard:
    """Wraps hook implementations; ``on_failure`` says what becomes of one that raises.

    ``on_failure`` either raises the error it is given or disables the plugin and returns.
    ``collector`` gives the collector of the call that this thread is making, ``attributed_to`` a
    context in which registrations are a plugin's.
    """

    def __init__(
        self,
        origin_of: Callable[[str], Origin],
        on_failure: Callable[[PluginError], None],
        collector: Callable[[], Collector | None],
        attributed_to: Callable[[Origin], AbstractContextManager[None]],
    ) -> None:
        self.origin_of = origin_of
        self.on_failure = on_failure
        self.collector = collector
        self.attributed_to = attributed_to

    def guarded(self, implementation: pluggy.HookImpl, hook: str) -> pluggy.HookImpl:
        """Return ``implementation`` with its function inside the guard."""
        wrap = self._function
        if implementation.wrapper:
            wrap = self._wrapper
        elif implementation.hookwrapper:
            wrap = self._old_wrapper
        function = wrap(implementation, hook)
        return pluggy.HookImpl(
            implementation.plugin, implementation.plugin_name, function, implementation.opts
        )

    def _function(self, implementation: pluggy.HookImpl, hook: str) -> Callable[[], Any]:
        def call() -> list[LazyEntry]:
            try:
                with self.attributed_to(self.origin_of(implementation.plugin_name)):
                    result = implementation.function()
                    if inspect.isgenerator(result):
                        result = list(result)
                return self._accept(result, implementation, hook)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - SystemExit must not end the host
                self._failed(error, implementation, hook)
                return []

        return call

    def _wrapper(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> Callable[[], Generator[None, Any, Any]]:
        def call() -> Generator[None, Any, Any]:
            wrapper = self._started(implementation, hook)
            result = yield
            if wrapper is None:
                return result
            try:
                wrapper.send(result)
            except StopIteration as stop:
                outcome = stop.value
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - as above
                self._failed(error, implementation, hook)
                return result
            else:
                self._failed(RuntimeError("the wrapper yields twice"), implementation, hook)
                return result
            return self._checked(outcome, result, implementation, hook)

        return call

    def _old_wrapper(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> Callable[[], Generator[None, pluggy.Result[Any], None]]:
        def call() -> Generator[None, pluggy.Result[Any], None]:
            wrapper = self._started(implementation, hook)
            outcome = yield
            if wrapper is None or outcome.exception is not None:
                return
            before = outcome.get_result()
            try:
                wrapper.send(outcome)
            except StopIteration:
                pass
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - as above
                self._failed(error, implementation, hook)
                outcome.force_result(before)
                return
            else:
                self._failed(RuntimeError("the wrapper yields twice"), implementation, hook)
            outcome.force_result(self._checked(outcome.get_result(), before, implementation, hook))

        return call

    def _started(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> Generator[None, Any, Any] | None:
        try:
            wrapper = cast("Generator[None, Any, Any]", implementation.function())
            next(wrapper)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            self._failed(error, implementation, hook)
            return None
        return wrapper

    def _checked(
        self, outcome: Any, before: Any, implementation: pluggy.HookImpl, hook: str
    ) -> Any:
        """Accept the list of lists that a wrapper gave, or fall back on the one it was given."""
        try:
            return [self._accept(part, implementation, hook) for part in outcome]
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            self._failed(error, implementation, hook)
            return before

    def _accept(
        self, result: object, implementation: pluggy.HookImpl, hook: str
    ) -> list[LazyEntry]:
        name = implementation.plugin_name
        entries = checked_entries(
            result,
            hook=hook,
            factory=hook.removeprefix(HOOK_PREFIX),
            origin=self.origin_of(name),
        )
        collector = self.collector()
        if collector is None:
            return entries
        shared = implementation.wrapper or implementation.hookwrapper
        return collector.claim(entries, name, hook_order(implementation.opts), shared=shared)

    def _failed(self, error: BaseException, implementation: pluggy.HookImpl, hook: str) -> None:
        if not isinstance(error, PluginError) or error.origin is None:
            origin = self.origin_of(implementation.plugin_name)
            failure = PluginLoadError(
                f"{origin}: hook {hook!r} raised {type(error).__name__}: {error}. Correct the "
                "hook, or switch the plugin off with "
                f"AIPERF_PLUGINS_DISABLED={implementation.plugin_name}.",
                origin=origin,
            )
            failure.__cause__ = error
            error = failure
        self.on_failure(error)
