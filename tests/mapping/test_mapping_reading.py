"""What a mapping reads: the fields to ask for, and the names that nothing has."""

from syncd.mapping import fields_read, missing, paths, unfetched
from syncd.model.raw import RawRecord
from tests.mapping.mapping_world import default, item, made, record


def test_jira_fields_are_those_below_fields() -> None:
    wanted = fields_read(default("jira.default"))["issues"]
    assert wanted is not None
    assert {"summary", "status", "duedate", "issuelinks", "customfield_10015", "project", "security"} <= wanted
    assert not wanted & {"changelog", "id", "key", "fields", "type"}


def test_other_vendors_fields_are_the_first_names() -> None:
    assert fields_read(item('title = "t"\ndue = "a.b"'))["issues"] == frozenset({"t", "a", "labels", "type"})


def test_a_mapping_that_takes_fields_whole_needs_them_all() -> None:
    assert fields_read(item('title = "fields.t"\npriority = { cel = "string(size(record.fields))" }'))["issues"] is None


def test_what_one_project_reads_is_read_for_all() -> None:
    mapping = item(
        'title = "t"', '[project.PAY.fields.issues]\ndue = "customfield_9"\n[type.Bug.fields]\nstart = "customfield_8"'
    )
    wanted = fields_read(mapping)["issues"]
    assert wanted is not None
    assert {"customfield_8", "customfield_9"} <= wanted


def test_paths_name_the_key_that_reads_them() -> None:
    found = paths(made('extends = "jira.default"\n[fields.issues]\ndue = "fields.customfield_7"\n'))
    assert found["issues"]["fields.customfield_7"] == "fields.issues.due"
    assert found["issues"]["fields.issuelinks.type.inward"].endswith("path")


def test_a_field_that_no_record_has_is_listed_with_its_key() -> None:
    mapping = item(
        'due = "fields.duedatee"\ntitle = "fields.summary"\nstart = { path = "fields.maybe", lenient = true }\npriority = "fields.p.name"'
    )
    records = [
        record({"fields": {"summary": "a", "p": None}}),
        record({"fields": {"summary": None}}),
        record({"labels": [], "type": 1}),
    ]
    assert missing(mapping, records) == [("issues", "fields.duedatee", "rule[0] (item).fields.due")]
    assert missing(mapping, []) == []


def test_what_a_condition_can_do_without_is_not_listed() -> None:
    mapping = made(
        """
        [[rule]]
        name = "item"
        stream = "issues"
        to = "item"
        when = [
            { path = "a", not_in = ["x"] },
            { path = "b", present = false },
            { any = [{ path = "c", in = ["x"] }, { path = "d", max = 3 }, { not = { path = "e", in = ["x"] } }] },
            { not = { path = "f", matches = "x" } },
            { path = "g", in = ["y"] },
        ]
        fields = { title = "h" }
        """
    )
    assert [path for _, path, _ in missing(mapping, [record({"id": 1})])] == ["g", "h"]


def test_a_field_that_was_not_asked_for_is_known() -> None:
    mapping = item('due = "fields.duedate"\ntitle = "fields.summary"')
    raw = record({"fields": {"summary": "a"}})
    partly = RawRecord(raw.ref, raw.scope, raw.data, frozenset({"summary"}))
    assert (unfetched(mapping, partly), unfetched(mapping, raw)) == (frozenset({"duedate"}), frozenset())
