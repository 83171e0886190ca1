"""Reading a table of PostgreSQL into the pipeline, beside ConnectorX and ADBC in one run: `python tests/benchmarks/database.py [ROWS] [--peers PYTHON]`.

The table is Moodle's log, made up by the server; read are the five columns that a purpose of weekly activity names. Each reader starts with a
connection and ends with a table in DuckDB. The peers are no dependency of lapipe: PYTHON is one of an environment with connectorx,
adbc-driver-postgresql, pyarrow and duckdb. LAPIPE_POSTGRES says where a schema may be made.
"""

from __future__ import annotations

import resource
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.conftest import POSTGRES
from tests.moodle_database import statements

COLUMNS = ("userid", "courseid", "component", "eventname", "timecreated")
ROUNDS = 3

#: What a peer does, in a process of its own: it prints the seconds of each round and its peak of memory.
PEER = """
import resource, sys, time
import duckdb
who, url, query, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
if who == "connectorx":
    import connectorx
    read = lambda: connectorx.read_sql(url, query, return_type="arrow")
else:
    import adbc_driver_postgresql.dbapi as adbc
    def read():
        with adbc.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()
for _ in range(rounds):
    began = time.perf_counter()
    rows = read()
    held = duckdb.connect()
    held.execute("CREATE TABLE t AS SELECT * FROM rows")
    print(time.perf_counter() - began, held.execute("SELECT count(*) FROM t").fetchone()[0])
    del rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def ours(url: str, rounds: int) -> None:
    """Read as a run does, with the contract of Moodle's log, in the same way as a peer is timed."""
    from contextlib import closing

    from lapipe.contract import load_contract
    from lapipe.engine import open_engine
    from lapipe.readers import Databases

    contract = load_contract(Path(__file__).parents[2] / "schemas" / "tables" / "moodle_logstore.odcs.yaml")
    only = contract.keep(COLUMNS)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine("duckdb", Path(folder))
            began = time.perf_counter()
            with closing(Databases()) as databases:
                source = databases.read(url, contract, only.names, Path(folder))
            read = engine.read(source, only)
            engine.hold(read.table)
            print(time.perf_counter() - began, read.rows)
            engine.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def best(command: list[str]) -> tuple[float, int, float]:
    """Give the shortest of the rounds, the rows and the peak in MB."""
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    pairs = [(float(seconds), int(rows)) for seconds, rows in zip(lines[:-1:2], lines[1:-1:2], strict=True)]
    return min(seconds for seconds, _ in pairs), pairs[0][1], float(lines[-1])


def main() -> None:
    peers = Path(sys.argv[sys.argv.index("--peers") + 1]) if "--peers" in sys.argv else None
    rows = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 1_000_000
    schema = f"lapipe_bench_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}; SET search_path = {schema}")
        try:
            for statement in statements("postgresql", rows):
                connection.execute(statement)
            connection.execute("VACUUM ANALYZE mdl_logstore_standard_log")
            table = f"{schema}.mdl_logstore_standard_log"
            info = connection.info
            query = f"SELECT {', '.join(COLUMNS)} FROM {table}"
            found = {"lapipe": best([sys.executable, __file__, "ours", f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}table={table}", str(ROUNDS)])}
            url = f"postgresql://{info.user}@{info.host.replace('/', '%2F')}:{info.port}/{info.dbname}"
            for peer in ("connectorx", "adbc") if peers else ():
                found[peer] = best([str(peers), "-c", PEER, peer, url, query, str(ROUNDS)])
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
    for name, (seconds, read, memory) in found.items():
        print(f"{name:<12} {read:>10,} rows {seconds:6.2f} s  {found['lapipe'][0] / seconds:5.2f} times  peak {memory:,.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        ours(sys.argv[2], int(sys.argv[3]))
    else:
        main()
