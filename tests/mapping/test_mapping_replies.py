"""What the shipped mappings make of what people answered below our comment."""

from datetime import UTC, datetime
from typing import Any

import pytest

from syncd.model.ref import Ref
from syncd.model.rows import Person, Reply
from tests.mapping.mapping_world import default, notes, only, rows

URLS = {
    "jira": "https://acme.atlassian.net/browse/PLAT-7",
    "github": "https://github.com/acme/api/issues/7",
    "gitlab": "https://gitlab.com/acme/web/-/issues/7",
}
SAID = "/syncd on track until 2026-12-15"
COMMENTS: dict[str, dict[str, Any]] = {
    "jira": {
        "id": "10077",
        "author": {"accountId": "a1", "displayName": "Ana"},
        "created": "2026-05-04T10:00:00.000+0200",
        "updated": "2026-05-04T11:00:00.000+0200",
        "jsdPublic": True,
        "internal": False,
    },
    "github": {
        "id": 10077,
        "user": {"id": 9, "login": "ana"},
        "html_url": "https://github.com/acme/api/issues/7#issuecomment-10077",
        "created_at": "2026-05-04T08:00:00Z",
        "updated_at": "2026-05-04T09:00:00Z",
    },
    "gitlab": {
        "id": 10077,
        "author": {"id": 9, "username": "ana", "name": "Ana"},
        "created_at": "2026-05-04T08:00:00.000Z",
        "updated_at": "2026-05-04T09:00:00.000Z",
        "internal": False,
        "confidential": False,
    },
}
LINKS = {
    "jira": f"{URLS['jira']}?focusedCommentId=10077",
    "github": f"{URLS['github']}#issuecomment-10077",
    "gitlab": f"{URLS['gitlab']}#note_10077",
}
WHO = {"jira": Person("Ana", {"plat": "a1"}), "github": Person("ana", {"plat": "9"}), "gitlab": Person("Ana", {"plat": "9"})}


def answered(kind: str, stream: str = "issues", **said: Any) -> dict[str, Any]:
    target = {"stream": stream, "id": "42", "key": "the seventh", "url": URLS[kind]}
    return {"target": target, "comments": [{**COMMENTS[kind], "body": SAID, **said}]}


@pytest.mark.parametrize("kind", URLS)
def test_an_answer_is_a_reply_of_its_ticket(kind: str) -> None:
    row = only(default(f"{kind}.default"), answered(kind), stream="replies")
    assert isinstance(row, Reply)
    assert (row.ref, row.of) == (Ref("plat", "replies", "issues/42/10077"), Ref("plat", "issues", "42"))
    assert (row.text, row.person, row.url) == (SAID, WHO[kind], LINKS[kind])
    assert row.at == datetime(2026, 5, 4, 9, tzinfo=UTC), "it was edited"
    assert row.audience == "connection"
    assert not notes(default(f"{kind}.default"), answered(kind), stream="replies")


@pytest.mark.parametrize(("kind", "stream"), [("github", "pulls"), ("gitlab", "merge_requests")])
def test_code_under_review_is_answered_on_too(kind: str, stream: str) -> None:
    row = only(default(f"{kind}.default"), answered(kind, stream), stream="replies")
    assert (row.ref.id, row.of) == (f"{stream}/42/10077", Ref("plat", stream, "42"))


@pytest.mark.parametrize("kind", URLS)
def test_what_is_private_stays_so(kind: str) -> None:
    assert only(default(f"{kind}.default"), answered(kind), stream="replies", private=True).audience == "scope"
    if kind != "github":
        assert only(default(f"{kind}.default"), answered(kind, internal=True), stream="replies").audience == "record"


def test_who_edited_a_comment_of_jira_says_it() -> None:
    editor = {"accountId": "b2", "displayName": "Bo"}
    row = only(default("jira.default"), answered("jira", updateAuthor=editor), stream="replies")
    assert row.person == Person("Bo", {"plat": "b2"})


@pytest.mark.parametrize("kind", URLS)
def test_no_answers_are_no_rows(kind: str) -> None:
    assert rows(default(f"{kind}.default"), {**answered(kind), "comments": []}, stream="replies") == ()
