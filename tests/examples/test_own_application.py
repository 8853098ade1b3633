"""``plugins_examples/own-application``: the registry serves a program that is not AIPerf."""

from __future__ import annotations

import json
from pathlib import Path

PACKAGED = """
from aiperf import LazyEntry, hookimpl


@hookimpl(optionalhook=True)
def aiperf_register_filter():
    return [LazyEntry("title", "acme_title", "TitleFilter")]


class TitleFilter:
    def apply(self, text):
        return text.title()
"""


def test_it_works_as_its_readme_says(read, make_distribution):
    """It runs, is extended by a module and by an installed plugin, and leaves AIPerf as it was."""
    reader = read("own-application")
    reader.follow("Install AIPerf")
    before = reader.run("aiperf plugins list --json")
    reader.follow("Install the application")
    reader.follow("See it work")
    reader.follow("Extend it")
    assert reader.run("textmill hello") == "HELLO\n", "the plugin left with the variables"
    assert reader.run("aiperf plugins list --json") == before

    # The AIPerf plugin beside it shows that neither application minds the other's plugins.
    reader.run("pip install ./plugins_examples/aiperf-override-chat")
    site = Path(reader.run("python -c 'import site; print(site.getsitepackages()[0])'").strip())
    make_distribution(
        "acme-title",
        files={"acme_title.py": PACKAGED},
        entry_points={"aiperf.plugins": {"acme_title": "acme_title"}},
        site=site,
    )
    assert reader.run("textmill 'hello you' --filter title") == "Hello You\n"
    listed = json.loads(reader.run("aiperf plugins list --json"))
    assert {each["name"] for each in listed["plugins"]} == {"acme_title", "override_chat"}
    assert "failed" not in {each["status"] for each in listed["plugins"]}
    reader.run("pip uninstall --yes acme-title aiperf-override-chat")

    reader.follow("Test it")
    reader.follow("Remove it")
    assert reader.run("aiperf plugins list --json") == before
    assert not reader.sections, "the whole README was followed"
