"""Values: where they are read, what happens to them, and what is said of those that do not fit."""

from datetime import UTC, date, datetime

import pytest
from inline_snapshot import snapshot

from syncd.model.ref import Alias, Ref
from syncd.model.rows import Change, Milestone, Person, Progress, Quantity
from tests.mapping.mapping_world import item, made, notes, only, rejection


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a", "one"),
        ("record.a", "one"),
        ("b.c", "two"),
        ('"d.e".f', "three"),
        ("list.0.n", "x"),
        ("list.-1.n", "y"),
        ("list.n", "x"),
        ("list.9.n", None),
        ("nothing.at.all", None),
        ("a.b", None),
        ("scope.zone", "UTC"),
        ("scope.name", "PAY"),
        ("number", "7"),
        ("yes", "true"),
    ],
)
def test_a_path_leads_there(path: str, found: str | None) -> None:
    data = {
        "a": "one",
        "b": {"c": "two"},
        "d.e": {"f": "three"},
        "list": [{"n": "x"}, None, {"n": "y"}],
        "number": 7.0,
        "yes": True,
    }
    assert only(item(f"priority = '{path}'"), data, zone="UTC").priority == found


def test_the_first_that_holds_something_counts_with_its_own_conversion() -> None:
    mapping = item('estimate = { first = ["seconds", "points"], as = ["seconds", "points"], absent = [0] }')
    assert only(mapping, {"seconds": 5400, "points": 3}).estimate == Quantity(90, "minutes")
    assert only(mapping, {"seconds": 0, "points": 3}).estimate == Quantity(3, "points")
    assert only(mapping, {"seconds": None}).estimate is None


def test_labels_and_paths_make_join_keys_that_meet() -> None:
    mapping = made(
        '[streams.issues]\nlabels = "labels"\n[[rule]]\nstream = "issues"\nto = "milestone"\n[rule.fields]\n'
        'same_as = ["code", "label:commitment:*", "label:Commitment-*", { path = "text", find = "(?m)^Commitment: (.+)$" }]'
    )
    row = only(mapping, {"code": "Check_Out", "labels": ["commitment:checkout", "COMMITMENT-Check out", "other", 7]})
    assert row.same_as == ("check-out", "checkout")
    assert only(mapping, {"text": "About\nCommitment: Checkout\n", "labels": ["commitment-"]}).same_as == ("checkout",)


def test_find_searches_in_what_it_found() -> None:
    mapping = item('milestones = { path = "text", find = ["(?m)^for: (.+)$", "[A-Z]+-[0-9]+"], as = "alias" }')
    assert only(mapping, {"text": "A-1\nfor: B-2, C-3\n"}).milestones == (Alias("B-2"), Alias("C-3"))
    assert only(mapping, {"text": {"type": "doc"}}).milestones == ()


def test_a_text_is_searched_to_twenty_thousand_characters() -> None:
    mapping = item('priority = { path = "text", find = "needle" }')
    assert only(mapping, {"text": " " * 19_000 + "needle"}).priority == "needle"
    assert only(mapping, {"text": " " * 20_000 + "needle"}).priority is None


def test_format_puts_a_text_together_or_gives_nothing() -> None:
    mapping = item('priority = { path = "text", find = "(\\\\d+)/(\\\\d+)", format = "{project}:{2}.{1} {b.c}" }')
    assert only(mapping, {"text": "1/2", "b": {"c": 3}}).priority == "PAY:2.1 3"
    assert only(mapping, {"text": "1/2"}).priority is None


def test_a_value_under_a_condition() -> None:
    mapping = item(
        'title = { first = [{ value = "both", when = [{ path = "a", in = [1, "x"] }, { path = "b", present = true }] }, "t"] }'
    )
    assert only(mapping, {"a": "X", "b": 0, "t": "no"}).title == "both"
    assert only(mapping, {"a": 1.0, "b": None, "t": "no"}).title == "no"


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ('{ path = "n", min = 2, max = 3 }', True),
        ('{ path = "n", min = 3 }', False),
        ('{ path = "labels", in = ["B"] }', True),
        ('{ path = "labels", not_in = ["b"] }', False),
        ('{ path = "gone", not_in = ["b"] }', True),
        ('{ path = "gone", in = ["b"] }', False),
        ('{ path = "labels", matches = "^a" }', True),
        ('{ path = "empty", present = false }', True),
        ('{ not = { path = "n", in = [2] } }', False),
        ('{ any = [{ path = "n", in = [9] }, { path = "n", in = ["2"] }] }', True),
        ("'record.n == 2 && \"a\" in record.labels'", True),
        ("'scope.name == \"PLAT\"'", False),
    ],
)
def test_conditions(when: str, holds: bool) -> None:
    mapping = item(f'title = {{ first = [{{ value = "holds", when = {when} }}, {{ value = "not" }}] }}')
    assert only(mapping, {"n": 2, "labels": ["a", "b"], "empty": []}).title == ("holds" if holds else "not")


def test_an_unknown_status_or_type_is_kept_and_noted() -> None:
    mapping = item(
        'status = { first = ["state.id", "state.name"], table = "status", else = "unknown" }\ntype = "kind"',
        '[table.status]\nopen = "todo"',
    )
    data = {"state": {"id": "10407", "name": "In Review"}, "kind": "Saga"}
    row = only(mapping, data)
    assert (row.status, row.type) == ("unknown", "unknown")
    assert notes(mapping, data) == snapshot(
        ["status: '10407', 'In Review' is not in [table.status]", "type: 'Saga' is no word of ours"]
    )
    assert notes(mapping, {"state": {"id": "10407", "name": "Open"}, "kind": "bug"}) == []
    assert notes(mapping, {}) == []


def test_a_value_of_a_wrong_type_rejects_the_record_and_says_where_and_what_to_do() -> None:
    found = rejection(item('due = "fields.duedate"'), {"fields": {"duedate": "soon"}})
    assert found.rule == "item"
    assert found.reason == snapshot(
        "due: fields.duedate holds 'soon', which is no date (YYYY-MM-DD). Correct it in the record, or map it with another `as`, or with lenient = true"
    )


@pytest.mark.parametrize(
    ("fields", "value", "expected"),
    [
        ('due = "v"', 20260515, "date"),
        ('due = "v"', "2026-02-30", "date"),
        ('due = "v"', "9999-12-31T23:59:59+99:00", "date"),
        ('created_at = "v"', "0001-01-01T00:00:00+14:00", "instant"),
        ('created_at = "v"', "yesterday", "instant"),
        ('estimate = { path = "v", as = "points" }', "many", "number"),
        ('estimate = { path = "v", as = "points" }', True, "number"),
        ('spent = { path = "v", as = "seconds" }', [{}], "number"),
        ('assignees = "v"', 7, "person"),
        ('title = "v"', {"a": 1}, "text"),
        ('parent = "v"', {"name": "no id"}, "object with an id"),
        ('milestones = { path = "v", as = "alias" }', 7, "key or URL"),
    ],
)
def test_what_does_not_fit(fields: str, value: object, expected: str) -> None:
    assert f"which is no {expected}" in rejection(item(fields), {"v": value}).reason


def test_lenient_notes_and_leaves_out() -> None:
    mapping = item('start = { path = "v", lenient = true }\ntitle = "t"')
    assert (only(mapping, {"v": {"a": 1}, "t": "x"}).start, notes(mapping, {"v": "soon"})) == snapshot(
        (None, ["start: v holds 'soon', which is no date (YYYY-MM-DD); left out"])
    )


def test_a_long_value_is_shown_short() -> None:
    assert len(rejection(item('due = "v"'), {"v": "x" * 5000}).reason) < 250


def test_a_value_that_is_deep_or_an_object_is_named_by_what_it_is() -> None:
    deep: list[object] = []
    for _ in range(990):
        deep = [deep]
    assert "v holds a list of 1, which is no date" in rejection(
        item('due = { path = "w.v" }'), {"w": {"v": [deep]}}
    ).reason.replace("w.v", "v")
    assert (
        "holds an object (self, id, name), which"
        in rejection(item('due = "v"'), {"v": {"self": 1, "id": 2, "name": 3, "x": 4}}).reason
    )


def test_characters_that_cannot_be_stored_are_left_out_and_noted() -> None:
    mapping = item('title = "t"\nlabels = "labels"')
    row = only(mapping, {"t": "a\0b", "labels": ["x\0", "\ud800y"]})
    assert (row.title, row.labels) == ("ab", ("x", "?y"))
    assert notes(mapping, {"t": "a\0b"}) == ["a NUL character in a text was left out"]


def test_a_very_long_text_is_kept() -> None:
    assert len(only(item('title = "t"'), {"t": "ä" * 300_000}).title) == 300_000


def test_an_object_without_a_title_goes_by_its_key() -> None:
    assert only(item('title = "t"'), {"key": "PAY-7", "id": 3}).title == "PAY-7"


def test_people_and_references() -> None:
    mapping = item(
        'assignees = { first = ["people", "one"] }\nparent = { path = "up", as = "ref" }\n'
        'milestones = [{ path = "fix", as = "ref", stream = "versions" }, { path = "far", as = "ref", connection = "other", prefix = "v" }]',
        '[person]\nid = ["id", "login"]\nname = "name"\nemail = "mail"\n[streams.versions]\nid = "id"\nkey = "name"',
    )
    row = only(
        mapping,
        {
            "people": [{"id": 7, "name": "Ada", "mail": "a@x"}, {"login": "bob"}, None, {}, "Cy"],
            "up": {"id": 5},
            "fix": [{"id": "3", "name": "v1"}],
            "far": 9,
        },
    )
    assert row.assignees == (Person("Ada", {"plat": "7"}, "a@x"), Person("bob", {"plat": "bob"}), Person("Cy"))
    assert row.parent == Ref("plat", "issues", "5")
    assert row.milestones == (Ref("plat", "versions", "3"), Ref("other", "issues", "v9"))
    assert row.milestones[0].key == "v1"


def test_history_holds_the_mapped_fields_oldest_first() -> None:
    mapping = item(
        'history = { path = "log", entries = "items", at = "at", by = "who.name", field = ["id", "name"], names = "history",'
        ' old = "fromText", new = "toText", old_date = "from", new_date = "to" }',
        '[table.history]\nduedate = "due"\nstatus = "status"',
    )
    log = [
        {
            "at": "2026-05-02T10:00:00Z",
            "who": {"name": "Ada"},
            "items": [{"id": "duedate", "from": "2026-05-06", "to": "2026-05-12"}],
        },
        {
            "at": "2026-05-01T10:00:00+0200",
            "items": [{"name": "Status", "fromText": "Open", "toText": "Done"}, {"id": "rank"}, 7],
        },
        {"at": "then", "items": [{"id": "status"}]},
        None,
    ]
    assert only(mapping, {"log": log}).history == (
        Change(datetime(2026, 5, 1, 8, tzinfo=UTC), None, "status", "Open", "Done"),
        Change(datetime(2026, 5, 2, 10, tzinfo=UTC), "Ada", "due", "2026-05-06", "2026-05-12"),
    )
    assert notes(mapping, {"log": log}) == ["history: an entry without a readable instant was left out"]


def test_progress_needs_both_counts() -> None:
    text = '[[rule]]\nstream = "issues"\nto = "milestone"\n[rule.fields]\nclass = "c"\nprogress = { done = "d", open = "o" }\n'
    row = only(made(text), {"d": 3, "o": 1, "c": "regulated"})
    assert isinstance(row, Milestone)
    assert (row.progress, row.class_, row.sources) == (Progress(3, 4), "regulated", (row.ref,))
    assert only(made(text), {"d": 3}).progress is None


def test_a_constant_may_be_a_date_of_toml() -> None:
    assert only(item("due = { value = 2026-05-15 }"), {}).due == date(2026, 5, 15)
