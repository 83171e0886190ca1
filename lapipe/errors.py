"""What lapipe refuses, in one sentence each, and the exit code a scheduler sees."""

from __future__ import annotations

from typing import ClassVar


class LapipeError(Exception):
    """Something lapipe will not or cannot do; shown as one sentence, never with a traceback.

    `rule` is a code of `lapipe.rules.RULES`, or empty where no rule is at stake. Messages name rules, columns and
    counts, never a value.
    """

    exit_code: ClassVar[int] = 6

    def __init__(self, message: str, *, rule: str = "") -> None:
        super().__init__(f"{rule} {message}" if rule else message)
        self.rule = rule


class UsageFault(LapipeError):
    """The command or call names something that does not exist or does not fit."""

    exit_code = 2


class DeclarationFault(UsageFault):
    """A YAML declaration is wrong; the message says file, line, what was found and what is allowed."""


class ContractBroken(LapipeError):
    """The data does not meet its contract."""

    exit_code = 3


class Refused(LapipeError):
    """A privacy rule forbids it."""

    exit_code = 4


class RegisterFault(LapipeError):
    """The register cannot be written or trusted, or a release or key ring is not what it says it is."""

    exit_code = 5


class EngineFault(LapipeError):
    """The engine, a file or the disk failed."""

    exit_code = 6
