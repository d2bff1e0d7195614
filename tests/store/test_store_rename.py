"""A connection that is called differently from now on keeps all that was known of it."""

from dataclasses import replace

from syncd.contracts.change import Change
from syncd.contracts.landed import Break, break_from_json, break_to_json, files_from_json, files_to_json
from syncd.contracts.pairs import Blob
from syncd.model.contract import BREAKS, FILES
from syncd.model.ref import Ref
from syncd.store import Store
from tests.store.given import AT, PAY, finding, page, put, receipt, record, ref, state, wish


def test_everything_that_is_known_moves_to_the_new_name(store: Store) -> None:
    put(store, page(record("1"), record("2"), cursor="c7", complete=True))
    put(store, page(record("9", connection="code")), connection="code")
    told = replace(finding(), discriminator="plat:issues:8 not-plat:issues:8")
    store.findings.put([state(told)], AT)
    store.enabled.enable("plat", "PAY", AT)
    store.anchors.put({ref("9", "code"): ref("1")}, AT)
    store.outbox.desire([wish("1", fingerprints=(told.fingerprint,)), wish("2", fingerprints=(told.fingerprint,))], AT)
    (row,) = store.outbox.claim("plat", AT, 60)
    store.outbox.receipt(row, receipt())

    assert store.rename("plat", "site")
    assert (store.mirror.count("plat"), store.mirror.count("site"), store.mirror.count("code")) == (0, 2, 1)
    assert store.scopes.cursor("site", "issues", PAY.id) == "c7"
    assert store.enabled.all() == {("site", "PAY"): AT}
    assert store.anchors.all() == {ref("9", "code"): ref("1", "site")}
    ((fingerprint, now),) = store.findings.states().items()
    assert fingerprint == now.finding.fingerprint
    assert now.finding.subject == ref("7", "site")
    assert now.finding.inputs == {ref("7", "site"), ref("8", "site")}
    assert now.finding.discriminator == "site:issues:8 not-plat:issues:8"
    assert len(store.findings.history(fingerprint)) == 1
    (said,) = store.ledger.said().values()
    assert (said.target, said.fingerprints, said.remote_id) == (ref("1", "site"), (fingerprint,), "c-1")
    assert [line.action.target for line in store.ledger.receipts(ref("1", "site"))] == [ref("1", "site")]
    (waiting,) = store.outbox.all("site")
    assert (waiting.target, waiting.action.fingerprints) == (ref("2", "site"), (fingerprint,))
    assert not store.outbox.all("plat")


def test_a_label_that_says_how_a_milestone_stands_is_no_newer_for_it(store: Store) -> None:
    put(store, page(record("1")))
    for connection in ("plat", "plat-2"):
        store.meta.put(f"status labels: {connection}:issues:7 status:on-track", "2026-05-05T09:00:00+00:00")
    assert store.rename("plat", "site")
    known = store.meta.under("status labels: ")
    assert sorted(known) == [f"status labels: {name}:issues:7 status:on-track" for name in ("plat-2", "site")]


def test_a_break_that_has_landed_stays_known(store: Store) -> None:
    put(store, page(record("1")))
    of, change = ref("7"), Change("operation-removed", "breaking", "both", "", "GET /pay", None, None, "It is gone.")
    one = Break(contract="pay", name="7", of=of, changes=(change,), touched={"a.yaml": Blob("h", ref("8"), "t")}, moved={}, at=AT)
    store.meta.put(f"{BREAKS}{one.id}", break_to_json(one))
    store.meta.put(f"{FILES}pay", files_to_json({"a.yaml": Blob("h", ref("8"), "t")}))
    assert store.rename("plat", "site")
    (value,) = store.meta.under(BREAKS).values()
    moved = Blob("h", ref("8", "site"), "t")
    assert break_from_json(value) == replace(one, of=ref("7", "site"), touched={"a.yaml": moved})
    assert files_from_json(store.meta.get(f"{FILES}pay")) == {"a.yaml": moved}


def test_the_records_are_mapped_again_because_rows_hold_names(store: Store) -> None:
    put(store, page(record("1")))
    assert store.rename("plat", "site")
    assert [raw.ref for raw in store.rows.unmapped("site", "any")] == [Ref("site", "issues", "1")]


def test_a_second_time_and_an_unknown_name_move_nothing(store: Store) -> None:
    put(store, page(record("1")))
    put(store, page(record("1", connection="site")), connection="site")
    assert not store.rename("plat", "site"), "both are known: neither may swallow the other"
    assert not store.rename("nobody", "else")
    assert store.mirror.count("plat") == store.mirror.count("site") == 1
