"""Set two releases of groups side by side, such as two years, so that nothing comes back that one of them withholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.errors import Refused, UsageFault
from lapipe.release import read_release
from lapipe.stages.aggregate import FROZEN, PEOPLE, PUBLISHED, STATUS, WITHHELD

if TYPE_CHECKING:
    import pandas as pd

#: What is said of a group that has no row in one of the releases: it has 0 to k-1 people there, or did not exist.
NO_ROW = "no row"


def compare(a: str | Path, b: str | Path, *, suffixes: tuple[str, str] = ("_a", "_b"), today: date | None = None) -> pd.DataFrame:
    """Put the groups of two releases side by side, under the stricter k of the two.

    There is a row for each group that either has, and for each release the columns `status`, `people` and the figures both have, with its
    suffix. A group that the laxer release publishes with fewer people than the stricter k is withheld here. `status` is published,
    frozen (as it was shown before), withheld, or `no row` (0 to k-1 people, or unknown there); what is withheld or has no row has no figures, and
    is never nought. Do not
    subtract what is published from totals to fill it in. `attrs` holds `k` and both `manifests`.

    Raises:
        Refused: a release is of people and not of groups, or they share no grouping (LP415), or its term is past (LP502).
        UsageFault: there is no such release.
        RegisterFault: one was altered (LP605).
    """
    if len(set(suffixes)) < 2 or not all(suffixes):
        raise UsageFault("The suffixes tell the two releases apart; give two different ones.")
    frames = [read_release(Path(path), today=today) for path in (a, b)]
    manifests: list[dict[str, Any]] = [frame.attrs["manifest"] for frame in frames]
    by = [_by(manifest) for manifest in manifests]
    if by[0] != by[1]:
        raise Refused(f"{manifests[0]['release']} is grouped by {', '.join(by[0])} and {manifests[1]['release']} by {', '.join(by[1])}; only releases "
                      "of the same groups can be compared.", rule="LP415")
    finer = [name for name in by[0] if _detail(manifests[0], name) != _detail(manifests[1], name)]
    if finer:
        raise Refused(f"'{finer[0]}' is in detail {_detail(manifests[0], finer[0])} in one release and {_detail(manifests[1], finer[0])} in the other, so "
                      "its groups are not the same.", rule="LP415")
    k = max(int(manifest["k"]) for manifest in manifests)
    figures = [name for name in frames[0].columns if name in frames[1].columns and name not in (*by[0], STATUS)]
    sides = [_under(frame, by[0], figures, k, zeros=_zeros(frame), suffix=suffix) for frame, suffix in zip(frames, suffixes, strict=True)]
    joined = sides[0].merge(sides[1], on=by[0], how="outer", sort=True) if by[0] else sides[0].join(sides[1])
    for suffix in suffixes:
        joined[f"{STATUS}{suffix}"] = joined[f"{STATUS}{suffix}"].fillna(NO_ROW)
    ordered = [*by[0], *(f"{name}{suffix}" for name in (STATUS, *figures) for suffix in suffixes)]
    joined = joined[ordered]
    joined.attrs = {"k": k, "manifests": manifests}
    return joined


def _by(manifest: Mapping[str, Any]) -> list[str]:
    """Give the grouping columns: those before status and people."""
    if manifest.get("kind") != "statistics":
        raise Refused(f"Release {manifest.get('release')} holds rows about people and not groups; compare releases of statistics.", rule="LP415")
    names = [str(column["name"]) for column in manifest["columns"]]
    return names[:min(names.index(name) for name in (STATUS, PEOPLE) if name in names)]


def _detail(manifest: Mapping[str, Any], name: str) -> str:
    return next(str(column["detail"]) for column in manifest["columns"] if column["name"] == name)


def _zeros(frame: pd.DataFrame) -> bool:
    """Tell whether the release publishes noughts, as its purpose must declare."""
    return bool(STATUS in frame and ((frame[STATUS] == PUBLISHED) & (frame[PEOPLE] == 0)).any())


def _under(frame: pd.DataFrame, by: Sequence[str], figures: Sequence[str], k: int, *, zeros: bool, suffix: str) -> pd.DataFrame:
    """Give the groups of one release with what has fewer than k people withheld."""
    import pandas as pd

    out = frame[[*by, *figures]].copy()
    status = frame[STATUS].astype("object") if STATUS in frame else pd.Series(PUBLISHED, index=frame.index, dtype="object")
    few = (frame[PEOPLE] < k).fillna(False) & ~((frame[PEOPLE] == 0).fillna(False) & zeros)
    status = status.mask(few, WITHHELD)
    for name in figures:
        out[name] = out[name].mask(~status.isin((PUBLISHED, FROZEN)))
    out[STATUS] = status
    return out.rename(columns={name: f"{name}{suffix}" for name in (*figures, STATUS)})
