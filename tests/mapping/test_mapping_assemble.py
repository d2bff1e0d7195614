"""The model out of rows: names, membership, links, progress, and what is not sure."""

from typing import Any

import pytest

from syncd.model.ref import Alias, Ref
from syncd.model.rows import MergeRequest, Progress, Row
from syncd.model.snapshot import Snapshot
from tests.model_builders import item, link, milestone, ref, snapshot


def members(model: Snapshot, key: str) -> list[str]:
    return [found.id for found in model.members[ref(key)]]


def test_items_belong_by_name_by_parent_and_through_milestones_below() -> None:
    model = snapshot(
        milestone("INIT"),
        milestone("EPIC", parent=ref("INIT")),
        item("STORY", parent=ref("EPIC")),
        item("SUB", parent=ref("STORY")),
        item("NAMED", of="EPIC"),
        item("OTHER"),
    )
    assert members(model, "EPIC") == members(model, "INIT") == ["NAMED", "STORY", "SUB"]
    assert model.items[ref("SUB")].milestones == (ref("EPIC"),)
    assert model.items[ref("OTHER")].milestones == ()


def test_an_item_of_a_joined_milestone_belongs_to_its_anchor() -> None:
    rows: list[Row] = [milestone("M", same_as=("k",)), milestone("G", "code", same_as=("k",)), item("A", of="M")]
    rows.append(item("B", "code", milestones=(ref("G", "code"),)))
    model = snapshot(*rows)
    assert model.members == {ref("G", "code"): (ref("B", "code"), ref("A"))}
    assert model.items[ref("A")].milestones == (ref("G", "code"),)


def test_progress_counts_done_items_and_not_dropped_ones() -> None:
    statuses = ["done", "done", "doing", "unknown", "dropped"]
    model = snapshot(milestone("M"), *(item(f"A-{n}", of="M", status=status) for n, status in enumerate(statuses)))
    assert model.milestones[ref("M")].progress == Progress(2, 4)
    assert snapshot(milestone("M", progress=Progress(1, 3))).milestones[ref("M")].progress == Progress(1, 3)


def test_a_cycle_of_parents_is_cut_and_listed() -> None:
    model = snapshot(
        milestone("M", parent=ref("N")), milestone("N", parent=ref("M")), item("A", of="N"), item("B", parent=ref("B"))
    )
    assert members(model, "N") == ["A"]
    assert model.problems == ("M -> N -> M is a cycle of parents and is cut at M: take one of them out of the other",)


def test_a_long_chain_of_parents_is_fine() -> None:
    chain = [item(f"A-{n}", parent=ref(f"A-{n - 1}") if n else ref("M")) for n in range(5_000)]
    assert len(snapshot(milestone("M"), *chain).members[ref("M")]) == 5_000


@pytest.mark.parametrize(
    "name",
    [
        "PLAT-41",
        "plat-41",
        "https://plat.example/browse/PLAT-41",
        "HTTPS://Plat.Example/browse/PLAT-41/?focus=1#comment-7",
    ],
)
def test_a_key_or_url_leads_to_its_record_in_any_connection(name: str) -> None:
    model = snapshot(item("PLAT-41"), item("B", "code"), link(Alias(name), ref("B", "code")))
    assert [(row.predecessor, row.successor) for row in model.dependencies] == [(ref("PLAT-41"), ref("B", "code"))]


@pytest.mark.parametrize("name", ["Title of PLAT-41", "https://plat.example/BROWSE/plat-41", "http://[", ""])
def test_anything_else_leads_nowhere(name: str) -> None:
    model = snapshot(item("PLAT-41"), item("B"), link(Alias(name), "B"))
    assert [reason for _, reason in model.dangling] == [f"{name} is not in the mirror"]


def test_the_key_of_any_source_names_the_joined_milestone() -> None:
    rows = (milestone("M", same_as=("k",)), milestone("G", "code", same_as=("k",)), item("A"), link(Alias("m"), "A"))
    assert [row.predecessor for row in snapshot(*rows).dependencies] == [ref("G", "code")]


def test_a_key_that_two_records_bear_leads_nowhere_and_is_listed() -> None:
    model = snapshot(item("A"), item("A", "code"), item("B"), link(Alias("A"), "B"))
    reason = "A is the name of several records (code:issues:A and plat:issues:A): name it by its URL"
    assert [found for _, found in model.dangling] == [reason]
    assert model.problems == (f"A link is left out: {reason}",)


def test_a_link_to_a_record_that_was_never_seen_dangles() -> None:
    model = snapshot(item("B"), link("PLAT-99", "B"))
    assert not model.dependencies
    assert [(row.predecessor, reason) for row, reason in model.dangling] == [(ref("PLAT-99"), "PLAT-99 is not in the mirror")]


def test_a_link_that_both_ends_declare_is_one_and_the_stricter_one() -> None:
    declared = [link("A", "B", strength="soft", ref=ref("A")), link(Alias("a"), "B", lag=480.0)]
    (row,) = snapshot(item("A"), item("B"), *declared).dependencies
    assert (row.strength, row.lag) == ("hard", 480.0)
    assert len(snapshot(item("A"), item("B"), link("A", "B"), link("A", "B", relation="SS")).dependencies) == 2


def test_what_waits_for_itself_is_left_out_and_listed() -> None:
    joined = (milestone("M", same_as=("k",)), milestone("G", "code", same_as=("k",)))
    model = snapshot(*joined, link("M", ref("G", "code")))
    assert not model.dependencies
    assert model.problems == ("G: a link makes G wait for itself and is left out: delete it",)


def test_names_that_lead_nowhere_are_kept_and_listed_once() -> None:
    model = snapshot(*(item(f"A-{n}", milestones=(Alias("EPIC-9"),)) for n in range(5)))
    assert model.items[ref("A-0")].milestones == (Alias("EPIC-9"),)
    assert model.problems == ("EPIC-9 is not in the mirror; named as parent or milestone by A-0, A-1, A-2 and 2 more",)


def test_merge_requests_name_milestones_and_items() -> None:
    request = MergeRequest(ref=ref("R", stream="pulls"), title="R", milestones=(Alias("M"),), closes=(Alias("A"), Alias("Z")))
    made = snapshot(milestone("M"), item("A"), request).merge_requests[request.ref]
    assert (made.milestones, made.closes) == ((ref("M"),), (ref("A"), Alias("Z")))


STALE: dict[str, Any] = {"stale": frozenset({("code", "issues", "1")})}


def test_records_of_a_scope_that_was_not_read_are_unsure_and_so_are_rejected_ones() -> None:
    rejected = ref("X")
    model = snapshot(item("A"), item("B", "code"), item("C", "code", scope_id="2"), unknown=frozenset({rejected}), **STALE)
    assert model.stale == {ref("B", "code"), rejected}


@pytest.mark.parametrize(
    ("name", "options", "unsure"),
    [
        (Alias("Z-9"), STALE, Alias("Z-9").unseen),
        (ref("Z-9", "code"), STALE, ref("Z-9", "code")),
        (Alias("z-9"), {"unknown": frozenset({ref("Z-9")})}, Alias("Z-9").unseen),
    ],
)
def test_a_name_may_only_look_as_if_it_led_nowhere(name: Ref | Alias, options: dict[str, Any], unsure: Ref) -> None:
    assert unsure in snapshot(item("A"), link(name, "A"), **options).stale
    assert unsure not in snapshot(item("A"), link(name, "A")).stale
