"""The shipped mappings, on small records of our own making: what each vendor's way of saying things becomes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.mapping import try_records
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Absence, Dependency, Item, MergeRequest, Milestone, Person, Quantity, Window
from tests.mapping.mapping_world import default, notes, only, rows

JIRA, GITHUB, GITLAB = default("jira.default"), default("github.default"), default("gitlab.default")
CALENDAR, MEMORY = default("google_calendar.default"), default("memory.default")


def issue(**fields: Any) -> dict[str, Any]:
    return {"id": "41", "key": "PLAT-41", "fields": {"summary": "Ship", **fields}}


# ---------------------------------------------------------------------------------------------------------------- Jira


@pytest.mark.parametrize(
    ("type_", "kind", "milestone_kind"),
    [
        ({"name": "Epic"}, "milestone", "epic"),
        ({"name": "Initiative"}, "milestone", "initiative"),
        ({"name": "长篇故事", "hierarchyLevel": 1}, "milestone", "epic"),
        ({"name": "Programme", "hierarchyLevel": 2}, "milestone", "initiative"),
        ({"name": "Story", "hierarchyLevel": 0}, "item", None),
        ({"name": "Sub-task", "subtask": True, "hierarchyLevel": -1}, "item", None),
        (None, "item", None),
    ],
)
def test_jira_epics_and_initiatives_are_milestones(type_: Any, kind: str, milestone_kind: str | None) -> None:
    row = only(JIRA, issue(issuetype=type_))
    assert (row.kind, getattr(row, "milestone_kind", None)) == (kind, milestone_kind)


def test_a_jira_epic_has_what_a_milestone_has() -> None:
    row = only(
        JIRA,
        issue(
            issuetype={"name": "Epic"},
            duedate="2026-05-15",
            customfield_10015="2026-03-01",
            assignee={"accountId": "a1", "displayName": "Ada", "emailAddress": "ada@acme.example"},
            parent={"id": "9", "key": "PLAT-9", "fields": {"issuetype": {"name": "Initiative"}}},
            labels=["commitment:Checkout", "q3"],
            description="Goal\n*Commitment:* Pay by Link\n",
            status={"name": "Open", "statusCategory": {"key": "indeterminate"}},
        ),
    )
    assert isinstance(row, Milestone)
    assert (row.start, row.due, row.status, row.labels) == (
        date(2026, 3, 1),
        date(2026, 5, 15),
        "doing",
        ("commitment:Checkout", "q3"),
    )
    assert (row.owner, row.parent) == (Person("Ada", {"plat": "a1"}, "ada@acme.example"), Ref("plat", "issues", "9"))
    assert row.same_as == ("checkout", "pay-by-link")


def test_a_jira_item_belongs_to_versions_and_to_its_epic() -> None:
    row = only(
        JIRA,
        issue(
            issuetype={"name": "Story"},
            fixVersions=[{"id": "3", "name": "v1"}],
            parent={"id": "9", "key": "PLAT-9", "fields": {"issuetype": {"name": "Epic"}}},
            customfield_10014="PLAT-8",
        ),
    )
    assert row.milestones == (Ref("plat", "versions", "3"), Ref("plat", "issues", "9"), Alias("PLAT-8"))
    below = only(JIRA, issue(issuetype={"name": "Sub-task"}, parent={"id": "7", "fields": {"issuetype": {"name": "Story"}}}))
    assert (below.parent, below.milestones) == (Ref("plat", "issues", "7"), ())


@pytest.mark.parametrize(
    ("status", "resolution", "expected"),
    [
        ("new", None, "todo"),
        ("indeterminate", None, "doing"),
        ("done", None, "done"),
        ("new", {"name": "完成"}, "done"),
        ("done", {"name": "Won't Do"}, "dropped"),
        ("done", {"name": "DUPLICATE"}, "dropped"),
        ("indeterminate", {"name": "Unresolved"}, "doing"),
    ],
)
def test_jira_is_done_by_resolution_first_then_by_category(status: str, resolution: Any, expected: str) -> None:
    row = only(JIRA, issue(status={"id": "1", "name": "S", "statusCategory": {"key": status}}, resolution=resolution))
    assert row.status == expected


def test_a_jira_status_of_an_unknown_category_is_listed() -> None:
    data = issue(status={"id": "10407", "name": "Limbo", "statusCategory": {"key": "limbo"}}, issuetype={"name": "Saga"})
    assert only(JIRA, data).status == "unknown"
    assert notes(JIRA, data) == [
        "status: '10407', 'Limbo', 'limbo' is not in [table.status] or [table.status_category] or [table.status_name]",
        "type: 'Saga' is not in [table.type]",
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"name": "Open"}, "todo"),
        ({"name": "In Progress", "statusCategory": {"key": "undefined"}}, "doing"),
        ({"name": "Closed", "statusCategory": {"id": 9}}, "done"),
        ({"name": "Open", "statusCategory": {"key": "done"}}, "done"),
        ({"name": "In Arbeit", "statusCategory": {"key": "indeterminate", "name": "In Arbeit"}}, "doing"),
        ({"name": "Готово", "statusCategory": {"key": "done"}}, "done"),
    ],
)
def test_the_names_that_jira_brings_count_where_there_is_no_category(status: dict[str, Any], expected: str) -> None:
    assert only(JIRA, issue(status=status)).status == expected


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("Épica", "milestone"), ("长篇故事", "milestone"), ("Задача", "task"), ("バグ", "bug"), ("스토리", "story")],
)
def test_jira_names_types_in_the_language_of_its_server(type_: str, kind: str) -> None:
    row = only(JIRA, issue(issuetype={"name": type_}))
    assert (row.kind if kind == "milestone" else row.type) == kind


@pytest.mark.parametrize(
    ("sprints", "name"),
    [
        ([{"id": 1, "name": "S 1"}, {"id": 2, "name": "S 2", "state": "active"}], "S 2"),
        (
            ["com.atlassian.greenhopper.service.sprint.Sprint@1a[id=1,rapidViewId=2,state=CLOSED,name=S 1,goal=,sequence=1]"],
            "S 1",
        ),
        (
            ["Sprint@1a[rapidViewId=2,state=CLOSED,name=07.04 - 24.04,startDate=2014-04-07T13:55:52.263+02:00,id=642]"],
            "07.04 - 24.04",
        ),
        (["x.Sprint@1a[id=1,name=[Web] May, first half,startDate=<null>,endDate=<null>,sequence=1]"], "[Web] May, first half"),
        (["x.Sprint@1a[id=1,state=ACTIVE,name=Спринт 3]"], "Спринт 3"),
        ([], None),
        (None, None),
    ],
)
def test_a_sprint_is_named_by_an_object_or_by_data_centers_text(sprints: Any, name: str | None) -> None:
    assert only(JIRA, issue(customfield_10020=sprints)).sprint == name


def test_jira_estimates_are_time_or_points() -> None:
    timed = only(
        JIRA, issue(timetracking={"originalEstimateSeconds": 28800, "remainingEstimateSeconds": 3600, "timeSpentSeconds": 60})
    )
    assert (timed.estimate, timed.remaining, timed.spent) == (Quantity(480, "minutes"), Quantity(60, "minutes"), 1)
    assert only(JIRA, issue(customfield_10016=5.0)).estimate == Quantity(5, "points")
    assert only(JIRA, issue(customfield_10024="-1")).estimate is None


def test_a_custom_field_that_is_something_else_elsewhere_costs_no_record() -> None:
    data = issue(
        customfield_10015={"value": 1}, customfield_10016="large", customfield_10014=["x"], customfield_10020="none", epic=5
    )
    assert only(JIRA, data).start is None
    assert len(notes(JIRA, data)) == 2


@pytest.mark.parametrize(
    ("type_", "inward", "outward", "side", "before", "after"),
    [
        ("Blocks", "is blocked by", "blocks", "inwardIssue", "7", "41"),
        ("Blocks", "is blocked by", "blocks", "outwardIssue", "41", "7"),
        ("Blocks", "wird blockiert von", "blockiert", "inwardIssue", "7", "41"),
        ("Dependency", "is depended on by", "depends on", "outwardIssue", "7", "41"),
        ("Dependency", "is depended on by", "depends on", "inwardIssue", "41", "7"),
        ("Dependent", "depends on", "is depended by", "inwardIssue", "7", "41"),
        ("Dependent", "depends on", "is depended by", "outwardIssue", "41", "7"),
        ("Precedes", "is preceded by", "precedes", "outwardIssue", "41", "7"),
    ],
)
def test_a_jira_link_says_from_either_end_who_waits(
    type_: str, inward: str, outward: str, side: str, before: str, after: str
) -> None:
    link = {"type": {"name": type_, "inward": inward, "outward": outward}, side: {"id": "7", "key": "PAY-7"}}
    found = rows(JIRA, issue(issuelinks=[link]))[1]
    assert isinstance(found, Dependency)
    assert (found.predecessor, found.successor) == (Ref("plat", "issues", before), Ref("plat", "issues", after))
    assert found.strength == ("soft" if type_ == "Precedes" else "hard")
    assert found.link_name == (inward if side == "inwardIssue" else outward)


def test_a_jira_link_that_only_relates_is_no_dependency_and_one_that_is_unknown_is_listed() -> None:
    relates = {"type": {"name": "Relates", "inward": "relates to", "outward": "relates to"}, "outwardIssue": {"id": "7"}}
    unknown = {"type": {"name": "Rhymes", "inward": "rhymes with", "outward": "rhymes with"}, "outwardIssue": {"id": "7"}}
    cloned = {"type": {"name": "Cloners", "inward": "is cloned by", "outward": "clones"}, "outwardIssue": {"id": "8"}}
    data = issue(issuelinks=[relates, cloned, unknown, {"type": None}])
    assert len(rows(JIRA, data)) == 1
    assert notes(JIRA, data) == ["direction: 'rhymes with', 'Rhymes' is not in [table.link] or [table.link_outward]"]


@pytest.mark.parametrize(
    ("vendor", "stream", "data"),
    [
        (
            JIRA,
            "issues",
            issue(description="Text\r\n*Blocked by:* acme/api#12, PAY-7\r\nEnd A-1", labels=["blocked-by:grp/web#3"]),
        ),
        (
            GITHUB,
            "issues",
            {
                "id": 41,
                "state": "open",
                "body": "**Depends on**: acme/api#12 PAY-7",
                "labels": [{"name": "blocked-by:grp/web#3"}],
            },
        ),
        (
            GITLAB,
            "issues",
            {
                "id": 41,
                "state": "opened",
                "description": "Blocked by: acme/api#12 and PAY-7",
                "labels": [{"id": 5, "name": "blocked-by:grp/web#3"}],
            },
        ),
        (
            GITLAB,
            "issues",
            {
                "id": 41,
                "state": "opened",
                "description": "- Blocked by: acme/api#12 and PAY-7",
                "labels": ["Blocked-By: grp/web#3"],
            },
        ),
    ],
)
def test_a_blocker_anywhere_is_declared_by_a_line_or_a_label(vendor: Any, stream: str, data: dict[str, Any]) -> None:
    found = [row for row in rows(vendor, data, stream) if isinstance(row, Dependency)]
    assert [row.predecessor for row in found] == [Alias("acme/api#12"), Alias("PAY-7"), Alias("grp/web#3")]
    assert {(row.successor.id, row.strength) for row in found if isinstance(row.successor, Ref)} == {("41", "hard")}


def test_prose_that_names_no_record_declares_nothing() -> None:
    assert len(rows(JIRA, issue(description="We were blocked by PAY-7 once.\nBlocked by: the vendor"))) == 1


def test_jira_versions_are_milestones() -> None:
    base = {"id": "3", "name": "v2", "startDate": "2026-03-01", "releaseDate": "2026-05-15"}
    row = only(JIRA, {**base, "description": "Commitment: Checkout"}, "versions")
    assert (row.milestone_kind, row.start, row.due, row.status) == ("version", date(2026, 3, 1), date(2026, 5, 15), "doing")
    assert row.same_as == ("checkout",)
    assert only(JIRA, {**base, "released": True, "archived": True}, "versions").status == "done"
    assert only(JIRA, {**base, "released": False, "archived": True}, "versions").status == "dropped"
    assert only(JIRA, {"id": "3", "name": "v2"}, "versions").status == "todo"
    # As one of Jira's own examples has it: 2010-07-06T03:04:42Z.
    assert only(JIRA, {"id": "3", "name": "v2", "releaseDate": 1278385482288}, "versions").due == date(2010, 7, 6)


def test_jira_projects_give_no_rows() -> None:
    assert rows(JIRA, {"id": "1", "key": "PAY", "name": "Pay"}, "projects") == ()


@pytest.mark.parametrize(
    ("fields", "private", "audience"),
    [
        ({}, False, "connection"),
        ({}, True, "scope"),
        ({"security": {"id": "1"}}, True, "record"),
        ({"security": None}, False, "connection"),
    ],
)
def test_who_may_read_of_a_jira_issue(fields: dict[str, Any], private: bool, audience: str) -> None:
    assert only(JIRA, issue(**fields), private=private).audience == audience


# -------------------------------------------------------------------------------------------------------------- GitHub


def test_a_github_milestone() -> None:
    row = only(
        GITHUB,
        {
            "id": 5,
            "number": 2,
            "title": "v1",
            "state": "open",
            "due_on": "2026-05-15T07:00:00Z",
            "open_issues": 1,
            "closed_issues": 3,
            "description": "Commitment: Checkout",
        },
        "milestones",
        private=True,
    )
    assert (row.due, row.status, row.same_as, row.audience) == (date(2026, 5, 15), "doing", ("checkout",), "scope")
    assert (row.progress.done, row.progress.total) == (3, 4)
    assert only(GITHUB, {"id": 5, "title": "v1", "state": "closed"}, "milestones").status == "done"


@pytest.mark.parametrize(
    ("state", "reason", "labels", "status"),
    [
        ("open", None, [], "todo"),
        ("open", "reopened", ["In Progress"], "doing"),
        ("closed", None, ["in progress"], "done"),
        ("closed", "completed", [], "done"),
        ("closed", "not_planned", [], "dropped"),
        ("closed", "duplicate", [], "dropped"),
        ("closed", "something new", [], "done"),
        ("closed", None, ["Duplicate"], "dropped"),
        ("closed", "completed", ["wontfix"], "done"),
        ("open", None, ["wontfix"], "todo"),
        ("paused", None, [], "unknown"),
    ],
)
def test_the_status_of_a_github_issue(state: str, reason: str | None, labels: list[str], status: str) -> None:
    data = {"id": 1, "state": state, "state_reason": reason, "labels": [{"name": name} for name in labels]}
    assert only(GITHUB, data).status == status


def test_a_github_issue() -> None:
    row, link = rows(
        GITHUB,
        {
            "id": 1,
            "number": 7,
            "title": "Broken",
            "state": "open",
            "html_url": "https://github.com/acme/api/issues/7",
            "type": {"name": "Bug"},
            "labels": ["priority: high", {"name": "x"}],
            "assignees": [{"id": 3, "login": "ada"}],
            "milestone": {"id": 5, "title": "v1", "html_url": "https://github.com/acme/api/milestone/2"},
            "parent_issue_url": "https://api.github.com/repos/acme/plan/issues/4",
            "blocked_by": [{"id": 9, "number": 2, "html_url": "https://github.com/acme/web/issues/2"}],
        },
        name="acme/api",
    )
    assert isinstance(row, Item)
    assert isinstance(link, Dependency)
    assert (row.type, row.type_name, row.assignees) == ("bug", "Bug", (Person("ada", {"plat": "3"}),))
    assert (row.milestones, row.parent) == ((Ref("plat", "milestones", "5"),), Alias("acme/plan#4"))
    assert (link.predecessor, link.predecessor.key) == (Ref("plat", "issues", "9"), "acme/web#2")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("extra", "count"),
    [
        ({"pull_request": {"url": "u"}}, 0),
        ({"html_url": "https://github.com/acme/api/pull/3"}, 0),
        ({"pull_request": None}, 1),
        # How answers were until 2013.
        ({"pull_request": {"diff_url": None, "html_url": None, "patch_url": None}}, 1),
    ],
)
def test_a_pull_request_in_the_list_of_issues_is_passed_over(extra: dict[str, Any], count: int) -> None:
    assert len(rows(GITHUB, {"id": 1, "state": "open", **extra})) == count


@pytest.mark.parametrize(
    ("label", "type_", "priority"),
    [
        ("New Feature", "story", None),
        ("Type: New Feature", "story", None),
        ("kind/bug", "bug", None),
        ("Priority: Major", "task", "Major"),
        ("priority/critical-urgent", "task", "critical-urgent"),
        ("P1", "task", "1"),
        ("pending", "task", None),
    ],
)
def test_labels_say_type_and_priority_of_a_github_issue(label: str, type_: str, priority: str | None) -> None:
    row = only(GITHUB, {"id": 1, "state": "open", "labels": [{"name": label}]})
    assert (row.type, row.priority) == (type_, priority)


def test_a_github_pull_request_closes_what_its_body_says() -> None:
    data = {
        "id": 1,
        "state": "closed",
        "merged_at": "2026-05-01T00:00:00Z",
        "draft": False,
        "head": {"sha": "abc", "ref": "topic"},
        "base": {"ref": "main"},
        "mergeable": None,
        "body": "Fixes #12, resolves acme/web#3 and closed https://github.com/acme/x/issues/4. See #99; prefix #5",
    }
    row = only(GITHUB, data, "pulls", name="acme/api")
    assert isinstance(row, MergeRequest)
    assert row.closes == (Alias("acme/api#12"), Alias("acme/web#3"), Alias("https://github.com/acme/x/issues/4"))
    assert (row.status, row.head_sha, row.source_branch, row.target_branch, row.mergeable) == (
        "merged",
        "abc",
        "topic",
        "main",
        None,
    )
    assert only(GITHUB, {"id": 1, "state": "closed"}, "pulls").status == "closed"
    assert only(GITHUB, {"id": 1, "state": "open"}, "pulls").status == "open"


# -------------------------------------------------------------------------------------------------------------- GitLab


def test_a_gitlab_epic() -> None:
    row = only(
        GITLAB,
        {
            "id": 99,
            "iid": 4,
            "group_id": 7,
            "title": "Checkout",
            "state": "opened",
            "start_date": "2026-03-01",
            "due_date": "2026-05-15",
            "labels": ["commitment-checkout"],
            "parent_id": 12,
            "parent_iid": 2,
            "confidential": True,
        },
        "epics",
    )
    assert (row.start, row.due, row.status, row.audience) == (date(2026, 3, 1), date(2026, 5, 15), "todo", "record")
    assert (row.same_as, row.parent) == (("checkout",), Ref("plat", "epics", "7:2"))


def test_a_gitlab_milestone() -> None:
    row = only(
        GITLAB,
        {"id": 5, "title": "m", "state": "active", "due_date": "2026-05-15", "description": "**Commitment:** Check Out"},
        "milestones",
    )
    assert (row.due, row.status, row.same_as) == (date(2026, 5, 15), "doing", ("check-out",))


def test_a_gitlab_issue() -> None:
    item, waits, holds = rows(
        GITLAB,
        {
            "id": 1,
            "iid": 3,
            "state": "opened",
            "references": {"full": "grp/web#3"},
            "issue_type": "incident",
            "time_stats": {"time_estimate": 0, "total_time_spent": 1800},
            "weight": 5,
            "milestone": {"id": 8},
            "epic": {"id": 99, "iid": 4, "group_id": 7},
            "labels": ["workflow::in dev"],
            "confidential": True,
            "links": [
                {"id": 20, "link_type": "is_blocked_by", "references": {"full": "grp/api#2"}},
                {"id": 21, "link_type": "blocks"},
                {"id": 22, "link_type": "relates_to"},
            ],
        },
        private=True,
    )
    assert isinstance(item, Item)
    assert (item.type, item.status, item.estimate, item.spent, item.audience) == (
        "incident",
        "doing",
        Quantity(5, "points"),
        30,
        "record",
    )
    assert item.milestones == (Ref("plat", "milestones", "8"), Ref("plat", "epics", "7:4"))
    assert isinstance(waits, Dependency)
    assert isinstance(holds, Dependency)
    assert (waits.predecessor, holds.successor) == (Ref("plat", "issues", "20"), Ref("plat", "issues", "21"))
    assert waits.predecessor.key == "grp/api#2"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("extra", "status"), [({}, "done"), ({"moved_to_id": 9}, "dropped"), ({"labels": ["Duplicate"]}, "dropped")]
)
def test_a_closed_gitlab_issue(extra: dict[str, Any], status: str) -> None:
    assert only(GITLAB, {"id": 1, "state": "closed", **extra}).status == status


def test_an_open_gitlab_issue_is_neither_done_nor_given_up() -> None:
    row = only(GITLAB, {"id": 1, "state": "opened", "moved_to_id": 9, "closed_at": "2026-05-01T00:00:00Z"})
    assert (row.status, row.done_at) == ("todo", None)


def test_gitlab_before_references_and_types() -> None:
    old = {"id": 1, "iid": 3, "state": "opened", "web_url": "https://gitlab.example/grp/web/issues/3"}
    item = only(GITLAB, old, name="grp")
    assert (item.type, item.type_name) == ("story", None)
    assert only(GITLAB, {**old, "issue_type": "riddle"}).type == "unknown"
    found = [
        try_records(GITLAB, stream, [(1, {**old, "web_url": f"https://gitlab.example/grp/web/{path}/3"})]).rows[0]
        for stream, path in (("issues", "issues"), ("merge_requests", "merge_requests"), ("milestones", "milestones"))
    ]
    assert [(row.ref.key, row.project) for row in found] == [
        ("grp/web#3", "grp/web"),
        ("grp/web!3", "grp/web"),
        ("grp/web%3", "grp/web"),
    ]


def test_an_iteration_without_a_title_is_named_by_its_days() -> None:
    days = {"title": None, "start_date": "2026-05-04", "due_date": "2026-05-17"}
    assert only(GITLAB, {"id": 1, "state": "opened", "iteration": days}).sprint == "2026-05-04 to 2026-05-17"
    assert only(GITLAB, {"id": 1, "state": "opened", "iteration": {**days, "title": "May"}}).sprint == "May"


@pytest.mark.parametrize(
    ("said", "mergeable"),
    [
        ({"merge_status": "can_be_merged"}, True),
        ({"merge_status": "can_be_merged", "has_conflicts": True}, False),
        ({"merge_status": "unchecked", "detailed_merge_status": "mergeable"}, None),
        ({"detailed_merge_status": "mergeable"}, True),
        ({"detailed_merge_status": "conflict"}, False),
        ({"detailed_merge_status": "not_approved"}, None),
    ],
)
def test_whether_a_gitlab_merge_request_can_be_merged(said: dict[str, Any], mergeable: bool | None) -> None:
    data = {"id": 1, "state": "opened", **said}
    assert only(GITLAB, data, "merge_requests").mergeable is mergeable
    assert notes(GITLAB, data, "merge_requests") == []


def test_a_gitlab_merge_request_closes_all_that_its_sentence_lists() -> None:
    data = {
        "id": 1,
        "state": "opened",
        "references": {"full": "grp/sub/web!9"},
        "description": "Closes #1, #2 and grp/api#3. Implements: https://gitlab.example/grp/x/-/issues/4\nSee #7, refers to grp/api#8",
        "merge_status": "cannot_be_merged",
        "work_in_progress": True,
    }
    row = only(GITLAB, data, "merge_requests", name="grp")
    assert {alias.text for alias in row.closes} == {
        "grp/sub/web#1",
        "grp/sub/web#2",
        "grp/api#3",
        "https://gitlab.example/grp/x/-/issues/4",
    }
    assert (row.status, row.draft, row.mergeable) == ("open", True, False)


# ------------------------------------------------------------------------------------------------------------ Calendar


def event(**parts: Any) -> dict[str, Any]:
    return {"id": "e1", "status": "confirmed", "start": {"date": "2026-05-15"}, "end": {"date": "2026-05-18"}, **parts}


def test_what_an_event_is_depends_on_what_its_calendar_holds() -> None:
    kinds = {
        holds: only(CALENDAR, event(), "events", holds=holds).kind
        for holds in ("windows", "freezes", "absences", "holidays", "milestones")
    }
    assert kinds == {
        "windows": "window",
        "freezes": "window",
        "absences": "absence",
        "holidays": "absence",
        "milestones": "milestone",
    }


def test_windows_keep_days_as_days_and_times_as_instants() -> None:
    row = only(CALENDAR, event(summary="Code freeze"), "events", holds="windows")
    assert isinstance(row, Window)
    assert (row.window_kind, row.start, row.end) == ("freeze", date(2026, 5, 15), date(2026, 5, 18))
    timed = event(
        start={"dateTime": "2026-05-15T22:00:00+02:00", "timeZone": "Europe/Berlin"},
        end={"dateTime": "2026-05-15T23:00:00+02:00"},
    )
    row = only(CALENDAR, timed, "events", holds="windows")
    assert (row.window_kind, row.start, row.zone) == ("deploy", datetime(2026, 5, 15, 20, tzinfo=UTC), "Europe/Berlin")
    assert only(CALENDAR, event(), "events", holds="freezes").window_kind == "freeze"


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"attendees": [{"email": "ada@x", "displayName": "Ada"}], "creator": {"email": "bot@x"}}, "Ada"),
        ({"organizer": {"email": "abc@group.calendar.google.com"}, "creator": {"email": "bob@x"}}, "bob@x"),
        ({"organizer": {"email": "cy@x"}}, "cy@x"),
        ({"summary": "Dee: leave"}, "Dee"),
    ],
)
def test_whose_absence_it_is(parts: dict[str, Any], name: str) -> None:
    row = only(CALENDAR, event(**parts), "events", holds="absences")
    assert isinstance(row, Absence)
    assert (row.person.name if row.person else None, row.all_day) == (name, True)


def test_an_event_that_takes_no_time_is_no_absence() -> None:
    hours = {"start": {"dateTime": "2026-05-15T10:00:00Z"}, "end": {"dateTime": "2026-05-15T11:00:00Z"}}
    assert rows(CALENDAR, event(transparency="transparent", **hours), "events", holds="absences") == ()
    assert len(rows(CALENDAR, event(transparency="transparent"), "events", holds="absences")) == 1
    assert rows(CALENDAR, event(eventType="workingLocation"), "events", holds="absences") == ()
    assert rows(CALENDAR, {"id": "e1", "status": "cancelled"}, "events", holds="absences") == ()


def test_a_milestone_in_a_calendar_is_due_on_its_last_day() -> None:
    row = only(CALENDAR, event(summary="Launch", description="Commitment: checkout"), "events", holds="milestones")
    assert (row.title, row.milestone_kind, row.due, row.status, row.same_as) == (
        "Launch",
        "calendar",
        date(2026, 5, 17),
        "unknown",
        ("checkout",),
    )
    assert only(CALENDAR, event(), "events", holds="milestones").title == "events/e1"


# -------------------------------------------------------------------------------------------------------------- memory


def test_the_reference_connector_records() -> None:
    goal = only(
        MEMORY, {"kind": "milestone", "title": "G", "due": "2026-05-15", "status": "doing", "same_as": ["Checkout"]}, "things"
    )
    assert (goal.kind, goal.due, goal.status, goal.same_as) == ("milestone", date(2026, 5, 15), "doing", ("checkout",))
    work, here, there = rows(
        MEMORY,
        {"kind": "item", "title": "I", "status": "open", "milestone": "g1", "blocked_by": ["b2", "PLAT-41"], "due": None},
        "things",
    )
    assert isinstance(work, Item)
    assert (work.status, work.milestones) == ("todo", (Ref("plat", "things", "g1"),))
    assert isinstance(here, Dependency)
    assert isinstance(there, Dependency)
    assert (here.predecessor, there.predecessor) == (Ref("plat", "things", "b2"), Alias("PLAT-41"))
