"""File and line of a declaration and of its class, from the sources alone."""

from __future__ import annotations

from textwrap import dedent

import pytest

from aiperf.devtools.whereabouts import Place, Whereabouts
from aiperf.plugins.implementations import Implementation
from aiperf.plugins.origins import Origin, OriginKind


@pytest.fixture
def implementation(tmp_path, monkeypatch):
    """Give what makes an implementation whose declaring module has the text that is given."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(text, name="where_declared", path=None):
        if text is not None:
            (tmp_path / f"{name}.py").write_text(dedent(text))
        origin = Origin(OriginKind.ENTRY_POINT, "acme", name, "acme", path=path)
        return Implementation(
            factory="endpoint",
            class_type="chat",
            identifier="fast",
            module_path="where_class",
            class_name="Fast",
            is_plugin=True,
            is_selected=True,
            origin=origin,
            reference="fast",
            description="",
            metadata={},
        )

    return make


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\nLazyEntry('chat', 'where_class', 'Fast', identifier='fast')", 2),
        ("X.register_lazy(\n'chat', 'where_class', 'Fast', 'fast')", 1),
        ("add('chat', 'where_class', 'Slow', 'slow')\nadd('chat', 'where_class', 'Fast')", 2),
        ("make('chat', 'fast')\n\n\n@X.register('chat')\nclass Fast: ...", 4),
        ("add('where_class', *rest)", 1),
        ("for each in names: add('chat', each)", 0),
        ("def wrong(:", 0),
    ],
)
def test_the_declaration_is_the_call_with_most_of_the_words(implementation, tmp_path, text, line):
    """It is the file alone where the words are computed or the source is no Python."""
    name = f"where_declared_{abs(hash(text))}"
    place = Whereabouts().declaration(implementation(text, name))
    assert place == Place(str(tmp_path / f"{name}.py"), line)
    assert str(place).endswith(f".py:{line}" if line else ".py")


def test_without_a_source_it_is_what_the_origin_knows(implementation):
    whereabouts = Whereabouts()
    assert whereabouts.declaration(implementation(None, "where_nowhere")) is None
    known = implementation(None, "where_nowhere", path="/a/module.so")
    assert whereabouts.declaration(known) == ("/a/module.so", 0)


def test_the_class_is_found_too(implementation, tmp_path):
    (tmp_path / "where_class.py").write_text("\n\nclass Fast: ...\n")
    target = Whereabouts().target(implementation(""))
    assert (target.path, target.line) == (str(tmp_path / "where_class.py"), 3)
