"""Time what a person waits for: `lapipe --help` and `lapipe check`, and which imports the first one pays for.

    python tests/benchmarks/startup.py
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent

TIMES = 7

#: What issues 2 and 3 ask, in seconds.
COMMANDS = {"--help": 0.3, "check": 2.0, "check --against HEAD": 3.0}

_RUN = "from lapipe.cli import main; main()"


def seconds(command: str) -> float:
    """Run a command once, in the shipped project, and give its elapsed seconds."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _RUN, *command.split()], cwd=PROJECT, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(PROJECT)})
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"lapipe {command} ended with {done.returncode}:\n{done.stderr}")
    return taken


def imports(count: int = 8) -> list[tuple[str, float]]:
    """Give the packages whose import costs `lapipe --help` most, with their milliseconds, what they import included."""
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", _RUN, "--help"], cwd=PROJECT, capture_output=True, text=True,
                          check=False, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    found = re.findall(r"^import time:\s+\d+ \|\s+(\d+) \| +(\S+)$", done.stderr, re.MULTILINE)
    tops = {name: int(spent) / 1000 for spent, name in found if "." not in name or name.startswith("lapipe.")}
    return sorted(tops.items(), key=lambda item: -item[1])[:count]


def main() -> None:
    """Print both as Markdown."""
    print("| command | median s | at most |", "|---|--:|--:|", sep="\n")
    for command, limit in COMMANDS.items():
        print(f"| lapipe {command} | {statistics.median(seconds(command) for _ in range(TIMES)):.2f} | {limit} |")
    print("", "| import | ms |", "|---|--:|", sep="\n")
    for name, spent in imports():
        print(f"| {name} | {spent:.0f} |")


if __name__ == "__main__":
    main()
