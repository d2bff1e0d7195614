"""Replies: a person answers our comment; it is read once, where it was written, and says how the milestone stands until it expires."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors.memory import KIND, WORLDS, Memory, World
from syncd.app import App, opened
from syncd.cli.main import cli
from syncd.cli.report import in_trouble
from syncd.contract import AuthFailed, Gone, RateLimited, Refused, Unavailable, reply_ref
from syncd.model.ref import Ref
from syncd.run.one_pass import Passed, Works, one_pass, pull_and_map
from syncd.run.pull import pull
from syncd.store.raws import StoredRaw
from tests.run.run_given import Company, Hand, Ran, toml

EPIC, ON_TRACK = "M-1", "/syncd on track until 2026-05-20 because the vendor ships on Monday"


@dataclass
class Desk:
    """One installation on one world in memory. `asked`: the records of answers that were asked for."""

    folder: Path
    policy: dict[str, Any] = field(default_factory=dict)
    hand: Hand = field(default_factory=Hand)
    world: World = field(default_factory=World)
    asked: list[str] = field(default_factory=list)
    failing: dict[str, BaseException] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    made: App | None = None
    connection: dict[str, Any] = field(default_factory=lambda: {"kind": "memory", "url": "here", "write": "on"})

    def write(self) -> None:
        sections = {
            "store": {"url": "sqlite:///syncd.db"},
            "model": {"zone": "Europe/Berlin"},
            "policy": {"at_start": "write", "writes_per_pass": 100, **self.policy},
            "delivery": {"timeout_s": 1, "settle_s": 2},
            "connections.mem": self.connection,
        }
        (self.folder / "syncd.toml").write_text(toml(sections))

    @property
    def app(self) -> App:
        if self.made is None:
            self.write()
            self.made = self.stack.enter_context(opened(self.folder / "syncd.toml", {}, clock=self.hand.clock))
        return self.made

    def late(self, id: str = EPIC, due: str = "2026-05-04") -> None:
        self.world.put(id, {"kind": "milestone", "title": "Checkout", "due": due, "status": "doing", "updated_at": self.now})
        self.world.put(f"{id}-work", {"kind": "item", "title": "Work", "milestone": id, "status": "todo", "due": due})

    def syncd(self, *arguments: str) -> Ran:
        found = CliRunner().invoke(cli, [*arguments, "-c", str(self.folder / "syncd.toml")], catch_exceptions=False)
        return Ran(found.exit_code, found.stdout, found.stderr)

    def stand(self) -> None:
        """Passes until a comment of ours stands and nothing is new any more."""
        if not self.world.records:
            self.late()
        for _ in range(3):
            self.once()

    def restart(self) -> None:
        self.stack.close()
        self.stack, self.made = ExitStack(), None

    @property
    def ticket(self) -> Ref:
        return Ref("mem", "things", EPIC)

    def held(self) -> StoredRaw | None:
        return self.app.store.mirror.raw(reply_ref(self.ticket))

    @property
    def now(self) -> str:
        return self.hand.at.isoformat()

    def once(self, minutes: float = 5) -> Passed:
        self.hand.go(minutes=minutes)
        return one_pass(self.app.works, spare=True)

    def answer(self, text: str = ON_TRACK, id: str = EPIC, by: str = "ana") -> None:
        self.hand.go(minutes=1)
        self.world.answer(id, text, at=self.hand.at, by=by)

    def comment(self, id: str = EPIC) -> str:
        (body,) = self.world.comments[id].values()
        return body


@contextmanager
def desk(folder: Path, **policy: Any) -> Iterator[Desk]:
    made = Desk(folder, policy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(WORLDS, "here", made.world)
        patch.setattr("syncd.app.Clock", lambda: made.hand.clock)
        real = Memory.fetch_one

        def fetch_one(self: Memory, ref: Ref) -> Any:
            if ref.stream == "replies":
                made.asked.append(ref.id.removeprefix("things/"))
                if (error := made.failing.get(made.asked[-1])) is not None:
                    raise error
            return real(self, ref)

        patch.setattr(Memory, "fetch_one", fetch_one)
        yield made
        made.restart()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Desk]:
    """A comment of ours stands, and nobody has answered."""
    with desk(tmp_path) as made:
        made.stand()
        yield made


def test_an_answer_is_read_once_and_said_beside_what_is_computed_until_it_expires(one: Desk) -> None:
    said = one.comment()
    assert one.asked == [], "nothing is asked of a vendor where nothing happened"
    one.answer("Thanks!\n\n" + ON_TRACK)
    assert one.once().pulled["mem"].streams["replies"].changed == 1
    line = "Ana's reply of Tue 5 May 2026: on track until Wed 20 May, because the vendor ships on Monday. Computed: at risk."
    assert said.splitlines()[0] in one.comment()
    assert one.comment().splitlines()[-3] == line
    assert one.world.comments[EPIC].keys() == {"3"}, "it is edited in its place"
    settled = [one.once().looked is None for _ in range(3)]
    assert (one.asked, settled[-1]) == ([EPIC], True)

    (stands,) = one.syncd("status", "--format", "json").json["milestones"]
    assert (stands["status"], stands["computed"]) == ("on track", "at risk")
    assert stands["override"] == {
        "label": None,
        "reply": {
            "ticket": {"connection": "mem", "stream": "things", "id": EPIC, "key": EPIC, "url": f"memory:here/{EPIC}"},
            "url": None,
            "because": "the vendor ships on Monday",
        },
        "since": "2026-05-05",
        "until": "2026-05-20",
        "by": "Ana",
    }
    why = "set 2026-05-05 by Ana, until 2026-05-20; by a reply, because the vendor ships on Monday; computed: at risk"
    assert why in " ".join(one.syncd("status").out.split())
    assert why in one.syncd("status", "--format", "markdown").out.replace("\\", "")

    one.hand.at = datetime(2026, 5, 20, 21, 50, tzinfo=UTC)
    one.once()
    assert "Ana's reply" in one.comment()
    one.hand.at = datetime(2026, 5, 20, 22, 0, tzinfo=UTC)  # midnight in Berlin
    one.once(0.1)
    assert "Ana's reply" not in one.comment(), "an idle daemon takes it away when its last day is over"
    (stands,) = one.syncd("status", "--format", "json").json["milestones"]
    assert (stands["status"], stands["override"]) == ("off track", None)


def test_only_what_speaks_to_us_is_kept_and_a_comment_without_it_leaves_nothing(one: Desk) -> None:
    one.answer("My phone number is 555")
    assert "replies" not in one.once().pulled["mem"].streams
    assert one.asked == [EPIC]
    assert one.held() is None
    one.answer("Another secret\n/syncd at risk\nmore", by="bo")
    one.once()
    held = one.held()
    assert held is not None
    assert held.record.data["comments"] == [
        {**one.world.answers[EPIC][1], "text": "/syncd at risk"},
    ]


def test_an_answer_in_the_moment_before_our_own_edit_is_found_an_hour_later(one: Desk) -> None:
    one.answer()
    one.once()
    edited = one.app.store.ledger.said()[one.ticket].at
    assert edited is not None
    one.world.answer(EPIC, "/syncd off track", at=edited)
    for _ in range(3):
        one.once()
    assert one.asked == [EPIC]
    one.once(60)
    assert one.asked == [EPIC, EPIC]
    assert "off track until" in one.comment()


def test_a_ticket_that_is_dated_a_little_after_our_comment_was_touched_by_us(one: Desk) -> None:
    written = one.app.store.ledger.said()[one.ticket].at
    assert written is not None
    epic = one.world.records[EPIC][1] or {}
    for after, asked in ((timedelta(seconds=1), []), (timedelta(seconds=3), [EPIC])):
        one.world.put(EPIC, {**epic, "updated_at": (written + after).isoformat()})
        one.once()
        assert one.asked == asked


def test_labels_of_ours_are_nobodys_answer(tmp_path: Path) -> None:
    with desk(tmp_path, label="syncd:{code}") as one:
        one.stand()
        assert one.world.labels[EPIC]
        assert one.asked == []
        one.once(60)
        one.once(60)
        assert one.asked == [EPIC], "once, because a label may hide what was answered in its moment"


def test_a_few_in_a_pass_and_the_others_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.run.replies.MOST", 3)
    with desk(tmp_path) as one:
        for number in range(5):
            one.late(f"M-{number}")
        one.stand()
        for number in range(5):
            one.answer("Thanks", f"M-{number}")
        for asked in (["M-0", "M-1", "M-2"], ["M-0", "M-1", "M-2", "M-3", "M-4"], ["M-0", "M-1", "M-2", "M-3", "M-4"]):
            one.once()
            assert one.asked == asked


def test_a_look_that_was_due_when_the_process_died_is_made_by_the_next_one(one: Desk) -> None:
    one.answer()
    (link,) = one.app.links
    pull(link, one.app.store, one.hand.clock)
    one.restart()
    one.once()
    assert one.asked == [EPIC]
    assert "on track until" in one.comment()


def quiet(one: Desk) -> Works:
    """What a pass works with, where for five minutes nothing touches a ticket that was touched."""
    (link,) = one.app.links
    streams = {**KIND.streams, "things": replace(KIND.streams["things"], quiet_s=300)}
    return replace(one.app.works, links=(replace(link, kind=replace(link.kind, streams=streams)),))


def test_where_our_comment_hides_for_a_while_what_is_answered_it_is_looked_after_that(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        one.late()
        slow = quiet(one)
        one_pass(slow, spare=True)
        assert one.comment()
        one.world.answer(EPIC, ON_TRACK, at=one.hand.at - timedelta(seconds=10))  # it moves no instant
        for minutes, asked in ((4, []), (2, [EPIC]), (5, [EPIC])):
            one.hand.go(minutes=minutes)
            one_pass(slow, spare=True)
            assert one.asked == asked
        assert "on track until" in one.comment()


def test_where_a_vendor_tells_of_no_second_touch_for_a_while_it_is_looked_again_after_that(one: Desk) -> None:
    slow = quiet(one)
    one.answer("Thanks")
    one.hand.go(seconds=10)
    one_pass(slow, spare=True)
    one.world.answer(EPIC, ON_TRACK, at=one.hand.at - timedelta(seconds=10))  # the second one moves no instant
    one.hand.go(minutes=4)
    one_pass(slow, spare=True)
    assert one.asked == [EPIC]
    one.hand.go(minutes=1)
    one_pass(slow, spare=True)
    assert "on track until" in one.comment()
    one.hand.go(minutes=5)
    one_pass(slow, spare=True)
    assert one.asked == [EPIC, EPIC]


LATER = Hand().at + timedelta(hours=2)


@pytest.mark.parametrize(
    ("error", "after_5", "after_20", "told"),
    [
        (Unavailable("the server is down"), 2, 3, True),
        (Unavailable("not found", absent=True), 1, 2, True),
        (AuthFailed("no access to this project", scope="all"), 1, 2, True),
        (RateLimited("wait", until=LATER), 2, 3, True),
        (Gone("it was deleted", kind="deleted"), 1, 1, False),
        (ValueError("s3cret"), 1, 2, True),
    ],
)
def test_what_cannot_be_read_is_told_and_read_later(one: Desk, error: Exception, after_5: int, after_20: int, told: bool) -> None:
    one.answer()
    one.failing[EPIC] = error
    passed = one.once()
    problems = passed.pulled["mem"].problems
    assert bool(problems) == in_trouble(passed) == told
    assert "s3cret" not in "".join(problems)
    first = len(one.asked)  # an unavailable server is asked more than once
    one.once()
    assert len(one.asked) // first == after_5
    one.once(15)
    assert len(one.asked) // first == after_20
    one.failing.clear()
    one.once(15)
    assert ("on track until" in one.comment()) == (not isinstance(error, Gone))


def test_a_limit_or_a_lost_right_ends_the_looks_and_many_failures_do(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        for number in range(6):
            one.late(f"M-{number}")
        one.stand()
        for error, asked in (
            (RateLimited("wait", until=LATER), 1),
            (AuthFailed("the token is no good"), 1),
            (Refused("no"), 3),
        ):
            for number in range(6):
                one.answer("Thanks", f"M-{number}")
                one.failing[f"M-{number}"] = error
            one.asked.clear()
            one.once()
            assert len(one.asked) == asked
        one.failing.clear()
        one.asked.clear()
        for _ in range(4):
            one.once()
        assert sorted(one.asked) == [f"M-{number}" for number in range(6)]


def test_a_comment_that_a_person_deleted_is_not_listened_to(one: Desk) -> None:
    one.app.store.ledger.mute(one.ticket)
    one.answer()
    one.once()
    assert one.asked == []


def test_a_ticket_that_is_gone_is_not_asked_for(one: Desk) -> None:
    one.answer()
    (link,) = one.app.links
    pull(link, one.app.store, one.hand.clock)
    one.world.put(EPIC, None)
    one.once()
    one.once()
    assert one.asked == []
    assert one.app.store.listening.due("mem", LATER) == []


def test_a_webhook_that_names_the_ticket_is_enough(one: Desk) -> None:
    one.answer()
    (link,) = one.app.links
    pull_and_map(one.app.works, link, spoken=frozenset({("things", EPIC, None)}))
    assert one.asked == [EPIC]
    assert one.held() is not None


def test_where_no_instant_tells_of_a_touch_it_is_looked_once_an_hour(one: Desk) -> None:
    def changed(note: int) -> list[str]:
        one.world.put(EPIC, {**(one.world.records[EPIC][1] or {}), "updated_at": "sometime", "note": note})
        one.once()
        return one.asked

    assert changed(1) == [], "our comment stood there a moment ago"
    one.once(60)
    assert changed(2) == [EPIC]
    assert changed(3) == [EPIC]


def test_a_mapping_that_makes_nothing_of_answers_asks_for_none_and_is_told(one: Desk) -> None:
    (one.folder / "own.toml").write_text('extends = "memory.default"\n[[rule]]\nname = "reply"\ndrop = true\n')
    one.connection["mapping"] = "own.toml"
    one.restart()
    one.answer()
    one.once()
    assert one.asked == []
    told = one.syncd("check").err
    assert told == (
        "! mem: own.toml makes nothing of answers to our comments: extend memory.default, "
        'or add a rule with stream = "replies" and to = "reply"\n'
    )
    del one.connection["mapping"]
    one.restart()
    one.once()
    assert "on track until" in one.comment()


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    with desk(tmp_path, replies=False) as one:
        one.stand()
        one.answer()
        one.once()
        assert one.asked == []
        one.policy["replies"] = True
        one.restart()
        one.once()
        assert "on track until" in one.comment()
        one.policy["replies"] = False
        one.restart()
        one.once()
        assert "on track until" not in one.comment()
        assert one.syncd("status", "--json").json["milestones"][0]["override"] is None


def test_nothing_looks_wrong_of_a_stream_that_is_read_nowhere_else(one: Desk) -> None:
    one.answer()
    one.once()
    world = WORLDS.pop("here")
    one.once()
    WORLDS["here"] = world
    one.once()
    states = {(state.stream, state.state) for state in one.app.store.scopes.states("mem")}
    assert states == {("", "fresh"), ("things", "fresh"), ("replies", "fresh")}
    doctor = one.syncd("doctor", "--json").json
    seen = [check["what"] for check in doctor["connections"]["mem"]["checks"]]
    assert [what for what in seen if what.startswith("stream")] == ["stream things"]
    assert one.syncd("check").code == 0
    assert one.syncd("backfill", "mem").code == 0
    (row,) = one.syncd("export", "--kind", "reply").json
    assert (row["of"]["id"], row["person"]["name"], row["text"]) == (EPIC, "Ana", ON_TRACK)
    assert "reply" in one.syncd("explain", EPIC).out


def test_nobody_can_configure_it_as_something_to_read(one: Desk) -> None:
    one.connection["streams"] = ["things", "replies"]
    one.restart()
    one.write()
    found = one.syncd("check")
    assert (found.code, "memory has no stream 'replies'" in found.err) == (2, True)
    one.connection["streams"] = ["all"]
    one.restart()
    assert one.app.links[0].streams == ("things",)


def test_a_person_who_is_forgotten_is_in_no_answer_any_more(one: Desk) -> None:
    one.answer()
    one.once()
    assert one.syncd("forget", "mem:ana").code == 0
    one.once()
    assert "Ana" not in one.comment()
    assert "Ana" not in str(one.syncd("export", "--kind", "reply").json)
    assert "on track until" in one.comment()
    one.answer("/syncd off track")
    one.once()
    assert "Ana" not in one.comment()
    assert "off track until" in one.comment()


def test_where_people_have_no_names_nobody_is_named(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        one.stand()
        one.answer(by="anastasia")
        one.once()
        one.policy["people"] = "none"
        one.restart()
        one.once()
        assert "A reply of Tue 5 May 2026: on track" in one.comment()
        for command in (["status"], ["status", "--json"], ["explain", EPIC], ["explain", EPIC, "--json"], ["plan"]):
            assert "nastasia" not in one.syncd(*command).out


def test_what_is_said_at_gitlab_in_the_minute_after_another_touch_is_heard(firm: Company) -> None:
    firm.only("web")
    issue = next(one for one in firm.gitlab.issues.values() if one["title"] == "New front page")
    for _ in range(2):
        firm.once()
    firm.hand.go(minutes=5)
    firm.gitlab.edit(issue, description="another")
    touched = issue["updated_at"]
    firm.hand.go(seconds=10)
    firm.syncd("once")
    firm.gitlab.note(issue, ON_TRACK, "ada")
    assert issue["updated_at"] == touched, "GitLab tells of no second touch"
    firm.once()
    (stands,) = [one for one in firm.syncd("status", "--json").json["milestones"] if one["title"] == "Web"]
    assert stands["status"] == "on track"
