"""Loads one plugin and everything that it names, in a process that exists for nothing else.

Run by :mod:`aiperf.devtools.import_check`, which reads the result: a file of one JSON document,
written anew at each stage, so that it tells how far a plugin got that hangs or ends the process.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiperf.common.factories import AIPerfFactory
from aiperf.devtools.class_runtime import model_of
from aiperf.devtools.class_source import ClassReader
from aiperf.devtools.conformity import differences
from aiperf.devtools.factory_source import FactorySource, factories_of
from aiperf.devtools.findings import Finding
from aiperf.devtools.registry_source import read_registry
from aiperf.plugins.classes import load_class
from aiperf.plugins.errors import AIPerfError, described
from aiperf.plugins.loading import load_plugin
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.sources import ModuleSource, Sources
from aiperf.plugins.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.slots import FactorySlot

BUILTIN: Final = "aiperf.aiperf_registry"

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Probe:
    """One plugin being loaded.

    Args:
        request: ``name``, ``module`` and ``attribute`` of the plugin, ``path`` to look for modules
            in first, and ``factories``, modules that define them.
        result: the file for the result.
    """

    def __init__(self, request: dict[str, Any], result: Path) -> None:
        self.request = request
        self.result = result
        self.name: str = request["name"]
        self.module: str = request["module"]
        self.findings: list[Finding] = []
        self.targets = Targets(Sources())
        self.file = ""

    def run(self) -> None:
        """Load everything and write down what happened."""
        sys.path[:0] = self.request["path"]
        self.stage("importing the factories of the application")
        for module in self.request["factories"]:
            import_module(module)
        before = _state()
        self.stage(f"importing {self.module}")
        self.load()
        self.compare(before, f"importing {self.module}")
        for slot, candidate in self.candidates():
            entry = candidate.entry
            self.stage(f"importing {entry.target}")
            before = _state()
            self.load_class(slot, candidate)
            self.compare(before, f"importing {entry.module_path}")
        self.stage("")

    def stage(self, name: str) -> None:
        """Write down what is known so far, and what comes next."""
        document = {"stage": name, "findings": [asdict(each) for each in self.findings]}
        self.result.write_text(json.dumps(document), encoding="utf-8")

    def add(self, rule: str, message: str, advice: str, path: str = "", line: int = 0) -> None:
        """Report one thing, once."""
        finding = Finding(rule, message, advice, path or self.file, line, self.name)
        if finding not in self.findings:
            self.findings.append(finding)

    def load(self) -> None:
        """Import and register the plugin, as discovery does."""
        source = self.targets.sources.find(self.module)
        self.file = source.path if isinstance(source, ModuleSource) else ""
        if self.module == BUILTIN:
            return
        manager = AIPerfFactory.plugin_registry.manager
        origin = Origin(
            OriginKind.ENTRY_POINT,
            plugin=self.name,
            module=self.module,
            distribution=self.request["distribution"],
            entry_point=self.name,
        )
        load_plugin(manager, origin, self.import_plugin)
        for slot in list(AIPerfFactory.plugin_registry.slots.values()):
            self.stage(f"calling {slot.hook}")
            AIPerfFactory.plugin_registry.class_types(slot)
        record = manager.records[self.name]
        if record.error is not None:
            self.add("import-failed", _one_line(record.error), "")

    def import_plugin(self) -> object:
        """Import what the entry point names."""
        found: object = import_module(self.module)
        attribute = self.request["attribute"]
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
        return found

    def candidates(self) -> Iterator[tuple[FactorySlot, Candidate]]:
        """Yield every implementation that the plugin brings."""
        registry = AIPerfFactory.plugin_registry
        name = OriginKind.BUILTIN if self.module == BUILTIN else self.name
        for slot in list(registry.slots.values()):
            for class_type in registry.class_types(slot):
                for candidate in registry.candidates(slot, class_type):
                    if candidate.origin.answers_to(name) and not candidate.unmet:
                        yield slot, candidate

    def load_class(self, slot: FactorySlot, candidate: Candidate) -> None:
        """Load one class and compare it with its protocol."""
        try:
            loaded: object = load_class(candidate, slot.name)
        except AIPerfError as error:
            self.add("load-failed", _one_line(error), "", line=self.line_of(candidate))
            return
        factory = self.factory(slot)
        if not isinstance(loaded, type) or factory is None:
            return
        reader = ClassReader(self.targets)
        protocols = [found for each in factory.protocols if (found := reader.read(each))]
        for each in differences(model_of(loaded), protocols, is_made_as_written=factory.is_own):
            self.add(each.rule, each.message, each.advice, each.path, each.line)

    def factory(self, slot: FactorySlot) -> FactorySource | None:
        """Return what the source says of a factory."""
        found = factories_of(self.targets, [slot.module, *self.request["factories"]])
        return next((each for each in found if each.name == slot.name), None)

    def line_of(self, candidate: Candidate) -> int:
        """Return the line of an entry in the registry module, 0 if the source does not tell."""
        source = self.targets.sources.find(self.module)
        if not isinstance(source, ModuleSource) or source.text is None:
            return 0
        for entry in read_registry(self.targets, source, self.request["attribute"]).entries:
            said = (entry.text("class_type"), entry.identifier)
            if said == (candidate.entry.class_type, candidate.entry.identifier):
                return entry.line
        return 0

    def compare(self, before: dict[str, Any], what: str) -> None:
        """Report what has changed in the process."""
        after = _state()
        started = after["threads"] - before["threads"]
        if started:
            self.add(
                "import-threads",
                f"{what} started {', '.join(sorted(started))}, still running.",
                "Start it when an instance is made.",
            )
        for name, value in before.items():
            if name != "threads" and value != after[name]:
                self.add(
                    "import-side-effect",
                    f"{what} changed {name}.",
                    "Change nothing of the process when a module is imported.",
                )


def _state() -> dict[str, Any]:
    """Return what an import should leave alone."""
    threads = {f"thread {each.name!r}" for each in threading.enumerate()}
    processes = {f"process {each.name!r}" for each in multiprocessing.active_children()}
    return {
        "threads": threads | processes,
        "sys.path": list(sys.path),
        "os.environ": dict(os.environ),
        "the working directory": os.getcwd(),  # noqa: PTH109 - a string to compare
        "the handlers of the root logger": list(logging.getLogger().handlers),
        "the handling of signals": [signal.getsignal(each) for each in _SIGNALS],
    }


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def main() -> None:
    """Run with a request and a result file, and end the process whatever is still running."""
    request, result = sys.argv[1:]
    logger = logging.getLogger("aiperf.plugins")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    probe = Probe(json.loads(request), Path(result))
    try:
        probe.run()
    except BaseException as error:  # noqa: BLE001 - SystemExit too; the parent reports it
        probe.add("import-failed", f"loading {probe.name} raised {described(error)}.", "")
        probe.stage("")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a thread that a plugin has started must not keep the process


if __name__ == "__main__":
    main()
