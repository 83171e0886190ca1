"""Weekly activity per Moodle course, from the log report that a teacher or administrator downloads."""

from lapipe import Pipeline, contract, purpose
from lapipe.stages import (
    Aggregate,
    Count,
    Extract,
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
    purpose=purpose("moodle_weekly_activity"),
    sources={
        "events": contract("moodle_log_report"),
        "students": contract("student"),
        "objections": contract("objection"),
    },
    stages=(
        Minimise(),
        Validate(),
        Extract("user"),
        Join("students", on="user", key="moodle_id"),
        Object("objections"),
        Retain("time"),
        Pseudonymise({"user": "student"}),
        Generalise({"time": "week", "event_context": "level course"}, names={"time": "week", "event_context": "course"}),
        Flag(),
        Release("moodle_activity"),
        Aggregate(by=("course", "week", "component"), measures={"actions": Count()}, period="week", lag="P2D"),
        Release("weekly_activity"),
    ),
)
