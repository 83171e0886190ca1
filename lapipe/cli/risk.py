"""`lapipe risk`: how much a file tells of the people in it, and what each k would cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapipe.cli.app import Format, app, progress_shown, say, wants_json
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    from lapipe.disclosure.curve import Choice
    from lapipe.disclosure.risk import Classes


#: What a chart can be written as.
_CHARTS = (".html", ".svg", ".png", ".json")

#: Charts are an extra: most who run pipelines draw none.
_EXTRA = "install it with `python -m pip install --constraint constraints.txt -e '.[charts]'`"


@app.command()
def risk(file: Annotated[Path, typer.Argument(help="A CSV or Parquet file, a release's folder, or with --contract any export.")],
         subject: Annotated[str, typer.Option("--subject", help="The column that tells the people apart.")],
         quasi: Annotated[str, typer.Option("--quasi", help="Columns that others may know of a person, with commas.")],
         sensitive: Annotated[str, typer.Option("--sensitive", help="Columns that nobody else should learn, with commas.")] = "",
         items: Annotated[str, typer.Option("--items", help="Columns that make one item of a person's set, such as course,grade.")] = "",
         population: Annotated[str, typer.Option("--population", help="The population's size, or a file that has everybody in it.")] = "",
         curve: Annotated[bool, typer.Option("--curve", help="Show what k = 3 to 50 would cost, and what risk it would leave.")] = False,
         chart: Annotated[Path | None, typer.Option("--chart", help="Draw the curve here: FILE.html, FILE.svg, FILE.png or FILE.json.")] = None,
         limit: Annotated[float | None, typer.Option("--limit", help="The share of people that may be unique by their items.")] = None,
         purpose: Annotated[str, typer.Option("--purpose", help="Take that limit from this purpose's exception `unicity`.")] = "",
         contract: Annotated[str, typer.Option("--contract", help="How the file is written and its people are spelt.")] = "",
         header: Annotated[bool, typer.Option("--header", help="I have looked: the first line is a header.")] = False,
         memory: Annotated[str, typer.Option("--memory", help="The most memory to use, such as 4GB.")] = "", format: Format = "text") -> None:
    """Say how much a file tells of the people in it: k, the risk of being found, diversity, unicity; never a value."""
    import tempfile

    from lapipe.assess import UNICITY_LIMIT, Question, assess, in_words
    from lapipe.declarations import contract as named_contract
    from lapipe.disclosure.curve import curve as curve_of
    from lapipe.engine.runfolder import RunFolder

    as_json = wants_json(format)
    if chart and chart.suffix not in _CHARTS:
        raise UsageFault(f"--chart is {chart}; name a file that ends in one of {', '.join(_CHARTS)}.")
    if not file.exists():
        raise UsageFault(f"There is no {file}.")
    if limit is None:
        limit = _limit_of(purpose) if purpose else UNICITY_LIMIT
    question = Question(file, subject.strip(), _names(quasi), _names(sensitive), _names(items), population, limit,
                        named_contract(contract) if contract else None, header)
    with tempfile.TemporaryDirectory(prefix="lapipe-") as parent, progress_shown() as progress, RunFolder(Path(parent), "risk") as folder:
        found = assess(question, folder.path, memory=memory, progress=progress)
    choices = curve_of(found.classes) if curve or chart else []
    if as_json:
        shown = found.as_json()
        say(json.dumps({**shown, "curve": [vars(each) for each in choices]} if curve else shown, indent=2, ensure_ascii=False))
    else:
        for line in in_words(question, found):
            say(line)
        for line in _table(choices) if curve else ():
            say(line)
    if chart:
        _draw(choices, found.classes, chart)
        if not as_json:
            say(f"Wrote {chart}.")


def _names(given: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _limit_of(name: str) -> float:
    """Give the share that a purpose's exceptions allow to be unique, or the default."""
    from lapipe.assess import UNICITY_LIMIT
    from lapipe.declarations import purpose

    waiver = purpose(name).waiver("unicity")
    if waiver is None:
        return UNICITY_LIMIT
    if isinstance(waiver.value, bool) or not isinstance(waiver.value, (int, float)):
        raise UsageFault(f"Purpose {name}: the exception `unicity` is the share of people that may be unique, from 0 to 1.")
    return float(waiver.value)


def _table(choices: list[Choice]) -> list[str]:
    lines = ["", f"  {'k':>3} {'classes out':>12} {'people out':>12} {'highest risk':>13} {'average risk':>13}"]
    return lines + [f"  {each.k:>3} {each.cells_left_out:>12,} {each.people_left_out:>12,} {each.highest_risk:>13.4f} {each.average_risk:>13.4f}"
                    for each in choices]


def _draw(choices: list[Choice], classes: Classes, path: Path) -> None:
    from lapipe.disclosure.curve import chart

    problem = ""
    drawn: Any = None
    try:
        drawn = chart(choices, classes)
    except ImportError:
        problem = f"it needs altair; {_EXTRA}"
    if not problem:
        try:
            # Without `inline`, whoever opens the file would fetch a program from the internet to draw with.
            drawn.save(str(path), **({"inline": True} if path.suffix == ".html" else {}))
        except (ImportError, ValueError):
            problem = f"{path.suffix} needs vl-convert-python; {_EXTRA}, or write .json"
        except OSError as error:
            problem = f"{path} cannot be written ({error.strerror})"
    if problem:
        raise UsageFault(f"No chart was drawn: {problem}.")
