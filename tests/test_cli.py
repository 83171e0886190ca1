"""The command line as a shell runs it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.projects import WEEKLY, Project, project

#: Put on the path as sitecustomize: whoever opens a socket, or looks a name up, dies of it.
NO_NETWORK = """
import socket
def refuse(*_, **__):
    raise SystemExit("a socket was opened")
socket.socket.__init__ = refuse
socket.getaddrinfo = socket.create_connection = refuse
"""


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path)


def test_help_names_every_command(made: Project) -> None:
    done = made.start("--help").wait()
    assert (done.code, done.err) == (0, "")
    for name in ("scan", "contract", "check", "plan", "explain", "run", "demo", "verify", "risk", "register", "keys"):
        assert name in done.out


@pytest.mark.parametrize("words", [("check",), ("plan", WEEKLY), ("run", WEEKLY), ("demo", "made", "--rows", "1000")],
                         ids=lambda words: words[0])
def test_no_command_opens_a_socket(words: tuple[str, ...], made: Project) -> None:
    from tests.projects import ROOT

    site = made.base / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_NETWORK)
    done = made.start(*words, PYTHONPATH=f"{site}:{ROOT}").wait()
    assert (done.code, done.err) == (0, "")


def test_a_scan_opens_no_socket(made: Project) -> None:
    from tests.projects import ROOT

    site = made.base / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_NETWORK)
    (made.base / "x.csv").write_text("e-mail,page\nx@uni.example,https://www.surf.nl/a\n")
    done = made.start("scan", str(made.base / "x.csv"), "--draft", str(made.base / "x.odcs.yaml"), PYTHONPATH=f"{site}:{ROOT}").wait()
    assert (done.code, done.err) == (1, "")
    assert (made.base / "x.odcs.yaml").exists()


def test_a_run_can_be_listed_shown_and_verified(made: Project) -> None:
    ran = made.lapipe("run", WEEKLY, "--run-id", "r1", "--format", "json")
    told = json.loads(ran.out)
    assert (told["run"], told["repeated"], [each["name"] for each in told["releases"]]) == (
        "r1", False, ["moodle_activity", "weekly_activity"])
    assert "completed" in made.lapipe("register", "list").out
    assert [run["state"] for run in json.loads(made.lapipe("register", "list", "--format", "json").out)] == ["completed"]
    assert "purpose_sha256" in made.lapipe("register", "show", "r1").out
    assert made.lapipe("register", "show", "r2").code == 2
    whole = made.lapipe("register", "verify")
    assert (whole.code, "chain whole" in whole.out) == (0, True)
    done = made.lapipe("verify", "out/weekly_activity", "--register", made.register, "--format", "json")
    assert (done.code, json.loads(done.out)["with_register"]) == (0, True)
    assert made.lapipe("verify", "out").code == 2


def test_a_plan_shows_columns_and_sql_without_data_or_keys(made: Project) -> None:
    made.ring.unlink()
    done = made.lapipe("plan", WEEKLY, "--sql")
    assert done.code == 0
    assert "pseudonym" in done.out
    assert "SELECT" in done.out
    assert json.loads(made.lapipe("plan", WEEKLY, "--format", "json").out)["plan_sha256"]


@pytest.mark.parametrize(("rule", "code"), [("LP301", 0), ("lp301", 0), ("LP999", 2)])
def test_a_rule_is_explained(rule: str, code: int, made: Project) -> None:
    done = made.lapipe("explain", rule)
    assert done.code == code
    assert "LP301" in done.out or code


def test_keys_are_created_once_and_listed(made: Project) -> None:
    ring = made.base / "home" / "ring.json"
    assert made.lapipe("keys", "create", "--keys", ring).code == 0
    assert made.lapipe("keys", "create", "--keys", ring).code == 5
    assert made.lapipe("keys", "list", "--keys", ring).out.count("\n") == 1
    assert made.lapipe("keys", "create", "--keys", made.root / "ring.json").code == 5


def test_a_register_is_signed_verified_exported_amended_and_closed(made: Project) -> None:
    officer = made.base / "officer"
    key, note, export = officer / "key", officer / "note", officer / "export.jsonl"
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    assert made.lapipe("register", "create-key", key).code == 0
    assert made.lapipe("register", "create-key", made.root / "key").err.startswith("lapipe: LP610")
    signed = made.lapipe("register", "checkpoint", "--key", key, "--to", note)
    assert (signed.code, signed.err) == (0, "")
    assert made.lapipe("register", "checkpoint", "--key", key).out.encode().endswith(b"\n")
    # What went to standard output was the last checkpoint.
    assert made.lapipe("register", "verify", "--checkpoint", note, "--public", f"{key}.pub").code == 5
    assert made.lapipe("register", "checkpoint", "--key", key, "--to", note).code == 0
    held = made.lapipe("register", "verify", "--checkpoint", note, "--public", f"{key}.pub", "--format", "json")
    assert (held.code, json.loads(held.out)["assurance"]) == (0, "chain and checkpoint")
    for words in (("--checkpoint", note), ("--public", f"{key}.pub"), ("--checkpoint", note, "--public", "x"), ("--checkpoint", key, "--public", f"{key}.pub")):
        assert made.lapipe("register", "verify", *words).code == 2
    assert made.lapipe("register", "verify", "--checkpoint", officer / "none", "--public", f"{key}.pub").code == 6
    assert made.lapipe("register", "amend", "2", "--reason", "the week before", "--set", "rows=11").out.endswith("amends entry 2.\n")
    assert made.lapipe("register", "amend", "2", "--reason", "the week before", "--set", "rows").code == 2
    assert "amends: 2" in made.lapipe("register", "show", "r1").out
    assert made.lapipe("register", "prove", "--checkpoint", note, "--entry", "2").code == 0
    assert made.lapipe("register", "prove", "--checkpoint", note).code == 2
    assert made.lapipe("register", "export", "--to", export).code == 0
    assert made.lapipe("register", "export", "--format", "xml").code == 2
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    nothing = made.lapipe("register", "close", "--until", today, "--export", officer / "closed", "--key", key, "--to", note)
    assert (nothing.code, nothing.err) == (2, f"lapipe: Nothing that was recorded before {today} is there to close.\n")
    assert made.lapipe("register", "close", "--until", "today", "--export", officer / "closed", "--key", key, "--to", note).code == 2
    assert made.lapipe("register", "create").code == 0
    assert made.lapipe("register", "create", "--writer", "someone").code == 2
