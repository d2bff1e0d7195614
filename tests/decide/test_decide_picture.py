"""The picture of a driving path: where it is drawn, what it may tell, and what no title can do to it."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as expected
from markdown_it import MarkdownIt

from syncd.contract import Limits
from syncd.model.finding import Day, Finding, Named, Step
from syncd.model.ref import Ref
from syncd.model.rows import Audience
from syncd.model.snapshot import Snapshot
from syncd.model.wire import finding_from_json, finding_to_json
from tests.decide.decide_world import (
    decided,
    forge,
    item,
    jira,
    late,
    milestone,
    opened,
    place,
    places,
    receipted,
    snapshot,
)

EPIC, TICKET = jira(1), forge(12)
ENDS = Day(date(2026, 5, 12))


def drawn(subject: Ref, title: str = "Payment API", audience: Audience = "connection", day: Day = ENDS) -> Finding:
    steps = (
        Step(Named(jira(41), title, audience, "PLAT"), ("ends ", day)),
        Step(Named(forge(7), "Routes"), ("ends ", Day(date(2026, 5, 20))), (0,)),
        Step(Named(subject, "Checkout v2"), ("due ", Day(date(2026, 5, 15))), (1,)),
    )
    return replace(late(subject), graph=steps)


def world(title: str = "Payment API") -> Snapshot:
    return snapshot(milestone(EPIC), milestone(TICKET), item(jira(41), title), item(forge(7), "Routes"))


def body(finding: Finding, **policy: Any) -> str:
    (action,) = decided(opened(finding), world(), **policy).plan.actions
    return action.body


def test_a_forge_draws_it_folded_away_with_no_title_of_another_tool() -> None:
    assert body(drawn(TICKET)).partition("Facts of")[2].replace("  \n", "␠␠\n") == expected("""\
 Tue 5 May, 09:00 CEST.

<details><summary>As a picture</summary>

```mermaid
flowchart LR
  n0["PLAT-41<br/>ends Tue 12 May 2026"]
  n1["acme/api#35;7 Routes<br/>ends Wed 20 May"]
  n2(["acme/api#35;12 Checkout v2<br/>due Fri 15 May"])
  n0 --> n1
  n1 --> n2
```

</details>

<!-- syncd:adc339f08fc5a67469228dc8 -->\
""")


def test_jira_has_the_path_in_words_and_no_picture() -> None:
    assert "flowchart" not in body(drawn(EPIC))
    assert body(drawn(EPIC)) == body(late(EPIC))
    (with_, without) = (decided(opened(one), world()).plan.actions[0].digest for one in (drawn(EPIC), late(EPIC)))
    assert with_ == without


def test_what_is_private_is_no_more_than_a_private_item_in_it() -> None:
    told = body(drawn(TICKET, "Layoffs", "record"))
    picture = told.partition("mermaid")[2]
    assert ("a private item" in picture, "Layoffs" in told, "PLAT-41" in picture) == (True, False, False)


def test_titles_that_may_cross_are_drawn() -> None:
    where = places() | {"plat": place("plat", limits=Limits("wiki"), share="titles")}
    (action,) = decided(opened(drawn(TICKET)), world(), where=where).plan.actions
    assert "PLAT-41 Payment API<br/>" in action.body


def test_another_step_is_news_and_another_day_of_the_clock_is_none() -> None:
    said = receipted({}, decided(opened(drawn(TICKET, day=replace(ENDS, clocked=True))), world()).plan.actions)
    tomorrow = drawn(TICKET, day=Day(date(2026, 5, 13), clocked=True))
    assert decided(opened(tomorrow), world(), said=said).plan.actions == ()
    shorter = replace(tomorrow, graph=tomorrow.graph[1:])
    assert len(decided(opened(shorter), world(), said=said).plan.actions) == 1


def test_where_there_is_no_room_the_picture_goes_before_any_text() -> None:
    whole, plain = body(drawn(TICKET)), body(late(TICKET))
    for room, wanted in ((len(whole), whole), (len(whole) - 1, plain), (len(plain), plain)):
        where = places() | {"code": place("code", limits=Limits("markdown", room))}
        (action,) = decided(opened(drawn(TICKET)), world(), where=where).plan.actions
        assert action.body == wanted


def test_it_survives_the_store_and_what_was_stored_before_has_none() -> None:
    finding = drawn(TICKET)
    stored = finding_to_json(finding)
    assert finding_from_json(stored) == finding
    assert finding_from_json({key: value for key, value in stored.items() if key != "graph"}) == late(TICKET)


HOSTILE = st.one_of(
    st.sampled_from(
        [
            "```\n@everyone",
            '"] --> x',
            "</details><script>",
            "%%{init: {}}%%",
            "end",
            "a\nclick n0 href",
            "#quot;",
            "~~~",
            "`",
            "|x|",
        ]
    ),
    st.text(max_size=60),
)


@settings(max_examples=100, deadline=None)
@given(HOSTILE)
def test_no_title_breaks_out_of_its_box(title: str) -> None:
    finding = drawn(TICKET, title)
    where = places() | {"plat": place("plat", limits=Limits("wiki"), share="titles")}
    (action,) = decided(opened(finding), world(title), where=where).plan.actions
    (fence,) = [token for token in MarkdownIt().parse(action.body) if token.type == "fence"]
    lines = fence.content.splitlines()
    assert (fence.info, len(lines)) == ("mermaid", 6)
    boxes = lines[1:4]
    assert all(re.fullmatch(r'  n\d(\["|\(\[")(?:[^"`<>{}|%&\[\]\\@]|<br/>)*("\]|"\]\))', box) for box in boxes), boxes
    assert lines[4:] == ["  n0 --> n1", "  n1 --> n2"]


@pytest.mark.parametrize("people", ["role", "none"])
def test_it_is_drawn_whatever_is_told_of_people(people: str) -> None:
    assert "flowchart LR" in body(drawn(TICKET), people=people)
