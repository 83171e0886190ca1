"""What a data protection officer needs when a release leaks: what it held, about whom, by when to report, and what to tell whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lapipe.disclosure.bands import band
from lapipe.errors import RegisterFault, UsageFault
from lapipe.register import Register
from lapipe.release import DATA, MANIFEST, REWRITTEN, parts, sha256

#: The hours within which the authority is told, from when the controller knew (GDPR art. 33(1)).
HOURS = 72

LANGUAGES = ("nl", "en")

_WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "title": "Datalek: release", "clock": "De klok", "known": "Ontdekt op", "until": "Melden aan de Autoriteit Persoonsgegevens uiterlijk op",
        "late": "Later melden kan, met de reden van de vertraging (AVG art. 33 lid 1). De melding mag in delen (lid 4).",
        "held": "Wat de release bevatte", "run": "run", "rows": "rijen", "erase": "te wissen uiterlijk op", "kind": "soort",
        "statistics": "statistiek; het oordeel van de privacy officer staat in het doel", "pseudonyms": "gepseudonimiseerde persoonsgegevens (AVG art. 4 lid 5)",
        "people": "Hoeveel mensen", "count": "{n} verschillende pseudoniemen in kolom `{column}` (`{domain}`), over alle delen samen",
        "band": "De rijen zijn groepen. Groepen van minder dan {k} mensen zijn niet gepubliceerd; het aantal mensen staat hieronder in een klasse.",
        "nobody": "De release heeft geen kolom met pseudoniemen; het aantal mensen is hieruit niet te zeggen.",
        "about": "- run `{run}` ging over {band} mensen, naar het register",
        "columns": "Kolommen", "column": "kolom", "detail": "detail", "category": "categorie", "purpose": "Doel", "recipients": "Ontvangers",
        "keys": "Sleutels", "key": "Pseudoniemen zijn gemaakt met sleutel `{key}`. Ga na of die ook gelekt is: wie de sleutel heeft, herkent iedereen van "
                                   "wie het nummer bekend is.",
        "nokey": "In deze release staan geen pseudoniemen.", "tell": "Wie wat te vertellen",
        "authority": "**Autoriteit Persoonsgegevens** (art. 33 lid 3): aard van het lek, categorieën en aantallen mensen en gegevens (boven), contactpunt, "
                     "waarschijnlijke gevolgen, maatregelen. Niet nodig als een risico voor mensen onwaarschijnlijk is; leg dan vast waarom.",
        "subjects": "**De betrokkenen** (art. 34), als het risico hoog is: in gewone taal wat er is gebeurd, wat het kan betekenen, wat zij kunnen doen, "
                    "wie zij kunnen bellen. lapipe kent alleen pseudoniemen; wie het zijn weet de houder van de sleutel.",
        "others": "**De ontvangers** hierboven: stop met gebruiken, wis kopieën, bevestig dat.",
        "document": "**Het eigen dossier** (art. 33 lid 5): feiten, gevolgen, maatregelen, ook als er niet wordt gemeld. Het register noemt deze rapportage.",
    },
    "en": {
        "title": "Data breach: release", "clock": "The clock", "known": "Known since", "until": "Notify the supervisory authority by",
        "late": "It can be notified later, with the reasons for the delay (GDPR art. 33(1)), and in phases (33(4)).",
        "held": "What the release held", "run": "run", "rows": "rows", "erase": "to be erased by", "kind": "kind",
        "statistics": "statistics; the privacy officer's assessment is in the purpose", "pseudonyms": "pseudonymised personal data (GDPR art. 4(5))",
        "people": "How many people", "count": "{n} different pseudonyms in column `{column}` (`{domain}`), over all parts together",
        "band": "Its rows are groups. Groups of fewer than {k} people were not published; how many people they are about is told below in a band.",
        "nobody": "The release has no column of pseudonyms; it does not tell the number of people.",
        "about": "- run `{run}` was about {band} people, by the register",
        "columns": "Columns", "column": "column", "detail": "detail", "category": "category", "purpose": "Purpose", "recipients": "Recipients",
        "keys": "Keys", "key": "Pseudonyms were made with key `{key}`. Find out whether it leaked too: who has the key recognises everybody whose number "
                               "they know.",
        "nokey": "This release holds no pseudonyms.", "tell": "What to tell whom",
        "authority": "**The supervisory authority** (art. 33(3)): the nature of the breach, categories and numbers of people and records (above), a "
                     "contact, likely consequences, measures. Not where a risk to people is unlikely; then document why.",
        "subjects": "**The people** (art. 34), where the risk is high: in plain language what happened, what may come of it, what they can do, whom to "
                    "call. lapipe knows pseudonyms only; who they are, the holder of the key knows.",
        "others": "**The recipients** above: stop using it, erase copies, confirm that.",
        "document": "**Your own file** (art. 33(5)): facts, effects, measures, also where nothing is notified. The register names this report.",
    },
}


def manifests_of(release: Path, register: Register) -> list[tuple[Path, dict[str, Any]]]:
    """Read the manifest of each part of a release, also past its term: that is when leaking is worst.

    Raises:
        UsageFault: there is no release.
        RegisterFault: a manifest cannot be read, the data is not what it says, or the register knows no such manifest (LP605).
    """
    found = []
    for folder in parts(release):
        said: Any = None
        try:
            said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            said = None
        if not isinstance(said, dict) or not {"release", "kind", "run", "rows", "erase_by", "purpose", "recipients", "columns", "k"} <= said.keys():
            raise RegisterFault(f"The manifest of {folder} cannot be read; restore it, or tell from the register what run it was of.", rule="LP605")
        if not (folder / DATA).is_file() or sha256(folder / DATA) != said.get("files", {}).get(DATA):
            raise RegisterFault(f"The data of {folder} is not what its manifest says, so nobody in it can be counted; restore it.", rule="LP605")
        known = {entry.body.get("manifest_sha256") for entry in register.entries(run=str(said["run"])) if entry.kind in ("release", REWRITTEN)}
        if sha256(folder / MANIFEST) not in known:
            raise RegisterFault(f"The register knows no release {said['release']} of run {said['run']} with the manifest of {folder}, so what it says of purpose, "
                                "recipients and kind cannot be reported; give the register that it was made under, or restore it.", rule="LP605")
        found.append((folder, said))
    return found


def people_by_run(register: Register, runs: Sequence[str]) -> dict[str, str]:
    """Give in a band how many people each run's tables were about: those who entered its last counted stage, without those it left out."""
    found = {}
    for run in dict.fromkeys(runs):
        counted = [entry.body for entry in register.entries(run=run) if entry.kind == "stage" and isinstance(entry.body.get("people_in"), int)]
        if counted:
            found[run] = band(int(str(counted[-1]["people_in"])) - int(str(counted[-1].get("people_left_out") or 0)))
    return found


def breach_pack(held: Sequence[tuple[Path, dict[str, Any]]], known: datetime, language: str, people: Mapping[str, str]) -> str:
    """Write what GDPR art. 33 and 34 ask for, as Markdown; it holds counts, and no value of the release. `people` are bands, by run, for statistics.

    Raises:
        UsageFault: `known` has no zone, so that the 72 hours have no end.
    """
    if known.tzinfo is None:
        raise UsageFault("Say in which zone the breach became known, as 2026-11-24T09:30+01:00.")
    words, newest = _WORDS[language], held[-1][1]
    known = known.astimezone(UTC)
    lines = [f"# {words['title']} `{newest['release']}`", "", f"## {words['clock']}", "", f"- {words['known']}: {_minute(known)}",
             f"- {words['until']}: **{_minute(known + timedelta(hours=HOURS))}**", "", words["late"], "", f"## {words['held']}", ""]
    lines += [f"- {words['run']} `{said['run']}`: {said['rows']} {words['rows']}, {words['erase']} {said['erase_by']}; "
              f"{words['kind']}: {words[said['kind']]}" for _, said in held]
    lines += ["", f"## {words['people']}", "", *_people(held, words, people), "", f"## {words['columns']}", "",
              f"| {words['column']} | {words['kind']} | {words['detail']} | {words['category']} |", "| --- | --- | --- | --- |"]
    lines += sorted({f"| {each['name']} | {each['kind']} | {each['detail']} | {each['category']} |" for _, said in held for each in said["columns"]})
    lines += ["", f"## {words['purpose']}", "", *sorted({f"- {said['purpose']['title'].get(language, said['purpose']['name'])} (`{said['purpose']['name']}`)"
                                                         for _, said in held})]
    lines += ["", f"## {words['recipients']}", "", *sorted({f"- {each['name']} ({each['role']})" for _, said in held for each in said["recipients"]})]
    keys = sorted({str(said["key"]) for _, said in held if said.get("key") and said["kind"] == "pseudonyms"})
    lines += ["", f"## {words['keys']}", "", *([f"- {words['key'].format(key=key)}" for key in keys] or [words["nokey"]])]
    lines += ["", f"## {words['tell']}", "", *(f"1. {words[who]}" for who in ("authority", "subjects", "others", "document")), ""]
    return "\n".join(lines)


def _people(held: Sequence[tuple[Path, dict[str, Any]]], words: Mapping[str, str], people: Mapping[str, str]) -> list[str]:
    """Count people and not rows: each pseudonym once over all parts, and never an empty one. Of statistics an exact number could give back a withheld group."""
    import pyarrow.parquet as pq

    said: list[str] = []
    if any(manifest["kind"] == "statistics" for _, manifest in held):
        said.append(words["band"].format(k=min(manifest["k"] for _, manifest in held)))
        said += [words["about"].format(run=manifest["run"], band=people[manifest["run"]]) for _, manifest in held if manifest["run"] in people]
    seen: dict[tuple[str, str], set[str]] = {}
    for folder, manifest in held:
        for column in manifest["columns"] if manifest["kind"] == "pseudonyms" else ():
            if column["kind"] == "pseudonym":
                values = pq.read_table(folder / DATA, columns=[column["name"]]).column(0).unique().to_pylist()
                seen.setdefault((column["name"], column.get("domain", "")), set()).update(value for value in values if value is not None)
    said += [f"- {words['count'].format(n=len(values), column=name, domain=domain or '-')}" for (name, domain), values in sorted(seen.items())]
    return said or [words["nobody"]]


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
