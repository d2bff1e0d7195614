"""A mapping that begins to read another field: what was not asked for is read again, and is never taken for empty meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from connectors.memory import WORLDS, World
from syncd.contract import Page, Unavailable
from syncd.mapping import Source, parse
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.run import backfill
from syncd.run.backfill import AGAIN, by_itself, needs, one_by_one
from syncd.run.link import Link
from syncd.run.pull import pull
from syncd.run.rows import map_changed
from syncd.store import Store
from tests.run.run_given import Company, Hand, Ran, writes
from tests.run.test_run_pull import link

MORE = 'extends = "jira.default"\n[fields.issues]\nobjective = "fields.customfield_7"\n'
LINE = (
    "plat: the mapping reads fields.customfield_7, which 3 records were not asked for: "
    "backfill of about 2 requests: syncd backfill plat"
)


@pytest.fixture(autouse=True)
def _the_log_is_as_it_comes() -> None:
    """Commands that ran before may have left it with a stream that is closed."""
    structlog.reset_defaults()


@pytest.fixture
def read(firm: Company) -> Company:
    """A company that was read while nobody wanted to know the objective of an epic; now somebody does."""
    firm.only("plat")
    firm.jira.edit("PLAT-1", customfield_7="More sales")
    firm.once()
    firm.hand.go(hours=2)
    for key in ("PLAT-3", "PAY-2"):  # the newest of each project are read in every pass
        firm.jira.edit(key, labels=["seen"])
    firm.once()
    firm.sections["connections.plat"]["mapping"] = firm.mapping("./more.toml", MORE)
    return firm


def objective(company: Company) -> Any:
    return company.export("milestone")["plat PLAT-1"]["objective"]


def searches(company: Company) -> list[str]:
    return [entry.line for entry in company.jira.server.log if "/search" in entry.line]


def at_a_words_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read again by itself."""
    monkeypatch.setattr(backfill, "SMALL", 0)


def test_a_small_backfill_is_made_by_the_next_pass_and_by_no_other(read: Company) -> None:
    ran = read.once()
    assert (ran.code, ran.problems) == (0, [])
    assert objective(read) == "More sales"
    asked = len(searches(read))
    assert read.once().problems == []
    assert len(searches(read)) - asked <= 4, "the pass after it is an ordinary one"
    assert all("updated+%3E" in line or "updated%20%3E" in line for line in searches(read)[asked:])


def test_until_a_large_backfill_is_made_rows_stay_and_nothing_is_concluded(
    read: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_words_notice(monkeypatch)
    before, comments = read.export("milestone"), read.comments()
    for _ in range(2):
        ran = read.once()
        assert (ran.code, ran.problems) == (0, [LINE])
        assert (ran.findings["held"], ran.findings["cleared"], ran.findings["changed"]) == (ran.findings["open"], 0, 0)
        assert ran.json["connections"]["plat"]["streams"]["issues"]["rejected"] == 0
    with read.watched() as requests:
        assert read.syncd("plan", "--json").json["problems"] == [LINE]
    assert writes(requests) == []
    after = read.export("milestone")
    assert {key: row["due"] for key, row in after.items()} == {key: row["due"] for key, row in before.items()}
    assert read.comments() == comments
    assert read.syncd("explain", "PLAT-1", "--json").json["records"][0]["rejected"].startswith("not asked for: customfield_7")


def test_the_command_reads_again_keeps_identity_and_history_and_then_all_is_known(
    read: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_words_notice(monkeypatch)
    read.once()
    seen = read.syncd("explain", "PLAT-1", "--json").json["records"][0]["first_seen"]
    ran = read.syncd("backfill", "plat", "--json")
    assert (ran.code, ran.json["left"], ran.json["problems"]) == (0, 0, [])
    assert ran.json["streams"] == [{"stream": "issues", "fields": ["fields.customfield_7"], "records": 3, "requests": 2}]
    assert read.syncd("explain", "PLAT-1", "--json").json["records"][0]["first_seen"] == seen
    assert objective(read) == "More sales"
    ran = read.once()
    assert (ran.problems, ran.findings["new"], ran.findings["held"]) == ([], 0, 0)
    assert "Nothing to do" in read.syncd("backfill", "plat").out


def test_a_record_that_changes_meanwhile_comes_with_the_field(read: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_words_notice(monkeypatch)
    read.jira.edit("PLAT-1", summary="Checkout v3")
    ran = read.once()
    assert objective(read) == "More sales"
    assert ran.problems == [LINE.replace("3 records were", "2 records were")]


def test_an_interrupted_backfill_goes_on_where_it_was(read: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_words_notice(monkeypatch)
    read.jira.most_per_page = 1
    read.jira.server.fail(r"search.*PLAT.*nextPageToken", how="reset", times=0)
    broken = read.syncd("backfill", "plat", "--json")
    assert broken.code == 1
    assert 0 < broken.json["left"] < 3
    read.jira.server.faults.clear()
    read.hand.go(minutes=5)
    before = len(searches(read))
    whole = read.syncd("backfill", "plat", "--json")
    assert (whole.code, whole.json["left"]) == (0, 0)
    plat = [line for line in searches(read)[before:] if "PLAT" in line]
    assert "nextPageToken" in plat[0], "the pages that were read are not read again"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nope"], "There is no connection 'nope'"),
        (["plat", "--stream", "isues"], "plat has no stream 'isues'. Did you mean issues"),
        (["plat", "--fields", "customfeld_7"], "reads no field 'customfeld_7'"),
    ],
)
def test_a_wrong_word_is_one_line_and_two(read: Company, words: list[str], says: str) -> None:
    ran = read.syncd("backfill", *words)
    assert ran.code == 2
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_only_where_a_field_lacks_and_a_whole_stream_on_request(read: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_words_notice(monkeypatch)
    assert read.syncd("backfill", "plat", "--fields", "summary", "--json").json["streams"] == []
    assert read.syncd("backfill", "plat", "--fields", "fields.customfield_7", "--json").json["left"] == 0
    read.hand.go(minutes=5)
    assert read.syncd("backfill", "plat", "--stream", "issues", "--json").json["read"] >= 5


def test_a_vendor_that_gives_whole_records_needs_none(firm: Company) -> None:
    firm.only("code")
    firm.once()
    text = 'extends = "github.default"\n[fields.issues]\nobjective = "body"\n'
    firm.sections["connections.code"]["mapping"] = firm.mapping("./more.toml", text)
    assert [line for line in told(firm.once()) if "backfill" in line] == []


def told(ran: Ran) -> list[str]:
    return ran.problems


# --- what a full read does not give ------------------------------------------------------------------------------------------


SCOPE = Scope("all", "all")


class Selective:
    """A vendor that gives the fields that it is asked for, and lists no record that is closed unless nothing was read before it closed."""

    def __init__(self) -> None:
        WORLDS["here"] = World()
        self.fields = frozenset({"kind", "title"})
        self.asked: list[str | None] = []
        self.closed: set[str] = set()
        self.absent: set[str] = set()

    def record(self, id: str) -> RawRecord:
        data = {
            name: value
            for name, value in {"kind": "item", "title": f"T {id}", "due": "2026-05-15"}.items()
            if name in self.fields
        }
        return RawRecord(Ref("mem", "things", id, key=id), SCOPE, data, self.fields)

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        self.asked.append(since)
        records = () if since else tuple(self.record(str(n)) for n in range(3) if str(n) not in self.closed)
        yield Page(records, cursor="read", complete=True)

    def fetch_one(self, ref: Ref) -> RawRecord:
        if ref.id in self.absent:
            raise Unavailable(f"reading {ref.label}: not found (404)")
        return self.record(ref.id)

    def link(self, hand: Hand, more: str = "") -> Link:
        def change(connector: Any) -> None:
            connector.fetch, connector.fetch_one = self.fetch, self.fetch_one

        mapping = parse(
            "mine", lambda _: Source("mine", f'[[rule]]\nstream = "things"\nto = "item"\n[rule.fields]\ntitle = "title"\n{more}')
        )
        return replace(link(hand, change), mapping=mapping)


@pytest.fixture
def vendor() -> Iterator[Selective]:
    yield Selective()
    WORLDS.clear()


DUE = 'due = { path = "due", as = "date" }\n'


def a_pass(here: Link, store: Store, hand: Hand) -> None:
    hand.go(minutes=5)
    by_itself(here, store, hand.clock)
    pull(here, store, hand.clock)
    map_changed(here, store)


def test_what_a_full_read_leaves_out_is_looked_at_one_by_one(vendor: Selective, store: Store) -> None:
    hand = Hand()
    a_pass(vendor.link(hand), store, hand)
    vendor.closed, vendor.absent, vendor.fields = {"1", "2"}, {"2"}, vendor.fields | {"due"}
    here = vendor.link(hand, DUE)
    a_pass(here, store, hand)
    (need,) = needs(here, store)
    assert (need.records, need.fields) == (2, ("due",))
    assert one_by_one(here, store, hand.clock) == ["mem: reading 2: not found (404)"]
    map_changed(here, store)
    assert ["2026-05-15" in text for text in store.rows.texts(["mem"])] == [True, True, False]
    assert [(need.records, need.requests) for need in needs(here, store)] == [(1, 1)]


def test_the_log_is_told_once_of_a_backfill_that_waits_for_a_person(
    vendor: Selective, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_words_notice(monkeypatch)
    hand = Hand()
    structlog.reset_defaults()
    a_pass(vendor.link(hand), store, hand)
    with capture_logs() as lines:
        for _ in range(3):
            a_pass(vendor.link(hand, DUE), store, hand)
    assert [line["why"] for line in lines if line["event"] == "records lack fields"] == [
        "mem: the mapping reads due, which 3 records were not asked for: backfill of about 1 request: syncd backfill mem"
    ]


def test_what_cannot_be_had_is_not_read_in_full_in_every_pass(vendor: Selective, store: Store) -> None:
    hand = Hand()
    a_pass(vendor.link(hand), store, hand)
    vendor.closed, vendor.fields = {"1"}, vendor.fields | {"due"}
    here = vendor.link(hand, DUE)
    a_pass(here, store, hand)
    vendor.asked.clear()
    for _ in range(3):
        a_pass(here, store, hand)
    assert vendor.asked == ["read"] * 3
    hand.go(seconds=AGAIN.total_seconds())
    a_pass(here, store, hand)
    assert vendor.asked[-1] is None, "a day later it is tried again"
