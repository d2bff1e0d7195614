"""What people answer below our comment on an issue of Jira."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from connectors.jira import KIND
from syncd.contract import reply_ref
from syncd.demo.jira_twin import JiraTwin
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET
from tests.connectors.contract_replies import SAID, RepliesContract, Talk, Who
from tests.connectors.jira_given import Clock, settings

UNSAID = (
    "{quote}\n/syncd off track\n{quote}",
    "bq. /syncd off track",
    "{code:title=how|borderStyle=solid}\n/syncd off track\n{code}",
    "{noformat}\n{quote}\n/syncd off track\n{noformat}",
    "{{/syncd off track}}",
)


def talk_of(edition: Literal["cloud", "server"], type: str = "software") -> tuple[JiraTwin, Talk]:
    clock = Clock()
    twin = JiraTwin(clock, edition=edition, token=SECRET)
    twin.project("PLAT", type=type)
    issue = twin.issue("PLAT", "Launch")
    program = "addon_automation" if edition == "server" else "Automation"
    twin.account(program, "app")
    twin.account("Some customer", "customer")
    names: dict[Who, str] = {"us": "syncd bot", "person": "Grace", "program": program, "stranger": "Some customer"}

    def say(body: str, who: Who) -> str:
        clock.go(seconds=1)
        internal = type == "service_desk" and who != "stranger"
        return str(twin.comment("PLAT-1", body, by=names[who], internal=internal)["id"])

    twin.server.start()
    return twin, Talk(
        kind=KIND,
        server=twin.server,
        settings=settings(twin, "PLAT"),
        target=Ref("plat", "issues", issue["id"], key="PLAT-1", url=f"{twin.url}/browse/PLAT-1"),
        say=say,
        vanish=lambda: twin.delete("PLAT-1"),
        later=lambda time: clock.go(seconds=time.total_seconds()),
        unsaid=UNSAID,
        listed=r"/comment\?",
    )


@pytest.fixture
def cloud() -> Iterator[tuple[JiraTwin, Talk]]:
    twin, talk = talk_of("cloud")
    yield twin, talk
    twin.server.stop()


class TestJiraReplies(RepliesContract):
    @pytest.fixture
    def talk(self, cloud: tuple[JiraTwin, Talk]) -> Talk:
        return cloud[1]


class TestJiraServiceDeskReplies(RepliesContract):
    """Of Data Center, which does not tell customers: those who may change a request write internal comments."""

    @pytest.fixture
    def talk(self) -> Iterator[Talk]:
        twin, talk = talk_of("server", "service_desk")
        yield talk
        twin.server.stop()


def said(talk: Talk) -> list[dict[str, Any]]:
    connector = talk.connect()
    found = connector.fetch_one(reply_ref(talk.target)).data["comments"]
    connector.close()
    return list(found)


def text(*parts: Any) -> dict[str, Any]:
    """A paragraph of a document: texts, and nodes."""
    nodes = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
    return {"type": "paragraph", "content": nodes}


BREAK = {"type": "hardBreak"}
DATE = {"type": "date", "attrs": {"timestamp": "1797292800000"}}
CODE = {"type": "text", "text": "/syncd off track", "marks": [{"type": "code"}]}
ITEM = {"type": "listItem", "content": [text("/syncd at risk")]}


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ([text("Thanks"), text("/syncd on track until ", DATE, " because we ship")], "/syncd on track until 2026-12-15 because we ship"),
        ([text("Hello ", {"type": "mention", "attrs": {"text": "@Ada"}}, BREAK, "/syncd at risk", BREAK, "bye")], "/syncd at risk"),
        ([{"type": "bulletList", "content": [ITEM]}, {"type": "panel", "content": [text("/syncd clear")]}], "/syncd at risk\n/syncd clear"),
        ([{"type": "blockquote", "content": [text("/syncd off track")]}], None),
        ([{"type": "codeBlock", "content": [{"type": "text", "text": "/syncd off track"}]}], None),
        ([text(CODE)], None),
        ([text("see ", "/syncd off track")], None),
        ([text(None), {"type": 7}, "x", {"type": "paragraph", "content": None}, text({"type": "date", "attrs": {"timestamp": "x"}})], None),
    ],
    ids=["date", "mention and breaks", "list and panel", "quote", "code", "inline code", "within a line", "odd"],
)  # fmt: skip
def test_a_document_is_read_as_people_see_it(cloud: tuple[JiraTwin, Talk], content: list[Any], lines: str | None) -> None:
    """A site where version 2 of the API is gone gives documents."""
    twin, talk = cloud
    twin.server.fail("/rest/api/2/issue/[^?]*/comment", status=410, body={}, times=0)
    twin.comment("PLAT-1", {"version": 1, "type": "doc", "content": content}, by="Grace")
    assert [one["body"] for one in said(talk)] == ([lines] if lines else [])


def test_a_document_that_is_nested_without_end_says_nothing(cloud: tuple[JiraTwin, Talk]) -> None:
    twin, talk = cloud
    twin.server.fail("/rest/api/2/issue/[^?]*/comment", status=410, body={}, times=0)
    deep = text("/syncd off track")
    for _ in range(80):
        deep = {"type": "panel", "content": [deep]}
    twin.comment("PLAT-1", {"version": 1, "type": "doc", "content": [deep]}, by="Grace")
    assert said(talk) == []


def test_signs_that_wiki_text_escapes_are_read_as_people_see_them(cloud: tuple[JiraTwin, Talk]) -> None:
    cloud[1].say(r"/syncd on\-track until 2026\-12\-15", "person")
    assert [one["body"] for one in said(cloud[1])] == ["/syncd on-track until 2026-12-15"]


def test_who_edits_a_comment_answers_for_it(cloud: tuple[JiraTwin, Talk]) -> None:
    twin, talk = cloud
    id = talk.say("/syncd at risk", "person")
    twin.edit_comment("PLAT-1", id, "/syncd on track", by="Ada")
    (found,) = said(talk)
    assert (found["body"], found["updateAuthor"]["displayName"]) == ("/syncd on track", "Ada")
    assert set(found["updateAuthor"]) == {"accountId", "displayName", "emailAddress"}
    twin.edit_comment("PLAT-1", id, "/syncd off track", by="Automation")
    assert said(talk) == []


@pytest.mark.parametrize("edition", ["cloud", "server"])
def test_in_a_service_desk_only_what_customers_cannot_write_counts(edition: Literal["cloud", "server"]) -> None:
    """An employee with an account like any other may be a customer of it."""
    twin, talk = talk_of(edition, "service_desk")
    twin.comment("PLAT-1", "/syncd off track", by="Grace")
    twin.comment("PLAT-1", "/syncd at risk", by="Grace", internal=True)
    found = said(talk)
    twin.server.stop()
    assert [(one["body"], one["internal"]) for one in found] == [("/syncd at risk", True)]


def test_an_issue_of_unknown_key_is_asked_for_its_project(cloud: tuple[JiraTwin, Talk]) -> None:
    talk = cloud[1]
    talk.say(SAID, "person")
    connector = talk.connect()
    record = connector.fetch_one(reply_ref(Ref("plat", "issues", talk.target.id)))
    connector.close()
    assert (record.scope.name, len(record.data["comments"])) == ("PLAT", 1)
    assert len(talk.server.log) == 2


def test_a_site_that_does_not_heed_the_order_is_asked_for_the_end(
    cloud: tuple[JiraTwin, Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    twin, talk = cloud
    for n in range(150):
        talk.say(f"chatter {n}", "person")
    talk.say(SAID, "person")
    serve = twin.server.serve
    monkeypatch.setattr(twin.server, "serve", lambda request, line: serve(_unordered(request), line))
    assert [one["body"] for one in said(talk)] == [SAID]
    assert len(talk.server.log) == 2


def _unordered(request: Any) -> Any:
    request.query.pop("orderBy", None)
    return request
