"""Findings, anchors and the moment of amnesty."""

from dataclasses import replace
from datetime import date

from syncd.store import Store
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


def test_a_forgotten_state_is_gone_and_its_history_stays(store: Store) -> None:
    one, other = state(finding()), state(finding(subject="9"))
    store.findings.put([one, other], AT)
    store.findings.forget([one.finding.fingerprint])
    assert set(store.findings.states()) == {other.finding.fingerprint}
    assert store.findings.history(one.finding.fingerprint)


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
