"""What every contract kit has: which class it tests, and that it has the protocol's methods."""

from __future__ import annotations

import asyncio
import inspect
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from aiperf.common.factories import PluginDiscovery

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from aiperf.common.factory import AIPerfFactory

PATIENCE = 10.0
"""Seconds after which something that should have ended counts as hanging; it never comes to that
where a contract is kept."""


class Contract:
    """The base of every kit; subclass one of them in a test module.

    Set ``implementation`` to the class, or to its class type as AIPerf's user names it: ``"chat"``
    for whatever is selected, ``"chat=my_chat"`` for one implementation. The kits' other attributes
    and methods describe it, and have defaults wherever that is possible.
    """

    implementation: ClassVar[type[Any] | str]
    factory: ClassVar[type[AIPerfFactory[Any, Any]]]
    protocols: ClassVar[tuple[type[Any], ...]]

    @classmethod
    def the_class(cls) -> type[Any]:
        """Return the class that is tested."""
        given: type[Any] | str | None = getattr(cls, "implementation", None)
        if given is None:
            pytest.fail(
                f"{cls.__name__} does not say what it tests: set its attribute `implementation` to "
                'your class, or to "CLASS_TYPE=IDENTIFIER"',
                pytrace=False,
            )
        if not isinstance(given, str):
            return given
        PluginDiscovery.discover_all()
        class_type, _, identifier = given.partition("=")
        if not identifier:
            return cls.factory.get_class_from_type(class_type)
        with cls.factory.using(class_type, identifier):
            return cls.factory.get_class_from_type(class_type)

    @classmethod
    def make(cls, **arguments: Any) -> Any:
        """Return an instance, made with the arguments that the factory is given in a benchmark."""
        return cls.the_class()(**arguments)

    def test_it_has_what_the_protocol_promises(self) -> None:
        """Each method is there, can be called as AIPerf calls it, and is async where it must be."""
        made = self.the_class()
        problems = {each: list(missing_in(made, each)) for each in self.protocols}
        nearest = min(problems.values(), key=len)
        if nearest:
            pytest.fail(f"{made.__name__} does not keep its protocol: {'; '.join(nearest)}")


def missing_in(implementation: type[Any], protocol: type[Any]) -> Iterator[str]:
    """Yield what ``implementation`` lacks of ``protocol``, each as a sentence."""
    for name in getattr(protocol, "__annotations__", {}):
        if not hasattr(implementation, name):
            yield f"it has no class attribute {name!r}"
    for name, wanted in vars(protocol).items():
        if not inspect.isfunction(wanted) or wanted.__name__ != name:
            continue  # a property may as well be an attribute that the constructor sets
        if name == "__init__" or not name.startswith("_"):
            yield from _differences(implementation, name, wanted)


def _differences(implementation: type[Any], name: str, wanted: Any) -> Iterator[str]:
    if not callable(getattr(implementation, name, None)):
        yield f"it has no method {name}()"
        return
    found = getattr(implementation, name)
    if inspect.iscoroutinefunction(wanted) and not inspect.iscoroutinefunction(found):
        yield f"{name}() must be `async def`"
    if not inspect.iscoroutinefunction(wanted) and inspect.iscoroutinefunction(found):
        yield f"{name}() must not be `async def`"
    parameters = [p for p in inspect.signature(wanted).parameters.values() if p.name != "self"]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    keywords = {p.name: None for p in parameters if p.kind is p.KEYWORD_ONLY}
    try:
        inspect.signature(found).bind(None, *positional, **keywords)
    except (TypeError, ValueError) as error:
        shown = ", ".join([*positional, *(f"{keyword}=..." for keyword in keywords)])
        yield f"{name}({shown}) cannot be called: {error}"


def run(coroutine: Coroutine[Any, Any, Any], otherwise: str = "it does not come to an end") -> Any:
    """Run ``coroutine`` in an event loop of its own; if it hangs, fail with ``otherwise``."""

    async def soon() -> Any:
        limit = asyncio.timeout(PATIENCE)
        try:
            async with limit:
                return await coroutine
        except TimeoutError:
            if not limit.expired():
                raise
            pytest.fail(otherwise)

    return asyncio.run(soon())


@contextmanager
def untouched_random() -> Iterator[None]:
    """Check that the block leaves the process's own random generator alone.

    Raises:
        AssertionError: it used the functions of the module ``random``, or seeded them.
    """
    before = random.getstate()
    try:
        yield
        assert random.getstate() == before, (
            "it used the functions of the module random, which other code shares; draw from a "
            "random.Random of its own"
        )
    finally:
        random.setstate(before)


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Fail the test with ``what`` if the block raises anything."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"{what}, but it raised {type(error).__name__}: {error}") from error
