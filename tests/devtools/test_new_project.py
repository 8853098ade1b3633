"""Plugin projects made from a template."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib

import pytest

import aiperf
from aiperf.devtools.new_project import NewProjectError, ProjectSettingError, make_project, plan
from aiperf.devtools.project_parts import FACTORIES


@pytest.fixture
def template(tmp_path):
    """Write a template of one's own and return its directory."""

    def template(copier="{}", **files):
        directory = tmp_path / "template"
        directory.mkdir()
        (directory / "copier.yml").write_text(copier)
        for name, text in files.items():
            (directory / f"{name}.jinja").write_text(text)
        return directory

    return template


def _files(directory):
    paths = [path for path in directory.rglob("*") if path.is_file()]
    return {str(path.relative_to(directory)) for path in paths}


PACKAGED = {
    ".github/workflows/test.yml",
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "src/my_plugin/__init__.py",
    "src/my_plugin/py.typed",
    "src/my_plugin/registry.py",
    "tests/test_registry.py",
}


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_project_has_what_was_asked_for(tmp_path, factory):
    """One module and one test module for each factory, and nothing left of the template."""
    made = make_project(plan("my-plugin", [factory]), tmp_path)
    assert made == tmp_path / "my-plugin"
    own = {f"src/my_plugin/{factory}.py", f"tests/test_{factory}.py"}
    assert _files(made) == PACKAGED | own
    assert list(tmp_path.iterdir()) == [made]
    for path in made.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "{%" not in text
            assert "{{" not in text
            assert text.endswith("\n") or not text
            if path.suffix == ".py":
                ast.parse(text)


def test_the_project_says_what_it_is(tmp_path):
    """Whatever is in the description, which is nobody's TOML."""
    description = "Says \"ü\" \\ 🙂 & <b> 'x' {{ name }}"
    project = plan("Acme.AIPerf-x", description=description, author="Ann Ä <ann@b.org>")
    made = make_project(project, tmp_path)
    metadata = tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))
    assert metadata["project"]["name"] == "Acme.AIPerf-x"
    assert metadata["project"]["description"] == description
    assert metadata["project"]["authors"] == [{"name": "Ann Ä", "email": "ann@b.org"}]
    assert metadata["project"]["dependencies"][0] == f"aiperf>={aiperf.__version__}"
    entry_points = metadata["project"]["entry-points"]["aiperf.plugins"]
    assert entry_points == {"acme_aiperf_x": "acme_aiperf_x.registry"}
    assert description in (made / "README.md").read_text(encoding="utf-8")


def test_an_author_may_have_no_address(tmp_path):
    made = make_project(plan("my-plugin", author="Ann"), tmp_path)
    metadata = tomllib.loads((made / "pyproject.toml").read_text())
    assert metadata["project"]["authors"] == [{"name": "Ann"}]
    made = make_project(plan("other-plugin"), tmp_path)
    assert "authors" not in tomllib.loads((made / "pyproject.toml").read_text())["project"]


def test_a_local_project_has_no_packaging(tmp_path):
    """It is a directory to put on the path."""
    made = make_project(plan("my-plugin", ["metric"], is_local=True), tmp_path)
    assert _files(made) == {
        ".gitignore",
        "README.md",
        "pytest.ini",
        "src/my_plugin/__init__.py",
        "src/my_plugin/metric.py",
        "src/my_plugin/registry.py",
        "tests/test_metric.py",
        "tests/test_registry.py",
    }


@pytest.mark.parametrize(
    ("name", "package", "plugin", "class_name"),
    [
        ("my-plugin", "my_plugin", "my_plugin", "MyPluginEndpoint"),
        ("aiperf-acme", "aiperf_acme", "acme", "AcmeEndpoint"),
        ("acme-aiperf", "acme_aiperf", "acme", "AcmeEndpoint"),
        ("aiperf-3d", "aiperf_3d", "aiperf_3d", "Aiperf3dEndpoint"),
        ("aiperf-class", "aiperf_class", "aiperf_class", "AiperfClassEndpoint"),
        ("X", "x", "x", "XEndpoint"),
    ],
)
def test_everything_is_called_after_the_name(name, package, plugin, class_name):
    """``aiperf`` in a distribution's name is left out of the plugin's."""
    project = plan(name)
    assert (project.package, project.plugin) == (package, plugin)
    assert project.parts[0].class_name == class_name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "write letters"),
        ("my plugin", "write letters"),
        ("../evil", "write letters"),
        ("a/b", "write letters"),
        (".", "write letters"),
        ("-x", "write letters"),
        ("x-", "write letters"),
        ("3d", "write letters"),
        ("plügin", "write letters"),
        ("x\n", "write letters"),
        ("x" * 41, "more than 40"),
        ("class", "means something else"),
        ("aiperf", "means something else"),
        ("tests", "means something else"),
        ("json", "a module 'json' already"),
        ("pytest", "a module 'pytest' already"),
    ],
)
def test_a_name_that_cannot_be_one(name, reason):
    with pytest.raises(ProjectSettingError, match=reason) as caught:
        plan(name)
    assert caught.value.setting == "name"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("description", "two\nlines"), ("author", "<a@b>"), ("author", "A <b>"), ("author", "A\nB")],
)
def test_a_text_that_cannot_be_one(setting, value):
    with pytest.raises(ProjectSettingError) as caught:
        plan("my-plugin", **{setting: value})
    assert caught.value.setting == setting


def test_a_directory_that_exists_is_left_alone(tmp_path):
    """Also one that is empty, a file, and a link that leads nowhere."""
    (tmp_path / "my-plugin").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "nowhere")
    for name in ("my-plugin", "other"):
        with pytest.raises(NewProjectError, match="exists already"):
            make_project(plan(name), tmp_path)
    assert _files(tmp_path) == set()


def test_a_place_that_cannot_be_written_to(tmp_path):
    """The error says which and why."""
    (tmp_path / "file").write_text("")
    with pytest.raises(NewProjectError, match="cannot be written: Not a directory"):
        make_project(plan("my-plugin"), tmp_path / "file" / "below")
    assert _files(tmp_path) == {"file"}


def test_a_template_of_ones_own_has_the_same_data(tmp_path, template):
    """Names, parts, and what to write after ``aiperf profile``."""
    text = (
        "{{ name }} {{ package }} {{ parts[0].class_name }} {{ factories }} {{ profile_options }}"
    )
    made = make_project(plan("my-plugin", ["metric"]), tmp_path, template(note=text))
    assert (made / "note").read_text() == (
        "my-plugin my_plugin MyPluginMetric ['metric'] --streaming --request-count 10"
    )


def test_a_template_in_a_git_repository_is_taken_as_it_lies_there(tmp_path, template):
    """What is not committed counts, too; nothing of the repository is in the project."""
    directory = template(note="new")
    subprocess.run(["git", "init", "-q", directory], check=True)
    made = make_project(plan("my-plugin"), tmp_path, directory)
    assert (made / "note").read_text() == "new"
    assert not (made / ".git").exists()


# copier does not close the directory in which it cannot render a file.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("copier", "files", "reason"),
    [
        ("_tasks: [touch ran]", {"a": "a"}, "potentially unsafe feature: tasks.*--trust"),
        ("{", {"a": "a"}, "cannot be used"),
        ("{}", {"a": "{% if %}"}, "TemplateSyntaxError"),
        ("{}", {"a": "{{ 1 // 0 }}"}, "ZeroDivisionError"),
        ("{}", {}, "has no file for this project"),
        ("question: {type: str}", {"a": "a"}, "question"),
    ],
)
def test_a_bad_template_is_one_error_and_leaves_nothing(tmp_path, template, copier, files, reason):
    """It names the template, and says what is wrong with it."""
    directory = template(copier, **files)
    with pytest.raises(NewProjectError, match=f"{directory} .*{reason}") as caught:
        make_project(plan("my-plugin"), tmp_path, directory)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [directory]


def test_a_directory_without_questions_is_no_template(tmp_path):
    with pytest.raises(NewProjectError, match=r"it has no copier\.yml"):
        make_project(plan("my-plugin"), tmp_path, tmp_path)


def test_without_the_extra_the_error_says_what_to_install(fresh_python):
    """And nothing is written."""
    code = """
        import sys
        from pathlib import Path
        sys.modules["copier"] = None
        from aiperf.devtools.new_project import NewProjectError, make_project, plan
        try:
            make_project(plan("my-plugin"), Path("out"))
        except NewProjectError as error:
            print(error, Path("out").exists())
    """
    assert fresh_python(code) == (
        "Making a project needs copier, which is not installed. "
        "Run: pip install 'aiperf[new]' False\n"
    )


@pytest.mark.once
@pytest.mark.parametrize("name", ["x", "a" * 20 + "-" + "b" * 19])
def test_the_tests_of_a_project_pass(tmp_path, name):
    """Its own, with every factory, whether the name is short or long."""
    made = make_project(plan(name, FACTORIES), tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--basetemp={tmp_path / 'base'}", made],
        env=os.environ | {"PYTHONPATH": str(made / "src"), "PYTEST_ADDOPTS": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
