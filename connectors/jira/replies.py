"""What people answer below our comment on an issue: by one look at its newest comments."""

from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.comments import Comments, is_marked
from connectors.jira.cursor import instant
from connectors.jira.document import lines_of
from connectors.jira.paging import START, Place
from connectors.jira.projects import Projects
from connectors.jira.records import scope_of
from connectors.replies import MOST, commands, in_wiki, kept, order, pruned
from syncd.contract import target_of
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref

_KEPT = ("id", "created", "updated", "jsdPublic", "visibility")
_PEOPLE = ("author", "updateAuthor")
_OF_PERSON = ("accountId", "key", "name", "displayName", "emailAddress")
_NOBODY = frozenset({"app", "customer"})
"""Types of account that change no issue: programs, and customers of a service desk."""


class Replies:
    """Who may answer: people, also with the account that we use: what we say ourselves carries a marker. In a service desk an employee may
    be a customer, too, and Data Center does not tell customers at all: there only comments count that customers cannot write, the
    internal ones."""

    def __init__(self, comments: Comments, api: Api, projects: Projects) -> None:
        self._comments, self._api, self._projects = comments, api, projects

    def of(self, ref: Ref) -> RawRecord:
        """The record: one request where the project is known. Raises Unavailable where the issue is gone or hidden."""
        target = target_of(ref)
        what = f"reading comments of {target.label}"
        newest = self._newest(target, what)
        scope, desk = self._home(target, what)
        found = [said for comment in newest if (said := self._said(comment, desk=desk)) is not None]
        return kept(ref, scope, found)

    def _newest(self, target: Ref, what: str) -> list[dict[str, Any]]:
        """Oldest first. Where a site does not heed the order, the end of the list is asked for."""
        page = expect(self._comments.page(target, START, what), dict, what=what)
        found, total = self._listed(page, what), page.get("total")
        if isinstance(total, int) and total > len(found) and not _falls(found):
            page = expect(self._comments.page(target, Place(offset=max(0, total - MOST)), what), dict, what=what)
            found = self._listed(page, what)
        return sorted(found, key=_when)[-MOST:]

    def _listed(self, page: dict[str, Any], what: str) -> list[dict[str, Any]]:
        listed = expect(page.get("comments"), list, what=what)
        return [comment for comment in listed if isinstance(comment, dict) and comment.get("id")]

    def _home(self, target: Ref, what: str) -> tuple[Scope, bool]:
        """The project of the issue, and whether it is a service desk. Where the issue's key is not known, it is asked for."""
        key = (target.key or "").rpartition("-")[0]
        if not key:
            path = f"issue/{quote(target.id, safe='')}"
            key = scope_of(expect(self._api.get(path, {"fields": "project"}, what=what), dict, what=what)).name
        return self._projects.home(key)

    def _said(self, comment: dict[str, Any], *, desk: bool) -> dict[str, Any] | None:
        """What is kept of a comment; None where it says nothing to us, or its author may not."""
        body = comment.get("body")
        text = in_wiki(body) if isinstance(body, str) else commands(lines_of(body))
        wrote = [comment.get("author"), comment.get("updateAuthor") or comment.get("author")]
        if not text or is_marked(comment) or not all(_is_person(one) for one in wrote) or (desk and not _is_internal(comment)):
            return None
        return {**pruned(comment, _KEPT, _PEOPLE, _OF_PERSON), "internal": _is_internal(comment), "body": text}


def _is_person(author: Json) -> bool:
    """Data Center does not tell types of account; the users of its apps have names that begin so."""
    if not isinstance(author, dict) or str(author.get("accountType")) in _NOBODY:
        return False
    named = author.get("accountId") or author.get("key") or author.get("name")
    return bool(named) and not str(author.get("name") or "").startswith("addon_")


def _is_internal(comment: dict[str, Any]) -> bool:
    """Whether customers of a service desk do not see it: Cloud says so of each comment, Data Center by a property."""
    told = comment.get("properties")
    properties = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    marked = (one.get("value") for one in properties if one.get("key") == "sd.public.comment")
    return comment.get("jsdPublic") is False or any(isinstance(value, dict) and value.get("internal") is True for value in marked)


def _falls(comments: list[dict[str, Any]]) -> bool:
    """Whether the newest come first."""
    return bool(comments) and _when(comments[0]) >= _when(comments[-1])


def _when(comment: dict[str, Any]) -> tuple[float, int]:
    return order(instant(comment.get("created")), comment.get("id"))
