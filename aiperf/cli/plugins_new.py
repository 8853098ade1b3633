"""``aiperf plugins new``: a plugin project whose own tests pass at once."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

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
    type=click.Choice([*FACTORIES, _ALL]),
    multiple=True,
    help="What it implements; may be repeated.  [default: endpoint]",
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
def new(
    *,
    name: str,
    factories: tuple[str, ...],
    output: Path,
    description: str,
    author: str,
    is_local: bool,
    template: Path | None,
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
    click.echo(_next_steps(project, made))


def _next_steps(project: Project, made: Path) -> str:
    """Return what was made, and the commands to go on with."""
    singular = [part.singular for part in project.parts]
    kinds = singular[0] if len(singular) == 1 else f"{', '.join(singular[:-1])} and {singular[-1]}"
    where = shlex.quote(str(made))
    install = f"pip install -e {where}"
    validate = f"aiperf plugins validate {project.name}"
    if project.is_local:
        source = shlex.quote(str(made.resolve() / "src"))
        module = f"{project.package}.registry"
        install = f"export PYTHONPATH={source} AIPERF_PLUGIN_MODULES={module}"
        validate = f"aiperf plugins validate {module}"
    commands = [
        install,
        f"pytest {where}",
        validate,
        f"aiperf profile {project.data()['profile_options']}",
    ]
    return "\n  ".join([f"Made {made}, with {kinds}. Go on with:\n", *commands])
