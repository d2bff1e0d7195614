"""What a delivery names is looked at and nothing else; what it does not name exactly is read where it must be, and no further."""

import json
import re
from typing import Any

from syncd.app import opened
from syncd.contract import Delivery
from syncd.demo import jira_hooks
from syncd.demo.outgoing import Outgoing
from syncd.run.aim import MOST, NOTHING, spoken_of, together
from syncd.run.one_pass import pull_and_map
from tests.run.run_given import RELEASES, Company
from tests.web.test_web_hooks import github
from tests.web.web_given import SECRET, Listening, listening, with_secrets


def about(to: Listening, firm: Company, repo: str, number: int, **more: Any) -> Outgoing:
    """What GitHub sends of an issue that has no milestone."""
    issue = {"id": firm.github.home(repo).issues[number]["id"], "number": number, **more}
    return github(to, event="issue_comment", body=json.dumps({"issue": issue, "repository": {"full_name": repo}}).encode())


def paths(firm: Company, to: Listening, *sent: Outgoing) -> list[str]:
    """What is asked of the vendors because of these deliveries, without queries."""
    with firm.watched() as requests:
        assert {one.send() for one in sent} == {202}
        to.look()
    return [re.sub(r"\?.*", "", entry.line.split()[1]) for entry in requests if not entry.write]


def ready(firm: Company, connection: str) -> Company:
    """The company with one connection, which was read to its end."""
    with_secrets(firm)
    firm.only(connection)
    assert firm.once().code == 0
    return firm


def test_a_record_that_is_named_is_looked_at_alone_and_no_cursor_moves(firm: Company) -> None:
    read = ready(firm, "code")
    with listening(read) as to:
        before = [known.cursor for known in to.app.store.scopes.states("code")]
        read.hand.go(minutes=1)
        read.github.edit("acme/api", 1, title="Renamed")
        read.github.edit("acme/app", 1, title="Nobody told of this")
        asked = paths(read, to, about(to, read, "acme/api", 1))
        assert asked == ["/repos/acme/api/issues/1", "/repos/acme/api/issues/1/comments"], "our comment stands there"
        assert read.export("item")["code acme/api#1"]["title"] == "Renamed"
        assert read.export("item")["code acme/app#1"]["title"] == "Dark mode"
        assert [known.cursor for known in to.app.store.scopes.states("code")] == before
    assert read.once().json["connections"]["code"]["streams"]["issues"]["changed"] == 1, "the other one; this is known already"
    assert read.export("item")["code acme/app#1"]["title"] == "Nobody told of this"


def test_a_record_that_is_not_known_yet_is_read_with_its_stream_and_scope(firm: Company) -> None:
    read = ready(firm, "code")
    with listening(read) as to:
        read.hand.go(minutes=1)
        read.github.issue("acme/app", "New")
        asked = paths(read, to, about(to, read, "acme/app", 2))
        assert [path for path in asked if path.endswith("/issues")] == ["/repos/acme/app/issues"]
        assert read.export("item")["code acme/app#2"]["title"] == "New"
        assert read.syncd("doctor", "code").out.count("stale") == 0, "what was not looked at is as it was"


def test_a_calendar_that_is_named_is_read_alone(firm: Company) -> None:
    read = ready(firm, "cal")
    uri = f"https://www.googleapis.com/calendar/v3/calendars/{RELEASES.replace('@', '%40')}/events?alt=json"
    headers = {"X-Goog-Channel-Token": SECRET, "X-Goog-Channel-ID": "c", "X-Goog-Message-Number": "7", "X-Goog-Resource-URI": uri}
    with listening(read) as to:
        asked = paths(read, to, Outgoing(to.url("cal"), {**headers, "X-Goog-Resource-State": "exists"}))
        assert set(asked) == {"/calendar/v3/calendars/releases%40acme.example/events"}


def test_what_is_gone_is_left_to_the_list_and_stays_until_it_is_proved(firm: Company) -> None:
    read = ready(firm, "plat")
    with listening(read) as to:
        told = jira_hooks.about_issue(read.jira, to.url("plat"), SECRET, "PLAT-3")
        read.jira.delete("PLAT-3")
        assert any("search" in path for path in paths(read, to, told))
        assert "plat PLAT-3" in read.export("item")


def test_more_than_twenty_things_or_anything_is_the_whole_connection(firm: Company) -> None:
    read = ready(firm, "code")
    few = [spoken_of(Delivery(hints=(("issues", str(n)),))) for n in range(MOST)]
    spoken = NOTHING
    for one in few:
        joined = together(spoken, one)
        assert joined is not None
        spoken = joined
    assert together(spoken, few[0]) == spoken, "what is said twice is one"
    assert together(spoken, spoken_of(Delivery(hints=(("issues", "more"),)))) is None
    assert together(few[0], spoken_of(Delivery())) is None
    with listening(read) as to:
        assert any(path.endswith("/repos/acme/app/issues") for path in paths(read, to, github(to, event="repository")))


def test_a_single_look_is_no_change_of_what_a_list_gave(firm: Company) -> None:
    firm.github.pull("acme/api", "Ship it", milestone=1, head="ship")
    firm.gitlab.merge_request("acme/web", "Ship it", milestone=next(iter(firm.gitlab.milestones.values())))
    assert firm.once().code == 0
    with opened(firm.config, {}, clock=firm.hand.clock) as app:
        for link in app.links:
            ids = [(stream, raw.ref.id) for stream in link.streams for raw in list(app.store.mirror.raws(link.name, stream))[:2]]
            pulled = pull_and_map(app.works, link, spoken=spoken_of(Delivery(hints=tuple(ids))))
            assert sum(read.read for read in pulled.streams.values()) == len(ids)
            assert [stream for stream, read in pulled.streams.items() if read.changed] == []


def test_a_single_look_says_nothing_of_the_scope(firm: Company) -> None:
    firm.github.repository("acme/attic", archived=True)
    firm.github.issue("acme/attic", "Old")
    firm.sections["connections.code"]["repositories"] += ["acme/attic"]
    read = ready(firm, "code")
    with listening(read) as to:
        before = to.app.store.scopes.closed("code")
        assert len(before) == 1
        paths(read, to, about(to, read, "acme/attic", 1))
        assert to.app.store.scopes.closed("code") == before
