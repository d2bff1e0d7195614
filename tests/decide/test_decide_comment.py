"""The comments as people read them."""

from dataclasses import replace
from datetime import date

from inline_snapshot import snapshot as expected

from syncd.contract import Limits
from syncd.decide import Plan, as_plan, plain_text
from syncd.model.finding import Count, Day, Finding, Line, Named, Quote
from syncd.model.ref import Ref
from tests.decide.decide_world import NOW, decided, forge, item, jira, late, milestone, opened, place, places, receipted, snapshot

EPIC, TICKET = jira(1), forge(12)
TITLES = {"drift": "Drift", "blocked": "Blocked", "sources_disagree": "Sources disagree"}


def comment(subject: Ref, *findings: Finding) -> str:
    world = snapshot(milestone(subject), item(jira(41), "Payment API"))
    (action,) = decided(opened(*findings), world, titles=TITLES).plan.actions
    return action.body.replace("  \n", "␠␠\n")


def disagree(subject: Ref) -> Finding:
    return Finding(
        code="sources_disagree",
        subject=subject,
        severity="warn",
        headline=(Named(subject, "Checkout v2"), ": two sources give different dates."),
        lines=(
            Line("Why", (Named(TICKET), " says ", Quote("in *review* @bob", TICKET), ", due ", Day(date(2027, 1, 4)), ".")),
            Line("Clears", ("both dates within ", Count(1, "working day"), ".")),
        ),
    )


def blocked(subject: Ref) -> Finding:
    held_up = Named(jira(7, "PAY"), "Ship [it] to @everyone")
    return Finding(
        code="blocked",
        subject=subject,
        severity="critical",
        headline=(Named(subject, "Checkout v2"), " waits for ", held_up, "."),
        lines=(Line("Why", (held_up, " has ", Count(0, "dependency"), " and ", Count(2, "person"), ".")),),
    )


def test_one_topic_in_wiki_markup() -> None:
    assert comment(EPIC, late(EPIC)) == expected("""\
*Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.*
Why: [PLAT-41|https://acme.atlassian.net/browse/PLAT-41] Payment API ends Tue 12 May.
Rests on: 31 of 42 items dated; 11 items without a date may move this later.
Clears: due Thu 21 May or later.
Wrong? Correct the due date of [PLAT-41|https://acme.atlassian.net/browse/PLAT-41]. Facts of Tue 5 May, 09:00 CEST.

{anchor:syncd-d6b0fcc8fc0fce624e9d46cb}\
""")


def test_one_topic_in_markdown() -> None:
    assert comment(TICKET, late(TICKET)) == expected("""\
**Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.**␠␠
Why: [`PLAT-41`](https://acme.atlassian.net/browse/PLAT-41) ends Tue 12 May.␠␠
Rests on: 31 of 42 items dated; 11 items without a date may move this later.␠␠
Clears: due Thu 21 May or later.␠␠
Wrong? Correct the due date of [`PLAT-41`](https://acme.atlassian.net/browse/PLAT-41). Facts of Tue 5 May, 09:00 CEST.

<!-- syncd:adc339f08fc5a67469228dc8 -->\
""")


def test_three_topics_in_wiki_markup() -> None:
    assert comment(EPIC, late(EPIC), blocked(EPIC), disagree(EPIC)) == expected("""\
h4. Blocked

*Checkout v2 waits for [PAY-7|https://acme.atlassian.net/browse/PAY-7] Ship \\[it\\] to \\@everyone.*
Why: [PAY-7|https://acme.atlassian.net/browse/PAY-7] Ship \\[it\\] to \\@everyone has 0 dependencies and 2 people.

h4. Drift

*Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.*
Why: [PLAT-41|https://acme.atlassian.net/browse/PLAT-41] Payment API ends Tue 12 May.
Rests on: 31 of 42 items dated; 11 items without a date may move this later.
Clears: due Thu 21 May or later.
Wrong? Correct the due date of [PLAT-41|https://acme.atlassian.net/browse/PLAT-41].

h4. Sources disagree

*Checkout v2: two sources give different dates.*
Why: [acme/api#12|https://github.com/acme/api/issues/12] says (see its own ticket), due Mon 4 Jan 2027.
Clears: both dates within 1 working day.
Facts of Tue 5 May 2026, 09:00 CEST.

{anchor:syncd-d6b0fcc8fc0fce624e9d46cb}\
""")


def test_three_topics_in_markdown() -> None:
    assert comment(TICKET, late(TICKET), blocked(TICKET), disagree(TICKET)) == expected("""\
### Blocked

**Checkout v2 waits for [`PAY-7`](https://acme.atlassian.net/browse/PAY-7).**␠␠
Why: [`PAY-7`](https://acme.atlassian.net/browse/PAY-7) has 0 dependencies and 2 people.

### Drift

**Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.**␠␠
Why: [`PLAT-41`](https://acme.atlassian.net/browse/PLAT-41) ends Tue 12 May.␠␠
Rests on: 31 of 42 items dated; 11 items without a date may move this later.␠␠
Clears: due Thu 21 May or later.␠␠
Wrong? Correct the due date of [`PLAT-41`](https://acme.atlassian.net/browse/PLAT-41).

### Sources disagree

**Checkout v2: two sources give different dates.**␠␠
Why: [`acme/api#12`](https://redirect.github.com/acme/api/issues/12) says `in *review* @bob`, due Mon 4 Jan 2027.␠␠
Clears: both dates within 1 working day.␠␠
Facts of Tue 5 May 2026, 09:00 CEST.

<!-- syncd:adc339f08fc5a67469228dc8 -->\
""")


def test_a_held_section_stays_with_the_time_of_its_own_facts() -> None:
    """What could not be judged again is not shown as today's."""
    world = snapshot(milestone(EPIC))
    said = receipted({}, decided(opened(late(EPIC), disagree(EPIC)), world).plan.actions)
    states = opened(late(EPIC, 9)) | opened(disagree(EPIC), held=True)
    (edit,) = decided(states, world, said=said, as_of=NOW.replace(day=6)).plan.actions
    assert [line.partition("Facts of ")[2] for line in edit.body.splitlines() if "Facts of" in line] == [
        "Wed 6 May, 09:00 CEST.",
        "Tue 5 May 2026, 09:00 CEST.",
    ]


def test_the_plan_shows_what_it_would_write_as_a_difference_with_its_reasons() -> None:
    world = snapshot(milestone(EPIC), milestone(jira(2), "Search"), milestone(forge(7, stream="milestones"), "Beta"))
    said = receipted({}, decided(opened(late(EPIC)), world).plan.actions)
    states = opened(
        late(EPIC, 9, severity="critical"),
        late(forge(7, stream="milestones"), title="Beta"),
        late(jira(2), title="Search", because=EPIC),
    )
    decision = decided(
        states, world, said=said, where=places() | {"plat": place("plat", "on", limits=Limits("wiki"))}, writes_per_pass=1
    )
    assert as_plan(decision.plan, said) == expected("""\
To write (1)
  edit plat PLAT-1: changed: drift, critical
    --- as it stands
    +++ as it would be
    @@ -1,4 +1,4 @@
    -*Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.*
    +*Checkout v2: 9 working days late. Work ends Thu 21 May 2026, due Fri 15 May.*
     Why: [PLAT-41|https://acme.atlassian.net/browse/PLAT-41] Payment API ends Tue 12 May.
     Rests on: 31 of 42 items dated; 11 items without a date may move this later.
     Clears: due Thu 21 May or later.

Waiting: over the cap of one pass (1)
  create plat PLAT-2: new: drift, warn
    --- as it stands
    +++ as it would be
    @@ -0,0 +1,7 @@
    +*Search: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.*
    +Why: [PLAT-1|https://acme.atlassian.net/browse/PLAT-1] Payment API ends Tue 12 May.
    +Rests on: 31 of 42 items dated; 11 items without a date may move this later.
    +Clears: due Thu 21 May or later.
    +Wrong? Correct the due date of [PLAT-1|https://acme.atlassian.net/browse/PLAT-1]. Facts of Tue 5 May, 09:00 CEST.
    +
    +{anchor:syncd-94498cd4582b3a67fc1e09bd}

Nowhere to speak (1)
  drift, warn: acme/api#7 Beta: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.
    none of its sources takes comments, no tracking ticket is configured for it, and no item drives it\
""")


def test_an_empty_plan_says_so() -> None:
    assert as_plan(Plan(), {}) == "Nothing to write."


def test_when_all_is_cleared_the_comment_says_resolved_and_is_used_again() -> None:
    world = snapshot(milestone(EPIC), item(jira(41)))
    said = receipted({}, decided(opened(late(EPIC), blocked(EPIC)), world).plan.actions)
    (ending,) = decided(opened(late(EPIC), blocked(EPIC), state="cleared"), world, said=said).plan.actions
    assert ending.body == expected("""\
*Resolved: nothing is open here.*
Was: Checkout v2 waits for [PAY-7|https://acme.atlassian.net/browse/PAY-7] Ship \\[it\\] to \\@everyone.
Was: Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May.

{anchor:syncd-d6b0fcc8fc0fce624e9d46cb}\
""")
    assert ending.reasons == ("cleared: blocked", "cleared: drift")
    said = receipted(said, [ending])
    assert decided(opened(late(EPIC), blocked(EPIC), state="cleared"), world, said=said).plan.actions == ()
    (again,) = decided(opened(late(EPIC)), world, said=said).plan.actions
    assert (again.remote_id, again.reasons) == ("c1", ("new: drift, warn",))


def test_the_terminal_shows_everything_and_obeys_nothing() -> None:
    finding = replace(blocked(EPIC), headline=(Named(EPIC, "red \x1b[31m title", "record"), " waits."))
    assert plain_text(finding) == expected("""\
PLAT-1 red [31m title waits.
Why: PAY-7 Ship [it] to @everyone has 0 dependencies and 2 people.\
""")


def test_a_comment_keeps_within_the_vendors_limit_and_says_what_it_left_out() -> None:
    world = snapshot(milestone(EPIC))
    findings = [replace(late(EPIC), discriminator=f"{number:02}") for number in range(40)]
    for room in (1_500, 700, 400, 250, 120):
        where = {"plat": place("plat", limits=Limits("wiki", room))}
        (action,) = decided(opened(*findings), world, where=where).plan.actions
        assert len(action.body) <= room
        assert action.body.endswith(f"{{anchor:syncd-{action.key}}}")
        assert "for which there is no room here." in action.body
        shown = action.body.count("*Checkout v2")
        assert f"{40 - shown} " in action.body
        assert len(action.fingerprints) == 40
