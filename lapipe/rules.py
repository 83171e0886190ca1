"""The rules by their codes: why each exists, which step of the SURF guide and which article ask for it, how to meet it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule. `guide` is a step of SURF's *Stappenplan Learning analytics onder de AVG*; `law` names article and act."""

    code: str
    title: str
    why: str
    guide: str
    law: str
    fix: str


@dataclass(frozen=True)
class Finding:
    """A fact about a project that someone must act on; never holds a value from the data."""

    rule: str
    where: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.where}: {self.message}{' ' + self.fix if self.fix else ''}"


_ALL = (
    # LP1xx: purpose and legal basis
    Rule("LP101", "A purpose says who does what, with which data, when, to reach what result",
         "A general purpose justifies any processing, so it limits none.",
         "1.1", "GDPR art. 5(1)(b)", "Fill who, what, data, when and result with particulars of this project."),
    Rule("LP102", "A purpose has a legal basis for each phase: collect, analyse, use",
         "Processing without one of the six bases is unlawful, and the phases may rest on different ones.",
         "3.1", "GDPR art. 6(1)", "Give basis and reference for collect, analyse and use."),
    Rule("LP103", "Legitimate interest is no basis for a public authority's own task",
         "The last sentence of art. 6(1) excludes it; public education is such a task.",
         "3.1", "GDPR art. 6(1), last sentence", "Use public_task with its statutory reference, or consent."),
    Rule("LP104", "Reuse for another purpose needs the compatibility answers or a basis of its own",
         "Data collected to teach may not drift to other ends unnoticed.",
         "3.1", "GDPR art. 6(4)", "Answer link, context, nature, consequences, safeguards and expectations."),
    Rule("LP105", "Special-category data needs an article 9(2) condition",
         "Processing it is forbidden unless a condition applies.",
         "2.2", "GDPR art. 9; UAVG art. 22-30", "Name the condition and its reference in the purpose, or drop the column."),
    Rule("LP106", "A DPIA is referred to, or its absence is reasoned",
         "Profiling of students is a high risk until shown otherwise. (Stricter than the guide: lapipe's own rule.)",
         "3.2", "GDPR art. 35", "Give dpia.reference, or dpia.not_needed with the reason."),
    Rule("LP107", "An expired purpose, or one past its review, runs nothing",
         "What was justified once is not justified for ever. (Stricter than the guide: lapipe's own rule.)",
         "5.1", "GDPR art. 5(1)(e), 5(2)", "Review the purpose and set a new date."),
    Rule("LP108", "A laxer setting than the default stands under the purpose's exceptions",
         "The privacy officer reads the purpose, not the pipeline.",
         "2.1", "GDPR art. 25(2)", "Add the setting with its reason to the purpose's exceptions, and have it approved."),
    Rule("LP109", "Production runs only what was approved",
         "An approval binds to the text that was read.",
         "3.6", "GDPR art. 5(2), 24", "Have the privacy officer read `lapipe plan --words` and approve it."),
    Rule("LP110", "Results about named individuals are refused",
         "They need a named recipient, human review, and a way to undo the measure; lapipe has none of these yet.",
         "4.5", "GDPR art. 22", "Release groups, or pseudonyms to the declared recipients."),
    Rule("LP111", "A purpose is not widened unseen",
         "Each column, recipient or exception that is added was not weighed before.",
         "5.1", "GDPR art. 5(1)(b), 5(1)(c), 35(11)", "Let the privacy officer review the changed purpose, or take the change back."),
    Rule("LP112", "k is not lowered unseen",
         "A smaller group tells more about each person in it.",
         "2.4", "GDPR art. 25, 35(11)", "Let the privacy officer review the lower k, or take the change back."),
    Rule("LP113", "A term or a review date is not moved further out unseen",
         "A term is a promise to the people in the data.",
         "2.4", "GDPR art. 5(1)(e), 13(2)(a)", "Let the privacy officer review the longer term, or take the change back."),
    Rule("LP114", "Legal basis, DPIA, notice and responsibility do not change unseen",
         "What made the processing lawful, and what people were told, no longer holds.",
         "3.1", "GDPR art. 6, 13, 24, 35(11)", "Let the privacy officer review the changed grounds, or take the change back."),
    Rule("LP115", "What is compared can be loaded",
         "A change that cannot be seen cannot be judged.",
         "5.1", "GDPR art. 5(2)", "Correct the file; when it was wrong before, have someone read the whole of it."),
    # LP2xx: contract and columns
    Rule("LP201", "A declaration is valid",
         "A misspelt key is a rule that silently does not hold.",
         "2.3", "GDPR art. 5(2)", "Correct the line that is named."),
    Rule("LP202", "A file has the columns its contract declares, each once, and no other",
         "A column nobody declared is a column nobody assessed.",
         "2.2", "GDPR art. 5(1)(c), 25", "Declare the column in the contract with its kind, or correct the export."),
    Rule("LP203", "A stage names columns that exist",
         "A stage that misses its column protects nothing.",
         "2.3", "GDPR art. 25", "Correct the name in the stage."),
    Rule("LP204", "Values have the type the contract declares",
         "A value read wrongly is a wrong figure about a person.",
         "2.3", "GDPR art. 5(1)(d)", "Correct the export, or the type or format in the contract."),
    Rule("LP205", "Values meet the contract's checks",
         "A value outside what was declared shows that the export changed.",
         "2.3", "GDPR art. 5(1)(d)", "Find out what changed in the export; then correct it or the contract."),
    Rule("LP206", "The key of a table is unique",
         "A row twice counts its person's acts twice.",
         "2.3", "GDPR art. 5(1)(d)", "Remove the duplicates at the source, or correct the key."),
    Rule("LP207", "An identifier has a spelling its contract can bring to one form",
         "Two spellings of one student are two people to every rule that counts.",
         "2.4", "GDPR art. 4(5), 5(1)(d)", "Declare the spelling in the contract, or correct the export."),
    Rule("LP208", "A file can be read as declared",
         "A wrong encoding or delimiter loses rows and columns silently.",
         "2.3", "GDPR art. 5(1)(d)", "Declare encoding, delimiter and format in the contract."),
    Rule("LP209", "Nothing in a contract is left undecided",
         "A draft says what a file showed; what that means for the people in it, only a person can say.",
         "2.2", "GDPR art. 24, 25", "Decide the line that is named, and write the decision in place of `undecided`."),
    Rule("LP210", "A column is not declared less sensitive unseen",
         "What a column is guarded by follows from its kind, its domain and its levels.",
         "2.2", "GDPR art. 9, 25, 35(11)", "Let the privacy officer review the purposes that read it, or take the change back."),
    # LP3xx: pipeline flow
    Rule("LP301", "No direct identifier reaches a release",
         "A released identifier names the person.",
         "2.4", "GDPR art. 5(1)(c), 25", "Pseudonymise the column, or leave it out with Minimise or Aggregate."),
    Rule("LP302", "No BSN or onderwijsnummer flows through a pipeline",
         "They may be used only where a law says so, and none says so for learning analytics; a hash is a use too.",
         "2.2", "GDPR art. 87; UAVG art. 46", "Leave the column out of the purpose."),
    Rule("LP303", "No time is released finer than the purpose allows",
         "Fine times of a person show when they sleep and what days they keep.",
         "2.2", "GDPR art. 5(1)(c), 9", "Add the time to Generalise with the purpose's detail."),
    Rule("LP304", "Only columns that the purpose allows are read",
         "Data that the purpose does not need may not be processed.",
         "2.1", "GDPR art. 5(1)(c), 25", "Take the column out of the pipeline, or have the purpose extended."),
    Rule("LP305", "Minimise is the first stage",
         "What is never read cannot leak.",
         "2.1", "GDPR art. 25", "Put Minimise() first."),
    Rule("LP306", "A stage does what it promises",
         "The register tells what was promised; a stage that does otherwise makes the register lie.",
         "2.3", "GDPR art. 5(2)", "Make plan and apply of the stage agree, or declare what it weakens."),
    Rule("LP307", "Free text is not released",
         "Names, numbers and illness hide in it.",
         "2.2", "GDPR art. 5(1)(c)", "Leave the column out, or extract what is needed from it."),
    Rule("LP308", "People who objected are left out, and under consent only who consented stays in",
         "The right to object and to withdraw consent hold from the moment they are used.",
         "4.5", "GDPR art. 7(3), 21", "Add Object(...) with the lists of objections and consents."),
    Rule("LP309", "Rows older than the purpose allows are left out",
         "Data may be kept no longer than the purpose needs.",
         "2.4", "GDPR art. 5(1)(e)", "Add Retain(...) on the time column."),
    Rule("LP310", "A special category is not released without a condition",
         "See LP105.",
         "2.2", "GDPR art. 9", "Name the condition in the purpose, or leave the column out."),
    Rule("LP311", "A value is not released in finer detail than the purpose allows",
         "Finer than needed is more than needed.",
         "2.1", "GDPR art. 5(1)(c)", "Add the column to Generalise with the purpose's detail."),
    Rule("LP312", "A pipeline releases something, each release under its own name",
         "A pipeline without a release processes without a result.",
         "2.3", "GDPR art. 5(1)(b)", "End the stages with Release(name)."),
    Rule("LP313", "Flag looks at what flows before it is released",
         "A declaration can be wrong about what a column really holds.",
         "2.2", "GDPR art. 9, 87", "Add Flag() before the first Release."),
    Rule("LP314", "Validate checks what was read before it is released",
         "A figure of values that break their contract is a wrong figure.",
         "4.4", "GDPR art. 5(1)(d)", "Add Validate() after Minimise()."),
    Rule("LP315", "A protection is not taken out of a pipeline unseen",
         "The assessment counted on it.",
         "2.4", "GDPR art. 25, 32, 35(11)", "Put the stage back as it was, or let the privacy officer review the plan without it."),
    Rule("LP316", "A pipeline does not read or release more unseen",
         "Each source and each table that goes out was not weighed before.",
         "2.3", "GDPR art. 5(1)(c), 25, 35(11)", "Let the privacy officer review the new plan, or take the change back."),
    Rule("LP317", "Redacted free text is released only where the purpose says so, with the reason, and never as statistics",
         "What people write tells who they are by more than names; someone must have weighed what is left.",
         "2.2", "GDPR art. 5(1)(c), 25", "Write `redacted` for the column and an exception `redacted COLUMN` with its reason, or leave the text out."),
    # LP4xx: disclosure
    Rule("LP401", "No group smaller than k is published",
         "In a small group a figure tells about a person.",
         "2.4", "GDPR art. 4(1), recital 26", "Group coarser, or accept that the cell is withheld."),
    Rule("LP402", "k is at least the organisation's floor",
         "A purpose may be stricter than the organisation, not laxer.",
         "2.4", "GDPR art. 24, 25", "Raise k in the purpose."),
    Rule("LP403", "Aggregates that could be subtracted from each other are refused",
         "A total minus its published parts gives back the part that was withheld.",
         "2.4", "GDPR art. 25, recital 26", "Release one of the tables."),
    Rule("LP404", "People are counted by a canonical pseudonym or identifier, and nobody is counted as null",
         "Rows are not people, and a wrong k is worse than none.",
         "2.4", "GDPR art. 5(1)(d)", "Name the person column; leave out or identify rows without a person."),
    Rule("LP405", "A measure that follows one person is withheld or refused",
         "A minimum, a maximum or a sum that one person makes tells about that person.",
         "2.4", "GDPR art. 5(1)(c)", "Use count, people, mean, median, sum, share or sd over enough people."),
    Rule("LP406", "A period is released once",
         "Recomputing a published period shows whose data changed.",
         "2.4", "GDPR art. 25", "Run on the export of a later period; what was released stays as it is."),
    # LP5xx: retention and people
    Rule("LP501", "An objection or consent that cannot be tied to a person stops the run",
         "Going on would miss the person.",
         "4.5", "GDPR art. 21", "Correct the identifier on the list."),
    Rule("LP502", "A release past its term is not read",
         "Its term was a promise.",
         "2.4", "GDPR art. 5(1)(e)", "Have it deleted, or run the pipeline again."),
    Rule("LP503", "A BSN or special category where none was declared is an incident",
         "It must be found out how it came there.",
         "2.2", "GDPR art. 33", "Keep the source apart and tell the officer who is named."),
    # LP6xx: register and keys
    Rule("LP601", "No register, no run",
         "What is not recorded cannot be accounted for.",
         "2.3", "GDPR art. 5(2), 30", "Make the register's file and folder writable."),
    Rule("LP602", "The register's chain is whole",
         "A changed entry is no evidence.",
         "2.3", "GDPR art. 5(2), 30", "Restore the register from its backup, and find out who changed it."),
    Rule("LP603", "A run has an end",
         "A start without an end is a run that was interrupted.",
         "2.3", "GDPR art. 5(2)", "Run it again; nothing of it was released."),
    Rule("LP604", "Pseudonyms need the key ring",
         "Without a key a pseudonym can be computed by anyone who knows the number.",
         "2.4", "GDPR art. 4(5), 32", "Create one with `lapipe keys create`, outside the project."),
    Rule("LP605", "A release is what its manifest and the register say",
         "A changed file may hold anything.",
         "4.4", "GDPR art. 5(1)(f), 32", "Restore the release, or run the pipeline again."),
    Rule("LP606", "The key ring is owner-only and outside the project",
         "Who reads the key can undo every pseudonym.",
         "2.4", "GDPR art. 4(5), 32", "chmod 600 the file, and keep it out of the repository."),
)

#: Every rule by its code.
RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
