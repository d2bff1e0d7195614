"""A milestone's plan as rows, as Mermaid and as SVG: what it shows, and that no title and no size spoils it."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.model.rows import Row
from syncd.schedule import mermaid
from syncd.schedule.picture import Picture, flowchart, gantt, picture_of
from syncd.schedule.picture_svg import chart, graph
from tests.model_builders import item, link, milestone, ref, snapshot

ROWS = (
    milestone("M", title="Checkout v2", due="2026-05-15"),
    item("CONTRACT", due="2026-05-12", title="Provider contract"),
    item("A", of="M", days=2, assignees="Ada", title="Payment API", spent=480.0),
    item("B", of="M", days=3, title="Basket"),
    item("C", of="M", status="doing"),
    item("D", of="M", status="done"),
    link("CONTRACT", "A"),
    link("A", "B", lag=480),
    milestone("OTHER", due="2026-05-15"),
    item("O", of="OTHER", days=30),
)
SVG = "{http://www.w3.org/2000/svg}"


def picture(*rows: Row) -> Picture:
    model = snapshot(*rows)
    return picture_of(model, model.milestones[ref("M")])


def test_rows_are_the_milestones_open_items_and_what_they_wait_for() -> None:
    made = picture(*ROWS)
    told = [
        (
            row.key,
            f"{row.dates.start:%d}-{row.dates.finish:%d}",
            row.days,
            row.room,
            row.part,
            row.on_path,
            row.after,
            row.percent,
        )
        for row in made.rows
    ]
    assert told == [
        ("C", "05-05", 1, 8, True, False, (), None),
        ("CONTRACT", "12-12", 1, -3, False, True, (), None),
        ("A", "13-14", 2, -3, True, True, (1,), 33),
        ("B", "18-20", 3, -3, True, True, (2,), None),
    ]
    assert (made.late, made.done, made.total, [one.label for one in made.path]) == (3, 1, 4, ["CONTRACT", "A", "B"])


def test_what_keeps_it_from_being_believed_is_listed() -> None:
    rows = (milestone("M", due="2026-05-15"), item("A", of="M"), item("B", of="M"), link("A", "B"), link("B", "A"))
    assert picture(*rows).problems == (
        "items wait for each other, so their links push nothing: A -> B -> A",
        "2 of 2 durations are assumed: give estimates, or dates",
    )
    assert picture(milestone("M")).rows == ()


def test_as_mermaid() -> None:
    assert f"{gantt(picture(*ROWS))}\n{flowchart(picture(*ROWS))}" == inline("""\
gantt
  title M Checkout v2
  dateFormat YYYY-MM-DD
  axisFormat %d %b
  inclusiveEndDates
  C Title of C :active, t0, 2026-05-05, 2026-05-05
  CONTRACT Provider contract :crit, t1, 2026-05-12, 2026-05-12
  A Payment API :crit, t2, 2026-05-13, 2026-05-14
  B Basket :crit, t3, 2026-05-18, 2026-05-20
  due M :milestone, t4, 2026-05-15, 0d
flowchart LR
  n0["C Title of C<br/>2026-05-05 to 2026-05-05"]
  n1["CONTRACT Provider contract<br/>2026-05-12 to 2026-05-12"]
  n2["A Payment API<br/>2026-05-13 to 2026-05-14"]
  n3["B Basket<br/>2026-05-18 to 2026-05-20"]
  n4(["M Checkout v2<br/>due 2026-05-15"])
  n1 --> n2
  n2 -->|"+1 d"| n3
  n3 --> n4\
""")


def test_as_a_chart_it_has_a_title_a_description_and_a_table_and_nothing_that_runs() -> None:
    for text in (chart(picture(*ROWS)), graph(picture(*ROWS))):
        root = ET.fromstring(text)
        assert root.find(f"{SVG}title").text == "Plan of M Checkout v2"  # type: ignore[union-attr]
        assert root.find(f"{SVG}desc").text == (  # type: ignore[union-attr]
            "1 of 4 items done, ends 20 May 2026, due 15 May 2026, 3 working days late. Driving path: CONTRACT, A, B. "
            "Critical work has a star and a thick outline. The table has all rows."
        )
        (table,) = [one for one in root.iter(f"{SVG}g") if one.get("role") == "table"]
        rows = [[cell.text for cell in row] for row in table]
        assert rows[0] == ["work", "title", "start", "end", "room"]
        assert rows[3] == ["A", "Payment API", "13 May", "14 May", "-3 d", "*"]
        assert "prefers-color-scheme: dark" in text
        assert not any(word in text for word in ("<script", "href", "url(", "@import", "onload"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.text(max_size=30))
def test_it_is_well_formed_whatever_titles_say(title: str, key: str) -> None:
    made = picture(*ROWS)
    work = replace(made.rows[0].work, title=f'"]]>&lt;</text>{title}')
    other = replace(made.rows[1].work, ref=replace(made.rows[1].work.ref, key=key or None))
    rows = (replace(made.rows[0], work=work), replace(made.rows[1], work=other), *made.rows[2:])
    hostile = replace(made, rows=rows, milestone=replace(made.milestone, title=title))
    for drawn in (chart(hostile), graph(hostile)):
        root = ET.fromstring(drawn)
        assert len(list(root.iter(f"{SVG}style"))) == 1
    lines = gantt(hostile).splitlines()
    assert (len(lines), lines[0]) == (5 + 4 + 1, "gantt")
    assert all(line.count(":") == 1 for line in lines[5:])
    assert len(flowchart(hostile).splitlines()) == 1 + 5 + 3


def test_five_hundred_items_stay_within_a_page_that_scrolls_one_way() -> None:
    items = [item(f"I-{number:03}", of="M", days=1) for number in range(500)]
    chained = [link(f"I-{number:03}", f"I-{number + 1:03}") for number in range(300)]
    fanned = [link("I-000", f"I-{number:03}") for number in range(301, 480)]
    made = picture(milestone("M", due="2026-12-18"), *items, *chained, *fanned)
    for text in (chart(made), graph(made)):
        root = ET.fromstring(text)
        width, height = int(root.get("width", "0")), int(root.get("height", "0"))
        assert width <= 2000
        assert height <= 60_000
        assert len(text) < 1_000_000
        boxes = [one for one in root.iter(f"{SVG}rect") if float(one.get("x", "0")) + float(one.get("width", "0")) > width]
        assert not boxes


@pytest.mark.parametrize("due", ["0001-01-01", "2031-01-01", "9999-12-31"])
def test_far_dates_and_cycles_are_drawn(due: str) -> None:
    rows = (milestone("M", due=due), item("A", of="M", due=due, start=due), item("B", of="M"), link("A", "B"), link("B", "A"))
    for text in (chart(picture(*rows)), graph(picture(*rows))):
        assert len(ET.fromstring(text)) > 3
        assert len(text) < 40_000
    assert gantt(picture(*rows))


def test_no_bar_of_a_gantt_chart_begins_like_another_line() -> None:
    day = date(2026, 5, 5)
    names = ("click n0 href x", "Section 2", "title", "todayMarker off", "%%{init}%%", "a : b", "", "2026-05-05 the day")
    lines = mermaid.gantt("x", [mermaid.Span(name, day, day) for name in names]).splitlines()[5:]
    assert [line.partition(" :")[0].strip() for line in lines] == [
        *("- click n0 href x", "- Section 2", "- title", "- todayMarker off", "init", "a b", "?", "- 2026-05-05 the day"),
    ]


def test_no_text_is_wider_than_its_place_and_a_key_keeps_its_end() -> None:
    rows = (
        milestone("M", title="W" * 500, due="2026-05-15"),
        item("acme/some-long-repository-name#1234", of="M", title="m" * 500, days=2),
        item("B", of="M", title="日本語" * 100),
        link("acme/some-long-repository-name#1234", "B"),
    )
    for drawn in (chart, graph):
        texts = [one.text or "" for one in ET.fromstring(drawn(picture(*rows))).iter(f"{SVG}text")]
        assert any(text.startswith("…") and text.endswith("#1234") for text in texts)
        assert {len(text) for text in texts if text.startswith("mmm")} <= set(range(10, 18))
        assert {len(text) for text in texts if text.startswith("日本")} <= set(range(10, 16))
        assert all(len(text) < 90 for text in texts)
