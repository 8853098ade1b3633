"""Opens the shop, does everything with every factory, and prints what came of it as JSON."""

from __future__ import annotations

import importlib
import json
import logging
import os
import re
import sys
import threading
import warnings
from typing import Any

from factory_base import FactoryCreationError, InvalidStateError

MODULES = ("desks", "readers", "writers", "filters", "wires", "links", "paces", "marks", "checks")
LOGGED: list[str] = []
TOLD: dict[str, Any] = {}


class Keep(logging.Handler):
    """Keeps the warnings."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        if record.levelno >= logging.WARNING:
            LOGGED.append(record.getMessage())


def outcome(call: Any, *args: Any, **kwargs: Any) -> Any:
    """Return what a call returns, or what it raises, with the part of the text that is fixed."""
    try:
        result = call(*args, **kwargs)
    except (FactoryCreationError, InvalidStateError, TypeError) as error:
        cause = error.__cause__
        known = [FactoryCreationError, InvalidStateError, TypeError]
        if call.__name__ == "get_class_from_type":
            known.reverse()  # the kind that it is documented to raise
        kind = next(each.__name__ for each in known if isinstance(error, each))
        return [kind, re.split("['<]", str(error))[0], cause and repr(cause)]
    return shown(result)


def shown(value: Any) -> Any:
    """Return something that JSON can hold."""
    if isinstance(value, type):
        return f"class {value.__name__}"
    if isinstance(value, (list, tuple)):
        return [shown(each) for each in value]
    if isinstance(value, dict):
        return {str(key): shown(each) for key, each in value.items()}
    if isinstance(value, (str, int, float, bool, type(None))):
        return str(value) if isinstance(value, str) else value
    given = {} if callable(value) else getattr(value, "__dict__", {})
    return [type(value).__name__, shown({k: v for k, v in given.items() if k != "pid"})]


def tell(name: str, value: Any) -> None:
    """Note one result."""
    TOLD[name] = value


def in_a_child() -> list[Any]:
    """Fork, and return what the child sees of the singletons."""
    from printshop.common.factories import LinkFactory  # noqa: PLC0415 - after the shop opened
    from printshop.links import TcpLink  # noqa: PLC0415 - as above

    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        try:
            before = outcome(LinkFactory.get_instance, "Net_TCP".lower())[:2]
            has = LinkFactory.has_instance(TcpLinkType())
            again = LinkFactory.create_instance(TcpLinkType(), config={"child": True})
            seen = [
                before,
                has,
                again.config,
                again.pid == os.getpid(),
                LinkFactory.get_instance(TcpLinkType()) is again,
                TcpLink.made,
            ]
            os.write(writing, json.dumps(seen).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        seen = json.load(pipe)
    os.waitpid(pid, 0)
    return seen


def TcpLinkType() -> Any:  # noqa: N802 - stands for the member
    """Return the member, looked up without regard to case."""
    from printshop.common.enums import LinkType  # noqa: PLC0415 - after the shop opened

    return LinkType("NET_tcp")


def from_threads(factory: Any, class_type: Any, **kwargs: Any) -> int:
    """Ask for a singleton in many threads and return how many instances there are."""
    start, given = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        given.append(factory.get_or_create_instance(class_type, **kwargs))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return len({id(each) for each in given})


def every_factory(factories: Any, parts: dict) -> dict[str, Any]:
    """Return the factories by name."""
    names = [name for name in vars(factories) if name.endswith("Factory")]
    bases = {"AIPerfFactory", "AIPerfSingletonFactory", "CheckBaseFactory"}
    found = {name: getattr(factories, name) for name in names if name not in bases}
    return {**found, "StrategyFactory": parts["paces"].StrategyFactory}


def tell_registrations(factories: Any, parts: dict) -> None:
    """Note what the overridden methods did."""
    tell("refused", parts["desks"].REFUSED)
    tell(
        "desk types",
        [f"{d.__name__} {d.desk_type}" for d in factories.DeskFactory.get_all_classes()],
    )
    tell("tags", factories.FilterFactory.tags)
    tell("common", [c.common for c in factories.FilterFactory.get_all_classes()])
    tell("checks", [outcome(factories.CheckFactory.create_all, strict=True)])
    importlib.import_module("printshop.broken_check")
    tell("checks with a broken one", outcome(factories.CheckFactory.create_all)[:2])


def tell_classes(every: dict[str, Any]) -> None:
    """Note everything that can be asked of each factory."""
    for name, factory in every.items():
        types = factory.get_all_class_types()
        tell(f"{name} types", [str(each) for each in types])
        tell(f"{name} classes", shown(factory.get_all_classes()))
        tell(
            f"{name} pairs", [[c.__name__, str(t)] for c, t in factory.get_all_classes_and_types()]
        )
        tell(f"{name} by type", [outcome(factory.get_class_from_type, each) for each in types])
        tell(
            f"{name} by string",
            [outcome(factory.get_class_from_type, str(t).lower()) for t in types],
        )
        tell(
            f"{name} in capitals",
            [outcome(factory.get_class_from_type, str(t).upper())[0] for t in types],
        )
        tell(f"{name} dictionary", [[str(k), v.__name__] for k, v in factory._registry.items()])
        tell(f"{name} priorities", [[str(k), v] for k, v in factory._override_priorities.items()])
        tell(f"{name} has", [types[0] in factory._registry, "nothing" in factory._registry])
        tell(f"{name} unknown class", outcome(factory.get_class_from_type, "nothing")[0])
        factory._logger.debug("asked everything")


def tell_creations(factories: Any, parts: dict) -> None:
    """Note what each factory makes, rightly and wrongly."""
    make = {
        "readers": (factories.ReaderFactory, {"name": "a", "pages": 3}),
        "writers": (factories.WriterFactory, {"folder": "out", "copies": 2}),
        "filters": (factories.FilterFactory, {}),
        "wires": (factories.WireFactory, {"address": "in://a", "bind": True, "depth": 4}),
        "relays": (factories.RelayFactory, {"more": 1}),
        "desks": (factories.DeskFactory, {}),
        "strategies": (parts["paces"].StrategyFactory, {"config": {"pace": "steady", "rate": 4}}),
    }
    for name, (factory, kwargs) in make.items():
        types = [*factory.get_all_class_types(), "nothing"]
        tell(f"made {name}", [outcome(factory.create_instance, each, **kwargs) for each in types])
        tell(
            f"made {name} wrongly",
            outcome(factory.create_instance, types[0], **kwargs, no_such=1)[:2],
        )
    pace = factories.PaceFactory.create_instance
    tell("paces", [outcome(pace, {"pace": each, "rate": 2}) for each in ("burst", "nothing")])
    started = (
        parts["paces"].StrategyFactory.create_instance("steady", config={"pace": "random"}).start()
    )
    tell("started", started)
    parse = parts["marks"].parse
    tell("marks", [parse("mark.page", "1"), parse("list", "mark.sheet=2;mark.page=3;odd=4")])


def tell_singletons(factories: Any, enums: Any) -> None:
    """Note what there is one of, in threads and in a child."""
    links, views, link = factories.LinkFactory, factories.ViewFactory, enums.LinkType
    tell("no link", outcome(links.get_instance, link.TCP)[:2])
    tell("links before", [links.has_instance(link.TCP), shown(links.get_all_instances())])
    tell("threads", from_threads(links, link.TCP, config={"port": 1}, more=2))
    first = links.create_instance(link.TCP, config={"port": 9})
    tell("one link", [first.config, first is links.get_instance("net_tcp"), type(first).made])
    tell("child", in_a_child())
    tell("parent", [links.get_instance(link.TCP) is first, links._instances[link.TCP] is first])
    tell("pids", [links._instances_pid[link.TCP] == os.getpid()])
    tell("linked view", outcome(links.create_instance, link.IPC, config={}))
    tell("its view", links.get_instance(link.IPC).view is views.get_instance("none"))
    ours = views.create_instance("custom", width=3)
    views.set_instance(enums.ViewType.BAR, ours)
    tell("set view", views.create_instance("bar") is ours)
    with views._instances_lock:
        views._instances.pop(enums.ViewType.BAR)
        views._instances_pid.pop(enums.ViewType.BAR, None)
    tell("made anew", type(views.create_instance("bar")).__name__)
    tell("all views", sorted(map(str, views.get_all_instances())))
    tell("broken", outcome(factories.CheckFactory.create_instance, enums.CheckType.BLEED))


def main() -> None:
    """Do everything."""
    logging.getLogger().addHandler(Keep())
    parts = {name: importlib.import_module(f"printshop.{name}") for name in MODULES}
    factories = importlib.import_module("printshop.common.factories")
    enums = importlib.import_module("printshop.common.enums")
    every = every_factory(factories, parts)
    tell_registrations(factories, parts)
    tell_classes(every)
    tell_creations(factories, parts)
    tell_singletons(factories, enums)
    known = {c.__name__ for f in every.values() for c in f.get_all_classes()}
    known |= {"PngReader", "LatePngReader", "LowTiffReader", "SecondGray", "Packing"}
    words = [sorted(known & set(text.replace(",", " ").split())) for text in LOGGED]
    tell("warned of", words)
    json.dump(TOLD, sys.stdout)


if __name__ == "__main__":
    main()
