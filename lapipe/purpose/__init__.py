"""Why data is processed: the purpose and the organisation as declared, and what must be mended before they may run."""

from lapipe.purpose.declaration import (
    DEFAULT_K,
    PHASES,
    QUESTIONS,
    Basis,
    ColumnUse,
    Condition,
    Controller,
    Dpia,
    LegalBasis,
    Officer,
    Organisation,
    Purpose,
    Recipient,
    Waiver,
    load_organisation,
    load_purpose,
)
from lapipe.purpose.duration import Duration
from lapipe.purpose.findings import findings, vagueness
from lapipe.purpose.parties import Client, Decisions, JointController, Parties, Party, Processor, Transfer
from lapipe.purpose.reading import Purposes, Unread, read_purposes
from lapipe.purpose.terms import DataTerm, Retention
from lapipe.purpose.vague import vague_sentence

__all__ = [
    "DEFAULT_K",
    "PHASES",
    "QUESTIONS",
    "Basis",
    "Client",
    "ColumnUse",
    "Condition",
    "Controller",
    "DataTerm",
    "Decisions",
    "Dpia",
    "Duration",
    "JointController",
    "LegalBasis",
    "Officer",
    "Organisation",
    "Parties",
    "Party",
    "Processor",
    "Purpose",
    "Purposes",
    "Recipient",
    "Retention",
    "Transfer",
    "Unread",
    "Waiver",
    "findings",
    "load_organisation",
    "load_purpose",
    "read_purposes",
    "vague_sentence",
    "vagueness",
]
