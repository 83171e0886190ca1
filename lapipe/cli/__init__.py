"""The command line: parse, call, exit code."""

from __future__ import annotations

import os
import sys

import typer

# Each module adds its commands to the application, in the order in which the help shows them.
from lapipe.cli import (
    approvals,
    declare,
    keeping,
    keyrings,
    quarantine,
    registers,
    retention,
    risk,
    running,
    starting,
    subjects,
    tables,
)
from lapipe.cli.app import app
from lapipe.errors import LapipeError

__all__ = ["app", "approvals", "declare", "keeping", "keyrings", "main", "quarantine", "registers", "retention", "risk", "running", "starting", "subjects", "tables"]


def main() -> None:
    """Run the command line: every refusal is one sentence on standard error, and an exit code that says of what kind."""
    code = 0
    try:
        # Without standalone mode, the code of a typer.Exit is what the call gives back.
        code = int(app(standalone_mode=False) or 0)
        # Typer makes this code of an interruption, without a word.
        if code == 130:
            raise KeyboardInterrupt
    except LapipeError as error:
        print(f"lapipe: {error}", file=sys.stderr)
        code = error.exit_code
    except (typer.Exit, SystemExit) as stop:
        given = getattr(stop, "exit_code", None)
        code = int(given if given is not None else getattr(stop, "code", 0) or 0)
    except (KeyboardInterrupt, typer.Abort):
        print("lapipe: interrupted. Nothing is released of a run that `lapipe register list` does not show as completed.", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except Exception as error:
        # Whatever else goes wrong may hold a value in its text: its class is all that is told.
        usage = getattr(error, "exit_code", None) == 2 and hasattr(error, "format_message")
        if usage:
            print(f"lapipe: {_unnamed(error.format_message())}", file=sys.stderr)  # type: ignore[attr-defined]
            code = 2
        else:
            print(f"lapipe: something went wrong inside lapipe ({type(error).__name__} in {_where(error)}). Nothing is "
                  "released of a run that `lapipe register list` does not show as completed. Please report it.", file=sys.stderr)
            code = 6
    sys.stdout.flush()
    sys.exit(code)


def _unnamed(message: str) -> str:
    """Take the words of the command out of a message about one that names a person."""
    words = [word for word in sys.argv[3:] if not word.startswith("-")] if sys.argv[1:2] == ["subject"] else []
    for word in sorted(words, key=len, reverse=True):
        message = message.replace(word, "...")
    return message


def _where(error: BaseException) -> str:
    trace, last = error.__traceback__, "lapipe"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("lapipe"):
            last = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return last
