"""Finds which plugins make a command fail, by running it with fewer and fewer of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiperf.devtools.command_runs import last_lines, run_command
from aiperf.devtools.ddmin import ddmin
from aiperf.plugins.environment import DISABLED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from aiperf.devtools.command_runs import Ending
    from aiperf.devtools.suspects import Suspect

_LINES = 10


class Outcome(StrEnum):
    """What the runs came to."""

    FOUND = "found"
    NO_PLUGINS = "no-plugins"
    """There is no plugin that could be switched off; the command has not been run."""
    PASSES = "passes"
    """It does not fail with all plugins."""
    FAILS_WITHOUT = "fails-without"
    """It fails with all plugins switched off, too."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: which plugins were there, how it ended, and the file with its output."""

    number: int
    plugins: tuple[Suspect, ...]
    ending: Ending
    log: Path


@dataclass(frozen=True, slots=True)
class Culprit:
    """A plugin without which the command does not fail.

    ``is_enough`` says whether the command passes with this one alone switched off.
    """

    plugin: Suspect
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out, and how.

    ``failure`` is how it ends with all plugins, ``without`` with none; ``None``: that has not been
    tried, or it passed. ``together_enough`` says whether it passes with all culprits switched off.
    ``lines`` are the last ones that it printed with the culprits and no other plugin.
    """

    outcome: Outcome
    runs: tuple[Run, ...] = ()
    failure: Ending | None = None
    without: Ending | None = None
    culprits: tuple[Culprit, ...] = ()
    together_enough: bool = False
    lines: tuple[str, ...] = ()


class Bisection:
    """The search for the plugins that make ``command`` fail.

    A run with fewer plugins has failed if it ends as the run with all of them did; another exit
    status is another failure, such as that of a plugin which misses another one.

    Args:
        command: the command and its arguments.
        suspects: the plugins that may be to blame; all others are left as they are.
        environ: the variables of each run; the deny list is set in them.
        disabled: what the deny list names already.
        logs: an existing directory for the output of each run.
        timeout: seconds after which a run has failed; ``None`` for no limit.
        repeat: how often to run it before it is said not to fail.
        on_run: is called after each run.
    """

    def __init__(
        self,
        command: Sequence[str],
        suspects: Sequence[Suspect],
        *,
        environ: Mapping[str, str],
        disabled: Sequence[str],
        logs: Path,
        timeout: float | None,
        repeat: int,
        on_run: Callable[[Run], None],
    ) -> None:
        self._command = command
        self._suspects = tuple(suspects)
        self._environ = environ
        self._disabled = disabled
        self._logs = logs
        self._timeout = timeout
        self._repeat = repeat
        self._on_run = on_run
        self._runs: list[Run] = []
        self._decisive: dict[tuple[Suspect, ...], Run] = {}
        self._failure: Ending | None = None

    def search(self) -> Verdict:
        """Run the command as often as it takes.

        Raises:
            CommandError: it cannot be run at all.
        """
        if not self._suspects:
            return Verdict(Outcome.NO_PLUGINS)
        failure = self._run(self._suspects).ending
        if failure.is_good:
            return Verdict(Outcome.PASSES, tuple(self._runs))
        self._failure = failure
        without = self._run(()).ending
        if not without.is_good:
            return Verdict(Outcome.FAILS_WITHOUT, tuple(self._runs), failure, without)
        found = ddmin(self._suspects, lambda part: self._is_it(self._run(part).ending))
        culprits = tuple(Culprit(each, self._passes_without((each,))) for each in found)
        is_enough = any(each.is_enough for each in culprits) or self._passes_without(found)
        return Verdict(
            Outcome.FOUND,
            tuple(self._runs),
            failure,
            without,
            culprits,
            together_enough=is_enough,
            lines=last_lines(self._run(found).log, _LINES),
        )

    def _passes_without(self, culprits: Collection[Suspect]) -> bool:
        rest = tuple(each for each in self._suspects if each not in culprits)
        return self._run(rest).ending.is_good

    def _run(self, plugins: tuple[Suspect, ...]) -> Run:
        """Return the run with these plugins that says most: it fails as expected, fails, passes."""
        known = self._decisive.get(plugins)
        if known is not None:
            return known
        runs: list[Run] = []
        while len(runs) < self._repeat and not (runs and self._is_it(runs[-1].ending)):
            runs.append(self._run_once(plugins))
        bad = [run for run in runs if not run.ending.is_good]
        decisive = runs[-1] if self._is_it(runs[-1].ending) else (bad or runs)[0]
        self._decisive[plugins] = decisive
        return decisive

    def _is_it(self, ending: Ending) -> bool:
        """Say whether this is the failure that is looked into; before the first, any is."""
        return not ending.is_good if self._failure is None else ending.is_like(self._failure)

    def _run_once(self, plugins: tuple[Suspect, ...]) -> Run:
        number = len(self._runs) + 1
        log = self._logs / f"run-{number:03d}.log"
        off = [*self._disabled, *(each.name for each in self._suspects if each not in plugins)]
        environment = dict(self._environ)
        environment.pop(DISABLED, None)
        if off:
            environment[DISABLED] = ",".join(off)
        ending = run_command(self._command, environment=environment, log=log, timeout=self._timeout)
        run = Run(number, plugins, ending, log)
        self._runs.append(run)
        self._on_run(run)
        return run
