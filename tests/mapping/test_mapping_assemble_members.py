"""Membership told from the parent's side."""

from dataclasses import replace

from syncd.model.ref import Alias
from tests.model_builders import item, milestone, ref, snapshot


def test_a_child_that_names_no_parent_has_the_one_that_names_it() -> None:
    epic = replace(milestone("E-1"), children=(ref("A"), Alias("B"), Alias("nowhere"), ref("E-1")))
    model = snapshot(epic, milestone("E-2"), item("A"), item("B"), item("C", parent=ref("A")), item("D", parent=ref("E-2")))
    assert [row.label for row in model.members[ref("E-1")]] == ["A", "B", "C"]
    assert [row.label for row in model.members[ref("E-2")]] == ["D"]
