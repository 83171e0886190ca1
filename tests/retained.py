"""Small projects with data under terms, for the tests of `lapipe retain`; and a child that is killed while it deletes."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lapipe.project import load_project
from lapipe.register import Register
from lapipe.retention import Item, Keeper, Outcome, read_plan, write_plan
from lapipe.retention import tables as tables_of
from tests.conftest import KILLS

TODAY = date(2026, 11, 24)

ORGANISATION = """
controller: {name: Voorbeeld, address: Laan 1, contact: privacy@voorbeeld.example}
officer: {role: functionaris gegevensbescherming, email: fg@voorbeeld.example}
k_floor: 10
public_authority: true
roles: {privacy_officer: []}
"""


@dataclass(frozen=True)
class Small:
    """A project that declares an organisation and its terms, and nothing else."""

    root: Path

    def declare(self, data: Sequence[str] = (), *, stores: Mapping[str, str] | None = None, holds: Sequence[str] = (), more: str = "share: 1.0") -> None:
        """Put data under terms, and say where it is."""
        lines = ["retention:", "  zone: Europe/Amsterdam", *(f"  {line}" for line in more.splitlines()), "  data:" if data else "  data: []",
                 *(f"    - {each}" for each in data), "  holds:" if holds else "  holds: []", *(f"    - {each}" for each in holds)]
        (self.root / "schemas" / "purposes").mkdir(parents=True, exist_ok=True)
        (self.root / "schemas" / "organisation.yaml").write_text(ORGANISATION + "\n".join(lines) + "\n", encoding="utf-8")
        places = "".join(f'{name} = "{place}"\n' for name, place in (stores or {}).items())
        keys = self.root.parent / "keys" / "ring.json"
        (self.root / "lapipe.toml").write_text(f'default = "dev"\n[profiles.dev]\nregister = "register.sqlite"\nout = "out"\nkeys = "{keys}"\n'
                                               f"[profiles.dev.stores]\n{places}", encoding="utf-8")

    @property
    def out(self) -> Path:
        return self.root / "out"

    def register(self, today: date = TODAY) -> Register:
        """Open the register, with an entry in it, so that it can be told from another."""
        opened = Register.open(self.root / "register.sqlite", clock=lambda: datetime.combine(today, clock_time(12), UTC))
        if not opened.identity():
            opened.append("note", {"made": "for a test"})
        return opened

    def keeper(self, register: Register, today: date = TODAY) -> Keeper:
        return Keeper.of(load_project(self.root), register, datetime.combine(today, clock_time(12), UTC))

    def plan(self, path: Path, today: date = TODAY) -> list[Item]:
        """Write a plan."""
        with self.register(today) as register:
            keeper = self.keeper(register, today)
            keeper.holds()
            items = keeper.items()
            path.unlink(missing_ok=True)
            write_plan(path, keeper, items)
        return items

    def apply(self, path: Path, today: date = TODAY, *, allowed: Sequence[str] = ()) -> list[Outcome]:
        """Delete what a plan lists."""
        with self.register(today) as register:
            return self.keeper(register, today).apply(read_plan(path), allowed=allowed)

    def retain(self, today: date = TODAY, *, allowed: Sequence[str] = ()) -> list[Outcome]:
        """Plan and delete at once."""
        self.plan(self.root / "plan.json", today)
        return self.apply(self.root / "plan.json", today, allowed=allowed)

    def release(self, run: str, erase_by: date, *, name: str = "numbers", today: date = TODAY) -> Path:
        """Write a release as a run does, with its entry in the register."""
        folder = self.out / name / "all" / run
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"n": [1, 2, 3]}), folder / "data.parquet")
        manifest = {"release": name, "pipeline": "counts", "run": run, "kind": "pseudonyms", "created": f"{today}T12:00:00Z", "erase_by": erase_by.isoformat(), "rows": 3,
                    "files": {"data.parquet": hashlib.sha256((folder / "data.parquet").read_bytes()).hexdigest()}}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        latest = folder.parent / "latest"
        latest.unlink(missing_ok=True)
        latest.symlink_to(run)
        with self.register(today) as register, register.run(run, {"pipeline": "counts", "purpose": "counting"}) as record:
            record.record("release", {"release": name, "folder": f"{name}/all/{run}", "manifest_sha256": hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()})
            record.complete({"releases": [name]})
        return folder


def small(folder: Path) -> Small:
    made = Small(folder.resolve() / "project")
    made.root.mkdir(parents=True)
    made.declare()
    return made


def _child(root: str, plan: str, ready: Any) -> None:
    # Small steps, so that a kill falls between them.
    tables_of.PAGES, tables_of.BATCH = 1, 40
    real = Keeper._delete

    def deleting(keeper: Keeper, item: Item) -> Outcome:
        ready.set()
        return real(keeper, item)
    Keeper._delete = deleting  # type: ignore[method-assign]
    Small(Path(root)).apply(Path(plan))


def killed_anywhere(made: Small, prepare: Callable[[], Any], check: Callable[[], None], *, times: int = KILLS) -> int:
    """Kill -9 a deletion at a random moment, so many times, each time over what `prepare` makes; then end it and `check`.

    Give how often the kill fell in the middle: when the register had a start without its end.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lapipe.retention", "lapipe.retention.tables", "tests.retained", "pyarrow.parquet", "pyarrow.compute", "psycopg", "pymysql"])
    draw, middle, plan = random.Random(5), 0, made.root / "plan.json"
    shortest = 60.0
    for number in range(times):
        prepare()
        made.plan(plan)
        ready = context.Event()
        child = context.Process(target=_child, args=(str(made.root), str(plan), ready))
        child.start()
        assert ready.wait(60)
        began = time.monotonic()
        if number < 5:
            child.join(120)
            assert child.exitcode == 0
            shortest = min(shortest, time.monotonic() - began)
        else:
            time.sleep(draw.uniform(0, shortest))
            assert child.pid is not None
            if child.is_alive():
                os.kill(child.pid, signal.SIGKILL)
            child.join(60)
        with made.register() as register:
            middle += bool(made.keeper(register).begun())
        made.apply(plan)
        check()
        with made.register() as register:
            assert not made.keeper(register).begun()
    return middle
