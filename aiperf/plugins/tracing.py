"""Shows what discovery, hooks and resolution do, as they do it, through pluggy's own tracing.

Nothing here is imported unless somebody asks for it, with ``AIPERF_PLUGINS_TRACE=1`` or a command's
``--trace-plugins``. Each line has the milliseconds since the start, and each step says at its end
how long it took.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.errors import described
from aiperf.plugins.resolver import decided_by, reference_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pluggy

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.manager import AIPerfPluginManager
    from aiperf.plugins.selection import Override

_LONGEST: Final = 240
"""Characters of a line; what a hook returns can be very long."""


class Tracer:
    """Writes what one plugin manager does; see :func:`start`."""

    def __init__(self, manager: AIPerfPluginManager, write: Callable[[str], object]) -> None:
        self._manager = manager
        self._write = write
        self._root = manager.trace.root
        self._began = perf_counter()
        self._calls: list[float] = []
        self._root.setwriter(self._lines)
        self._undo = [
            manager.enable_tracing(),
            manager.add_hookcall_monitoring(self._before_call, self._after_call),
        ]

    def stop(self) -> None:
        """Write nothing more."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()
        self._root.setwriter(None)
        self._manager.tracer = None

    def say(self, topic: str, *words: object) -> None:
        """Write one line about ``topic``."""
        self._root.get(topic)(*words)

    @contextmanager
    def step(self, topic: str, *words: object) -> Iterator[None]:
        """Write a line now, and at the block's end one that says how it went and how long."""
        self.say(topic, *words)
        self._root.indent += 1
        began, ended = perf_counter(), "done"
        try:
            yield
        except BaseException as error:
            ended = f"failed with {described(error)}"
            raise
        finally:
            self._root.indent -= 1
            self.say(topic, f"{ended}, {_taken(began)}:", *words)

    def ranked(self, factory: str, class_type: str, candidates: Sequence[Candidate]) -> None:
        """Write the order of the candidates of a class type, and the rules that made it."""
        first, *others = candidates
        words = [f"{factory}.{class_type}: {reference_to(first, candidates)} from {first.origin}"]
        words += [
            f"before {reference_to(each, candidates)}: {each.unmet or decided_by(first, each)}"
            for each in others
        ]
        self.say("resolution", "; ".join(words))

    @contextmanager
    def loading(
        self, factory: str, candidate: Candidate, override: Override | None
    ) -> Iterator[None]:
        """Write which class is loaded for a class type, why that one, and how long it takes."""
        entry = candidate.entry
        why = "the first by rank" if override is None else f"{override.source} selects it"
        with self.step(
            "resolution",
            f"{factory}.{entry.class_type} is {entry.identifier} ({why}): loading {entry.target}",
        ):
            yield

    def _before_call(
        self, hook: str, methods: Sequence[pluggy.HookImpl], _arguments: Mapping[str, object]
    ) -> None:
        names = [method.plugin_name for method in reversed(methods)]
        self.say("hook", "calling", hook, "of", ", ".join(names) or "no plugin")
        self._calls.append(perf_counter())

    def _after_call(
        self,
        outcome: pluggy.Result[Any],
        hook: str,
        _methods: Sequence[pluggy.HookImpl],
        _arguments: Mapping[str, object],
    ) -> None:
        taken = _taken(self._calls.pop())
        error = outcome.exception
        ended = "called" if error is None else f"failed with {described(error)},"
        self.say("hook", ended, hook, f"in {taken}")

    def _lines(self, text: str) -> None:
        since = (perf_counter() - self._began) * 1e3
        for line in text.splitlines():
            shown = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
            self._write(f"aiperf trace {since:9.3f} ms  {shown}\n")


def start(manager: AIPerfPluginManager, write: Callable[[str], object] | None = None) -> Tracer:
    """Begin to trace a manager, unless it is traced already, and return its tracer.

    Args:
        manager: whose plugins.
        write: gets each line; standard error's, as it is at that time, if left out.
    """
    tracer = manager.tracer
    if tracer is None:
        tracer = manager.tracer = Tracer(manager, write or _to_standard_error)
    return tracer


def _to_standard_error(line: str) -> None:
    sys.stderr.write(line)


def _taken(began: float) -> str:
    return f"{(perf_counter() - began) * 1e3:.3f} ms"
