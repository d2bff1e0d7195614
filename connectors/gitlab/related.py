"""What lists leave out, and a request of its own tells: the links of an issue that blocks others, the approvals of a merge request."""

from connectors.gitlab.paging import listing
from connectors.gitlab.reading import DENIED, Lacking, Reading, Row
from connectors.http import expect
from syncd.model.raw import RawRecord

_OF_MERGE_REQUEST = ("id", "iid", "project_id", "title", "state", "sha", "references", "web_url", "created_at", "updated_at")


def blocks(reading: Reading, row: Row) -> bool:
    """Whether a row needs a request of its own."""
    if reading.stream == "approvals":
        return True
    count = row.get("blocking_issues_count")
    return reading.links and reading.stream == "issues" and isinstance(count, int) and count > 0


def complete(reading: Reading, row: Row) -> RawRecord:
    """The record with what lists leave out.

    Only the blocking side of issues is counted by GitLab; its links name both ends.
    """
    if not blocks(reading, row):
        return reading.record(row)
    return reading.record(_with_approvals(reading, row) if reading.stream == "approvals" else _with_links(reading, row))


def _with_links(reading: Reading, row: Row) -> Row:
    path = f"/projects/{row.get('project_id')}/issues/{row.get('iid')}/links"
    what = f"reading links of {reading.record(row).ref.label}"
    found = listing(reading.client, path, {}, what=what, scope=reading.scope.name)
    return {**row, "links": [link for page in found for link in page]}


def _with_approvals(reading: Reading, row: Row) -> Row:
    """The answer about the approvals, with what says whose they are: editions differ in how much of that they repeat."""
    path = f"/projects/{row.get('project_id')}/merge_requests/{row.get('iid')}"
    what, scope = f"reading approvals of {reading.record(row).ref.label}", reading.scope.name
    answer = reading.client.get(f"{path}/approvals", what=what, scope=scope, allow=DENIED)
    if answer.status in DENIED:
        reading.client.get(path, what=what, scope=scope)
        raise Lacking
    return {**expect(answer.body, dict, what=what, scope=scope), **{name: row[name] for name in _OF_MERGE_REQUEST if name in row}}
