"""`syncd forget`: a person is gone from everything that syncd keeps, stays gone, and it can be proven that nothing else changed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.app import opened
from syncd.model.raw import content_hash
from syncd.store.redaction import tombstones
from tests.run.run_given import Company, company

NAME = "Zoe Quartermain"


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Zoe works on what a late epic waits for; syncd has said so, and records and findings of before are kept."""
    with company(tmp_path, monkeypatch) as made:
        made.only("plat", "code")
        made.jira.project("PLAT")
        made.jira.project("PAY")
        made.jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-05-01", assignee="Bo Chen")
        made.jira.issue("PLAT", "Basket", parent="PLAT-1", duedate="2026-05-21", assignee="Bo Chen")
        made.jira.issue("PLAT", "Provider", duedate="2026-05-21", assignee=NAME)
        made.jira.link("PLAT-3", "PLAT-2")
        made.github.repository("acme/api")
        made.github.repository("acme/app")
        made.github.issue("acme/api", "Routes", assignees=["zquarter"])
        made.once()
        made.jira.edit("PLAT-3", summary="Provider contract")
        made.once()
        yield made


def kept(made: Company) -> bytes:
    """All bytes that syncd keeps."""
    return b"".join(path.read_bytes() for path in made.folder.glob("syncd.db*"))


def test_nothing_names_them_any_more_neither_in_the_file_nor_at_the_vendors(acme: Company) -> None:
    assert NAME.encode() in kept(acme)
    assert any(NAME in body for bodies in acme.comments().values() for body in bodies)
    done = acme.syncd("forget", NAME, "--json").json
    assert done["changed"]["records"] == 1
    assert done["changed"]["versions"] >= 1
    assert done["changed"]["findings"] >= 1
    assert done["changed"]["receipts"] >= 1
    assert [ref["key"] for ref in done["comments"]] == ["PLAT-2"]
    assert b"Quartermain" not in kept(acme)
    acme.once()
    assert not any("Quartermain" in body for bodies in acme.comments().values() for body in bodies)
    assert any(done["person"] in body.replace("\\", "") for bodies in acme.comments().values() for body in bodies)
    assert acme.once().actions["delivered"] == 0
    assert b"Quartermain" not in kept(acme)


def test_a_vendor_that_names_them_again_does_not_bring_them_back(acme: Company) -> None:
    called = acme.syncd("forget", NAME, "--json").json["person"]
    acme.jira.edit("PLAT-3", summary="Provider contract, signed")
    acme.jira.issue("PLAT", "New work", assignee=NAME)
    acme.once()
    assert b"Quartermain" not in kept(acme)
    rows = acme.syncd("export", "--kind", "item").json
    assert {row["ref"]["key"]: row["assignees"][0]["name"] for row in rows if row["assignees"]} == {
        "PLAT-2": "Bo Chen",
        "PLAT-3": called,
        "PLAT-4": called,
        "acme/api#1": "zquarter",
    }


def test_reading_the_same_record_again_is_no_change(acme: Company) -> None:
    acme.syncd("forget", NAME)
    acme.sections["connections.plat"]["projects"] = ["PLAT"]
    read = acme.once().json["connections"]["plat"]["streams"]["issues"]
    assert read["changed"] == 0


def test_a_dry_run_tells_the_same_and_changes_nothing(acme: Company) -> None:
    would = acme.syncd("forget", NAME, "--dry-run", "--json").json
    assert NAME.encode() in kept(acme)
    did = acme.syncd("forget", NAME, "--json").json
    assert (would.pop("dry_run"), did.pop("dry_run")) == (True, False)
    assert would == did


def test_what_people_wrote_in_texts_is_counted_and_said(acme: Company) -> None:
    acme.jira.issue("PAY", f"Refunds, see {NAME}")
    acme.once()
    told = acme.syncd("forget", NAME)
    assert "still name them in 1 record: PAY-1" in told.err
    assert "PLAT-3" not in told.err


def test_a_tombstone_proves_what_was_there_before_and_after(acme: Company) -> None:
    with opened(acme.config, {}, clock=acme.hand.clock) as app:
        (stored,) = app.store.mirror.find("PLAT-3")
    before = content_hash(stored.record.data)
    acme.syncd("forget", NAME)
    with opened(acme.config, {}, clock=acme.hand.clock) as app:
        (stored,) = app.store.mirror.find("PLAT-3")
        with app.store.db.reading() as tx:
            first, *rest = tombstones(tx)
    (line,) = [row for row in first["rows"] if row["table"] == "records"]
    assert (line["before"], line["after"]) == (before, content_hash(stored.record.data))
    assert rest == []
    assert "Quartermain" not in json.dumps(first)
    acme.syncd("forget", "Bo Chen")
    with opened(acme.config, {}, clock=acme.hand.clock) as app, app.store.db.reading() as tx:
        assert tombstones(tx)[1]["previous"] == content_hash(first)


def test_a_name_that_two_people_have_is_asked_back_and_an_unknown_one_is_said(acme: Company) -> None:
    acme.github.issue("acme/api", "More", assignees=["bo chen"])
    acme.once()
    told = acme.syncd("forget", "Bo Chen")
    assert told.code == 2
    assert "may be 2 people: " in told.err
    assert "code:" in told.err
    assert "plat:" in told.err
    assert acme.syncd("forget", "Nobody").code == 2


def test_an_account_that_no_row_names_is_kept_out_beforehand(acme: Company) -> None:
    called = acme.syncd("forget", "code:newbie", "--json").json["person"]
    acme.github.issue("acme/api", "More", assignees=["newbie"])
    acme.once()
    assert b"newbie" not in kept(acme)
    assert called in acme.syncd("export", "--kind", "item").out


def test_the_last_good_rows_of_a_record_that_cannot_be_read_now_name_them_no_more(acme: Company) -> None:
    acme.sections["connections.plat"]["mapping"] = acme.mapping(
        "strict.toml",
        'extends = "jira.default"\n[project.PLAT.fields.issues]\nestimate = { path = "fields.summary", as = "points" }\n',
    )
    assert any("PLAT-3" in line for line in acme.once().problems)
    acme.syncd("forget", NAME)
    acme.once()
    assert b"Quartermain" not in kept(acme)
    rows = {row["ref"]["key"]: row for row in acme.syncd("export", "--kind", "item").json}
    assert rows["PLAT-3"]["assignees"][0]["name"].startswith("person-")
