"""Factories of other applications, and everything else that is about more than one rule."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

OWN_FACTORY = """
    from typing import Protocol
    from aiperf.common.factories import AIPerfFactory

    class WidgetProtocol(Protocol):
        def spin(self, times: int) -> int: ...

    class WidgetFactory(AIPerfFactory[str, "WidgetProtocol"]):
        '''Widgets.'''

    class Hidden(AIPerfFactory[str, "WidgetProtocol"], abstract=True): ...
    class Other(WidgetFactory, factory_name="gadget"): ...
"""
WIDGETS = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_widget():
        return [LazyEntry("round", "acme.widgets", "Round")]

    @hookimpl
    def aiperf_register_gadget():
        return []
"""
ROUND = "class Round:\n    def spin(self): ...  # here\n"


class TestFactoriesOfApplications:
    """Their hooks are known, and their protocols are compared with."""

    def test_that_the_plugin_itself_defines(
        self, install_acme: Any, found_in: Any, marked_place: Any
    ) -> None:
        """In any module of the distribution."""
        site = install_acme(WIDGETS, {"acme/own.py": dedent(OWN_FACTORY), "acme/widgets.py": ROUND})
        (finding,) = found_in("acme.registry", factories=["acme.own"])
        assert (finding.rule, finding.path, finding.line) == (
            "method-parameters",
            *marked_place(site),
        )

    def test_that_its_distribution_has(self, install_acme: Any, found_in: Any) -> None:
        """Named in its RECORD."""
        install_acme(WIDGETS, {"acme/own.py": dedent(OWN_FACTORY), "acme/widgets.py": ROUND})
        assert [each.rule for each in found_in("acme")] == ["method-parameters"]

    def test_that_a_requirement_has(
        self, install_acme: Any, found_in: Any, make_distribution: Any
    ) -> None:
        """An application that itself requires AIPerf is looked through."""
        make_distribution(
            "whirl", files={"whirl/factories.py": dedent(OWN_FACTORY)}, requires=["aiperf"]
        )
        make_distribution("unrelated", files={"unrelated.py": ""})
        requires = "Requires-Dist: whirl>=1\nRequires-Dist: unrelated\nRequires-Dist: gone\n"
        install_acme(WIDGETS, {"acme/widgets.py": ROUND}, more=requires)
        assert [each.rule for each in found_in("acme")] == ["method-parameters"]

    def test_that_the_registry_imports(
        self, install_acme: Any, found_in: Any, make_distribution: Any
    ) -> None:
        """For the calls that it makes on them."""
        make_distribution("whirl", files={"whirl/factories.py": dedent(OWN_FACTORY)})
        call = (
            "from whirl.factories import WidgetFactory\n"
            "WidgetFactory.register_lazy('round', 'acme.widgets', 'Rond')  # here\n"
        )
        install_acme(call, {"acme/widgets.py": "class Round: ..."})
        (finding,) = found_in("acme")
        assert finding.rule == "missing-class"

    def test_others_are_unknown(self, install_acme: Any, found_in: Any) -> None:
        """With what to do about it."""
        install_acme(WIDGETS, {"acme/widgets.py": ROUND})
        findings = found_in("acme")
        assert {each.rule for each in findings} == {"unknown-hook"}
        assert all("--factories" in each.advice for each in findings)
