"""A store that an earlier version filled: what it holds is read as it is, and made anew from the mirror, without asking anybody."""

import orjson
from sqlalchemy import select, update

from syncd.app import opened
from syncd.demo.twin import Logged
from syncd.model.wire import row_to_json
from syncd.store import Store
from syncd.store.rows import reading
from syncd.store.tables import mapped, meta
from tests.run.run_given import Company


def as_before(store: Store) -> None:
    """The rows as the versions before kept them: JSON documents, by the hash of the mapping alone."""
    with store.db.writing() as tx:
        read = reading(tx)
        for row in tx.execute(select(mapped.c.record, mapped.c.rows)).all():
            documents = orjson.dumps([row_to_json(one) for one in read.rows(row.rows)]).decode()
            tx.execute(update(mapped).where(mapped.c.record == row.record).values(rows=documents, mapping_hash="0" * 32))
        tx.execute(meta.delete().where(meta.c.key == "forms of rows"))


def searches(requests: list[Logged]) -> list[str]:
    return [one.line for one in requests if "/search" in one.line]


def documents(company: Company) -> list[bool]:
    with opened(company.config, {}) as app:
        return [text.startswith("[") for text in app.store.rows.texts(["plat"])]


def test_rows_of_the_version_before_are_read_and_then_made_anew_without_a_request(firm: Company) -> None:
    firm.only("plat")
    firm.once()
    firm.jira.edit("PLAT-3", duedate="next week")  # cannot be read any more: its last good rows stay
    firm.once()
    before, comments = firm.exports(), firm.comments()
    with firm.watched() as usual:
        firm.once()
    with opened(firm.config, {}) as app:
        as_before(app.store)
    assert all(documents(firm))
    assert firm.exports() == before, "the commands that read need no pass"
    with firm.watched() as requests:
        ran = firm.once()
    assert (ran.code, ran.actions["delivered"]) == (0, 0)
    assert searches(requests) == searches(usual), "nothing is read again at the vendor"
    assert documents(firm).count(True) == 1, "the last good rows of what cannot be read stay as they were written"
    assert firm.exports() == before
    assert firm.comments() == comments
