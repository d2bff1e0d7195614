"""Redaction: whoever is to be forgotten is told by id, e-mail or login in the shapes that vendors have, and nobody else is touched."""

from typing import Any

import pytest

from syncd.mapping.people_redact import redact

KNOWN = {
    ("id", "5b10ac8d82e05b22cc7d4ef5"),
    ("id", "77"),
    ("id", "JIRAUSER10100"),
    ("login", "ada-l"),
    ("mail", "ada@acme.example"),
}


def find(key: str, value: str) -> str | None:
    return "person-1" if (key, value.casefold() if key == "mail" else value) in KNOWN else None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"user": {"id": 77, "login": "ada-l", "type": "User", "avatar_url": "https://x/77", "site_admin": False}},
            {"user": {"id": "person-1", "login": "person-1", "type": "User", "site_admin": False}},
        ),
        (
            {"author": {"id": 77, "username": "adal", "name": "Ada Lovelace", "web_url": "https://x/adal"}},
            {"author": {"id": "person-1", "username": "person-1", "name": "person-1"}},
        ),
        (
            {"assignee": {"accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "Ada", "emailAddress": "x@y", "active": True}},
            {"assignee": {"accountId": "person-1", "displayName": "person-1", "active": True}},
        ),
        (
            {"assignee": {"name": "ada", "key": "JIRAUSER10100", "displayName": "Ada Lovelace"}},
            {"assignee": {"name": "person-1", "key": "person-1", "displayName": "person-1"}},
        ),
        (
            {"field": "assignee", "from": None, "fromString": None, "to": "5b10ac8d82e05b22cc7d4ef5", "toString": "Ada Lovelace"},
            {"field": "assignee", "from": None, "fromString": None, "to": "person-1", "toString": "person-1"},
        ),
        (
            {"attendees": [{"email": "Ada@acme.example", "displayName": "Ada", "responseStatus": "accepted"}]},
            {"attendees": [{"displayName": "person-1", "responseStatus": "accepted"}]},
        ),
        (
            {"id": "a1b2", "author_name": "Ada Lovelace", "author_email": "ada@acme.example", "title": "Fix"},
            {"id": "a1b2", "author_name": "person-1", "author_email": "person-1", "title": "Fix"},
        ),
        ({"commit": {"author": {"name": "Ada", "email": "ada@acme.example", "date": "d"}}}, {"commit": {"author": {"name": "person-1", "date": "d"}}}),
        ({"assignee_ids": [77, 78], "author_id": 77}, {"assignee_ids": ["person-1", 78], "author_id": "person-1"}),
        ({"leadAccountId": "5b10ac8d82e05b22cc7d4ef5"}, {"leadAccountId": "person-1"}),
    ],
)  # fmt: skip
def test_a_person_becomes_a_stand_in(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert redact(before, find) == after
    assert redact(redact(before, find), find) == after


@pytest.mark.parametrize(
    "value",
    [
        {"labels": [{"id": 77, "name": "bug", "color": "f00"}]},
        {"id": 77, "iid": 3, "title": "An issue that happens to have the number of a person", "project_id": 77},
        {"id": 77, "name": "A project", "path": "p", "avatar_url": None},
        {"field": "Sprint", "from": "77", "fromString": "Sprint 77", "to": "78", "toString": "Sprint 78"},
        {"assignee": {"accountId": "somebody else", "displayName": "Ada Lovelace"}},
        {"description": "Ask Ada Lovelace (ada@acme.example) about it"},
        {"state": "opened", "milestone": {"id": 77, "title": "v77"}},
    ],
)
def test_what_only_looks_like_them_is_left_alone(value: dict[str, Any]) -> None:
    assert redact(value, find) is value
