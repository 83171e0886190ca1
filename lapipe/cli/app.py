"""What all commands share: the application, options, and how they speak."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapipe.errors import UsageFault

if TYPE_CHECKING:
    from lapipe.pipeline import Pipeline
    from lapipe.project import Project

app = typer.Typer(
    name="lapipe", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Privacy as code for learning analytics: declare, plan, run, record, release.",
)

#: The environment variable that a key ring's passphrase is taken from.
PASSPHRASE = "LAPIPE_PASSPHRASE"

Format = Annotated[str, typer.Option("--format", help="text or json.")]
ProfileName = Annotated[str, typer.Option("--profile", help="A profile of lapipe.toml.")]
RegisterPath = Annotated[str, typer.Option("--register", help="The register's file or URL.")]


def today() -> date:
    return datetime.now().astimezone().date()


def day_of(text: str, option: str) -> date:
    """Read a day of an option; without one it is today."""
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageFault(f"{option} is no day of the calendar, written as 2026-09-01.")


def clock() -> datetime:
    return datetime.now(UTC)


def wants_json(format: str) -> bool:
    if format not in ("text", "json"):
        raise UsageFault(f"There is no format '{format}' (there are: text, json).")
    return format == "json"


def say(line: str = "") -> None:
    print(line)


def project(profile: str = "", start: Path | None = None) -> Project:
    from lapipe.project import load_project

    return load_project(start or Path.cwd(), profile or None)


def named_pipeline(name: str) -> Pipeline:
    """Load a pipeline by its file, or by its name in the project's `pipelines/`."""
    from lapipe.pipeline import load_pipeline

    return load_pipeline(pipeline_file(name))


def pipeline_file(name: str) -> Path:
    """Give the file of a pipeline: the one named, or the one of that name in the project's `pipelines/`."""
    from lapipe.project import find_project

    path = Path(name)
    return path if path.suffix == ".py" or path.exists() else find_project(Path.cwd()) / "pipelines" / f"{name}.py"


@contextmanager
def progress_shown() -> Iterator[Callable[[str], None]]:
    """Show what is being done on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda phrase: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True,
                  console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)

        def show(phrase: str) -> None:
            # A phrase that counts ("3 of 12") moves the bar; any other only names what is being done.
            counted = re.search(r"([\d,]+) of ([\d,]+)", phrase)
            if counted:
                done, total = (int(number.replace(",", "")) for number in counted.groups())
                bar.update(task, description=phrase, completed=done, total=total)
            else:
                bar.update(task, description=phrase)

        yield show


def shipped() -> Path:
    """Give the folder with the shipped pipelines and schemas: the checkout, or what the installed package carries."""
    for folder in (Path(__file__).resolve().parents[1] / "shipped", Path(__file__).resolve().parents[2]):
        if (folder / "schemas").is_dir():
            return folder
    raise UsageFault("This installation carries no shipped schemas; install lapipe-privacy again.")


def register_url(given: str, profile: str) -> str:
    """Give the register's URL: the one given, or the profile's."""
    return given or project(profile).profile.register
