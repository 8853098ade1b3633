"""Names of other projects lead to their documentation, and only if they exist."""

from __future__ import annotations

import pytest
from outside import address_of

IMPORTLIB_METADATA = "https://importlib-metadata.readthedocs.io/en/latest/api.html"
PYTHON = "https://docs.python.org/3/library"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("None", f"{PYTHON}/constants.html#None"),
        ("int", f"{PYTHON}/functions.html#int"),
        ("builtins.dict", f"{PYTHON}/stdtypes.html#dict"),
        ("str.join", f"{PYTHON}/stdtypes.html#str.join"),
        ("SystemExit", f"{PYTHON}/exceptions.html#SystemExit"),
        ("pathlib.Path", f"{PYTHON}/pathlib.html#pathlib.Path"),
        ("collections.abc.Mapping", f"{PYTHON}/collections.abc.html#collections.abc.Mapping"),
        ("logging", f"{PYTHON}/logging.html#module-logging"),
        (
            "pluggy._manager.PluginManager",
            "https://pluggy.readthedocs.io/en/stable/api_reference.html#pluggy.PluginManager",
        ),
        (
            "importlib_metadata.EntryPoint",
            f"{IMPORTLIB_METADATA}#importlib_metadata.EntryPoint",
        ),
    ],
)
def test_a_name_that_exists_has_an_address(name, address):
    """A class, a method, an exception, a module; spelled as code spells it."""
    assert address_of(name) == address


@pytest.mark.parametrize("name", ["pathlib.Pth", "str.jion", "pluggy.Plugin", "acme.Thing", "Itn"])
def test_a_name_that_does_not_has_none(name):
    """So the reference is dead, and the build fails."""
    assert address_of(name) is None
