"""What ``aiperf plugins bisect`` has found out, for people and for programs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from aiperf.cli.table import table
from aiperf.devtools.bisect import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.devtools.bisect import Verdict
    from aiperf.devtools.command_runs import Ending
    from aiperf.devtools.suspects import Suspect


def _setting(disabled: Sequence[str], suspects: Sequence[Suspect]) -> str:
    names = ",".join([*disabled, *(each.name for each in suspects)])
    return f"AIPERF_PLUGINS_DISABLED={shlex.quote(names)}"


def _settings(verdict: Verdict, disabled: Sequence[str]) -> list[str]:
    """Return the lines that switch the failure off, each of them enough if anything is."""
    single = [each.plugin for each in verdict.culprits if each.is_enough]
    if single:
        return [_setting(disabled, [plugin]) for plugin in single]
    return [_setting(disabled, [each.plugin for each in verdict.culprits])]


def found(verdict: Verdict, disabled: Sequence[str]) -> str:
    """Return what a person reads when the culprits were found."""
    names = [repr(each.plugin.name) for each in verdict.culprits]
    who = f"Plugin {names[0]} makes" if len(names) == 1 else f"Plugins {_and(names)} together make"
    lines = [f"{who} the command fail. Found in {_count(verdict)}.", ""]
    rows = [
        (
            origin.plugin,
            origin.kind.value,
            origin.distribution or "",
            origin.version or "",
            origin.module,
        )
        for each in verdict.culprits
        for origin in each.plugin.origins
    ]
    lines += [table(("PLUGIN", "ORIGIN", "DISTRIBUTION", "VERSION", "MODULE"), rows), ""]
    settings = _settings(verdict, disabled)
    lines.append("Switch it off with:" if len(names) == 1 else "Switch them off with:")
    if len(settings) > 1:
        lines[-1] = "Switch one of them off, with any of these:"
    lines += [f"  {setting}" for setting in settings]
    if not verdict.together_enough:
        lines.append(
            "\nThe command fails with that, too, so another plugin is to blame as well: run this "
            "again with that variable set."
        )
    if verdict.lines:
        lines += ["", "Without other plugins, its output ends with:"]
        lines += [f"  {line}" for line in verdict.lines]
    return "\n".join(lines)


def not_found(verdict: Verdict) -> str:
    """Return why no plugin is to blame, and what to try next."""
    if verdict.outcome is Outcome.NO_PLUGINS:
        return (
            "There is no plugin that could be switched off. 'aiperf plugins list' shows what is "
            "installed."
        )
    if verdict.outcome is Outcome.PASSES:
        return (
            f"The command passes with all plugins ({_count(verdict)}). If it fails now and then, "
            "add --repeat 10; if it hangs, --timeout SECONDS."
        )
    return (
        f"No plugin is to blame: without plugins, too, the command {verdict.without}. If it needs "
        "a plugin, name that with --keep; if it belongs to another environment, use the 'aiperf' "
        "of that one. --verbose shows what it prints."
    )


def _count(verdict: Verdict) -> str:
    return f"{len(verdict.runs)} run{'s' if len(verdict.runs) != 1 else ''}"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def document(
    command: Sequence[str],
    verdict: Verdict,
    suspects: Sequence[Suspect],
    disabled: Sequence[str],
    *,
    has_logs: bool,
) -> dict[str, Any]:
    """Return the verdict as JSON has it; ``has_logs`` says whether the outputs are kept."""
    return {
        "command": list(command),
        "outcome": verdict.outcome.value,
        "failure": _ending(verdict.failure),
        "without_plugins": _ending(verdict.without),
        "plugins": [
            {
                "name": origin.plugin,
                "origin": origin.kind.value,
                "distribution": origin.distribution,
                "version": origin.version,
                "module": origin.module,
                "setting": _setting(disabled, [each.plugin]),
                "is_enough": each.is_enough,
            }
            for each in verdict.culprits
            for origin in each.plugin.origins
        ],
        "settings": _settings(verdict, disabled) if verdict.culprits else [],
        "is_enough": verdict.together_enough,
        "last_lines": list(verdict.lines),
        "run_count": len(verdict.runs),
        "runs": [
            {
                "number": run.number,
                "plugins": [each.name for each in run.plugins],
                "disabled": [each.name for each in suspects if each not in run.plugins],
                **(_ending(run.ending) or {}),
                "log": str(run.log) if has_logs else None,
            }
            for run in verdict.runs
        ],
    }


def _ending(ending: Ending | None) -> dict[str, Any] | None:
    if ending is None:
        return None
    return {"ending": ending.kind.value, "status": ending.status, "seconds": ending.seconds}
