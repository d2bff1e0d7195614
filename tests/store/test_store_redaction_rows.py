"""Somebody is taken out of mapped rows: whatever kind of row names them, and nobody else is touched."""

from syncd.model.record import changed
from syncd.model.ref import Ref
from syncd.model.rows import Change, Deployment, Item, Person
from syncd.model.wire import rows_to_text
from syncd.store import Store
from syncd.store.redaction import Forget, redact_store
from syncd.store.rows import MappedRecord
from tests.model_builders import item
from tests.store.given import AT, page, put, record

ZOE = Person("Zoe Q", {"plat": "5b1"}, "zoe@acme.example", "zoe")
BO = Person("Bo", {"plat": "5b2"}, None, "bo")
WHO = Forget(
    pseudonym="person-1", keys=frozenset({("id", "plat", "5b1")}), names=frozenset({"Zoe Q"}), telling=frozenset({"zoe q"})
)


def test_they_are_gone_from_rows_and_from_histories_and_the_others_are_not(store: Store) -> None:
    put(store, page(record("1"), record("2")))
    one, other = store.rows.unmapped("plat", "m")
    history = (Change(AT, "Zoe Q", "assignee", None, "Zoe Q"), Change(AT, "Bo", "status", "a", "b"))
    named = (
        changed(item("PLAT-1"), assignees=(ZOE, BO), history=history),
        Deployment(ref=Ref("plat", "issues", "1", "PLAT-1"), by=ZOE, at=AT, title="Zoe"),
    )
    untouched = rows_to_text((changed(item("PLAT-2"), assignees=(BO,)),))
    store.rows.put(
        [MappedRecord(one.ref, one.basis, "m", rows_to_text(named)), MappedRecord(other.ref, other.basis, "m", untouched)]
    )
    done = redact_store(store.db, WHO, lambda *_: frozenset(), AT)
    first, second = store.rows.texts(["plat"])
    assert (done.changed["mapped"], second) == (1, untouched)
    work, deployment = store.rows.reading().rows(first)
    assert isinstance(work, Item)
    assert isinstance(deployment, Deployment)
    nobody = Person("person-1", {"plat": "person-1"})
    assert [(who.name, who.email, who.login) for who in work.assignees] == [("person-1", None, None), ("Bo", None, "bo")]
    assert work.history == (Change(AT, "person-1", "assignee", None, "person-1"), history[1])
    assert (deployment.by, deployment.at, deployment.title) == (nobody, AT, "Zoe")
    assert "Zoe Q" not in first
