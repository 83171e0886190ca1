"""Engines that somebody else runs, each in processes of its own: a standalone Spark cluster, and Sail, which speaks Spark Connect without Spark."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lapipe.engine import open_engine
from lapipe.errors import EngineFault
from lapipe.keys import KeyRing
from tests.conftest import missing
from tests.projects import ROOT, WEEKLY, Project, leaks, project
from tests.test_connect import spellings
from tests.test_engine import CANARY, need_spark

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning",
                                        "ignore::DeprecationWarning")

SAIL = ROOT / ".venv-peers" / "bin" / "sail"


@dataclass
class Elsewhere:
    """An engine that runs in processes of its own, and the folder where these write what is theirs."""

    folder: Path
    url: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[IO[bytes]] = field(default_factory=list)

    def start(self, *words: str, **variables: str) -> Path:
        """Start a process and give the file of what it says."""
        said = self.folder / f"said-{len(self.logs)}"
        self.logs.append(said.open("wb"))
        self.processes.append(subprocess.Popen(words, env={**os.environ, "PYTHONPATH": "", **variables}, cwd=self.folder, umask=0o077,
                                               stdin=subprocess.DEVNULL, stdout=self.logs[-1], stderr=self.logs[-1]))
        return said

    def until(self, said: Path, words: str) -> str:
        """Wait until a process says something, and give it."""
        for _attempt in range(480):
            found = re.search(words, said.read_text(errors="replace"))
            if found:
                return found[0]
            time.sleep(0.25)
        raise AssertionError(said.read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(timeout=60)
        for log in self.logs:
            log.close()

    def wrote(self) -> bytes:
        """Give all that its processes wrote on their own."""
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def cluster(made: Elsewhere) -> None:
    """Start a master, and a worker that starts the executors in processes of their own."""
    import pyspark

    need_spark()
    home = Path(str(pyspark.__file__)).parent
    begin, said = str(home / "bin" / "spark-class"), {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(made.folder / "work"),
                                                      "SPARK_DAEMON_MEMORY": "256m"}
    master = made.start(begin, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", free_port(), "--webui-port", "0", **said)
    made.url = made.until(master, r"spark://127\.0\.0\.1:\d+")
    worker = made.start(begin, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "2", "--memory", "1g", made.url, **said)
    made.until(worker, "Successfully registered with master")


def sail(made: Elsewhere) -> None:
    """Start Sail."""
    if not SAIL.exists():
        missing("Sail is not installed in .venv-peers (`make test` sets it up)")
    port = free_port()
    made.start(str(SAIL), "spark", "server", "--ip", "127.0.0.1", "--port", port)
    made.url = f"sc://127.0.0.1:{port}"
    for _attempt in range(240):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        time.sleep(0.25)


@pytest.fixture(scope="module", params=[cluster, sail], ids=["cluster", "sail"])
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    made = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    try:
        request.param(made)
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("there"))


def test_a_release_is_the_same_and_neither_key_nor_person_is_left(elsewhere: Elsewhere, there: Project) -> None:
    name = elsewhere.url.partition(":")[0]
    one, other = (there.go(engine=engine, register=there.base / f"{name}-{number}.sqlite", out=there.base / f"out-{name}-{number}",
                           ledger=there.base / f"ledger-{name}-{number}") for number, engine in enumerate(("duckdb", elsewhere.url)))
    assert one.told == other.told
    for release in one.releases:
        tables = [pq.read_table(run.path(release.name) / "data.parquet") for run in (one, other)]
        order = [(column, "ascending") for column in tables[0].column_names]
        assert tables[0].num_rows
        assert tables[0].sort_by(order).equals(tables[1].sort_by(order)), release.name
    wrote = elsewhere.wrote()
    assert wrote
    assert [key for key in spellings(KeyRing.open(there.ring)) if key in wrote] == []
    assert leaks(wrote) == []
    pseudonyms = set(pq.read_table(one.path("moodle_activity") / "data.parquet", columns=["student"])["student"].to_pylist())
    assert [each for each in pseudonyms if each.encode() in wrote] == []
    assert WEEKLY.encode() not in wrote


def test_an_error_of_an_executor_leaves_no_value_in_its_log(elsewhere: Elsewhere, tmp_path: Path) -> None:
    engine = open_engine(elsewhere.url, tmp_path)
    try:
        table = engine.table(pa.table({"text": [CANARY]}))
        with pytest.raises(EngineFault) as caught:
            engine.fetch(table.select(number=table.text.cast("int64")))
    finally:
        engine.close()
    assert CANARY not in str(caught.value)
    assert CANARY.encode() not in elsewhere.wrote()
