"""What people answer below our comment on an issue or pull request of GitHub."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.github import KIND
from syncd.contract import Gone, Unavailable, reply_ref
from syncd.demo.github_twin import GithubTwin
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET
from tests.connectors.contract_replies import SAID, RepliesContract, Talk, Who
from tests.connectors.github_given import API, WEB, Clock, install, ref, settings

UNSAID = (
    "> /syncd off track",
    "```\n/syncd off track\n```",
    "~~~ text\n/syncd off track\n```\n/syncd off track\n~~~",
    "<!-- how to answer:\n/syncd off track\n-->",
    "`/syncd off track`",
)


def talk_of(twin: GithubTwin, stream: str = "issues") -> Talk:
    twin.repository(API)
    twin.repository(WEB, private=True)
    row = twin.issue(API, "Launch") if stream == "issues" else twin.pull(API, "Launch")
    twin.people(API, "mallory", role="read", association="CONTRIBUTOR")
    names: dict[Who, str] = {"us": twin.login, "person": "ann", "program": "renovate[bot]", "stranger": "mallory"}
    twin.server.start()

    def later(time: timedelta) -> None:
        twin.now.at += time  # type: ignore[attr-defined]

    return Talk(
        kind=KIND,
        server=twin.server,
        settings=settings(twin),
        target=replace(ref(stream, row), url=row["html_url"]),
        say=lambda body, who: str(twin.comment(API, 1, body, by=names[who])["id"]),
        vanish=lambda: twin.delete(API, 1),
        later=later,
        unsaid=UNSAID,
        listed=r"/issues/\d+/comments\?",
    )


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET)
    yield twin
    twin.server.stop()


class TestGithubReplies(RepliesContract):
    @pytest.fixture
    def talk(self, twin: GithubTwin) -> Talk:
        return talk_of(twin)


def texts(talk: Talk) -> list[str]:
    connector = talk.connect()
    found = connector.fetch_one(reply_ref(talk.target)).data["comments"]
    connector.close()
    return [comment["body"] for comment in found]


def test_a_pull_request_is_answered_on_like_an_issue(twin: GithubTwin) -> None:
    talk = talk_of(twin, "pulls")
    talk.say(SAID, "person")
    talk.say(SAID, "stranger")
    assert texts(talk) == [SAID]


@pytest.mark.parametrize(
    ("role", "association", "heard"),
    [
        ("write", "OWNER", True),
        ("read", "COLLABORATOR", True),
        ("triage", "NONE", True),
        ("maintain", "CONTRIBUTOR", True),
        ("write", "CONTRIBUTOR", True),
        ("read", "CONTRIBUTOR", False),
        ("none", "FIRST_TIMER", False),
        ("none", "MANNEQUIN", False),
    ],
)
def test_who_hides_a_membership_is_known_by_the_role(twin: GithubTwin, role: str, association: str, heard: bool) -> None:
    """A token that may not read an organisation's members sees those who hide it as strangers."""
    talk = talk_of(twin)
    twin.people(API, "ann", role=role, association=association)
    for _ in range(3):
        talk.say(SAID, "person")
    assert texts(talk) == [SAID] * 3 * heard
    asked = [entry for entry in talk.server.log if "/collaborators/" in entry.line]
    assert len(asked) == (association not in ("OWNER", "COLLABORATOR"))


def test_where_roles_are_not_told_a_stranger_is_one(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    talk.server.fail(
        "/collaborators/", status=403, body={"message": "Must have push access to view collaborator permission."}, times=0
    )
    talk.say(SAID, "stranger")
    talk.say("/syncd at risk", "person")
    assert texts(talk) == ["/syncd at risk"]


def test_an_account_that_was_deleted_says_nothing(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    talk.say(SAID, "person")
    twin.comments(API, 1)[0]["user"] = None
    assert texts(talk) == []


def test_an_edited_comment_says_what_it_says_now(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    id = talk.say("/syncd off track", "person")
    twin.edit_comment(int(id), "never mind\n/syncd on track")
    assert texts(talk) == ["/syncd on track"]
    twin.uncomment(int(id))
    assert texts(talk) == []


def test_what_was_said_long_ago_is_not_looked_at(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    talk.say("/syncd off track", "person")
    talk.say("/syncd at risk", "person")
    for row, day in zip(twin.comments(API, 1), ("2025-04-01", "2026-02-01"), strict=True):
        row.update(created_at=f"{day}T00:00:00Z", updated_at=f"{day}T00:00:00Z")
    assert texts(talk) == ["/syncd at risk"]


@pytest.mark.parametrize("opaque", [False, True], ids=["numbers", "positions"])
@pytest.mark.parametrize(("many", "requests"), [(99, 1), (100, 2), (249, 3), (299, 2)])
def test_the_end_of_a_long_talk_is_asked_for(opaque: bool, many: int, requests: int) -> None:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET, opaque=opaque)
    talk = talk_of(twin)
    for n in range(many):
        talk.say(f"chatter {n}", "person")
    talk.say(SAID, "person")
    assert texts(talk) == [SAID]
    asked = len(talk.server.log)
    twin.server.stop()
    assert asked == (-(-(many + 1) // 100) if opaque else requests)


def test_a_talk_whose_pages_do_not_end_is_no_talk(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    round = {"Link": f'<{twin.server.url}/repositories/1/issues/1/comments?after=x>; rel="next"'}
    talk.server.fail("/comments", status=200, body=[], headers=round, times=0)
    with pytest.raises(Unavailable, match="the pages do not end"):
        texts(talk)


def test_an_app_hears_people_and_not_itself(twin: GithubTwin, app_key: str) -> None:
    talk = talk_of(twin)
    talk.settings = install(twin, app_key, {"issues": "write"}, API)
    assert twin.app
    twin.comment(API, 1, "/syncd off track", by=twin.app.bot)
    talk.say(SAID, "person")
    assert texts(talk) == [SAID]


def test_a_renamed_repository_is_answered_in_and_a_moved_issue_is_gone(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    talk.say(SAID, "person")
    twin.rename(API, "acme/backend")
    assert texts(talk) == [SAID]
    twin.transfer("acme/backend", 1, WEB)
    with pytest.raises(Gone) as caught:
        texts(talk)
    assert caught.value.kind == "moved"


def test_a_ticket_of_unknown_place_is_not_looked_for(twin: GithubTwin) -> None:
    talk = talk_of(twin)
    connector = talk.connect()
    with pytest.raises(Exception, match="it is not known in which repository this lives"):
        connector.fetch_one(reply_ref(Ref("code", "issues", talk.target.id)))
    connector.close()
