"""How the scores of each assessment are spread, from OULAD's tables."""

from lapipe import Pipeline, contract, purpose
from lapipe.stages import Aggregate, Flag, Generalise, Minimise, Object, Release, Validate

pipeline = Pipeline(
    purpose=purpose("assessment_results"),
    sources={
        "results": contract("oulad_student_assessment"),
        "assessments": contract("oulad_assessments"),
        "objections": contract("oulad_objection"),
    },
    stages=(
        Minimise(),
        Validate(),
        Object("objections"),
        Generalise({"score": "band 10"}),
        Flag(),
        Aggregate(by=("id_assessment", "score"), domains={"id_assessment": "assessments.id_assessment"}, outcome="score"),
        Release("score_distribution"),
    ),
)
