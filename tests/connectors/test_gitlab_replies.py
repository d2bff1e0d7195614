"""What people answer below our comment on an issue or merge request of GitLab."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from connectors.gitlab import KIND, GitlabOptions
from syncd.contract import Settings, reply_ref
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET
from tests.connectors.contract_replies import SAID, RepliesContract, Talk, Who
from tests.connectors.gitlab_given import BOT, twin
from tests.connectors.test_github_replies import UNSAID


class Clock:
    """A second passes with each look."""

    def __init__(self) -> None:
        self.at = NOW - timedelta(days=1)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def talk_of(lab: GitlabTwin, stream: str = "issues", options: GitlabOptions | None = None) -> Talk:
    lab.project("acme/web", "public")
    work = lab.issue("acme/web", "Launch") if stream == "issues" else lab.merge_request("acme/web", "Launch")
    program = f"project_{work['project_id']}_bot_0a1b"
    names: dict[Who, str] = {"us": BOT, "person": "ada", "program": program, "stranger": "mallory"}
    lab.role("acme/web", "mallory", 0)

    def later(time: timedelta) -> None:
        lab.now.at += time  # type: ignore[attr-defined]

    return Talk(
        kind=KIND,
        server=lab.server,
        settings=Settings(
            connection="code",
            url=lab.server.start(),
            options=options or GitlabOptions(projects=["acme/web"]),
            now=lambda: NOW,
            secret=lambda: SECRET,
        ),
        target=Ref("code", stream, str(work["id"]), key=work["references"]["full"], url=work["web_url"]),
        say=lambda body, who: str(lab.note(work, body, names[who])["id"]),
        vanish=lambda: lab.delete(work),
        later=later,
        unsaid=(*UNSAID, ">>>\n/syncd off track\n>>>"),
        listed="/notes",
        looks=1,
    )


@pytest.fixture
def lab() -> Iterator[GitlabTwin]:
    made = twin(Clock())
    yield made
    made.server.stop()


class TestGitlabReplies(RepliesContract):
    @pytest.fixture
    def talk(self, lab: GitlabTwin) -> Talk:
        return talk_of(lab)


def texts(talk: Talk) -> list[str]:
    connector = talk.connect()
    found = connector.fetch_one(reply_ref(talk.target)).data["comments"]
    connector.close()
    return [comment["body"] for comment in found]


@pytest.mark.parametrize(("level", "on_issues", "on_merge_requests"), [(10, 0, 0), (15, 1, 0), (20, 1, 1), (50, 1, 1)])
def test_who_may_change_a_ticket_may_answer_on_it(lab: GitlabTwin, level: int, on_issues: int, on_merge_requests: int) -> None:
    """A planner may change issues, a guest nothing."""
    lab.role("acme/web", "ada", level)
    for stream, heard in (("issues", on_issues), ("merge_requests", on_merge_requests)):
        talk = talk_of(lab, stream)
        talk.say(SAID, "person")
        assert texts(talk) == [SAID] * heard, stream


def test_internal_notes_count_and_say_that_they_are_and_gitlabs_own_do_not(lab: GitlabTwin) -> None:
    talk = talk_of(lab)
    work = lab.issues[int(talk.target.id)]
    lab.note(work, SAID, "ada", internal=True)
    lab.note(work, "/syncd off track", "ada", system=True)
    connector = talk.connect()
    (found,) = connector.fetch_one(reply_ref(talk.target)).data["comments"]
    connector.close()
    assert (found["body"], found["internal"], found["author"]["username"]) == (SAID, True, "ada")


def test_where_roles_are_not_told_nobody_is_heard(lab: GitlabTwin) -> None:
    talk = talk_of(lab)
    talk.server.fail("/members/all/", status=403, body={"message": "403 Forbidden"}, times=0)
    talk.say(SAID, "person")
    assert texts(talk) == []


def test_in_a_group_that_is_read_as_one_the_answer_belongs_to_it(lab: GitlabTwin) -> None:
    talk = talk_of(lab, options=GitlabOptions(groups=["acme"]))
    talk.say(SAID, "person")
    connector = talk.connect()
    record = connector.fetch_one(reply_ref(talk.target))
    assert (record.scope.name, record.scope) == ("acme", connector.fetch_one(talk.target).scope)
    connector.close()


def test_a_moved_project_is_answered_in_and_another_tickets_notes_are_not_taken(lab: GitlabTwin) -> None:
    talk = talk_of(lab)
    talk.say(SAID, "person")
    lab.move_project("acme/web", "acme/shop")
    assert texts(talk) == [SAID]
    talk.target = Ref("code", "issues", "999999", key=talk.target.key, url=talk.target.url)
    with pytest.raises(Exception, match="another record has its address now"):
        texts(talk)


def test_gitlab_touches_a_record_once_a_minute_and_our_write_leaves_room_for_that(lab: GitlabTwin) -> None:
    """Notes in the minute after another leave `updated_at` as it is: GitLab's `ThrottledTouch`."""
    talk = talk_of(lab)
    work = lab.issues[int(talk.target.id)]
    talk.later(timedelta(hours=1))
    lab.note(work, "first", BOT)
    touched = work["updated_at"]
    lab.note(work, SAID, "ada")
    assert work["updated_at"] == touched
    talk.later(timedelta(minutes=1))
    lab.note(work, SAID, "ada")
    assert work["updated_at"] > touched
