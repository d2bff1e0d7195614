"""Open work by its numbers: as the network has it, as its refs are ordered, and with the ends that its dates tell."""

from dataclasses import replace

import numpy as np

from syncd.model.ref import Ref, identity
from syncd.schedule.compiled import Network
from syncd.schedule.draws import forward_many
from syncd.schedule.ordered import by_identity
from syncd.schedule.plan import plan_of
from syncd.schedule.wiring import End, binding, members_of, opened_of
from tests.bench_company_rich import rich_company

SEEN = rich_company(600)


def test_open_items_are_the_first_nodes_in_the_order_of_their_refs() -> None:
    opened, plan = SEEN.once(opened_of), SEEN.once(plan_of)
    refs = [item.ref for item in opened.items]
    assert refs == sorted((ref for ref, item in SEEN.items.items() if item.status not in ("done", "dropped")), key=identity)
    assert refs == plan.wiring.nodes[: len(refs)]
    assert [plan.works[number] for number in range(len(refs))] == list(opened.items)
    for members in SEEN.once(members_of).values():
        assert [opened.items[number] for number in members.numbers] == list(members.opened)


def test_rows_of_several_streams_are_ordered_as_their_refs() -> None:
    rows = [replace(item, ref=replace(item.ref, stream=f"s{place % 3}")) for place, item in enumerate(SEEN.items.values())]
    assert [row.ref for row in by_identity(rows)] == sorted((row.ref for row in rows), key=identity)


def test_links_bind_the_work_that_they_name() -> None:
    bound = binding(SEEN)
    for link, earlier, later in zip(bound.links, bound.earlier, bound.later, strict=True):
        assert (bound.works[earlier].ref, bound.works[later].ref) == (link.predecessor, link.successor)


def test_an_end_by_number_is_that_of_the_dates() -> None:
    plan = SEEN.once(plan_of)
    assert any(isinstance(node, End) for node in plan.wiring.nodes)
    for number, node in enumerate(plan.wiring.nodes):
        end, dates = plan.finish(number), plan.dates(node)
        assert dates is not None
        assert (end.day, end.clocked, end.by) == (dates.finish, dates.clocked, dates.by)
        wire = plan.driver(node)
        while wire is not None and not isinstance(plan.wiring.nodes[wire.earlier], Ref):
            wire = plan.driver(plan.wiring.nodes[wire.earlier])
        assert end.by == (plan.wiring.nodes[wire.earlier] if wire else None)


def test_what_may_not_end_before_a_moment_is_pushed_as_by_work_that_ends_then() -> None:
    random = np.random.default_rng(3)
    before, after = random.integers(0, 20, 30), random.integers(20, 40, 30)
    lasting, held = random.integers(1, 500, (50, 40)), random.integers(0, 900, 40)
    bound = forward_many(Network.of(40, before, after), lasting, not_done=held, watched=range(40))
    wired = Network.of(80, [*before, *range(40, 80)], [*after, *range(40)], ["FS"] * 30 + ["FF"] * 40)
    both = forward_many(wired, np.hstack((lasting, np.zeros((50, 40), int))), not_earlier=[*[0] * 40, *held], watched=range(40))
    assert np.array_equal(bound.watched, both.watched)
