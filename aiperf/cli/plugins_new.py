"""``aiperf plugins new``: a plugin project whose own tests pass at once."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from aiperf.cli.named_choice import NamedChoice
from aiperf.cli.plugin_options import as_json_option
from aiperf.devtools.project_parts import FACTORIES

if TYPE_CHECKING:
    from aiperf.devtools.new_project import Project

_ALL: Final = "all"
_HINTS: Final = {"name": "'NAME'", "description": "'--description'", "author": "'--author'"}


@click.command("new", short_help="Make a plugin project whose own tests pass at once.")
@click.argument("name")
@click.option(
    "--factory",
    "-f",
    "factories",
    type=NamedChoice("factory", lambda: [*FACTORIES, _ALL]),
    multiple=True,
    help=f"What it implements: {', '.join(FACTORIES)}, or {_ALL}; may be repeated.  "
    "[default: endpoint]",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The directory to make the project's own directory in.  [default: this one]",
)
@click.option("--description", default="", help="One line about the plugin.")
@click.option("--author", default="", metavar="NAME", help="Its author: 'Name <name@example.com>'.")
@click.option(
    "--local",
    "is_local",
    is_flag=True,
    help="A directory for AIPERF_PLUGIN_MODULES, which is not installed.",
)
@click.option(
    "--template",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A directory with a copier template, instead of AIPerf's own.",
)
@as_json_option
def new(
    *,
    name: str,
    factories: tuple[str, ...],
    output: Path,
    description: str,
    author: str,
    is_local: bool,
    template: Path | None,
    as_json: bool,
) -> None:
    """Make a plugin project whose own tests pass at once.

    NAME is the distribution's name, such as my-plugin. The project has a working implementation of
    each --factory, tests that hold it to its contract, and a workflow for CI. Needs the extra: pip
    install 'aiperf[new]'.
    """
    from aiperf.devtools.new_project import (  # noqa: PLC0415 - not for --help
        TEMPLATE,
        ProjectSettingError,
        make_project,
        plan,
    )

    chosen = FACTORIES if _ALL in factories else factories or FACTORIES[:1]
    try:
        project = plan(name, chosen, description=description, author=author, is_local=is_local)
    except ProjectSettingError as error:
        raise click.BadParameter(str(error), param_hint=_HINTS[error.setting]) from error
    made = make_project(project, output, template or TEMPLATE)
    if as_json:
        from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - for JSON only

        echo_json(_facts(project, made))
        return
    singular = [part.singular for part in project.parts]
    kinds = singular[0] if len(singular) == 1 else f"{', '.join(singular[:-1])} and {singular[-1]}"
    lines = [f"Made {made}, with {kinds}. Go on with:\n", *_next_steps(project, made)]
    click.echo("\n  ".join(lines))


def _facts(project: Project, made: Path) -> dict[str, Any]:
    """Return what was made and how to go on, for programs."""
    return {
        "name": project.name,
        "path": str(made.resolve()),
        "plugin": project.plugin,
        "module": f"{project.package}.registry",
        "is_local": project.is_local,
        "implementations": [
            {
                "factory": part.factory,
                "class_type": part.class_type,
                "class_name": part.class_name,
            }
            for part in project.parts
        ],
        "next_steps": _next_steps(project, made),
    }


def _next_steps(project: Project, made: Path) -> list[str]:
    """Return the commands to go on with."""
    where = shlex.quote(str(made))
    install = f"pip install -e {where}"
    validate = f"aiperf plugins validate {project.name}"
    if project.is_local:
        source = shlex.quote(str(made.resolve() / "src"))
        module = f"{project.package}.registry"
        install = f"export PYTHONPATH={source} AIPERF_PLUGIN_MODULES={module}"
        validate = f"aiperf plugins validate {module}"
    return [
        install,
        f"pytest {where}",
        validate,
        f"aiperf profile {project.data()['profile_options']}",
    ]
