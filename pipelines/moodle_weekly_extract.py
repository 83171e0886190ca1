"""Weekly activity per Moodle course, from an extract of Moodle's table of log events."""

from lapipe import Pipeline, contract, purpose
from lapipe.stages import (
    Aggregate,
    Count,
    Flag,
    Generalise,
    Join,
    Minimise,
    Object,
    Pseudonymise,
    Release,
    Retain,
    Validate,
)

pipeline = Pipeline(
    name="moodle_weekly_extract",
    purpose=purpose("moodle_weekly_activity"),
    sources={
        "events": contract("moodle_logstore_extract"),
        "students": contract("student_extract"),
        "objections": contract("objection"),
    },
    stages=(
        Minimise(),
        Validate(),
        Join("students", on="userid", key="userid"),
        Object("objections"),
        Retain("timecreated"),
        Pseudonymise({"userid": "student"}),
        Generalise({"timecreated": "week"}, names={"timecreated": "week"}),
        Flag(),
        Release("moodle_extract_activity"),
        Aggregate(by=("courseid", "week", "component"), measures={"actions": Count()}, period="week", lag="P2D"),
        Release("weekly_extract_activity"),
    ),
)
