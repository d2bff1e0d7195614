"""Laws of the store that hold for every sequence of pages, wishes, crashes and answers."""

import contextlib
import itertools
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from syncd.contract import Page
from syncd.model.action import Receipt
from syncd.store import Store
from syncd.store.outbox import OutboxRow
from tests.store.given import AT, PAY, live, page, put, record, ref, wish

CONNECTIONS = (f"c{n}" for n in itertools.count())
TITLES = st.text(max_size=8)
NUMBERS = st.sampled_from("123456")


@st.composite
def pages_of(draw: st.DrawFn, connection: str) -> Page:
    """A page of some records with any titles, and some ids reported as deleted."""
    titles = draw(st.dictionaries(NUMBERS, TITLES, max_size=4))
    records = tuple(record(id_, title, connection) for id_, title in titles.items())
    return Page(records, draw(st.none() | st.text(max_size=5)), draw(st.booleans()), tuple(draw(st.lists(NUMBERS, max_size=2))))


@given(data=st.data())
def test_mirroring_a_page_again_changes_nothing(sqlite_store: Store, data: st.DataObject) -> None:
    connection = next(CONNECTIONS)
    before, again = data.draw(st.tuples(pages_of(connection), pages_of(connection)))
    put(sqlite_store, before, connection=connection)
    put(sqlite_store, again, connection=connection)
    held = list(sqlite_store.mirror.raws(connection, gone=True)), sqlite_store.scopes.states(connection)
    second = put(sqlite_store, again, connection=connection)
    assert (second.new, second.changed, second.deleted) == (0, 0, 0)
    assert (list(sqlite_store.mirror.raws(connection, gone=True)), sqlite_store.scopes.states(connection)) == held


@given(titles=st.dictionaries(NUMBERS, TITLES), data=st.data())
def test_pages_of_one_state_in_any_order_and_split_give_that_state(
    sqlite_store: Store, titles: dict[str, str], data: st.DataObject
) -> None:
    connection = next(CONNECTIONS)
    order = data.draw(st.permutations(sorted(titles)))
    repeated = order + data.draw(st.lists(st.sampled_from(order), max_size=4) if order else st.just([]))
    size = data.draw(st.integers(1, 4))
    for start in range(0, len(repeated), size):
        some = repeated[start : start + size]
        put(sqlite_store, page(*(record(id_, titles[id_], connection) for id_ in some)), connection=connection)
    assert live(sqlite_store, connection) == titles
    assert all(len(sqlite_store.mirror.versions(ref(id_, connection))) == 1 for id_ in titles)


@given(states=st.lists(TITLES | st.none(), min_size=1, max_size=8))
def test_the_past_can_be_read_back(sqlite_store: Store, states: list[str | None]) -> None:
    """None: reported as deleted. At every instant the versions say what was there."""
    connection = next(CONNECTIONS)
    for n, title in enumerate(states):
        one = page(deleted=("1",)) if title is None else page(record("1", title, connection))
        put(sqlite_store, one, connection=connection, at=AT + timedelta(hours=n))
    for n, title in enumerate(states):
        assert seen_at(sqlite_store, connection, AT + timedelta(hours=n)) == title


def seen_at(store: Store, connection: str, at: datetime) -> str | None:
    """The title of record 1 at an instant, by its versions."""
    for version in store.mirror.versions(ref("1", connection)):
        if version.since <= at and (version.until is None or at < version.until):
            gone = version.gone_at is not None and version.gone_at <= at
            return None if gone else str(version.data["fields"]["summary"])
    return None


@given(crash=st.integers(0, 3), titles=st.lists(TITLES, min_size=1, max_size=4))
def test_after_a_crash_reading_on_from_the_stored_cursor_gives_everything(
    sqlite_store: Store, crash: int, titles: list[str]
) -> None:
    connection = next(CONNECTIONS)
    with contextlib.suppress(KeyboardInterrupt):
        read_on(sqlite_store, connection, titles, dies_at=crash)
    stored = int(sqlite_store.scopes.cursor(connection, "issues", PAY.id) or 0)
    assert len(live(sqlite_store, connection)) == stored == min(crash, len(titles))
    read_on(sqlite_store, connection, titles)
    assert live(sqlite_store, connection) == {str(n): title for n, title in enumerate(titles)}


def read_on(store: Store, connection: str, titles: list[str], dies_at: int | None = None) -> None:
    """Pages of one record from the stored cursor on; the process may die before a page is committed."""
    for n in range(int(store.scopes.cursor(connection, "issues", PAY.id) or 0), len(titles)):
        with store.transaction():
            put(store, page(record(str(n), titles[n], connection), cursor=str(n + 1)), connection=connection)
            if n == dies_at:
                raise KeyboardInterrupt


class Deliveries(RuleBasedStateMachine):
    """Wishes for one ticket come; deliverers claim, write, die, learn late, are unsure.

    A request has its effect within its lease or never: that is what the lease is for. So a deliverer whose claim was taken over can
    still report, but writes no more.
    """

    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.connection = next(CONNECTIONS)
        self.ticket: str | None = None
        self.wanted: str | None = None
        self.wishes = itertools.count(1)
        self.claimed: OutboxRow | None = None
        self.lapsed: list[OutboxRow] = []
        self.at = AT

    @rule()
    def wish_anew(self) -> None:
        """An analysis wants another text."""
        self.wanted = f"{next(self.wishes):04}"
        self.store.outbox.desire([wish("1", self.wanted, self.connection)], self.at)

    @rule()
    def wish_the_same(self) -> None:
        """An analysis wants what the last one wanted, and nothing else."""
        wanted = [] if self.wanted is None else [wish("1", self.wanted, self.connection)]
        self.store.outbox.desire(wanted, self.at)
        self.store.outbox.withdraw(wanted, {self.connection})

    @rule(seconds=st.sampled_from([1, 30, 70]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.at += timedelta(seconds=seconds)

    @rule()
    def claim(self) -> None:
        """Another deliverer takes what is due."""
        for row in self.store.outbox.claim(self.connection, self.at, lease_s=65):
            if self.claimed is not None:
                self.lapsed.append(self.claimed)
            self.claimed = row

    @precondition(lambda self: self.claimed)
    @rule(applied=st.booleans(), answer=st.sampled_from(["receipt", "timeout", "limited", "death"]))
    def write(self, applied: bool, answer: str) -> None:
        """A request, and what the deliverer learns of it."""
        assert self.claimed is not None
        row, self.claimed = self.claimed, None
        if answer == "receipt" or (applied and answer != "limited"):
            self.ticket = row.action.digest
        if answer == "death":
            self.lapsed.append(row)
        else:
            assert self.report(row, answer)

    @precondition(lambda self: self.lapsed)
    @rule(answer=st.sampled_from(["receipt", "timeout", "limited"]))
    def report_late(self, answer: str) -> None:
        """A deliverer that was taken for dead reports after all. It may count while nobody took over, if it is true."""
        row = self.lapsed.pop()
        if answer == "receipt" and self.ticket != row.action.digest:
            return
        overtaken = self.store.outbox.all(self.connection)[:1] != [row]
        assert not (self.report(row, answer) and overtaken)

    def report(self, row: OutboxRow, answer: str) -> bool:
        """What a deliverer tells the store."""
        if answer == "receipt":
            return self.store.outbox.receipt(row, Receipt("c", self.at))
        report = self.store.outbox.uncertain if answer == "timeout" else self.store.outbox.retry
        return report(row, self.at + timedelta(seconds=35), answer)

    @invariant()
    def what_is_wanted_is_never_lost(self) -> None:
        """It is in the outbox or in the ledger."""
        rows = self.store.outbox.all(self.connection)
        waiting = {one.digest for row in rows for one in (row.action, row.newer) if one}
        assert self.wanted is None or self.wanted in waiting | set(self.said())

    def said(self) -> list[str]:
        """What the ledger says of this ticket: one text at most."""
        return [said.digest for said in self.store.ledger.said().values() if said.target.connection == self.connection]

    def teardown(self) -> None:
        """Everybody is alive again: the last wish stands there, and an older one never followed a newer one."""
        while self.store.outbox.all(self.connection):
            self.at += timedelta(seconds=70)
            self.claim()
            self.write(True, "receipt")
        assert self.ticket == self.wanted
        assert self.said() == ([] if self.wanted is None else [self.wanted])
        history = [one.action.digest for one in self.store.ledger.receipts(ref("1", self.connection)) if not one.late]
        assert history == sorted(set(history))


def test_whatever_dies_in_between_the_last_wish_stands_there(sqlite_store: Store) -> None:
    class OnThisStore(Deliveries):
        store = sqlite_store

    run_state_machine_as_test(OnThisStore, settings=settings(max_examples=60, stateful_step_count=25))
