"""Forum posts without the people in them, from Moodle's tables of posts and users, for research into how questions are answered."""

from lapipe import Pipeline, contract, purpose
from lapipe.stages import Flag, Generalise, Join, Minimise, Object, Pseudonymise, Redact, Release, Retain, Validate

pipeline = Pipeline(
    purpose=purpose("moodle_forum_posts"),
    sources={
        "posts": contract("moodle_forum_posts"),
        "users": contract("moodle_user"),
        "objections": contract("objection"),
    },
    stages=(
        Minimise(),
        Validate(),
        Join("users", on="userid", key="id"),
        Object("objections"),
        Retain("created"),
        Redact("message", people="users", pseudonym="moodle_user"),
        Pseudonymise({"userid": "student"}),
        Generalise({"created": "week"}, names={"created": "week"}),
        Flag(),
        Release("forum_posts"),
    ),
)
