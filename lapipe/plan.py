"""Fold the stages over tables without rows, and hold each stage's promise against its expression."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract, Kind
from lapipe.documents import meaning
from lapipe.errors import Refused, UsageFault
from lapipe.lineage import LOOKUP, SMALL, origins
from lapipe.purpose import LegalBasis, Parties, Purpose
from lapipe.release import Release
from lapipe.stage import LEFT_OUT, OWN, Context, Stage, running_only
from lapipe.stages.aggregate import Aggregate
from lapipe.stages.consent import Consent
from lapipe.stages.flag import Flag
from lapipe.stages.k_anonymise import KAnonymise
from lapipe.stages.listed import Listed
from lapipe.stages.minimise import Minimise, minimised
from lapipe.stages.object import Object
from lapipe.stages.redact import Redact
from lapipe.stages.release import Release as ReleaseStage
from lapipe.stages.retain import Retain
from lapipe.stages.validate import Validate

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The bases under which people may object (GDPR art. 21(1)), or withdraw what they consented to (art. 7(3)).
_OBJECTABLE = (LegalBasis.PUBLIC_TASK, LegalBasis.LEGITIMATE_INTERESTS)

#: What the table is called that enters a step without rows.
FLOW = "lapipe_flow"


@dataclass(frozen=True)
class Step:
    """One stage, and the table's contract before and after it."""

    stage: Stage
    before: Contract
    after: Contract


#: What a plan means. A later lapipe that computes something else for the same declarations, or has another default, counts this up,
#: and every approval has to be given again; a lapipe that does the same keeps it. 2: Redact and Flag find more in texts.
MEANING = 2


@dataclass(frozen=True)
class Plan:
    """A pipeline whose every step keeps its promise and whose every release may leave.

    `code` gives the SHA-256 of the syntax of the pipeline's file and of each module of the project's own that it loaded. `parties` are those of
    the organisation whose plan it is.
    """

    pipeline: str
    purpose: Purpose
    sources: Mapping[str, Contract]
    steps: tuple[Step, ...]
    code: Mapping[str, str] = field(default_factory=dict)
    parties: Parties = field(default_factory=Parties)

    def described(self) -> dict[str, Any]:
        """Give the plan as `lapipe plan --format json` and the register show it."""
        return {
            "pipeline": self.pipeline,
            "purpose": self.purpose.name,
            "sources": {name: {"contract": c.name, "version": c.version, "fingerprint": c.fingerprint(), **_renamed(c)}
                        for name, c in self.sources.items()},
            "steps": [{"stage": step.stage.kind, "parameters": step.stage.parameters(), "columns": step.after.described()}
                      for step in self.steps],
        }

    def fingerprint(self) -> str:
        """Give the SHA-256 of what an approval binds to.

        It binds: the bytes of the purpose's file (the officer read its words and its comments), and everything that was
        resolved from it, k among that, which may come from the organisation's floor; all that each source's contract says, its
        local names included; every stage in its order with each setting that is not the default; what each step promises; who else has a
        part in it, for what and under which contract (the officer read those as recipients of the data, and a processor or a country that comes
        later is to be weighed: GDPR art. 26, 28, 44); and the syntax of the pipeline's file and of the project's own modules that it loads, so that a stage of the project's
        own is bound by its code, where comments and layout do not count.

        It does not bind: the version of lapipe, of Python or of the libraries (a security fix must not stop production;
        `MEANING` counts up where a plan would mean something else), where files, keys and releases lie, the day, the addresses of parties, who the
        organisation's officer is (the approval itself names the project and the controller, and the rules that depend on the
        organisation are judged again at each run), and code that the project's own code finds at run time by other ways than import.
        """
        bound = {
            "meaning": MEANING, "pipeline": self.pipeline, "purpose_sha256": self.purpose.sha256, "purpose": meaning(self.purpose),
            "sources": {name: contract.fingerprint() for name, contract in self.sources.items()}, "order": list(self.sources),
            "steps": [{"stage": f"{type(step.stage).__module__}.{step.stage.kind}", "settings": meaning(step.stage),
                       "columns": meaning(step.after.columns)} for step in self.steps],
            "code": dict(self.code), "parties": self.parties.weighed(),
        }
        return hashlib.sha256(json.dumps(bound, sort_keys=True).encode()).hexdigest()


def _renamed(contract: Contract) -> dict[str, dict[str, str]]:
    """Tell the local names of a contract's columns, where it has some."""
    names = {column.name: column.local_name for column in contract if column.local_name}
    return {"local_names": names} if names else {}


def make_plan(name: str, purpose: Purpose, sources: Mapping[str, Contract], stages: Sequence[Stage], today: date,
              code: Mapping[str, str] | None = None, parties: Parties | None = None) -> Plan:
    """Fold the stages over the first source. Reads no data, needs no key and no engine.

    Raises:
        Refused: a rule forbids a step or a release; the message names stage, column, rule and fix.
        UsageFault: a stage names what does not exist.
    """
    _whole(name, purpose, sources, stages)
    _one_spelling(name, sources)
    _local_names(name, sources)
    others = {source: minimised(contract, purpose) for source, contract in sources.items() if _is_read(source, stages)}
    contract = next(iter(sources.values()))
    steps: list[Step] = []
    for position, stage in enumerate(stages):
        if isinstance(stage, Aggregate):
            # A second one groups the rows that the first did, not its groups.
            contract = next((step.before for step in steps if isinstance(step.stage, Aggregate)), contract)
        after = stage.plan(contract, purpose, sources)
        _compare(name, stage, contract, after, _context(purpose, today, contract, after, position, others))
        if isinstance(stage, ReleaseStage):
            Release(stage.name, after, purpose)
        steps.append(Step(stage, contract, after))
        contract = after
    _last(name, purpose, steps)
    return Plan(name, purpose, dict(sources), tuple(steps), dict(code or {}), parties or Parties())


def _is_read(source: str, stages: Sequence[Stage]) -> bool:
    return any(source in stage.needs() for stage in stages)


def _whole(name: str, purpose: Purpose, sources: Mapping[str, Contract], stages: Sequence[Stage]) -> None:
    """Refuse a list of stages that lacks what every pipeline has."""
    if not sources or not stages:
        raise UsageFault(f"Pipeline {name} has {len(sources)} sources and {len(stages)} stages; it needs both.")
    if not isinstance(stages[0], Minimise) or any(isinstance(stage, Minimise) for stage in stages[1:]):
        raise Refused(f"Pipeline {name}: Minimise() is the first stage, once.", rule="LP305")
    for stage in stages:
        for source in stage.needs():
            if source not in sources:
                raise UsageFault(f"Pipeline {name}: {stage.kind} reads source '{source}' (there are: {', '.join(sources)}).",
                                 rule="LP203")
    unused = [source for source in list(sources)[1:] if not _is_read(source, stages)]
    if unused:
        raise Refused(f"Pipeline {name} declares source '{unused[0]}' and no stage reads it; take it out.", rule="LP304")
    releases = [stage.name for stage in stages if isinstance(stage, ReleaseStage)]
    if not releases or len(set(releases)) < len(releases):
        what = "releases nothing; end it with Release(name)" if not releases else "releases two tables under one name"
        raise Refused(f"Pipeline {name} {what}.", rule="LP312")
    first = next(number for number, stage in enumerate(stages) if isinstance(stage, ReleaseStage))
    if not any(isinstance(stage, Flag) for stage in stages[:first]):
        raise Refused(f"Pipeline {name} releases '{releases[0]}' without Flag() before it.", rule="LP313")
    if not any(isinstance(stage, Validate) for stage in stages[:first]):
        raise Refused(f"Pipeline {name} releases '{releases[0]}' without Validate() before it; what breaks its contract would be counted "
                      "as if it did not.", rule="LP314")
    told = next((number for number, stage in enumerate(stages) if isinstance(stage, Redact) and stage.pseudonym), len(stages))
    late = next((stage for stage in stages[told:] if isinstance(stage, Listed)), None)
    if late is not None:
        raise Refused(f"Pipeline {name}: Redact puts pseudonyms of people into texts before {late.kind} left people out; put {late.kind} first.", rule="LP308")
    bases = [*purpose.bases.values(), *([purpose.own_basis] if purpose.own_basis else [])]
    if any(basis.basis in _OBJECTABLE for basis in bases) and not any(isinstance(s, Object) for s in stages[:first]):
        raise Refused(f"Pipeline {name}: under the basis of purpose {purpose.name} people may object; put Object(...) before the first release.", rule="LP308")
    if purpose.is_consent and not any(isinstance(stage, Consent) for stage in stages[:first]):
        raise Refused(f"Pipeline {name}: purpose {purpose.name} rests on consent; put Consent(...), with the source that lists the consents or 'register', before the "
                      "first release.", rule="LP308")


def _one_spelling(name: str, sources: Mapping[str, Contract]) -> None:
    """Refuse identity domains that two contracts write differently: their people would never match (LP207)."""
    seen: dict[str, tuple[str, object]] = {}
    for contract in sources.values():
        for column in (*contract, *contract.extractable):
            if not column.domain:
                continue
            at, said = f"{contract.name}.{column.name}", (column.type, column.spelling)
            first, before = seen.setdefault(column.domain, (at, said))
            if before != said:
                raise Refused(f"Pipeline {name}: {first} and {at} are of identity domain '{column.domain}' and differ in type or spelling, "
                              "so the same person would be two. Declare them alike.", rule="LP207")


def _local_names(name: str, sources: Mapping[str, Contract]) -> None:
    """Refuse a local name that says a column holds something stricter than its kind (LP212)."""
    from lapipe.detect.headers import kind_of, read

    for contract in sources.values():
        for column in contract:
            said = read(column.local_name) if column.local_name else {}
            for rule, strength in said.items():
                kind = kind_of(rule)
                # A hint alone is no more than possible, except of what no law allows.
                if Kind(kind).strictness > column.kind.strictness and (strength == "sure" or kind == "national_id"):
                    raise Refused(f"Pipeline {name}: {contract.name}.{column.name} is {column.kind} and is read under a header that says {rule}; "
                                  "whoever reads the contract would not know.", rule="LP212")


def _last(name: str, purpose: Purpose, steps: Sequence[Step]) -> None:
    """Refuse a pipeline that keeps times without a term (LP309), or groups people after releasing groups."""
    times = [column.name for column in steps[0].after if column.kind is Kind.EVENT_TIME and column.is_time]
    first = next(number for number, step in enumerate(steps) if isinstance(step.stage, ReleaseStage))
    if times and not any(isinstance(step.stage, Retain) for step in steps[:first]):
        raise Refused(f"Pipeline {name} reads the time '{times[0]}'; put Retain('{times[0]}') before the first release, so that rows "
                      f"older than purpose {purpose.name} allows are left out.", rule="LP309")
    for step, following in pairwise(steps):
        if isinstance(step.stage, Aggregate) and isinstance(following.stage, Aggregate):
            raise Refused(f"Pipeline {name}: an Aggregate follows another, whose groups are not released. Put Release(name) after each.", rule="LP312")
    _anonymised_last(name, [step.stage for step in steps])
    grouped = False
    looked = False
    for step in steps:
        if grouped and not isinstance(step.stage, (ReleaseStage, Aggregate)):
            raise Refused(f"Pipeline {name}: {step.stage.kind} stands after Aggregate, where withheld groups are still in the table; only "
                          "Release may follow, and another Aggregate of the same rows. Put it before Aggregate.", rule="LP403")
        grouped = grouped or isinstance(step.stage, Aggregate)
        if isinstance(step.stage, Flag):
            looked = True
        elif not isinstance(step.stage, Aggregate) and _shape(step.before) != _shape(step.after):
            looked = False
        if isinstance(step.stage, ReleaseStage) and not looked:
            raise Refused(f"Pipeline {name} changes columns between Flag() and Release('{step.stage.name}'), so nobody looked at what is "
                          "released. Put Flag() after the last stage that changes columns.", rule="LP313")


def _anonymised_last(name: str, stages: Sequence[Stage]) -> None:
    """Refuse what would undo k-anonymity: another column or fewer people after it, or a finer table of the same people (LP412)."""
    at = next((number for number, stage in enumerate(stages) if isinstance(stage, KAnonymise)), None)
    if at is None:
        return
    finer = next((stage for stage in stages[:at] if isinstance(stage, ReleaseStage)), None)
    if finer is not None:
        raise Refused(f"Pipeline {name} releases '{finer.name}' before KAnonymise: who has both tables has the finer one. Release one of them.",
                      rule="LP412")
    parted = next((stage for stage in stages[at + 1:] if isinstance(stage, ReleaseStage) and stage.period), None)
    if parted is not None:
        raise Refused(f"Pipeline {name} releases '{parted.name}' in parts by '{parted.period}' after KAnonymise, which counted all of them together; a part "
                      "alone may have rows that are unique. Release the table whole.", rule="LP412")
    after = next((stage for stage in stages[at + 1:] if not isinstance(stage, (Flag, ReleaseStage))), None)
    if after is not None:
        raise Refused(f"Pipeline {name}: {after.kind} stands after KAnonymise, and what it adds or leaves out was not counted; only Flag and Release "
                      "may follow. Put it before.", rule="LP412")


def _shape(contract: Contract) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((column.name, column.type, str(column.kind), column.detail) for column in contract)


def _context(purpose: Purpose, today: date, contract: Contract, after: Contract, position: int,
             others: Mapping[str, Contract]) -> Context:
    import ibis

    numbers = iter(range(1_000_000))

    def lookup(column: ir.Column, compute: Any, type: str) -> ir.Table:
        value = "string" if type == "uuid" else type
        return ibis.table({"key": str(column.type()), "value": value}, name=f"{LOOKUP}_{next(numbers)}")

    def small(schema: Mapping[str, str], rows: Any) -> ir.Table:
        return ibis.table(dict(schema), name=f"{SMALL}_{next(numbers)}")

    return Context(purpose=purpose, today=today, contract=contract, promise=after, position=position,
                   tables={name: ibis.table(other.schema(), name=name) for name, other in others.items()}, contracts=others,
                   lookup=lookup, small=small, distinct=running_only, pseudonyms=running_only, root=lambda column: column,
                   extent=lambda column, declared: None, values=running_only)


def _compare(name: str, stage: Stage, before: Contract, after: Contract, context: Context) -> None:
    """Hold the promise against the expression: names, order, types, and what each column is computed from (LP306)."""
    import ibis

    expression = stage.apply(ibis.table(before.schema(), name=FLOW), context)
    # The marker of rows left out, and what a stage that finishes in this process needs there.
    expression = expression.drop(*(name for name in expression.columns if name == LEFT_OUT or (stage.finishes and name.startswith(OWN))))
    promised, given = after.schema(), expression.schema()
    at = f"{stage.kind} of {name}"
    if tuple(promised.names) != tuple(given.names):
        raise Refused(f"{at} promises the columns {', '.join(promised.names)} and computes {', '.join(given.names)}.", rule="LP306")
    for column in after:
        wanted, has = promised[column.name], given[column.name]
        if not _alike(wanted, has):
            raise Refused(f"{at} promises '{column.name}' as {wanted} and computes {has}.", rule="LP306")
    uses = {column.name: column.use for column in before}
    kinds = {column.name: column.kind for column in before}
    kinds |= {f"{source}.{column.name}": column.kind for source, other in context.contracts.items() for column in other}
    for column_name, made_of in origins(expression, FLOW).items():
        kind = after[column_name].kind
        for origin in sorted(made_of):
            if uses.get(origin) == "inside" and after[column_name].use != "inside" and not isinstance(stage, Aggregate):
                raise Refused(f"{at} lets '{column_name}' out, which is made of '{origin}': the purpose uses that inside the pipeline only.",
                              rule="LP306")
            stricter = kinds.get(origin, Kind.NATIONAL_ID)
            if stricter.strictness > kind.strictness and stricter not in stage.weakens:
                raise Refused(f"{at} promises '{column_name}' as {kind} and computes it from '{origin}', which is "
                              f"{kinds.get(origin, 'not declared')}.", rule="LP306")


def _alike(wanted: Any, has: Any) -> bool:
    """Compare types; nullability and the precision of timestamps and of whole numbers aside."""
    if wanted.is_timestamp() and has.is_timestamp():
        return bool(wanted.timezone == has.timezone)
    if wanted.is_integer() and has.is_integer():
        return True
    return bool(wanted.copy(nullable=True) == has.copy(nullable=True))


def planned(plan: Plan, position: int) -> ir.Table:
    """Give the expression of one step over a table `FLOW` without rows; other sources' tables have the sources' names."""
    import ibis

    step = plan.steps[position]
    others = {source: minimised(contract, plan.purpose) for source, contract in plan.sources.items()
              if _is_read(source, [each.stage for each in plan.steps])}
    context = _context(plan.purpose, date.today(), step.before, step.after, position, others)
    return step.stage.apply(ibis.table(step.before.schema(), name=FLOW), context)


def stage_sql(plan: Plan, position: int) -> str:
    """Give the SQL of one stage over a table `lapipe_flow`, as DuckDB would be asked."""
    import ibis

    return str(ibis.to_sql(planned(plan, position), dialect="duckdb"))


def sources_of(plan: Plan, position: int, name: str) -> frozenset[str]:
    """Give the sources from which a column comes, as it enters a step; a value out of a lookup comes from all that its stage reads."""
    names, found = {name}, set()
    for number, step in reversed(list(enumerate(plan.steps[:position]))):
        made = origins(planned(plan, number), FLOW)
        origin = {each for column in names for each in (made.get(column) or {*step.stage.needs(), next(iter(plan.sources))})}
        found |= {each.partition(".")[0] for each in origin if each.partition(".")[0] in plan.sources}
        names = {each for each in origin if each in step.before}
    return frozenset(found | ({next(iter(plan.sources))} if names else set()))
