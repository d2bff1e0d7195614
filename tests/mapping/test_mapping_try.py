"""Records out of a file, without a connector: identity and project by the mapping itself, JSON by the names of the model."""

from inline_snapshot import snapshot

from syncd.mapping import streams, try_records
from syncd.model.ref import Ref
from syncd.model.wire import row_to_json
from tests.mapping.mapping_world import default

JIRA = {
    "id": "10001",
    "key": "PAY-7",
    "self": "https://acme.atlassian.net/rest/api/2/issue/10001",
    "fields": {"summary": "Pay", "project": {"id": "3", "key": "PAY"}, "duedate": "2026-05-15", "timespent": 90},
}


def test_a_jira_issue_as_programs_read_it() -> None:
    (row,) = try_records(default("jira.default"), "issues", [(0, JIRA)]).rows
    assert row_to_json(row) == snapshot(
        {
            "kind": "item",
            "ref": {
                "connection": "try",
                "stream": "issues",
                "id": "10001",
                "key": "PAY-7",
                "url": "https://acme.atlassian.net/browse/PAY-7",
            },
            "title": "Pay",
            "type": "unknown",
            "type_name": None,
            "status": "unknown",
            "status_name": None,
            "resolution": None,
            "estimate": None,
            "remaining": None,
            "spent": 1.5,
            "assignees": [],
            "milestones": [],
            "parent": None,
            "children": [],
            "start": None,
            "due": "2026-05-15",
            "created_at": None,
            "done_at": None,
            "updated_at": None,
            "priority": None,
            "labels": [],
            "sprint": None,
            "history": [],
            "audience": "connection",
            "scope_id": "3",
            "project": "PAY",
        }
    )


def test_each_vendor_says_who_a_record_is() -> None:
    found = {
        stream: try_records(default(f"{vendor}.default"), stream, [(0, data)]).rows[0]
        for vendor, stream, data in [
            (
                "github",
                "issues",
                {"id": 5, "number": 7, "repository_url": "https://api.github.com/repos/acme/api", "state": "open"},
            ),
            ("github", "milestones", {"id": 6, "title": "v1", "html_url": "https://github.com/acme/api/milestone/2"}),
            (
                "gitlab",
                "epics",
                {"id": 9, "iid": 4, "group_id": 7, "title": "E", "web_url": "https://gitlab.example/groups/grp/sub/-/epics/4"},
            ),
            ("gitlab", "merge_requests", {"id": 8, "iid": 1, "references": {"full": "grp/web!1"}, "project_id": 3}),
            ("google_calendar", "events", {"id": "x_1", "recurringEventId": "x", "originalStartTime": {"date": "2026-05-15"}}),
        ]
    }
    assert {stream: (row.ref.id, row.ref.key, row.project, row.scope_id) for stream, row in found.items()} == snapshot(
        {
            "issues": ("5", "acme/api#7", "acme/api", "acme/api"),
            "milestones": ("6", "acme/api/milestone/2", "acme/api", "acme/api"),
            "epics": ("7:4", None, "grp/sub", "7"),
            "merge_requests": ("8", "grp/web!1", "grp/web", "3"),
            "events": ("x:2026-05-15", None, "try", "try"),
        }
    )


def test_records_that_are_none_are_rejected_under_their_number() -> None:
    records = [(0, "text"), (1, {"key": "PAY-7"}), (2, None), (3, JIRA), (4, {"id": {"a": 1}}), (5, {"id": ""})]
    result = try_records(default("jira.default"), "issues", records)
    assert (result.read, len(result.rows)) == (6, 1)
    assert [(rejected.ref, rejected.reason) for rejected in result.rejected[:2]] == snapshot(
        [
            (
                Ref("try", "issues", "record 0"),
                "record 0 is no object. Give a list of records as the vendor's API answers them",
            ),
            (
                Ref("try", "issues", "record 1"),
                "record 1 holds no id ([streams.issues] id). Give records as the vendor's API answers them",
            ),
        ]
    )
    assert [rejected.ref.id for rejected in result.rejected] == ["record 0", "record 1", "record 2", "record 4", "record 5"]


def test_pull_requests_among_issues_are_counted_as_skipped() -> None:
    result = try_records(default("github.default"), "issues", [(0, {"id": 1, "state": "open", "pull_request": {"url": "u"}})])
    assert (result.read, result.skipped, result.rows, result.rejected) == (1, 1, (), ())


def test_a_scope_may_be_named_and_described() -> None:
    result = try_records(default("jira.default"), "issues", [(0, JIRA)], "plat", "PLAT", {"private": True})
    assert (result.rows[0].project, result.rows[0].ref.connection) == ("PLAT", "plat")
    assert row_to_json(result.rows[0])["audience"] == "scope"


def test_the_streams_of_a_mapping_are_known() -> None:
    assert streams(default("jira.default")) == (
        "issues",
        "projects",
        "remote_links",
        "replies",
        "security_levels",
        "sprints",
        "versions",
        "worklogs",
    )
    assert {"epics", "freeze_periods", "issues", "merge_requests", "milestones"} <= set(streams(default("gitlab.default")))
