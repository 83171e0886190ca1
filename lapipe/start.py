"""Start a project: the folders, what must be decided first, and a job for CI; nothing that exists is overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from lapipe.errors import EngineFault, UsageFault

_TOML = """# How this project is run. Paths are relative to this file; `lapipe --profile NAME` chooses, otherwise the default holds.

default = "dev"

# On a laptop, over an export that you may have there.
[profiles.dev]
register = ".lapipe/register.sqlite"   # what was done with personal data; a path, or a database URL
out = "out"                            # where releases go

# Where a pipeline's sources are: a path, a glob, or a database URL.
# [profiles.dev.sources.MY_PIPELINE]
# events = "exports/log_*.csv"

# On the server. Only what the privacy officer approved runs here (`lapipe approve`).
[profiles.prod]
register = "/var/lib/lapipe/@NAME@/register.sqlite"
out = "/srv/lapipe/@NAME@/out"
runs = "/var/lib/lapipe/@NAME@/runs"
keys = "/etc/lapipe/@NAME@.json"
approvals = true
"""

_ORGANISATION = """# Who answers for what lapipe processes here. `lapipe check` refuses this file until every `undecided` is decided.

# The name of this project: an approval is for one project, and holds in no other.
project: @NAME@

controller:
  name: undecided        # such as Universiteit Voorbeeldstad
  address: undecided     # such as Voorbeeldlaan 1, 1234 AB Voorbeeldstad
  contact: undecided     # such as privacy@voorbeeld.example

# The data protection officer (FG) by role, never by name. Incidents name this address.
officer:
  role: functionaris gegevensbescherming
  email: undecided       # such as fg@voorbeeld.example

# No purpose may publish groups of fewer people than this.
k_floor: 10

# true for a public university: it carries out a public task, so art. 6(1)(f) is no basis for it.
public_authority: undecided

# Who may approve, per role: Ed25519 public keys (32 bytes in base64), as `lapipe keys signing FILE` prints them.
# A role without keys can sign nothing yet; a key that is taken out signs nothing any more.
roles:
  privacy_officer: []
  functional_manager: []

# Of these roles one approves a purpose and its pipelines.
approvers: [privacy_officer]

# Who else has a part in it, where somebody has. Each with the contract or arrangement; a transfer where it is outside the EEA.
# joint_controllers:
#   - {name: NAME, address: ADDRESS, contact: ADDRESS, arrangement: DOCUMENT}
# representative: {name: NAME, address: ADDRESS, contact: ADDRESS}
# processors:
#   - {name: NAME, contact: ADDRESS, service: WHAT FOR, agreement: DOCUMENT, transfer: {country: US, safeguard: adequacy, reference: DECISION}}
# processes_for:
#   - {name: NAME, address: ADDRESS, contact: ADDRESS, service: WHAT FOR}
# breach_log: WHERE BREACHES ARE DOCUMENTED
"""

_PURPOSE = """# Why personal data is used here, and within which bounds: one file for each purpose (doel). The privacy officer reads this, not the pipeline.
# Answer the questions; `lapipe check` refuses this file until every `undecided` is decided. Steps are those of SURF's guide *Stappenplan
# Learning analytics onder de AVG*; `lapipe explain CODE` tells what each rule asks.

# Small letters, digits and _; a pipeline names it: purpose("first_purpose"). Rename the file with it.
name: first_purpose
title:
  nl: undecided
  en: undecided

# Step 1.1: who wants to do what, with which data, when, to reach which result? As precise as "the coordinator of this course, with the answers
# to its practice tests, each block, to give more time to what goes wrong most"; "improve education" is refused (LP101).
who: undecided         # wie: which people, in which role, at whose request?
what: undecided        # wat: what do they do with the data: count, compare, follow?
data: undecided        # welke gegevens: of which systems, about whom, how fine?
when: undecided        # wanneer: how often, in which period, until when?
result: undecided      # resultaat: what will be done differently with the outcome, and by whom?

# Step 3.1: on which legal basis (grondslag) does each phase rest, and where does the law say so? LP102, LP103
# One of: consent, contract, legal_obligation, vital_interests, public_task, legitimate_interests.
basis:
  collect:
    basis: undecided
    reference: undecided   # the article of law, or the text of the consent
  analyse:
    basis: undecided
    reference: undecided
  use:
    basis: undecided
    reference: undecided

# Step 3.1: what was the data collected for at first, and why does this use go with it (AVG art. 6 lid 4)? LP104
collected_for: undecided
compatibility:
  link: undecided           # what do both purposes have to do with each other?
  context: undecided        # how did people come to give the data, and to whom?
  nature: undecided         # which data is it, and is any of it special (gezondheid, godsdienst, ...)?
  consequences: undecided   # what may follow from it for a single person?
  safeguards: undecided     # pseudonyms, coarser values, small groups, terms
  expectations: undecided   # what were people told, and who spoke with them?

# Step 3.2: which DPIA weighed this, or why is none needed? One of `reference` and `not_needed`. LP106
dpia:
  reference: undecided

# Step 4.3: where do people read this (privacyverklaring)?
notice: undecided

# Step 2.2: about whom is the data? Such as student, lecturer.
subjects: [undecided]

# Step 2.1: which columns are needed, and what of them may leave at the finest? For each contract of schemas/tables/, by its name:
# full, inside (used, never released), pseudonym, redacted, hour, day, week, month, year, academic year, band N, level NAME, prefix N. LP304
columns:
  undecided:
    undecided: undecided
  objection:                # so that who objected is left out (stap 4.5)
    student_number: inside
    purpose: inside
    state: inside

# Step 2.4: of how many people is a group at least, and how long are releases (keep_for) and rows of the source (retain) kept? As P2Y or P18M.
k: 10
keep_for: undecided
retain: undecided

# Step 2.5: who gets the outcome, in which role, and what at most: statistics, pseudonyms?
recipients:
  - name: undecided
    role: undecided
    may: statistics

# Settings laxer than the default, each with its value, reason and who approved it.
exceptions: []

# Step 5.1: from when on, and when is it looked at again? After that day nothing runs for it. LP107
valid_from: undecided       # such as 2026-09-01
review_by: undecided
zone: Europe/Amsterdam
"""

_IGNORE = """# Personal data, releases and registers are no part of the project.
.lapipe/
out/
exports/
*.csv
*.parquet
*.xlsx
*.sqlite
__pycache__/
"""

_GITLAB = """# lapipe guards this project: declarations, pipelines, and every change to them.
# The image has to hold lapipe (and git); it is not on an index, so make one from a checkout.
lapipe:
  variables:
    GIT_DEPTH: 0
  script:
    - lapipe check --against="origin/$CI_DEFAULT_BRANCH" --format=junit > lapipe.xml
  artifacts:
    when: always
    reports:
      junit: lapipe.xml
"""

_GITHUB = """# lapipe guards this project: declarations, pipelines, and every change to them.
# The runner has to hold lapipe; it is not on an index, so install it from a checkout, or use lapipe's own action.
name: lapipe
on: [pull_request]
jobs:
  lapipe:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - run: lapipe check --format github --against="origin/$GITHUB_BASE_REF"
"""

#: Where each code host looks for its jobs.
CI: Mapping[str, tuple[str, str]] = {"gitlab": (".gitlab-ci.yml", _GITLAB), "github": (".github/workflows/lapipe.yml", _GITHUB)}


def start_project(folder: Path, *, shipped: Path, ci: str) -> tuple[list[str], list[str]]:
    """Make a project in a folder, and give the files that were written and those that were there already and stay as they are.

    `shipped` holds lapipe's own schemas, of which the list of objections is taken over.

    Raises:
        UsageFault: the folder lies inside another project.
        EngineFault: a file cannot be written.
    """
    place = folder.resolve()
    for above in place.parents:
        if (above / "lapipe.toml").is_file():
            raise UsageFault(f"{folder} lies inside the project {above}; a project in a project would be checked as neither. Name another folder.")
    name = re.sub(r"[^a-z0-9]+", "_", place.name.lower()).strip("_") or "project"
    if not name[0].isalpha():
        name = f"project_{name}"
    host, job = CI[ci]
    files = {"lapipe.toml": _TOML, "schemas/organisation.yaml": _ORGANISATION, ".gitignore": _IGNORE, host: job,
             "schemas/tables/objection.odcs.yaml": (shipped / "schemas" / "tables" / "objection.odcs.yaml").read_text("utf-8"),
             "schemas/purposes/first_purpose.yaml": _PURPOSE, "pipelines/.gitkeep": ""}
    written, kept, problem = [], [], ""
    try:
        for file, text in files.items():
            path = place / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(path):
                kept.append(file)
                continue
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text.replace("@NAME@", name))
            written.append(file)
    except OSError as error:
        problem = f"{file} cannot be written in {folder} ({error.strerror})"
    if problem:
        raise EngineFault(f"{problem}; name a folder that you may write in.")
    return written, kept
