"""What a kind with a stream of `replies` promises, as one test class: what people answer below our comment, and nothing else of theirs."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

from syncd.contract import AuthFailed, Connector, Gone, Kind, RateLimited, Settings, SyncError, Unavailable, reply_ref
from syncd.demo.twin import TwinServer
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from tests.connectors.contract import OpenGate

Who = Literal["us", "person", "program", "stranger"]
SAID = "/syncd on track until 2026-12-15 because the vendor ships on Monday"


@dataclass(kw_only=True)
class Talk:
    """A twin with one ticket that people talk on. `say` has somebody comment and gives the comment's id: we ourselves, a `person` who may
    change the ticket, a `program`, a `stranger` who may not change it. `vanish` deletes the ticket, `later` lets some time pass.

    `unsaid`: comments in which our word is only quoted or shown. `listed`: the request that lists comments, as a regular expression.
    `looks`: how many requests more it takes to know that an author may answer."""

    kind: Kind
    server: TwinServer
    settings: Settings
    target: Ref
    say: Callable[[str, Who], str]
    vanish: Callable[[], object]
    later: Callable[[timedelta], object]
    unsaid: tuple[str, ...]
    listed: str
    looks: int = 0
    gate: OpenGate = field(default_factory=OpenGate)
    made: list[Connector] = field(default_factory=list)

    def connect(self, **changes: Any) -> Connector:
        """A connector that knows who it is and what it reads, as in a pass."""
        connector = self.kind.connect(replace(self.settings, **changes), self.gate)
        self.made.append(connector)
        connector.check()
        assert any(isinstance(scope, Scope) for scope in connector.scopes(self.target.stream))
        self.server.log.clear()
        return connector


class RepliesContract:
    """Subclass it beside a fixture `talk`."""

    @pytest.fixture(autouse=True)
    def _sockets_are_let_go(self, talk: Talk) -> Iterator[None]:
        yield
        for connector in talk.made:
            connector.close()

    def answers(self, talk: Talk, connector: Connector | None = None) -> list[str]:
        """The texts that are kept, in order."""
        return [comment["body"] for comment in self.record(talk, connector).data["comments"]]

    def record(self, talk: Talk, connector: Connector | None = None) -> RawRecord:
        return (connector or talk.connect()).fetch_one(reply_ref(talk.target))

    def test_a_persons_command_is_kept_and_nothing_else_that_they_wrote(self, talk: Talk) -> None:
        talk.say("How is Ada's baby?", "person")
        id = talk.say(
            f"Thank you, that is good to know.\r\n\r\n{SAID}  \nIt costs us 5,000 a day.\n/syncdx\nsee /syncd", "person"
        )
        found = self.record(talk).data["comments"]
        assert [(str(one["id"]), one["body"]) for one in found] == [(id, SAID)]
        kept = json.dumps(found)
        assert not [text for text in ("baby", "Thank you", "5,000", "syncdx", "see /") if text in kept]

    def test_every_line_of_a_comment_that_speaks_to_us_is_kept_in_order(self, talk: Talk) -> None:
        talk.say("/Syncd at risk\nno, wait\n  /syncd on-track\n/syncd", "person")
        assert self.answers(talk) == ["/Syncd at risk\n/syncd on-track\n/syncd"]

    def test_a_line_that_has_no_end_is_cut(self, talk: Talk) -> None:
        talk.say("\n".join(f"/syncd {n} {'x' * 900}" for n in range(30)), "person")
        (text,) = self.answers(talk)
        assert [line.split()[1] for line in text.splitlines()] == [str(n) for n in range(20, 30)]
        assert len(text) < 6_000

    @pytest.mark.parametrize("who", ["program", "stranger"])
    def test_only_people_who_may_change_the_ticket_are_heard(self, talk: Talk, who: Who) -> None:
        talk.say("/syncd off track", who)
        assert self.answers(talk) == []
        talk.say("/syncd at risk", "person")
        talk.say("/syncd off track", who)
        assert self.answers(talk) == ["/syncd at risk"]

    def test_people_may_answer_with_the_account_that_we_use_and_our_own_comments_are_no_answer(self, talk: Talk) -> None:
        talk.say(f"{marker('abc123', talk.kind.limits.markup)}\n/syncd off track", "us")
        assert self.answers(talk) == []
        talk.say("/syncd at risk", "us")
        assert self.answers(talk) == ["/syncd at risk"]

    def test_what_is_quoted_or_shown_is_not_said(self, talk: Talk) -> None:
        for body in talk.unsaid:
            talk.say(body, "person")
        assert self.answers(talk) == []
        for body in talk.unsaid:
            talk.say(f"{body}\n\n/syncd at risk", "person")
        assert self.answers(talk) == ["/syncd at risk"] * len(talk.unsaid)

    def test_it_names_the_ticket_and_is_read_where_that_is(self, talk: Talk) -> None:
        talk.say(SAID, "person")
        connector = talk.connect()
        record, target = self.record(talk, connector), talk.target
        assert (record.ref, record.ref.key) == (Ref(target.connection, "replies", f"{target.stream}/{target.id}"), target.key)
        named = record.data["target"]
        assert (named["stream"], named["id"], named["key"]) == (target.stream, target.id, target.key)
        home = connector.fetch_one(target).scope
        assert (record.scope, record.scope.facts) == (home, home.facts)

    def test_nothing_is_listed(self, talk: Talk) -> None:
        connector = talk.connect()
        scope = Scope("1", "anything")
        stream = connector.streams["replies"]
        assert (stream.replies, stream.optional, stream.takes) == (True, False, frozenset())
        assert [*connector.scopes("replies"), *connector.fetch("replies", scope, None), *connector.census("replies", scope)] == []
        assert (connector.weigh("replies", scope), connector.fields("replies")) == (None, None)
        assert talk.server.log == []

    def test_it_takes_one_request_where_nobody_speaks_to_us(self, talk: Talk) -> None:
        for n in range(30):
            talk.say(f"chatter {n}", "person")
        connector = talk.connect()
        talk.gate.asked = 0
        assert self.answers(talk, connector) == []
        assert len(talk.server.log) == talk.gate.asked == 1, [entry.line for entry in talk.server.log]
        assert not talk.gate.writes

    def test_it_takes_no_more_where_somebody_does_but_to_know_who_that_is(self, talk: Talk) -> None:
        connector = talk.connect()
        for n in (1, 2):
            for _ in range(3):
                talk.say(SAID, "person")
            talk.server.log.clear()
            assert len(self.answers(talk, connector)) == 3 * n
            lines = [entry.line for entry in talk.server.log]
            assert len(lines) == 1 + (talk.looks if n == 1 else 0), lines

    def test_the_newest_hundred_are_looked_at_newest_last(self, talk: Talk) -> None:
        talk.say("/syncd off track", "person")
        for n in range(228):
            talk.say(f"chatter {n}", "person")
        talk.say("/syncd at risk", "person")
        talk.say("/syncd on track", "person")
        connector = talk.connect()
        assert self.answers(talk, connector) == ["/syncd at risk", "/syncd on track"]
        assert len(talk.server.log) <= math.ceil(231 / 100) + talk.looks, [entry.line for entry in talk.server.log]
        for n in range(98):
            talk.say(f"more {n}", "person")
        assert self.answers(talk, connector) == ["/syncd at risk", "/syncd on track"]
        talk.say("one more", "person")
        assert self.answers(talk, connector) == ["/syncd on track"]

    def test_a_ticket_that_is_gone_is_never_one_without_answers(self, talk: Talk) -> None:
        talk.say(SAID, "person")
        connector = talk.connect()
        talk.vanish()
        with pytest.raises((Gone, Unavailable)) as caught:
            self.record(talk, connector)
        assert talk.target.key
        assert talk.target.key in caught.value.text
        assert isinstance(caught.value, Gone) or (isinstance(caught.value, Unavailable) and caught.value.absent)

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            ({"status": 403, "body": {"message": "Forbidden"}}, AuthFailed),
            ({"status": 404, "body": {"message": "Not Found"}}, Unavailable),
            ({"status": 429, "headers": {"Retry-After": "17"}, "body": {}}, RateLimited),
            ({"status": 502, "body": "<html>down</html>"}, Unavailable),
            ({"status": 200, "body": b"null"}, Unavailable),
            ({"how": "truncate"}, Unavailable),
        ],
        ids=["403", "404", "429", "502", "null", "truncated"],
    )
    def test_a_ticket_that_cannot_be_read_is_never_one_without_answers(
        self, talk: Talk, fault: dict[str, Any], expected: type[SyncError]
    ) -> None:
        talk.say(SAID, "person")
        connector = talk.connect()
        talk.server.fail(talk.listed, times=0, **fault)
        with pytest.raises(expected) as caught:
            self.record(talk, connector)
        assert "\n" not in caught.value.text
        if expected is AuthFailed:
            assert caught.value.scope, "the others go on"

    def test_our_comment_touches_the_ticket_and_a_persons_touches_it_later(self, talk: Talk) -> None:
        connector = talk.connect()
        stream = connector.streams[talk.target.stream]
        path = stream.touched
        assert path
        first = connector.deliver(self._comment(talk, "first"))
        ours = self._touched(connector, talk.target, path)
        assert first.touched
        quiet = timedelta(seconds=stream.quiet_s)
        assert first.touched - quiet <= ours <= first.touched + timedelta(minutes=1)
        talk.later(timedelta(minutes=5))
        second = connector.deliver(self._comment(talk, "second", first.remote_id))
        assert second.touched
        assert second.touched > first.touched
        talk.later(quiet + timedelta(seconds=20))
        talk.say(SAID, "person")
        assert self._touched(connector, talk.target, path) > second.touched, "else nobody would look what was said"

    def _comment(self, talk: Talk, body: str, remote_id: str | None = None) -> Action:
        text = f"{marker('abc123', talk.kind.limits.markup)}\n{body}"
        common = {"project": "", "key": "abc123", "digest": body}
        return Action(verb="comment", target=talk.target, body=text, remote_id=remote_id, **common)  # type: ignore[arg-type]

    def _touched(self, connector: Connector, target: Ref, path: str) -> datetime:
        found: Any = connector.fetch_one(target).data
        for name in path.split("."):
            found = found[name]
        return datetime.fromisoformat(found)
