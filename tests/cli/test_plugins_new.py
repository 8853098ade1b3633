"""``aiperf plugins new``: a plugin project from a template."""

from __future__ import annotations

import json

import pytest

from aiperf.devtools.project_parts import FACTORIES


@pytest.fixture
def new(aiperf):
    """Run ``aiperf plugins new`` in an empty directory."""

    def new(*words, **more):
        return aiperf("plugins", "new", *words, **more)

    return new


def test_it_says_what_it_made_and_the_commands_to_go_on_with(new, fresh_python):
    """An endpoint, where nothing else is asked for."""
    done = new("my-plugin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Made my-plugin, with an endpoint. Go on with:",
        "",
        "  pip install -e my-plugin",
        "  pytest my-plugin",
        "  aiperf plugins validate my-plugin",
        "  aiperf profile --endpoint-type my_plugin --streaming --request-count 10",
    ]
    assert (fresh_python.cwd / "my-plugin" / "src" / "my_plugin" / "endpoint.py").is_file()


def test_programs_read_the_same(new, fresh_python):
    """Where the project is, what it implements, and the commands."""
    done = new("my-plugin", "-f", "metric", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "name": "my-plugin",
        "path": str((fresh_python.cwd / "my-plugin").resolve()),
        "plugin": "my_plugin",
        "module": "my_plugin.registry",
        "is_local": False,
        "implementations": [
            {"factory": "metric", "class_type": "my_plugin", "class_name": "MyPluginMetric"}
        ],
        "next_steps": [
            "pip install -e my-plugin",
            "pytest my-plugin",
            "aiperf plugins validate my-plugin",
            "aiperf profile --streaming --request-count 10",
        ],
    }


def test_several_factories(new, fresh_python):
    """Each may be named, and ``all`` names all of them."""
    done = new("one", "-f", "metric", "--factory", "ui")
    assert done.stdout.startswith("Made one, with a metric and a user interface.")
    done = new("two", "--factory", "all", "--output", "new dir", "--author", "Ann")
    assert "  pip install -e 'new dir/two'\n" in done.stdout
    package = fresh_python.cwd / "new dir" / "two" / "src" / "two"
    assert {f"{name}.py" for name in FACTORIES} <= {path.name for path in package.iterdir()}


def test_a_local_one_is_switched_on_by_variables(new, aiperf, fresh_python):
    """As the closing message says."""
    done = new("my-plugin", "--local", "-f", "tokenizer")
    source = fresh_python.cwd / "my-plugin" / "src"
    module = "my_plugin.registry"
    assert f"  export PYTHONPATH={source} AIPERF_PLUGIN_MODULES={module}\n" in done.stdout
    assert f"  aiperf plugins validate {module}\n" in done.stdout
    listed = aiperf("plugins", "list", path=[source], env={"AIPERF_PLUGIN_MODULES": module})
    assert "tokenizer.my_plugin" in listed.stdout


def test_a_template_of_ones_own(new, tmp_path, fresh_python):
    """The project may even be made inside the template's directory."""
    (tmp_path / "copier.yml").write_text("{}")
    (tmp_path / "{{ package }}.py.jinja").write_text("NAME = '{{ name }}'\n")
    assert new("my-plugin", "--template", str(tmp_path), "-o", "out").returncode == 0
    made = fresh_python.cwd / "out" / "my-plugin" / "my_plugin.py"
    assert made.read_text() == "NAME = 'my-plugin'\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'NAME'"),
        (("no name",), "Invalid value for 'NAME': 'no name' cannot be a plugin's name"),
        (("json",), "a module 'json' already"),
        (("x", "-f", "endpiont"), "no factory 'endpiont'. Did you mean 'endpoint'?"),
        (("x", "--author", "<>"), "Invalid value for '--author'"),
        (("x", "--description", "a\nb"), "Invalid value for '--description'"),
        (("x", "--template", "nowhere"), "does not exist"),
    ],
)
def test_wrong_words_are_an_exit_code_of_2(new, fresh_python, words, said):
    done = new(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert list(fresh_python.cwd.iterdir()) == []


def test_what_cannot_be_done_is_one_message(new, tmp_path):
    """An existing directory, an unwritable place, a bad template; the exit code is 1."""
    assert new("my-plugin").returncode == 0
    tmp_path.joinpath("file").write_text("")
    for words, said in [
        (("my-plugin",), "exists already"),
        (("other", "-o", "/dev/null/x"), "cannot be written"),
        (("other", "--template", str(tmp_path)), "it has no copier.yml"),
    ]:
        done = new(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: ")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_help_imports_no_templating_library(fresh_python):
    """It takes half a second."""
    code = """
        import sys
        from aiperf.cli.main import aiperf
        aiperf.main(["plugins", "new", "--help"], standalone_mode=False)
        print("copier" in sys.modules)
    """
    assert fresh_python(code).splitlines()[-1] == "False"
