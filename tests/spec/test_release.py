"""Release: a marker; the table flows on unchanged."""

from __future__ import annotations

import pytest

from lapipe.contract import Column
from lapipe.errors import UsageFault
from lapipe.stages import Release
from tests.spec.conftest import Runner, a_table, plan_stage

TABLE = a_table(Column("act"))


@pytest.mark.parametrize("rows", [[], [{"act": "a"}, {"act": None}]])
def test_the_table_flows_on_unchanged(run: Runner, rows: list[dict[str, str]]) -> None:
    found = run(Release("weekly_activity"), TABLE, rows)
    assert len(found.rows) == len(rows)
    assert found.contract is TABLE


@pytest.mark.parametrize("name", ["", "Weekly", "../up", "a b", "1st", "a" * 65, "a\n"])
def test_a_name_that_is_no_folder_name_is_refused(name: str) -> None:
    with pytest.raises(UsageFault, match="is no name"):
        plan_stage(Release(name), TABLE)
