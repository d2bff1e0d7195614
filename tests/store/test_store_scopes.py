"""Scopes: what goes away is said once, and once when it is back."""

from datetime import timedelta

from syncd.model.raw import Scope
from syncd.store import Store
from syncd.store.scopes import WHOLE_CONNECTION, ScopeState
from tests.store.given import AT, LATER, PAY, page, put, record


def only(store: Store) -> ScopeState:
    [state] = store.scopes.states("plat")
    return state


def test_a_scope_is_fresh_when_it_was_read_to_its_end(store: Store) -> None:
    put(store, page(record("1"), cursor="2"))
    assert only(store).state == "partial"
    put(store, page(record("2"), complete=True, cursor="3"), at=LATER)
    assert (only(store).state, only(store).since, only(store).completed_at, only(store).cursor) == ("fresh", LATER, LATER, "3")
    put(store, page(record("2"), cursor="4"), at=LATER + timedelta(hours=1))
    assert (only(store).state, only(store).completed_at) == ("fresh", LATER)


def test_going_away_is_news_once_and_so_is_coming_back(store: Store) -> None:
    put(store, page(record("1"), complete=True))
    until = LATER + timedelta(minutes=5)
    assert store.scopes.set_state("plat", "issues", PAY, "limited", at=LATER, text="429: wait", until=until)
    assert not store.scopes.set_state("plat", "issues", PAY, "limited", at=until, text="429: wait on", until=until)
    assert (only(store).text, only(store).since, only(store).until) == ("429: wait on", LATER, until)
    assert not put(store, page(record("1")), at=until).back
    assert only(store).state == "limited"
    assert put(store, page(record("1"), complete=True), at=until).back
    assert (only(store).state, only(store).text, only(store).until, only(store).since) == ("fresh", None, None, until)
    assert not put(store, page(record("1"), complete=True), at=until).back


def test_the_first_complete_read_is_no_return(store: Store) -> None:
    put(store, page(record("1")))
    assert only(store).state == "partial"
    assert not put(store, page(record("2"), complete=True)).back
    assert not store.scopes.set_state("plat", "issues", PAY, "fresh", at=AT)


def test_a_connection_has_a_state_of_its_own(store: Store) -> None:
    assert not store.scopes.set_state("plat", "", WHOLE_CONNECTION, "fresh", at=AT)
    assert store.scopes.set_state("plat", "", WHOLE_CONNECTION, "off", at=AT, text="the token is refused")
    store.scopes.set_state("code", "", WHOLE_CONNECTION, "fresh", at=AT)
    assert [(s.connection, s.stream, s.state) for s in store.scopes.states()] == [("code", "", "fresh"), ("plat", "", "off")]
    assert store.scopes.set_state("plat", "", WHOLE_CONNECTION, "fresh", at=LATER)


def test_a_state_says_nothing_about_the_facts_of_a_scope(store: Store) -> None:
    put(store, page(record("1"), complete=True))
    store.scopes.set_state("plat", "issues", Scope(PAY.id, "PAY"), "stale", at=LATER)
    assert only(store).scope.facts == {"private": False}


def test_a_scope_that_failed_before_its_id_was_known_is_the_same_scope_later(store: Store) -> None:
    unknown = store.scopes.named("plat", "issues", "PAY")
    assert unknown == Scope("PAY", "PAY")
    assert store.scopes.set_state("plat", "issues", unknown, "off", at=AT, text="404: not found or not shown")
    assert put(store, page(record("1"), complete=True), at=LATER).back
    assert (only(store).scope, only(store).state) == (PAY, "fresh")
    assert store.scopes.named("plat", "issues", "PAY") == PAY
