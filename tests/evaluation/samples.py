"""The sample exports in shared/data with hand labels: what is in each column that holds something."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.evaluation.cases import Case
from tests.evaluation.scoring import Score, score_of

_LARGE = 600_000
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
if not DATA.is_dir():
    DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read a sample into rows of text; JSON lines with their values as text."""
    raw = path.read_bytes()
    if path.suffix in (".json", ".jsonl"):
        rows = [json.loads(line) for line in raw.decode("utf-8").splitlines() if line.strip()]
        return [{key: value if isinstance(value, str) or value is None else json.dumps(value) for key, value in row.items()} for row in rows]
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    first = text.splitlines()[0]
    delimiter = max(",;\t|", key=first.count)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def columns_of(path: Path) -> Iterator[tuple[str, pa.Array]]:
    """Give each column's name and its distinct texts."""
    rows = rows_of(path)
    names = dict.fromkeys(name for row in rows for name in row if name)
    for name in names:
        yield name, pa.array([value if isinstance(value, str) else None for value in (row.get(name) for row in rows)], pa.string()).unique()


def sample_score(*, small: bool = False) -> Score:
    """Judge and score every labelled sample; `small` leaves out the large files."""
    return score_of(sample_cases(small=small))


def sample_cases(*, small: bool = False) -> Iterator[Case]:
    """Give the labelled columns; one without a label holds nothing."""
    for pattern, labels in LABELS.items():
        for path in sorted(DATA.glob(pattern)):
            if small and path.stat().st_size > _LARGE:
                continue
            for name, values in columns_of(path):
                label = labels.get(name, "")
                parts = [part for part in label.split(" ") if part]
                yield Case(str(path.relative_to(DATA)), name, values, found=tuple(part for part in parts if part[0] not in "?~"),
                           possible=tuple(part[1:] for part in parts if part[0] == "?"), allowed=frozenset(part[1:] for part in parts if part[0] == "~"))


#: file -> column -> rules: plain must be found, `?` must be said, `~` may be; "a|b" either.
_ID = "student_number|user_id|username"
_GRADEBOOK = {"Last Name": "name", "First Name": "name", "Username": f"{_ID} ~student_number ~user_id ~username", "Student ID": "student_number", "OrgDefinedId": "student_number",
              "Email": "email", "E-mailadres": "email", "Voornaam": "name", "Achternaam": "name", "Nummer (ID)": "student_number", "Student": "name",
              "SIS User ID": f"{_ID} ~student_number ~user_id", "SIS Login ID": f"username|email ~{'email'} ~username", "HESA ID": "student_number", "Notes": "free_text ?special:health",
              "Opdracht: Essay (Feedback)": "free_text ~name", "Opdracht: Essay (Reëel)": "~free_text"}
_LOG = {"User full name": "name", "Affected user": "name", "Volledige naam van de gebruiker": "name", "Over gebruiker": "name", "Description": "user_id ~name ~free_text",
        "Beschrijving": "user_id ~name ~free_text", "IP address": "ip", "IP-adres": "ip", "Event context": "name ~free_text", "Gebeurteniscontext": "name ~free_text"}
LABELS: dict[str, dict[str, str]] = {
    "oulad/*.csv": {"id_student": "student_number|user_id", "disability": "special:health"},
    "moodle_log_templates/synthetic_*": _LOG,
    "moodle_log_templates/description_templates.csv": {"Description template": "~free_text"},
    "gradebook_microsamples/*": _GRADEBOOK,
    "moodle_db_oea/user.csv": {"username": "username", "idnumber": f"{_ID} ~student_number", "firstname": "name", "lastname": "name", "email": "email", "phone1": "phone", "phone2": "~phone",
                               "address": "~address", "lastip": "~ip", "lastnamephonetic": "~name", "firstnamephonetic": "~name", "middlename": "name", "alternatename": "~name",
                               "moodlenetprofile": "email ~username ~url_id", "description": "~free_text"},
    "moodle_db_oea/forum_posts.csv": {"userid": "user_id", "subject": "name ~free_text", "message": "free_text"},
    "moodle_db_oea/[!ufm]*.csv": {"userid": "user_id", "grader": "user_id", "modifierid": "user_id", "intro": "~free_text", "description": "~free_text", "content": "~free_text", "contents": "~free_text",
                                  "answer": "~free_text", "response": "~free_text", "title": "~free_text", "name": "~free_text", "summary": "~free_text", "idnumber": "~student_number"},
    "moodle_db_oea/user_enrolments.csv": {"userid": "user_id", "modifierid": "user_id"},
    "moodle_db_oea/forum_[dg]*.csv": {"userid": "user_id"},
    "canvas_cd2_oea/users.json": {"name": "name", "sortable_name": "name", "global_canvas_id": "user_id", "id": "~user_id"},
    "canvas_cd2_oea/[!u]*.json": {"user_id": "user_id", "extra_time": "special:health", "description": "~free_text", "syllabus_body": "~free_text"},
    "duo_1cijferho_demo/koppeling*.csv": {"burgerservicenummer": "?bsn", "studentnummer": "student_number"},
    "duo_1cijferho_demo/eencijfer_import_definitions/*.csv": {},
    "duo_1cijferho_enriched/*.csv": {"persoonsgebonden_nummer": "?bsn", "hoogste_vooropleiding_omschrijving_vooropleiding": "~free_text", "VAR_Level_label_NL_description": "~free_text"},
    "xapi_moodle/moodle_logstore_events.jsonl": {"userid": "user_id", "relateduserid": "user_id"},
    "openedx_fixtures/edx_events.jsonl": {"username": "username", "session": "device", "ip": "ip", "context": "ip|user_id ~ip ~name ~free_text", "data": "~free_text", "event": "~free_text"},
}
