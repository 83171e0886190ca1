"""Entries of the register as OpenLineage events.

They hold names, kinds, settings, rules and hashes; no value, no count of rows or people, no path, and of a failure the rule or the class of the error, never
the error's own message. Needs `openlineage-python`, so it is imported where something is sent and nowhere else. OpenLineage 2-0-2; the job's facet `processing` is
Qedro's and holds what its schema names (purpose and legal basis, GDPR art. 30(1)(b) and 6(1)), `lapipe_purpose` what else the purpose says;
`lapipe_register` says which entry shows what was told.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attr
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    column_lineage_dataset,
    datasource_dataset,
    error_message_run,
    job_type_job,
    lifecycle_state_change_dataset,
    processing_engine_run,
    schema_dataset,
    tags_dataset,
)

from lapipe import __version__
from lapipe.register import Entry
from lapipe.rules import RULES

PRODUCER = f"urn:lapipe:{__version__}"

#: How a run's last entry is told. A refusal is a failure of the job; who stops a run aborts it.
_STATES = {"completed": RunState.COMPLETE, "failed": RunState.FAIL, "refused": RunState.FAIL, "interrupted": RunState.ABORT}

#: The legal bases as Qedro's facet spells them.
_BASES = {"consent": "consent", "contract": "contract", "legal_obligation": "legal-obligation", "vital_interests": "vital-interests",
          "public_task": "public-task", "legitimate_interests": "legitimate-interest"}

#: Why data is deleted or written anew, by what an entry says of it. The law asks for each of them (GDPR art. 5(1)(e), 17, 32), whatever the basis was on
#: which the data was there.
_OBLIGED = {"retained": "storage limitation (GDPR art. 5(1)(e))", "erasure": "erasure of a person (GDPR art. 17)",
            "relinked": "security of pseudonyms (GDPR art. 32)"}

#: The phase whose basis stands for the job where one word is asked: a pipeline analyses.
_PHASES = ("analyse", "use", "collect")

_Lifecycle = lifecycle_state_change_dataset.LifecycleStateChange


@attr.define
class ProcessingJobFacet(JobFacet):
    """Why the processing happens and on which legal basis, in the form of Qedro's schema."""

    purpose: str
    legal_basis: str

    @staticmethod
    def _get_schema() -> str:
        return "https://github.com/cordata-tech/qedro/blob/main/schemas/openlineage-art30-processing-facet.json"


@attr.define
class PurposeJobFacet(JobFacet):
    """What else the purpose says: its bases by phase, who gets releases, how long they are kept, and the least group."""

    legal_basis_by_phase: dict[str, str]
    recipients: list[str]
    retention: str
    k: int

    @staticmethod
    def _get_schema() -> str:
        return f"{PRODUCER}#PurposeJobFacet"


@attr.define
class RegisterRunFacet(RunFacet):
    """The entry of the register that shows this event, and what the run was held to."""

    register: str
    entry: int
    hash: str
    run: str
    attempt: int
    purpose_sha256: str
    plan_sha256: str

    @staticmethod
    def _get_schema() -> str:
        return f"{PRODUCER}#RegisterRunFacet"


@attr.define
class Teller:
    """Makes events of entries; `identity` is the register's, so that the same entry gives the same ids wherever and however often it is sent."""

    identity: str
    namespace: str

    # --- runs -----------------------------------------------------------------------------------------------------

    def of_run(self, entry: Entry, attempt: Sequence[Entry]) -> RunEvent:
        """Make the event of a run's start or end; `attempt` are the entries of that attempt, from its start on."""
        started = attempt[0]
        state = RunState.START if entry.seq == started.seq else _STATES[entry.kind]
        facets = self._run_facets(entry, started)
        if entry.kind in ("failed", "refused", "interrupted"):
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(_reason(entry.body), "Python")
        return self._event(state, entry.time, started, facets, self._inputs(attempt), self._outputs(attempt) if entry.kind == "completed" else [])

    def of_dead_run(self, started: Entry, now: datetime) -> RunEvent:
        """Make the event of a run that died without saying so."""
        facets = {**self._run_facets(started, started), "errorMessage": error_message_run.ErrorMessageRunFacet(_reason({"rule": "LP603"}), "Python")}
        time = max(now.astimezone(UTC), datetime.fromisoformat(started.time)).isoformat().replace("+00:00", "Z")
        return self._event(RunState.ABORT, time, started, facets, self._inputs([started]), [])

    def _event(self, state: RunState, time: str, started: Entry, facets: Mapping[str, RunFacet], inputs: list[InputDataset],
               outputs: list[OutputDataset]) -> RunEvent:
        body = started.body
        job = Job(self.namespace, str(body.get("pipeline") or "unnamed"), facets={
            "jobType": job_type_job.JobTypeJobFacet("BATCH", "LAPIPE", "PIPELINE", producer=PRODUCER), **_processing(body)})
        run = Run(self._id("run", started.run, started.seq), facets=dict(facets))
        return RunEvent(eventTime=time, producer=PRODUCER, run=run, job=job, eventType=state, inputs=inputs, outputs=outputs)

    def _run_facets(self, entry: Entry, started: Entry) -> dict[str, RunFacet]:
        body = started.body
        attempt = body.get("attempt")
        return {
            "lapipe_register": RegisterRunFacet(self.identity, entry.seq, entry.hash, entry.run, attempt if isinstance(attempt, int) else 1,
                                                str(body.get("purpose_sha256", "")), str(body.get("plan_sha256", "")), producer=PRODUCER),
            "processing_engine": processing_engine_run.ProcessingEngineRunFacet(str(body.get("lapipe", __version__)), "lapipe", __version__,
                                                                                producer=PRODUCER)}

    def _id(self, *what: object) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, (PRODUCER.rpartition(":")[0], self.identity, *what)))))

    # --- what went in and out -------------------------------------------------------------------------------------

    def _inputs(self, attempt: Sequence[Entry]) -> list[InputDataset]:
        """What was read, in detail; at the start, what is going to be."""
        read = {str(entry.body.get("source")): entry.body for entry in attempt if entry.kind == "source"}
        found = []
        for name, contract in _sources(attempt[0].body).items():
            columns = _columns(read.get(name, {}))
            facets: dict[str, Any] = {"dataSource": datasource_dataset.DatasourceDatasetFacet(
                name, f"urn:lapipe:contract:{contract[0]}:{contract[1]}", producer=PRODUCER)}
            if columns:
                facets |= {"schema": _schema(columns), "tags": _tags(columns, attempt[0].body, kept=False)}
            found.append(InputDataset(self.namespace, _table(contract[0]), facets=facets))
        return found

    def _outputs(self, attempt: Sequence[Entry]) -> list[OutputDataset]:
        tables = {name: _table(contract) for name, (contract, _) in _sources(attempt[0].body).items()}
        found = []
        for entry in attempt:
            if entry.kind == "release":
                columns = _columns(entry.body)
                facets: dict[str, Any] = {
                    "schema": _schema(columns), "tags": _tags(columns, attempt[0].body, kept=True, release=str(entry.body.get("kind", ""))),
                    "dataSource": datasource_dataset.DatasourceDatasetFacet(str(entry.body.get("release")),
                                                                            f"urn:lapipe:release:{entry.body.get('manifest_sha256')}", producer=PRODUCER)}
                lineage = entry.body.get("lineage")
                if isinstance(lineage, Mapping):
                    facets["columnLineage"] = self._lineage(lineage, tables)
                found.append(OutputDataset(self.namespace, _release(str(entry.body.get("release"))), facets=facets))
        return found

    def _lineage(self, lineage: Mapping[str, Any], tables: Mapping[str, str]) -> column_lineage_dataset.ColumnLineageDatasetFacet:
        made = column_lineage_dataset

        def field(at: Sequence[Any], type: str) -> column_lineage_dataset.InputField:
            source, column, how, masked = at
            return made.InputField(self.namespace, tables.get(str(source), _table(str(source))), str(column),
                                   [made.Transformation(type, str(how), "", bool(masked))])

        columns = lineage.get("columns", {})
        return made.ColumnLineageDatasetFacet(
            {str(name): made.Fields([field(at, "DIRECT") for at in listed]) for name, listed in columns.items()},
            [field(at, "INDIRECT") for at in lineage.get("rows", ())], producer=PRODUCER)

    # --- what was deleted -----------------------------------------------------------------------------------------

    def of_deletion(self, entry: Entry, *, last: bool) -> RunEvent | None:
        """Make the event of data that was deleted or written anew without somebody; None where the entry names no data of a catalogue.

        `last` says that nothing is left of the release that the entry names.
        """
        name, state = _deleted(entry, last=last)
        if not name:
            return None
        output = OutputDataset(self.namespace, name, facets={
            "lifecycleStateChange": lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(state, producer=PRODUCER)})
        facet = RegisterRunFacet(self.identity, entry.seq, entry.hash, entry.run, 1, "", "", producer=PRODUCER)
        what = str(entry.body.get("why")) if entry.kind == "rewritten" else entry.kind
        facets: dict[str, JobFacet] = {"jobType": job_type_job.JobTypeJobFacet("BATCH", "LAPIPE", "RETENTION", producer=PRODUCER)}
        if what in _OBLIGED:
            facets["processing"] = ProcessingJobFacet(_OBLIGED[what], _BASES["legal_obligation"], producer=PRODUCER)
        job = Job(self.namespace, f"lapipe.{what if what in _OBLIGED else entry.kind}", facets=facets)
        return RunEvent(eventTime=entry.time, producer=PRODUCER, run=Run(self._id("entry", entry.seq, entry.hash), facets={"lapipe_register": facet}),
                        job=job, eventType=RunState.COMPLETE, inputs=[], outputs=[output])


def _deleted(entry: Entry, *, last: bool) -> tuple[str, _Lifecycle]:
    """Give the data set that an entry is about, and what became of it: DROP of a release that is gone, TRUNCATE where part of it went, or rows of a
    data set, OVERWRITE where a release was written anew. What lapipe keeps for itself (ledger, quarantine, evidence) is no data of a catalogue.
    """
    body = entry.body
    if entry.kind == "rewritten":
        return _release(str(body.get("release"))), _Lifecycle.OVERWRITE
    item, what = str(body.get("item")), body.get("what")
    if not body.get("deleted"):
        return "", _Lifecycle.TRUNCATE
    if what == "release":
        return _release(item.partition("/")[0]), _Lifecycle.DROP if last else _Lifecycle.TRUNCATE
    return (_table(item.removeprefix("data ")) if item.startswith("data ") else ""), _Lifecycle.TRUNCATE


def _reason(body: Mapping[str, Any]) -> str:
    """Say why a run ended, in words that stand in lapipe: a rule, or the name of an error's class."""
    rule = RULES.get(str(body.get("rule", "")))
    return f"{rule.code} was not met: {rule.title}" if rule else str(body.get("error") or "no completion")


def _processing(body: Mapping[str, Any]) -> dict[str, JobFacet]:
    bases = {str(phase): _BASES.get(str(basis), str(basis)) for phase, basis in _mapping(body.get("legal_basis")).items()}
    basis = next((bases[phase] for phase in _PHASES if phase in bases), "")
    if not basis:
        return {}
    k = body.get("k")
    return {"processing": ProcessingJobFacet(str(body.get("purpose")), basis, producer=PRODUCER),
            "lapipe_purpose": PurposeJobFacet(bases, _texts(body.get("recipients")), str(body.get("keep_for")), k if isinstance(k, int) else 0, producer=PRODUCER)}


def _schema(columns: Sequence[Mapping[str, str]]) -> schema_dataset.SchemaDatasetFacet:
    return schema_dataset.SchemaDatasetFacet(
        [schema_dataset.SchemaDatasetFacetFields(column["name"], column.get("type"), column.get("detail"), number)
         for number, column in enumerate(columns, 1)], producer=PRODUCER)


def _tags(columns: Sequence[Mapping[str, str]], body: Mapping[str, Any], *, kept: bool, release: str = "") -> tags_dataset.TagsDatasetFacet:
    """Say of each column its kind and category, of the whole whom it is about; the keys are those that Qedro reads."""
    told = [_tag("kind", column["kind"], column["name"]) for column in columns]
    told += [_tag("special_category" if column["kind"] == "special" else "data_category", column["category"], column["name"])
             for column in columns if column.get("category")]
    told += [_tag("subject_type", subject) for subject in _texts(body.get("subjects"))]
    if kept:
        told.append(_tag("retention", str(body.get("keep_for"))))
    if release:
        told.append(_tag("release_kind", release))
    return tags_dataset.TagsDatasetFacet(told, producer=PRODUCER)


def _tag(key: str, value: str, field: str | None = None) -> tags_dataset.TagsDatasetFacetFields:
    # Datadog reads tags of this source only.
    return tags_dataset.TagsDatasetFacetFields(key, value, "USER", field)


def _sources(body: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Give contract and version of each source."""
    return {str(name): (str(said.get("contract")), str(said.get("version"))) for name, said in _mapping(body.get("sources")).items()
            if isinstance(said, Mapping)}


def _columns(body: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Give the columns that an entry describes; an entry of an earlier lapipe describes none."""
    found = body.get("columns")
    return [each for each in found if isinstance(each, Mapping) and "name" in each and "kind" in each] if isinstance(found, list) else []


def _table(contract: str) -> str:
    return f"tables.{contract}"


def _release(name: str) -> str:
    return f"releases.{name}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
