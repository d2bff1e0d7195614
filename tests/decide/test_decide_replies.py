"""What a person answers below our comment: how it is read, of what it speaks, how long it counts, and what our comment says to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.decide import Policy
from syncd.decide.answers import Answers, answers, unclear
from syncd.decide.plain import plain_parts
from syncd.decide.plan_text import action_kind
from syncd.decide.replies import MOST_DAYS, Command, Unclear, heard, read
from syncd.decide.word import Worded, worded
from syncd.model.finding import Quote
from syncd.model.ref import Ref
from syncd.model.rows import Item, MergeRequest, Person, Reply
from syncd.model.snapshot import Snapshot
from tests.decide import decide_world
from tests.decide.decide_world import decided, jira, late, opened, receipted
from tests.model_builders import item, milestone, moved, on, ref, snapshot

ANA = Person("Ana Lopez", {"plat": "ana"})
EPIC = milestone("M", title="Checkout v2", due="2026-05-29", owner=ANA)
WORK = item("A", of="M", due="2026-05-20", days=2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/syncd on track", Command("on track")),
        ("/syncd On-Track.", Command("on track")),
        ("/SYNCD: at_risk", Command("at risk")),
        ("  /syncd   off   track  ", Command("off track")),
        ("/syncd off\u2011track", Command("off track")),
        ("/syncd on\N{NO-BREAK SPACE}track", Command("on track")),
        ("/syncd `unknown`", Command("unknown")),
        ("/syncd on track until 2026-05-20", Command("on track", date(2026, 5, 20))),
        ("/syncd on track, Until: 2026-05-20.", Command("on track", date(2026, 5, 20))),
        (
            "/syncd on track until 2026-05-20 because the vendor ships on Monday",
            Command("on track", date(2026, 5, 20), "the vendor ships on Monday"),
        ),
        ("/syncd at risk because: until Friday nobody knows", Command("at risk", None, "until Friday nobody knows")),
        ("/syncd at risk because", Command("at risk")),
        ("/syncd clear", Command(None)),
        ("/syncd Clear, because it was wrong", Command(None, None, "it was wrong")),
        ("/syncd", Unclear("it says no word")),
        ("/syncd until 2026-05-20", Unclear("it says no word")),
        ("/syncd because", Unclear("it says no word")),
        ("/syncd ontrack", Unclear("there is no word", "ontrack")),
        ("/syncd on track we think", Unclear("there is no word", "on track we think")),
        ("/syncd @all <b>", Unclear("there is no word", "@all <b>")),
        ("/syncd on track until", Unclear("a date is written like 2026-12-15, not", "left out")),
        ("/syncd on track until Friday", Unclear("a date is written like 2026-12-15, not", "Friday")),
        ("/syncd on track until 2026-02-30", Unclear("a date is written like 2026-12-15, not", "2026-02-30")),
        ("/syncd on track until 20260520", Unclear("a date is written like 2026-12-15, not", "20260520")),
        ("/syncd clear until 2026-05-20", Unclear("nothing is taken back until a date")),
        ("/syncd-bot on track", None),
        ("/syncdon track", None),
        ("we say /syncd on track", None),
        ("", None),
    ],
)
def test_a_line(line: str, said: Command | Unclear | None) -> None:
    assert read(line) == said


@given(st.text(max_size=60), st.text(max_size=40))
@settings(max_examples=100)
def test_no_text_breaks_it_and_a_reason_is_one_short_line(word: str, because: str) -> None:
    found = read(f"/syncd {word} because {because}")
    assert isinstance(found, Command | Unclear)
    text = found.because if isinstance(found, Command) else str(found)
    assert "\n" not in text
    assert len(text) <= 160


def reply(text: str, at: str | None = "2026-05-05", *, of: str = "M", by: Person | None = ANA, n: int = 1) -> Reply:
    ticket = ref(of)
    moment = (datetime.fromisoformat(at) if "T" in at else on(at)).replace(tzinfo=UTC) if at else None
    return Reply(ref=Ref("plat", "replies", f"issues/{of}/{n}"), of=ticket, person=by, at=moment, text=text)


def stands(model: Snapshot, **options: Any) -> Worded:
    (one,) = worded(model, [], label="status:*", **options)
    return one


def test_the_word_of_an_answer_counts_and_what_is_computed_stands_beside_it() -> None:
    one = stands(snapshot(EPIC, WORK, reply("/syncd at risk because the vendor is late")))
    assert (one.word, one.computed) == ("at risk", "on track")
    assert one.override is not None
    assert (one.override.by, one.override.since, one.override.until) == ("Ana Lopez", date(2026, 5, 5), date(2026, 5, 19))
    assert one.reason.startswith("by a reply, because the vendor is late; computed: on track, by its dates")


@pytest.mark.parametrize(
    ("until", "today", "counts", "last"),
    [
        ("", "2026-05-19", True, "2026-05-19"),
        ("", "2026-05-20", False, "2026-05-19"),
        (" until 2026-05-07", "2026-05-07", True, "2026-05-07"),
        (" until 2026-05-07", "2026-05-08", False, "2026-05-07"),
        (" until 2027-05-07", "2026-08-03", True, "2026-08-03"),  # 90 days
        (" until 2027-05-07", "2026-08-04", False, "2026-08-03"),
    ],
)
def test_it_expires(until: str, today: str, counts: bool, last: str) -> None:
    one = stands(snapshot(EPIC, WORK, reply(f"/syncd off track{until}"), now=on(today)))
    said = one.override or one.expired
    assert said is not None
    assert (one.override is not None, said.until.isoformat()) == (counts, last)
    assert counts or one.reason.endswith(f"; a reply expired on {last}")


def test_labels_that_hold_longer_let_answers_hold_as_long() -> None:
    one = stands(snapshot(EPIC, WORK, reply("/syncd off track until 2026-12-31")), days=MOST_DAYS + 30)
    assert one.override
    assert one.override.until == date(2026, 9, 2)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ([("/syncd at risk", "2026-05-01"), ("/syncd off track", "2026-05-02")], "off track"),
        ([("/syncd off track", "2026-05-02"), ("/syncd at risk", "2026-05-01")], "off track"),
        ([("/syncd off track", "2026-05-02T08:00"), ("/syncd at risk", "2026-05-02T09:00")], "at risk"),
        ([("/syncd off track", "2026-05-02"), ("/syncd fine", "2026-05-03")], "off track"),  # what is not understood says nothing
        ([("/syncd off track", "2026-05-02"), ("/syncd clear", "2026-05-03")], "on track"),
        ([("/syncd clear", "2026-05-02"), ("/syncd off track", "2026-05-03")], "off track"),
        (
            [("/syncd off track", "2026-04-30"), ("/syncd at risk until 2026-05-04", "2026-05-01")],
            "on track",
        ),  # the last has expired
        ([("/syncd off track\n/syncd at risk", "2026-05-02")], "at risk"),
        ([("/syncd off track\n/syncd fine", "2026-05-02")], "off track"),
        ([("/syncd off track", None)], "on track"),
    ],
)
def test_the_last_that_is_understood_counts(said: list[tuple[str, str | None]], word: str) -> None:
    rows = [reply(text, at, n=n) for n, (text, at) in enumerate(said)]
    assert stands(snapshot(EPIC, WORK, *rows)).word == word
    assert stands(snapshot(EPIC, WORK, *reversed(rows))).word == word


@pytest.mark.parametrize(
    ("label", "answer", "word", "source"),
    [
        ("2026-05-01T07:00:00", "2026-05-02", "at risk", "a reply"),
        ("2026-05-02T08:00:00", "2026-05-02", "off track", "the label status:off-track"),
        ("2026-05-02T06:00:00", "2026-05-02", "at risk", "a reply"),
        ("2026-05-02T07:00:00", "2026-05-02", "at risk", "a reply"),
    ],
)
def test_against_a_label_the_later_one_counts(label: str, answer: str, word: str, source: str) -> None:
    epic = replace(EPIC, labels=("status:off-track",), history=(moved(label, "", "status:off-track", "labels"),))
    one = stands(snapshot(epic, WORK, reply("/syncd at risk", answer)))
    assert (one.word, one.override and one.override.source) == (word, source)
    taken_back = stands(snapshot(epic, WORK, reply("/syncd clear", answer)))
    assert (taken_back.word, taken_back.override is None) == (("on track", True) if source == "a reply" else ("off track", False))


def request(*closes: Item, of: str | None = None) -> MergeRequest:
    return MergeRequest(
        ref=ref("R"), title="Change", closes=tuple(one.ref for one in closes), milestones=(ref(of),) if of else ()
    )


OTHER = milestone("N", due="2026-05-29")


@pytest.mark.parametrize(
    ("rows", "on_", "milestones"),
    [
        ((EPIC, WORK), "A", ["M"]),
        ((EPIC, OTHER, replace(WORK, milestones=(ref("M"), ref("N")))), "A", []),
        ((EPIC, replace(WORK, milestones=())), "A", []),
        ((EPIC, replace(OTHER, parent=ref("M")), replace(WORK, milestones=(ref("N"),))), "A", ["N"]),  # the nearest one
        ((EPIC, WORK, request(WORK)), "R", ["M"]),
        ((EPIC, OTHER, WORK, request(WORK, of="N")), "R", ["N"]),
        ((EPIC, WORK), "GONE", None),
    ],
)
def test_of_what_it_speaks(rows: tuple[Any, ...], on_: str, milestones: list[str] | None) -> None:
    found = heard(snapshot(*rows, reply("/syncd off track", of=on_)))
    assert [one.milestone.id for one in found if one.milestone] == (milestones or [])
    if milestones is None:
        assert found == ()
    elif not milestones:
        assert str(found[0].unclear).endswith("milestones: answer on the ticket of one")


def test_on_any_ticket_of_a_joined_milestone_and_only_there_is_it_answered() -> None:
    joined = replace(EPIC, same_as=("checkout",)), milestone("X", "code", due="2026-05-29", same_as=("checkout",))
    there = Reply(
        ref=Ref("code", "replies", "issues/X/1"), of=ref("X", "code"), person=ANA, at=on("2026-05-05"), text="/syncd at risk"
    )
    model = snapshot(*joined, WORK, there)
    assert stands(model).word == "at risk"
    assert list(answers(model, [], Policy())) == [ref("X", "code")]


def lines(model: Snapshot, **policy: Any) -> list[str]:
    return [plain_parts(line) for told in answers(model, [], Policy(**policy)).values() for line in told]


WORDS = "Words: on track, at risk, off track, unknown, clear."


@pytest.mark.parametrize(
    ("people", "by", "whose"),
    [
        ("named", ANA, "Ana Lopez's reply of "),
        ("role", ANA, "The owner's reply of "),
        ("role", Person("Bo", {"plat": "bo"}), "A reply of "),
        ("none", ANA, "A reply of "),
        ("named", None, "A reply of "),
    ],
)
def test_our_comment_says_what_counts_and_whose_it_is_as_people_are_shown(people: str, by: Person | None, whose: str) -> None:
    model = snapshot(EPIC, WORK, reply("/syncd at risk until 2026-05-20 because the vendor ships", by=by))
    assert lines(model, people=people) == [
        f"{whose}Tue 5 May 2026: at risk until Wed 20 May, because the vendor ships. Computed: on track."
    ]


@pytest.mark.parametrize(
    ("said", "today", "told"),
    [
        ([("/syncd fine", "2026-05-05")], "2026-05-19", f"is not understood: there is no word fine. {WORDS}"),
        ([("/syncd fine", "2026-05-05")], "2026-05-20", None),
        ([("/syncd fine", "2026-05-04"), ("/syncd clear", "2026-05-05")], "2026-05-05", None),
        ([("/syncd at risk until 2026-05-01", "2026-05-05")], "2026-05-05", "it was over when it was written: 2026-05-01."),
        ([("/syncd at risk", "2026-05-05")], "2026-05-20", None),
    ],
)
def test_our_comment_says_what_is_not_understood_until_it_is_old_or_put_right(
    said: list[tuple[str, str]], today: str, told: str | None
) -> None:
    model = snapshot(EPIC, WORK, *(reply(text, at, n=n) for n, (text, at) in enumerate(said)), now=on(today))
    found = lines(model)
    assert bool(told) == bool(found)
    assert told is None or told in found[0]
    assert [str(one.ticket.key) for one in unclear(model, 14)] == (["M"] if told else [])


def test_what_counts_stays_beside_what_is_not_understood() -> None:
    found = lines(snapshot(EPIC, WORK, reply("/syncd at risk", "2026-05-04"), reply("/syncd fine", "2026-05-05", n=2)))
    assert [line.partition(" of ")[2].partition(":")[0] for line in found] == [
        "Mon 4 May 2026",
        "Tue 5 May 2026 is not understood",
    ]


def test_a_word_that_another_ticket_took_over_is_not_shown_any_more() -> None:
    model = snapshot(EPIC, WORK, reply("/syncd at risk", "2026-05-04"), reply("/syncd off track", "2026-05-05", of="A"))
    assert [ticket.key for ticket in answers(model, [], Policy())] == ["A"]


def test_of_a_milestone_that_is_done_nothing_is_said() -> None:
    assert answers(snapshot(replace(EPIC, status="done"), WORK, reply("/syncd at risk")), [], Policy()) == {}


# --- in the comment ----------------------------------------------------------------------------------------------------------

TICKET = jira(7)
ANSWERED: Answers = {TICKET: ((Quote("Ana [x] Lopez", TICKET), "'s reply: at risk."),)}


def test_a_comment_that_stands_ends_with_it_and_is_put_back_when_it_is_over() -> None:
    world, late_ = decide_world.snapshot(decide_world.milestone(TICKET)), opened(late(TICKET))
    (first,) = decided(late_, world, answers=ANSWERED).plan.actions
    assert "Lopez" not in first.body, "nobody has answered a comment that is not there yet"
    ledger = receipted({}, [first], decide_world.NOW + timedelta(minutes=1))
    (edit,) = decided(late_, world, said=ledger, answers=ANSWERED).plan.actions
    assert edit.remote_id == "c1"
    assert edit.body.splitlines()[-3:-1] == ["Ana \\[x\\] Lopez's reply: at risk.", ""]
    assert edit.body.splitlines()[-1] == first.body.splitlines()[-1]
    assert (action_kind(edit), edit.reasons) == ("edit", ("changed: what was answered, or what may be shown here",))
    ledger = receipted(ledger, [edit])
    assert decided(late_, world, said=ledger, answers=ANSWERED).plan.actions == ()
    (over,) = decided(late_, world, said=ledger).plan.actions
    assert (over.body, over.digest) == (first.body, first.digest)


def test_a_comment_with_nothing_open_says_it_too() -> None:
    world, late_ = decide_world.snapshot(decide_world.milestone(TICKET)), late(TICKET)
    ledger = receipted({}, decided(opened(late_), world).plan.actions)
    cleared = opened(late_, state="cleared")
    (ended,) = decided(cleared, world, said=ledger).plan.actions
    ledger = receipted(ledger, [ended])
    (answered,) = decided(cleared, world, said=ledger, answers=ANSWERED).plan.actions
    assert "Resolved: nothing is open here." in answered.body
    assert "'s reply: at risk." in answered.body
    ledger = receipted(ledger, [answered])
    assert decided(cleared, world, said=ledger, answers=ANSWERED).plan.actions == ()
    (plain,) = decided(cleared, world, said=ledger).plan.actions
    assert plain.digest == ended.digest


def test_a_comment_that_a_person_deleted_stays_away_whatever_is_answered() -> None:
    world, late_ = decide_world.snapshot(decide_world.milestone(TICKET)), opened(late(TICKET))
    ledger = receipted({}, decided(late_, world).plan.actions)
    muted = {ref: replace(said, muted=True) for ref, said in ledger.items()}
    assert decided(late_, world, said=muted, answers=ANSWERED).plan.actions == ()
