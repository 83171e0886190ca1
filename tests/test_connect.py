"""Spark Connect: the same releases as on DuckDB from a server of its own, whose event log and files show neither key nor person."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lapipe.engine import open_engine
from lapipe.engine.runfolder import RunFolder
from lapipe.errors import EngineFault, UsageFault
from lapipe.keys import _DERIVATION, KeyRing, _context
from tests.conftest import missing
from tests.projects import WEEKLY, Project, leaks, project
from tests.test_engine import need_spark

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning",
                                        "ignore::DeprecationWarning")


class Server:
    """A Spark Connect server of Spark's own, in a process of its own, which logs every query and event."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder = folder
        for name in ("events", "local"):
            (folder / name).mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        home = Path(str(pyspark.__file__)).parent
        said = {"spark.connect.grpc.binding.port": self.port, "spark.connect.grpc.binding.address": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
                "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": 2, "spark.eventLog.enabled": "true",
                "spark.eventLog.compress": "false",
                "spark.eventLog.dir": f"file:{folder}/events", "spark.sql.catalogImplementation": "in-memory",
                "spark.sql.maxPlanStringLength": 10_000_000, "spark.sql.debug.maxToStringFields": 1000}
        command = [str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]",
                   "--driver-memory", "1g", "--driver-java-options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                   *(word for name, value in said.items() for word in ("--conf", f"{name}={value}")), "spark-internal"]
        environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_DIRS": str(folder / "local"), "PYTHONPATH": ""}
        self.log = (folder / "server.log").open("wb")
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, umask=0o077)

    @property
    def url(self) -> str:
        return f"sc://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Wait until it answers."""
        for _attempt in range(240):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.5)
        raise AssertionError((self.folder / "server.log").read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()

    def wrote(self) -> dict[Path, bytes]:
        """Give all that it wrote on its own."""
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    need_spark()
    if find_spec("grpc") is None:
        missing("Spark Connect: grpcio is not installed (lapipe-privacy[connect])")
    started = Server(tmp_path_factory.mktemp("server"))
    try:
        started.wait()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("connect"))


def spellings(ring: KeyRing) -> list[bytes]:
    """Give the master keys, and the key of the purpose's pseudonyms, as they might be written: as bytes, in hex, in base64."""
    derived = [HKDF(SHA256(), 32, None, _context("lapipe", _DERIVATION, "pseudonym", WEEKLY, "student_number")).derive(key)
               for key in ring._masters().values()]
    return [text for key in (*ring._masters().values(), *derived) for text in (key, key.hex().encode(), base64.b64encode(key).rstrip(b"="))]


def test_a_release_is_the_same_and_neither_key_nor_person_shows(server: Server, made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = KeyRing.open(made.ring)
    left: dict[str, bytes] = {}
    close = RunFolder.close

    def looked(folder: RunFolder) -> None:
        left.update({str(path): path.read_bytes() for path in folder.path.rglob("*") if path.is_file()})
        close(folder)

    monkeypatch.setattr(RunFolder, "close", looked)
    one, other = (made.go(engine=engine, register=made.base / f"{name}.sqlite", out=made.base / f"out-{name}", ledger=made.base / f"ledger-{name}")
                  for name, engine in (("duckdb", "duckdb"), ("connect", server.url)))
    assert one.told == other.told
    for release in one.releases:
        tables = [pq.read_table(run.path(release.name) / "data.parquet") for run in (one, other)]
        order = [(name, "ascending") for name in tables[0].column_names]
        assert tables[0].sort_by(order).equals(tables[1].sort_by(order)), release.name

    wrote = server.wrote()
    events = b"".join(content for path, content in wrote.items() if "events" in path.parts)
    # The log does hold the queries: a word of each kind that must be in it.
    assert b"SparkListenerSQLExecutionStart" in events
    assert b"moodle_id" in events
    for key in spellings(ring):
        assert [path for path, content in (wrote | {Path(name): content for name, content in left.items()}).items() if key in content] == []
    assert leaks(events) == []
    assert leaks(wrote[server.folder / "server.log"]) == []
    pseudonyms = set(pq.read_table(one.path("moodle_activity") / "data.parquet", columns=["student"])["student"].to_pylist())
    assert [each for each in pseudonyms if each.encode() in events] == []


def test_a_server_that_has_another_folder_is_refused_in_a_sentence(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lapipe.engine.spark import Spark

    # As where the path is not on shared storage: what the server is asked for lies elsewhere.
    view = Spark._view
    monkeypatch.setattr(Spark, "_view", lambda engine, path: view(engine, Path("/nowhere") / path.name))
    with pytest.raises(UsageFault, match=r"`runs` in lapipe.toml") as caught:
        open_engine(server.url, tmp_path)
    assert caught.value.__context__ is None


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    need_spark()
    if find_spec("grpc") is None:
        missing("Spark Connect: grpcio is not installed (lapipe-privacy[connect])")
    with pytest.raises(EngineFault, match="No Spark Connect server answers at 127.0.0.1:9") as caught:
        open_engine("sc://127.0.0.1:9", tmp_path)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("url", ["sc://host", "sc:/host:1", "sc://user@host:15002"])
def test_a_url_that_names_no_server_is_refused_in_a_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"sc://HOST:PORT"):
        open_engine(url, tmp_path)


def test_without_the_extra_the_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find: Any = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "grpc" else find(name, *more))
    with pytest.raises(UsageFault, match=r"lapipe-privacy\[connect\]"):
        open_engine("sc://host:15002", tmp_path)
