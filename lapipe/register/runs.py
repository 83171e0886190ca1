"""How runs went: starts and ends folded into one summary per run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lapipe.errors import ContractBroken, LapipeError, Refused
from lapipe.register.entry import Entry, Json

#: How a run can end.
ENDS = ("completed", "failed", "refused", "interrupted")
#: The entries that a run's state is read from.
LIFE = ("started", *ENDS)


@dataclass(frozen=True)
class RunSummary:
    """What the register says about the last attempt of a run.

    `state` is running, completed, failed, refused or interrupted; `ended` is None without an end. `reason` is the code
    of the rule that was broken, or else the name of the error's class; LP603 for an interrupted run without an end.
    `pipeline` and `purpose` are the texts under these keys of the opening.
    """

    id: str
    attempt: int
    started: str
    ended: str | None
    state: str
    pipeline: str
    purpose: str
    reason: str


def folded(entries: Iterable[Entry], carried: Mapping[str, RunSummary] | None = None) -> dict[str, RunSummary]:
    """Fold starts and ends into one summary per run: the last attempt counts. `carried` is what closed periods left."""
    runs = dict(carried or {})
    for entry in entries:
        body = {key: value for key, value in entry.body.items() if isinstance(value, str)}
        if entry.kind == "started":
            before = runs.get(entry.run)
            runs[entry.run] = RunSummary(
                entry.run, before.attempt + 1 if before else 1, entry.time, None, "running",
                body.get("pipeline", ""), body.get("purpose", ""), "")
        elif entry.run in runs:
            reason = body.get("rule") or body.get("error") or body.get("reason", "")
            runs[entry.run] = replace(runs[entry.run], ended=entry.time, state=entry.kind,
                                      reason="" if entry.kind == "completed" else reason)
    return runs


def packed(summary: RunSummary) -> list[Json]:
    """Give a summary as an entry carries it."""
    return list(vars(summary).values())


def unpacked(entry: Entry) -> dict[str, RunSummary]:
    """Give the summaries that an entry carries; whatever else stands there is for verify to find."""
    found: dict[str, RunSummary] = {}
    listed = entry.body.get("runs")
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, list) and len(item) == 8:
            texts = [str(value) if value is not None else "" for value in item]
            attempt = item[1] if isinstance(item[1], int) else 1
            found[texts[0]] = RunSummary(texts[0], attempt, texts[2], texts[3] or None, *texts[4:])
    return found


def verdict(error: BaseException) -> tuple[str, Mapping[str, Json]]:
    """Say how a run ended by an error. Only lapipe's own messages are known to hold no value."""
    name = type(error).__name__
    if isinstance(error, LapipeError):
        kind = "refused" if isinstance(error, Refused | ContractBroken) else "failed"
        # A path in the message may have bytes that are no Unicode.
        message = str(error).encode("utf-8", "replace").decode("utf-8")
        return kind, {"rule": error.rule, "error": name, "message": message}
    return "failed" if isinstance(error, Exception) else "interrupted", {"error": name}
