"""The form of purposes/*.yaml and organisation.yaml, as JSON Schemas; what they say is judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lapipe.purpose.parties import DECISIONS, SAFEGUARDS

Schema = Mapping[str, Any]


def _mapping(required: str, optional: str = "", **properties: Schema) -> Schema:
    """Make the schema of a mapping; a key without a schema of its own is text."""
    keys = [*required.split(), *optional.split()]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": {key: properties.get(key, _TEXT) for key in keys},
    }


_TEXT: Schema = {"type": "string", "minLength": 1}
_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_TRUTH: Schema = {"type": "boolean"}
_BASES = ["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]
_BASIS = _mapping("basis reference", basis={"enum": _BASES})

_COUNTRY: Schema = {"type": "string", "pattern": "^(?:[A-Z]{2}|international)$"}
_SAFEGUARD: Schema = {"enum": list(SAFEGUARDS)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


#: Who else has a part in the processing.
_PARTIES: Mapping[str, Schema] = {
    "joint_controllers": _list(_mapping("name address contact arrangement")),
    "representative": _mapping("name address contact"),
    "processors": _list(_mapping("name contact service agreement", "transfer",
                                 transfer=_mapping("country safeguard reference", country=_COUNTRY, safeguard=_SAFEGUARD))),
    "processes_for": _list(_mapping("name address contact service", "officer representative")),
    "breach_log": _TEXT,
}

#: The five answers, the bases, the DPIA and `collected_for` may be missing here: `findings` says so with their rule.
PURPOSE: Schema = _mapping(
    "name title notice subjects columns keep_for recipients valid_from review_by zone",
    "who what data when result basis collected_for compatibility own_basis condition dpia k retain zeros_public "
    "exceptions transfers decisions",
    transfers=_list(_mapping("to country safeguard reference", country=_COUNTRY, safeguard=_SAFEGUARD)),
    decisions=_mapping("kind", "reference", kind={"enum": list(DECISIONS)}),
    name=_NAME,
    title=_mapping("nl en"),
    basis=_mapping("", "collect analyse use", collect=_BASIS, analyse=_BASIS, use=_BASIS),
    compatibility=_mapping("", "link context nature consequences safeguards expectations"),
    own_basis=_BASIS,
    condition=_mapping("letter reference", letter={"enum": list("abcdefghij")}),
    dpia={**_mapping("", "reference not_needed"), "minProperties": 1, "maxProperties": 1},
    subjects={"type": "array", "minItems": 1, "items": _TEXT},
    columns={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
    },
    k={"type": "integer", "minimum": 1},
    recipients={
        "type": "array",
        "minItems": 1,
        "items": _mapping("name role may", may={"enum": ["statistics", "pseudonyms", "names"]}),
    },
    exceptions={
        "type": "array",
        "items": _mapping(
            "setting value reason approved_by",
            setting={"type": "string", "pattern": r"^[A-Za-z][^\x00-\x1f]{0,199}$"},
            value={"type": ["boolean", "number", "string"]},
        ),
    },
    zeros_public=_TRUTH,
)

#: A date in its own row (event, release), or one that stands elsewhere under a key of the row (course_end, graduation).
ANCHORS = ("event", "release", "course_end", "graduation")

_CLOCK: Schema = {"enum": ["seconds", "milliseconds"]}

#: What is kept until when; `lapipe.toml` says where it is.
_DATA: Schema = _mapping(
    "name form term anchor",
    "pattern dated_by column clock zone ends",
    name=_NAME,
    form={"enum": ["files", "parquet", "table"]},
    anchor={"enum": list(ANCHORS)},
    # Below the folder that lapipe.toml names, and never out of it.
    pattern={"type": "string", "pattern": r"^(?![/~])(?!.*(?:^|/)\.\.(?:/|$))[^\x00-\x1f]+$"},
    dated_by={"enum": ["name", "written"]},
    clock=_CLOCK,
    ends=_mapping("data key matches column", "clock", data=_NAME, clock=_CLOCK),
)

RETENTION: Schema = _mapping(
    "zone",
    "share quarantine data holds",
    share={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    data={"type": "array", "items": _DATA},
    holds={"type": "array", "items": _mapping("on reason approved_by", "until")},
)

ORGANISATION: Schema = _mapping(
    "controller officer k_floor public_authority roles",
    f"project approvers retention {' '.join(_PARTIES)}",
    retention=RETENTION,
    **_PARTIES,
    project=_NAME,
    approvers={"type": "array", "minItems": 1, "uniqueItems": True, "items": _NAME},
    controller=_mapping("name address contact"),
    officer=_mapping("role email"),
    # A group of one is a person.
    k_floor={"type": "integer", "minimum": 2},
    public_authority=_TRUTH,
    roles={
        "type": "object",
        "minProperties": 1,
        "propertyNames": _NAME,
        "additionalProperties": {
            "type": "array",
            # 32 bytes in base64, which have one spelling: the last sign carries four bits.
            "items": {"type": "string", "pattern": "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"},
        },
    },
)
