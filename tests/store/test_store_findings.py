"""Findings, anchors and the moment of amnesty."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from syncd.model.finding import Finding
from syncd.store import Store
from syncd.store.findings import hash_of
from tests.store.given import AT, LATER, finding, ref, state


def test_a_finding_is_remembered_with_all_that_decide_needs(store: Store) -> None:
    told = state(finding(), held=True, known=("warn", 4))
    store.findings.put([told, state(finding(subject="9"), state="cleared", cleared_at=LATER)], AT)
    states = store.findings.states()
    assert states[told.finding.fingerprint] == told
    assert {one.state for one in states.values()} == {"open", "cleared"}
    store.findings.put([state(finding())], LATER)
    assert store.findings.states()[told.finding.fingerprint].known is None


def test_the_history_has_what_a_reader_would_notice_and_nothing_else(store: Store) -> None:
    one = finding()
    store.findings.put([state(one)], AT)
    store.findings.put([state(one, held=True)], LATER)
    store.findings.put([state(finding(ends=date(2026, 5, 22)))], LATER)
    store.findings.put([state(finding(9, "critical", date(2026, 5, 22)))], LATER)
    store.findings.put([state(finding(9, "critical", date(2026, 5, 22)), state="cleared", cleared_at=LATER)], LATER)
    history = store.findings.history(one.fingerprint)
    seen = [(moment.state, moment.finding.severity, moment.finding.weight) for moment in history]
    assert seen == [("open", "warn", 4), ("open", "warn", 4), ("open", "critical", 9), ("cleared", "critical", 9)]
    assert [moment.at for moment in history] == [AT, LATER, LATER, LATER]
    assert store.findings.history("unknown") == []


def test_a_state_that_is_kept_already_is_not_written_again(store: Store) -> None:
    several = [state(finding()), state(finding(subject="9"), held=True, known=("warn", 4), cleared_at=LATER)]
    odd = state(replace(finding(subject="8"), headline=("late \ud800",)))
    store.findings.put([*several, odd], AT)
    with store.transaction():
        store.findings.put(store.findings.states().values(), LATER)
        store.findings.put([*several, odd], LATER)
        assert not store.changing()
        store.findings.put([replace(several[0], withheld=True)], LATER)
        assert store.changing()


def test_a_finding_that_was_found_again_to_the_letter_stands_for_the_kept_one(store: Store) -> None:
    same, other, odd = (
        finding(),
        finding(subject="9"),
        replace(finding(subject="8"), headline=("late \ud800",), facts={"n": 2**70}),
    )
    ended = [state(finding(subject=subject), state="cleared", cleared_at=LATER) for subject in ("5", "6")]
    store.findings.put([*map(state, (same, other, odd)), *ended], AT)
    again = [replace(same), replace(other, weight=5), replace(odd)]
    told = [ended[0].finding.fingerprint]
    before, newer = store.findings.resumed(store.findings.kept(), again, told, lambda *_: False)
    assert not newer
    assert {one.finding.subject.id for one in before.values()} == {same.subject.id, "9", "8", "5"}
    assert before[same.fingerprint].finding is again[0]
    assert before[odd.fingerprint].finding is again[2]
    assert before[other.fingerprint] == state(other)
    alike = store.findings.resumed(store.findings.kept(), again, told, lambda *_: True)
    assert (set(alike.newer), alike.states[other.fingerprint].finding) == ({other.fingerprint}, again[1])


@pytest.mark.parametrize(
    "other",
    [
        lambda one: replace(one, inputs=frozenset({ref("77")})),
        lambda one: replace(one, driving=ref("77")),
        lambda one: replace(one, facts={"late": 5}),
        lambda one: replace(one, subject=replace(one.subject, key="PAY-1000")),
        lambda one: replace(one, lines=(replace(one.lines[0], moves=True), *one.lines[1:])),
    ],
    ids=["inputs", "driving", "facts", "key", "moves"],
)
def test_whatever_of_a_finding_differs_is_written(store: Store, other: Callable[[Finding], Finding]) -> None:
    store.findings.put([state(finding())], AT)
    store.findings.put([state(other(finding()))], LATER)
    assert next(iter(store.findings.states().values())).finding == other(finding())
    assert next(iter(store.findings.kept().values())).hash == hash_of(other(finding())) != hash_of(finding())


def test_an_anchor_is_followed_and_stays_until_it_is_moved(store: Store) -> None:
    store.anchors.put({ref("1"): ref("1"), ref("2", "code"): ref("1")}, AT)
    store.anchors.put({ref("2", "code"): ref("2", "code")}, LATER)
    store.anchors.put({}, LATER)
    assert store.anchors.all() == {ref("1"): ref("1"), ref("2", "code"): ref("2", "code")}


def test_the_moment_at_which_writing_was_enabled_never_moves(store: Store) -> None:
    store.enabled.enable("plat", "PAY", AT)
    store.enabled.enable("plat", "PAY", LATER)
    store.enabled.enable("plat", "WEB", LATER)
    assert store.enabled.all() == {("plat", "PAY"): AT, ("plat", "WEB"): LATER}
