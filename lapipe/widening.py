"""Judge, setting by setting, whether a stage lets more through than it did before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from lapipe.purpose import Duration
from lapipe.stage import Stage

#: Days on which two terms are compared: a month is 28 to 31 days, so "longer" is longer from any of these.
DAYS = (date(2001, 1, 1), date(2001, 2, 1), date(2003, 3, 1), date(2003, 12, 31), date(2004, 2, 1))


def longer(after: Duration, before: Duration) -> bool:
    """Tell whether a term is longer than another, from any day on."""
    return any(after.after(day) > before.after(day) for day in DAYS)


def _fewer(old: Sequence[Any], new: Sequence[Any]) -> bool:
    return all(each in old for each in new)


def _fewer_of_all(old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Tell whether there are fewer, where none named means all."""
    return not old or (bool(new) and _fewer(old, new))


def _parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return all(name in old and old[name] == value for name, value in new.items())


def _rougher(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether there are fewer measures, or the same in fewer digits."""

    def as_before(name: str, measure: Any) -> bool:
        before: Any = old.get(name)
        if before == measure:
            return True
        if type(before) is not type(measure) or not hasattr(measure, "scale"):
            return False
        return bool(measure.scale <= before.scale) and before == dataclasses.replace(measure, scale=before.scale)

    return all(as_before(name, measure) for name, measure in new.items())


def _later(old: str, new: str) -> bool:
    return not longer(Duration.parse(old), Duration.parse(new))


def _shorter(old: str, new: str) -> bool:
    """Tell whether a term is shorter, where none stands for the purpose's, which is the longest."""
    return bool(new) and (not old or not longer(Duration.parse(new), Duration.parse(old)))


def _coarser(old: Any, new: Any) -> bool:
    """Tell whether counts are rounded to a multiple of what they were rounded to."""
    return isinstance(new, int) and isinstance(old, int) and new > 0 and (old == 0 or new % old == 0)


def _added(old: Any, new: Any) -> bool:
    return not old


def _off(old: Any, new: Any) -> bool:
    return not new


def _on(old: Any, new: Any) -> bool:
    return bool(new)


#: Changes of settings that let less through, each by what it was and what it is. Whatever is not listed may let more through: groups,
#: people, conditions, domains, presets, texts in another language. So may every change of a stage that is the project's own.
_NARROWS: Mapping[tuple[str, str], Callable[[Any, Any], bool]] = {
    ("Aggregate", "measures"): _rougher, ("Aggregate", "totals"): _fewer, ("Aggregate", "lag"): _later, ("Aggregate", "rounding"): _coarser,
    ("Extract", "keep"): _off, ("Flag", "accept"): _parts, ("Join", "columns"): _fewer_of_all, ("Join", "unmatched"): lambda old, new: new == "leave out",
    ("KAnonymise", "l"): lambda old, new: old is None or (type(old) is type(new) is int and new >= old),
    ("KAnonymise", "t"): lambda old, new: old is None or (isinstance(old, float) and isinstance(new, float) and new <= old),
    ("Minimise", "columns"): _fewer_of_all, ("Redact", "people"): _added, ("Redact", "model"): _added,
    ("Redact", "pseudonym"): _off, ("Release", "csv"): _off, ("Release", "lag"): _later, ("Retain", "term"): _shorter, ("Validate", "key"): _on,
    # What comes out of these is compared by itself, column by column.
    ("Generalise", "detail"): lambda old, new: True, ("Generalise", "names"): lambda old, new: True, ("Pseudonymise", "columns"): lambda old, new: True,
    ("Release", "name"): lambda old, new: True,
}

#: Stages that only take away, so that one more of them lets less through.
_TAKES_AWAY = frozenset({"Minimise", "Validate", "Object", "Consent", "Retain", "Flag", "Generalise", "Pseudonymise"})
#: Stages that make what is compared by itself, so that taking one out lets nothing more through.
_MAKES = frozenset({"Derive", "Generalise", "Pseudonymise"})


def widened(old: Sequence[Stage], new: Sequence[Stage]) -> tuple[list[str], list[str]]:
    """Hold the stages that lead to a release against those that did; give what may let more through, and what lets less."""
    more, less = list[str](), list[str]()
    kinds = list(dict.fromkeys(stage.kind for stage in (*old, *new)))
    for kind in kinds:
        left = [stage for stage in new if stage.kind == kind]
        gone = list[Stage]()
        for stage in (each for each in old if each.kind == kind):
            same = next((each for each in left if each.parameters() == stage.parameters()), None)
            if same is None:
                gone.append(stage)
            else:
                left = [each for each in left if each is not same]
        for before, after in zip(gone, left, strict=False):
            settings = [field.name for field in dataclasses.fields(before) if _differs(before, after, field.name)]
            wider = [name for name in settings if not _narrows(kind, name, getattr(before, name), getattr(after, name))]
            if wider:
                more.append(f"{kind} was changed ({', '.join(wider)})")
            elif kind not in ("Generalise", "Pseudonymise") and settings != ["name"]:
                less.append(f"{kind} lets less through than before ({', '.join(settings)})")
        if kind == "Release":
            continue
        for _ in gone[len(left):]:
            (less if kind in _MAKES else more).append(f"{kind} was taken out")
        for _ in left[len(gone):]:
            (less if kind in _TAKES_AWAY else more).append(f"{kind} was added")
    if _moved(old, new):
        more.append("the order of the stages was changed, and with it what each of them sees")
    return more, less


def _differs(before: Stage, after: Stage, setting: str) -> bool:
    return bool(before.parameters()[setting] != after.parameters()[setting])


def _narrows(kind: str, setting: str, old: Any, new: Any) -> bool:
    judge = _NARROWS.get((kind, setting))
    return judge is not None and judge(old, new)


def _moved(old: Sequence[Stage], new: Sequence[Stage]) -> bool:
    """Tell whether kinds of stages of which both have as many stand in another order."""
    kinds = {kind for kind in {stage.kind for stage in old} if sum(s.kind == kind for s in old) == sum(s.kind == kind for s in new)}
    before, after = ([stage.kind for stage in stages if stage.kind in kinds] for stages in (old, new))
    return before != after
