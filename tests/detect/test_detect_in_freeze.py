"""Deployments in a freeze, and milestones for which nothing but a freeze is left."""

import pytest
from inline_snapshot import snapshot as inline

from tests.detect.booking_given import FREEZE, FROZEN, found
from tests.model_builders import deployment, freeze, item, milestone, ref, text_of


def test_a_deployment_in_a_freeze_says_when_it_ends() -> None:
    (finding,) = found(FROZEN, FREEZE, deployment("D", "2026-05-08T08:00"))
    assert text_of(finding) == inline("""\
[warn] <D Title of D> is planned for Fri 2026-05-08 10:00, in the freeze <F Title of F>.
Why the freeze of "checkout" ends Sat 2026-05-09 12:00.
Rests on freezes of it, of what it is part of, and of its parts. Rule: a warning from 5 working days ahead, critical from 1.
Clears a time outside of the freeze: the next free moment is Sat 2026-05-09 12:00; or an exemption: the label freeze-exempt:DATE on its milestone, or exempt in [detect.in_freeze].
Wrong? Correct the time of <D Title of D>, or the freeze.\
""")


@pytest.mark.parametrize(
    ("at", "service", "told"),
    [
        ("2026-05-07T09:59", "checkout", False),
        ("2026-05-07T10:00", "checkout", True),
        ("2026-05-09T10:00", "checkout", False),
        ("2026-05-08T08:00", "checkout/api", True),
        ("2026-05-08T08:00", "ledger", False),
    ],
)
def test_touching_a_freeze_is_no_overlap_and_parts_are_frozen_with_the_whole(at: str, service: str, told: bool) -> None:
    assert bool(found(FROZEN, FREEZE, deployment("D", at, service))) == told


def test_a_milestone_that_only_a_freeze_is_left_for() -> None:
    epic = milestone("M", due="2026-05-08", labels=("service:checkout",))
    work = item("A", of="M", due="2026-05-07")
    wide = freeze("F", "2026-05-07", "2026-05-11")
    (finding,) = found(FROZEN, wide, epic, work)
    assert (finding.subject, finding.severity) == (ref("M"), "warn")
    assert not found(FROZEN, freeze("F", "2026-05-07", "2026-05-08"), epic, work), "the due date itself is free"
    assert not found(FROZEN, wide, epic, item("A", of="M", due="2026-05-06")), "a day before the freeze is left"
    assert not found(FROZEN, wide, milestone("M", due="2026-05-08"), work), "nothing says what it is deployed as"
