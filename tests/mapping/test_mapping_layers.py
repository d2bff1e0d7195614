"""Overriding: by name, per project, per type; and where each value comes from."""

from inline_snapshot import snapshot

from syncd.mapping import effective
from tests.mapping.mapping_world import applied, default, item, made, only, rows, said

BASE = """
[streams.issues]
type = "type"
[[rule]]
name = "item"
stream = "issues"
to = "item"
when = { path = "kind", in = ["work"] }
[rule.fields]
title = "title"
due = "due"
status = { path = "state", table = "status", else = "unknown" }
[table.status]
Open = "todo"
"7" = "doing"
"""
WORK = {"kind": "work", "title": "a", "due": "2026-05-01", "end": "2026-06-01", "state": "open"}


def test_a_rule_of_the_same_name_replaces_field_by_field() -> None:
    mapping = made('extends = "base"\n[[rule]]\nname = "item"\n[rule.fields]\ndue = "end"\n', base=BASE)
    assert said(only(mapping, WORK)) == snapshot(
        {
            "kind": "item",
            "ref": {"connection": "plat", "stream": "issues", "id": "1", "key": None, "url": None},
            "title": "a",
            "type": "unknown",
            "status": "todo",
            "due": "2026-06-01",
            "audience": "connection",
        }
    )


def test_false_takes_a_field_away() -> None:
    mapping = made('extends = "base"\n[[rule]]\nname = "item"\n[rule.fields]\ndue = false\n', base=BASE)
    assert only(mapping, WORK).due is None


def test_drop_takes_the_rule_away() -> None:
    assert rows(made('extends = "base"\n[[rule]]\nname = "item"\ndrop = true\n', base=BASE), WORK) == ()


def test_a_new_rule_comes_before_the_inherited_ones() -> None:
    mapping = made('extends = "base"\n[[rule]]\nstream = "issues"\nto = "milestone"\n[rule.fields]\ntitle = "title"\n', base=BASE)
    assert only(mapping, WORK).kind == "milestone"


def test_fields_of_a_stream_reach_every_rule_about_the_record_itself() -> None:
    mapping = made('extends = "jira.default"\n[fields.issues]\ndue = "fields.customfield_7"\n')
    fields = {"summary": "a", "duedate": "2026-01-01", "customfield_7": "2026-02-02"}
    for kind in ("Epic", "Task"):
        (row,) = rows(mapping, {"id": "1", "fields": {**fields, "issuetype": {"name": kind}}})
        assert str(row.due) == "2026-02-02"  # type: ignore[union-attr]


def test_a_project_has_its_own_words() -> None:
    mapping = made('extends = "base"\n[project.PAY.table.status]\nOpen = "doing"\n', base=BASE)
    assert only(mapping, WORK, name="PAY").status == "doing"
    assert only(mapping, WORK, name="pay").status == "doing"
    assert only(mapping, WORK, name="PLAT").status == "todo"


def test_a_project_has_its_own_fields_and_rules() -> None:
    text = """
extends = "base"
[project."acme/api".fields.issues]
due = "end"
[[project."acme/api".rule]]
name = "item"
[project."acme/api".rule.fields]
title = { value = "fixed" }
"""
    mapping = made(text, base=BASE)
    here, there = only(mapping, WORK, name="acme/api"), only(mapping, WORK, name="acme/web")
    assert (str(here.due), here.title) == ("2026-06-01", "fixed")
    assert (str(there.due), there.title) == ("2026-05-01", "a")


def test_a_type_has_its_own_fields() -> None:
    mapping = made('extends = "base"\n[type.Bug.fields]\ndue = "end"\n', base=BASE)
    assert str(only(mapping, {**WORK, "type": "bug"}).due) == "2026-06-01"
    assert str(only(mapping, {**WORK, "type": "Story"}).due) == "2026-05-01"


def test_a_type_of_one_project() -> None:
    mapping = made('extends = "base"\n[project.PAY.type.Bug.fields]\ndue = "end"\n', base=BASE)
    assert str(only(mapping, {**WORK, "type": "Bug"}, name="PAY").due) == "2026-06-01"
    assert str(only(mapping, {**WORK, "type": "Bug"}, name="PLAT").due) == "2026-05-01"


def test_it_is_known_where_each_value_comes_from() -> None:
    text = 'extends = "base"\n[[rule]]\nname = "item"\n[rule.fields]\ndue = "end"\n[project.PAY.table.status]\nOpen = "doing"\n'
    mapping = made(text, base=BASE)
    found = {setting.key: (setting.value, setting.file, setting.written_at) for setting in effective(mapping, "PAY")}
    assert found["rule[item].fields.due"] == ("end", "mine.toml", "rule[0] (item).fields.due")
    assert found["rule[item].fields.title"] == ("title", "base.toml", "rule[0] (item).fields.title")
    assert found["table.status.Open"] == ("doing", "mine.toml", "project.PAY.table.status.Open")
    everywhere = {setting.key: setting.value for setting in effective(mapping)}
    assert everywhere["table.status.Open"] == "todo"


def test_the_hash_follows_what_is_said_and_not_where() -> None:
    one, same = item('title = "t"'), item('\n# a remark\ntitle   =   "t"')
    assert one.hash == same.hash
    assert one.hash != item('title = "u"').hash
    assert one.hash != item('title = "t"', '[project.PAY.fields.issues]\ntitle = "u"').hash
    assert default("jira.default").hash == made('extends = "jira.default"').hash


def test_values_of_a_table_are_looked_up_by_number_as_well() -> None:
    assert only(made(BASE), {**WORK, "state": 7}).status == "doing"
    assert applied(made(BASE), {**WORK, "state": 7.0}).notes == ()
