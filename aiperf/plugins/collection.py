"""Calls a registration hook and says which plugin each entry came from.

pluggy runs the call, so ordering, wrappers, blocking and tracing are its own. Each
implementation runs inside a guard, so that one that raises does not cost the others their entries.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import pluggy

from aiperf.plugins.environment import DISABLED, MODULES
from aiperf.plugins.errors import PluginError, PluginLoadError, described
from aiperf.plugins.hook_runs import HookRuns
from aiperf.plugins.markers import HOOK_PREFIX
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.validation import checked_entries, hook_order
from aiperf.plugins.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from contextlib import AbstractContextManager

    from aiperf.plugins.candidates import HookOrder
    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.origins import Origin

_NOTHING: Final = object()


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
        self.runs = HookRuns()

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
                with self._attributed(implementation):
                    result = self.runs.call(implementation, implementation.function, hook)
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
            if wrapper is None:
                return (yield)
            raised: BaseException | None = None
            before: Any = None
            try:
                before = yield
            except BaseException as error:  # noqa: BLE001 - the wrapper decides what it means
                raised = error
            try:
                with self._attributed(implementation):
                    if raised is None:
                        outcome = _finished(wrapper, wrapper.send, before)
                    else:
                        outcome = _finished(wrapper, wrapper.throw, raised)
                return self._accept_all(outcome, implementation, hook)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - as above
                if error is not raised:
                    self._failed(error, implementation, hook)
            if raised is not None:
                raise raised
            return before

        return call

    def _old_wrapper(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> Callable[[], Generator[None, pluggy.Result[Any], None]]:
        def call() -> Generator[None, pluggy.Result[Any], None]:
            wrapper = self._started(implementation, hook)
            outcome = yield
            if wrapper is None:
                return
            raised = outcome.exception
            before = None if raised else outcome.get_result()
            try:
                try:
                    with self._attributed(implementation):
                        _finished(wrapper, wrapper.send, outcome)
                    if outcome.exception is not raised or raised is None:
                        result = self._accept_all(outcome.get_result(), implementation, hook)
                        outcome.force_result(result)
                except KeyboardInterrupt:
                    raise
                except BaseException as error:  # noqa: BLE001 - as above
                    self._failed(error, implementation, hook)
                    outcome.force_exception(raised) if raised else outcome.force_result(before)
            except PluginError as failure:
                # Raised here, pluggy would warn of it, too.
                outcome.force_exception(failure)

        return call

    def _started(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> Generator[None, Any, Any] | None:
        """Run a wrapper up to its ``yield``."""
        try:
            with self._attributed(implementation):
                wrapper = cast("Generator[None, Any, Any]", implementation.function())
                begin = partial(next, wrapper, _NOTHING)
                if self.runs.call(implementation, begin, hook) is _NOTHING:
                    raise RuntimeError("the wrapper does not yield")  # noqa: TRY301 - as any other
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            self._failed(error, implementation, hook)
            return None
        return wrapper

    def _accept_all(
        self, results: Any, implementation: pluggy.HookImpl, hook: str
    ) -> list[list[LazyEntry]]:
        """Check what a wrapper gives: one list of entries for each implementation."""
        if not isinstance(results, list):
            raise TypeError(f"the wrapper returned {results!r:.80}, not the list that yield gave")
        return [self._accept(result, implementation, hook) for result in results]

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

    def _attributed(self, implementation: pluggy.HookImpl) -> AbstractContextManager[None]:
        return self.attributed_to(self.origin_of(implementation.plugin_name))

    def _failed(self, error: BaseException, implementation: pluggy.HookImpl, hook: str) -> None:
        origin = self.origin_of(implementation.plugin_name)
        if not isinstance(error, PluginError) or error.origin != origin:
            step = "Correct the hook"
            if origin.kind is OriginKind.ENTRY_POINT:
                step += f", or switch the plugin off with {DISABLED}={origin.plugin}"
            elif origin.kind is OriginKind.MODULE:
                step += f", or take the module out of {MODULES}"
            failure = PluginLoadError(
                f"{origin}: hook {hook!r} raised {described(error)}. {step}.", origin=origin
            )
            failure.__cause__ = error
            error = failure
        self.on_failure(error)


def _finished(
    wrapper: Generator[None, Any, Any], resume: Callable[[Any], object], argument: Any
) -> Any:
    """Run a wrapper from its ``yield`` to its end and return what it returns."""
    try:
        resume(argument)
    except StopIteration as stop:
        return stop.value
    wrapper.close()
    raise RuntimeError("the wrapper yields twice")
