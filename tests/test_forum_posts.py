"""The shipped pipeline over forum posts: nobody is left in the texts, and who objected or told of an illness is not there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.projects import TODAY, Project, project

NAME = "moodle_forum_posts"
#: id, student number, user name, first and last name, e-mail address; the last of them objected.
USERS = [(str(100 + n), f"{4_000_000 + n}", f"gebr{n}kanarie", first, last, f"{first.lower()}.{last.lower()}@kanarie.example")
         for n, (first, last) in enumerate([("Wietske", "Zwaluwenburg"), ("Tunahan", "Kwikstaart"), ("Bregje", "Roodborst"), ("Chidi", "Wielewaal"), ("Sjors", "Objectant")])]
#: Who wrote it, the text, and what is left of it (None: withheld); {0} is the pseudonym of who is named.
POSTS = [
    ("100", "<p>Wanneer is de deadline van opdracht 2?</p>", "Wanneer is de deadline van opdracht 2?"),
    ("101", "Hoi Wietske Zwaluwenburg, dat is vrijdag. Groet, Tunahan", "Hoi [persoon {100}], dat is vrijdag. Groet, [naam]"),
    ("102", "Mail mij op bregje.roodborst@kanarie.example of bel 06-12345678", "Mail mij op [persoon {102}] of bel [telefoonnummer]"),
    ("103", "Ik ben ziek en kan niet komen, groeten Chidi", None),
    ("100", "Mijn BSN is 123456782, is dat genoeg?", None),
    ("101", "Sjors Objectant had daar ook een vraag over.", "[naam] had daar ook een vraag over."),
    ("104", "Dit schreef iemand die bezwaar maakte.", ""),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("forum"))


def sources(made: Project) -> Iterator[str]:
    created = int(datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC).timestamp()) - 30 * 86_400
    posts = ["id", "discussion", "parent", "userid", "created", "modified", "mailed", "subject", "message", "messageformat", "messagetrust", "attachment", "totalscore", "mailnow",
             "deleted", "privatereplyto", "wordcount", "charcount"]
    rows = [{"id": n, "discussion": "7", "parent": 0, "userid": who, "created": created, "message": text, "privatereplyto": 0, "subject": "Re: vraag"} for n, (who, text, _) in enumerate(POSTS, 1)]
    users = [dict(zip(("id", "idnumber", "username", "firstname", "lastname", "email"), user, strict=True)) for user in USERS]
    every = [column.name for column in made.pipeline(NAME).sources["users"]]
    objections = [{"student_number": USERS[-1][1], "purpose": NAME, "state": "received", "received": TODAY.isoformat()}]
    for name, columns, table in (("posts", posts, rows), ("users", every, users), ("objections", list(objections[0]), objections)):
        path = made.root / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            writer.writerows(table)
        yield f"{name}={path}"


def test_a_run_leaves_nobody_in_the_texts_and_says_how_many_it_withheld(made: Project) -> None:
    words = [word for source in sources(made) for word in ("--source", source)]
    done = made.lapipe("run", NAME, "--run-id", "f1", *words)
    assert done.code == 0, done.err
    assert "texts in 'message' that hold a BSN or a special category, or leave a doubt: fewer than 10, and empty in the release" in " ".join(done.out.split())
    folder = next(made.out.glob("forum_posts/**/manifest.json")).parent
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["texts_withheld"] == {"message": "fewer than 10"}
    assert "Texts withheld in `message`: fewer than 10." in "".join(path.read_text("utf-8") for path in folder.glob("*.md"))
    frame = made_frame(folder)
    assert list(frame.columns) == ["discussion", "student", "week", "message"]
    texts = sorted("" if text is None or text != text else text for text in frame["message"])
    pseudonym = dict.fromkeys(("100", "102"), "")
    for who in pseudonym:
        begin = {"100": "Wanneer is de deadline", "102": "Mail mij op"}[who]
        pseudonym[who] = next(row.student for row in frame.itertuples() if str(row.message).startswith(begin))
    wanted = [("" if left is None else left.replace("{100}", pseudonym["100"]).replace("{102}", pseudonym["102"])) for who, _, left in POSTS if who != "104"]
    assert texts == sorted(wanted)


def test_no_name_number_or_text_that_was_withheld_stands_in_anything_that_was_written_or_said(made: Project) -> None:
    told = made.said() + b"".join(path.read_bytes() for path in made.out.rglob("*") if path.is_file())
    secrets = [part for user in USERS for part in user[1:]] + ["123456782", "12345678", "bezwaar maakte"]
    assert [secret for secret in secrets if secret.encode() in told] == []


def made_frame(folder: Path) -> object:
    import lapipe

    return lapipe.read_release(folder)
