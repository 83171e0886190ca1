"""A Moodle-shaped database, made up by the server itself: some twenty tables, and as many rows of its log as are asked for."""

from __future__ import annotations

from collections.abc import Iterator

#: Rows of the tables beside the log; of the log a hundredth has no user, as of a scheduled task.
PEOPLE, COURSES = 4_000, 60

#: The seconds of the first event, and how many there are in the weeks over which events are spread.
FIRST, SPAN = 1_788_249_600, 12 * 7 * 86_400

#: By table: its columns, and the value of each in row `i`.
TABLES: dict[str, tuple[int, dict[str, tuple[str, str]]]] = {
    "mdl_user": (PEOPLE, {
        "id": ("bigint NOT NULL PRIMARY KEY", "i"), "auth": ("varchar(20)", "'saml2'"), "confirmed": ("smallint", "1"), "policyagreed": ("smallint", "0"),
        "deleted": ("smallint", "0"), "suspended": ("smallint", "0"), "mnethostid": ("bigint", "1"), "username": ("varchar(100)", "concat('kanarie', i)"),
        "password": ("varchar(255)", "'not cached'"), "idnumber": ("varchar(255)", "concat('s', 2000000 + i)"), "firstname": ("varchar(100)", "concat('Kanarie', i)"),
        "lastname": ("varchar(100)", "'van Vogelenzang'"), "email": ("varchar(100)", "concat('kanarie', i, '@voorbeeld.example')"), "emailstop": ("smallint", "0"),
        "phone1": ("varchar(20)", "''"), "phone2": ("varchar(20)", "''"), "institution": ("varchar(255)", "''"), "department": ("varchar(255)", "''"),
        "address": ("varchar(255)", "''"), "city": ("varchar(120)", "'Zwaluwstad'"), "country": ("varchar(2)", "'NL'"), "lang": ("varchar(30)", "'nl'"),
        "calendartype": ("varchar(30)", "'gregorian'"), "theme": ("varchar(50)", "''"), "timezone": ("varchar(100)", "'99'"), "firstaccess": ("bigint", "1788249600"),
        "lastaccess": ("bigint", "1788249600"), "lastlogin": ("bigint", "1788249600"), "currentlogin": ("bigint", "1788249600"), "lastip": ("varchar(45)", "'10.0.0.1'"),
        "secret": ("varchar(15)", "''"), "picture": ("bigint", "0"), "description": ("text", "NULL"), "descriptionformat": ("smallint", "1"), "mailformat": ("smallint", "1"),
        "maildigest": ("smallint", "0"), "maildisplay": ("smallint", "2"), "autosubscribe": ("smallint", "1"), "trackforums": ("smallint", "0"),
        "timecreated": ("bigint", "1788249600"), "timemodified": ("bigint", "1788249600"), "trustbitmask": ("bigint", "0"), "imagealt": ("varchar(255)", "NULL"),
        "lastnamephonetic": ("varchar(255)", "NULL"), "firstnamephonetic": ("varchar(255)", "NULL"), "middlename": ("varchar(255)", "NULL"),
        "alternatename": ("varchar(255)", "NULL"), "moodlenetprofile": ("varchar(255)", "NULL")}),
    "mdl_course_categories": (8, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "name": ("varchar(255)", "concat('Faculty ', i)"), "parent": ("bigint", "0")}),
    "mdl_course": (COURSES, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "category": ("bigint", "1 + i % 8"), "fullname": ("varchar(254)", "concat('Course ', i)"),
                             "shortname": ("varchar(255)", "concat('C', i)"), "startdate": ("bigint", "1788249600"), "visible": ("smallint", "1")}),
    "mdl_context": (2_000, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "contextlevel": ("bigint", "50 + 20 * (i % 2)"), "instanceid": ("bigint", "i"), "path": ("varchar(255)", "concat('/1/', i)")}),
    "mdl_role": (8, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "shortname": ("varchar(100)", "concat('role', i)"), "archetype": ("varchar(30)", "'student'")}),
    "mdl_role_assignments": (20_000, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "roleid": ("bigint", "5"), "contextid": ("bigint", "1 + i % 2000"), "userid": ("bigint", "1 + i % 4000"),
                                      "timemodified": ("bigint", "1788249600")}),
    "mdl_enrol": (60, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "enrol": ("varchar(20)", "'database'"), "courseid": ("bigint", "i"), "status": ("bigint", "0")}),
    "mdl_user_enrolments": (20_000, {
        "id": ("bigint NOT NULL PRIMARY KEY", "i"), "status": ("bigint", "0"), "enrolid": ("bigint", "1 + i % 60"), "userid": ("bigint", "1 + i % 4000"), "timestart": ("bigint", "1788249600"),
        "timeend": ("bigint", "0"), "modifierid": ("bigint", "2"), "timecreated": ("bigint", "1788249600"), "timemodified": ("bigint", "1788249600")}),
    "mdl_modules": (20, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "name": ("varchar(20)", "concat('mod', i)")}),
    "mdl_course_modules": (1_200, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "course": ("bigint", "1 + i % 60"), "module": ("bigint", "1 + i % 20"), "instance": ("bigint", "i")}),
    "mdl_quiz": (180, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "course": ("bigint", "1 + i % 60"), "name": ("varchar(255)", "concat('Quiz ', i)"), "timelimit": ("bigint", "3600"),
                       "grade": ("decimal(10,5)", "10")}),
    "mdl_quiz_attempts": (30_000, {
        "id": ("bigint NOT NULL PRIMARY KEY", "i"), "quiz": ("bigint", "1 + i % 180"), "userid": ("bigint", "1 + i % 4000"), "attempt": ("int", "1"), "state": ("varchar(16)", "'finished'"),
        "timestart": ("bigint", "1788249600 + i"), "timefinish": ("bigint", "1788253200 + i"), "sumgrades": ("decimal(10,5)", "(i % 100) / 10.0")}),
    "mdl_grade_items": (240, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "courseid": ("bigint", "1 + i % 60"), "itemname": ("varchar(255)", "concat('Item ', i)"), "grademax": ("decimal(10,5)", "10")}),
    "mdl_grade_grades": (40_000, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "itemid": ("bigint", "1 + i % 240"), "userid": ("bigint", "1 + i % 4000"), "finalgrade": ("decimal(10,5)", "(i % 100) / 10.0")}),
    "mdl_forum": (60, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "course": ("bigint", "i"), "type": ("varchar(20)", "'general'"), "name": ("varchar(255)", "concat('Forum ', i)")}),
    "mdl_forum_discussions": (2_000, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "forum": ("bigint", "1 + i % 60"), "userid": ("bigint", "1 + i % 4000"), "name": ("varchar(255)", "'A question'")}),
    "mdl_forum_posts": (8_000, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "discussion": ("bigint", "1 + i % 2000"), "userid": ("bigint", "1 + i % 4000"), "created": ("bigint", "1788249600 + i"),
                                "message": ("text", "concat('<p>Groet, Kanarie', i, '</p>')")}),
    "mdl_user_info_data": (4_000, {"id": ("bigint NOT NULL PRIMARY KEY", "i"), "userid": ("bigint", "i"), "fieldid": ("bigint", "1"), "data": ("text", "concat('BSN ', i)")}),
    "objections": (5, {"student_number": ("varchar(20)", "concat(2000000 + 7 * i, '.0')"), "purpose": ("varchar(50)", "NULL"), "state": ("varchar(20)", "'received'"), "received": ("date", "'2026-10-01'")}),
}

#: The log, as Moodle 4 keeps it.
LOG = {
    "id": ("bigint NOT NULL PRIMARY KEY", "i"), "eventname": ("varchar(255) NOT NULL", "concat(CHR92, 'mod_quiz', CHR92, 'event', CHR92, 'attempt_', i % 40)"),
    "component": ("varchar(100) NOT NULL", "CASE i % 4 WHEN 0 THEN 'mod_quiz' WHEN 1 THEN 'mod_forum' WHEN 2 THEN 'core' ELSE 'mod_page' END"),
    "action": ("varchar(100) NOT NULL", "CASE i % 3 WHEN 0 THEN 'viewed' WHEN 1 THEN 'submitted' ELSE 'created' END"), "target": ("varchar(100) NOT NULL", "'attempt'"),
    "objecttable": ("varchar(50)", "'quiz_attempts'"), "objectid": ("bigint", "i % 30000"), "crud": ("varchar(1) NOT NULL", "'r'"), "edulevel": ("smallint NOT NULL", "2"),
    "contextid": ("bigint NOT NULL", "1 + i % 2000"), "contextlevel": ("bigint NOT NULL", "70"), "contextinstanceid": ("bigint NOT NULL", "1 + i % 1200"),
    "userid": ("bigint NOT NULL", "CASE WHEN i % 100 = 0 THEN 0 ELSE 1 + (i * 7919) % 4000 END"), "courseid": ("bigint", "1 + (i * 31) % 60"), "relateduserid": ("bigint", "NULL"),
    "anonymous": ("smallint NOT NULL", "0"), "other": ("text", "concat('{\"quizid\":', i % 180, '}')"), "timecreated": ("bigint NOT NULL", f"{FIRST} + (i * 104729) % {SPAN}"),
    "origin": ("varchar(10)", "'web'"), "ip": ("varchar(45)", "concat('10.', i % 200, '.', i % 250, '.7')"), "realuserid": ("bigint", "NULL")}


def statements(system: str, rows: int) -> Iterator[str]:
    """Give what makes and fills the tables, in the SQL of postgresql or mariadb."""
    for name, (count, columns) in {**TABLES, "mdl_logstore_standard_log": (rows, LOG)}.items():
        yield f"CREATE TABLE {name} ({', '.join(f'{column} {type}' for column, (type, _) in columns.items())})"
        numbers = f"generate_series(1::bigint, {count}) AS s(i)" if system == "postgresql" else f"(SELECT seq AS i FROM seq_1_to_{count}) s"
        values = ", ".join(value for _, value in columns.values()).replace("CHR92", "chr(92)" if system == "postgresql" else "char(92)")
        values = values.replace("'2026-10-01'", "DATE '2026-10-01'")
        yield f"INSERT INTO {name} SELECT {values} FROM {numbers}"
