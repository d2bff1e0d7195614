"""Counting changes: whether anything that a look at the store depends on is another than it was."""

from typing import Any

from sqlalchemy import Connection, Engine, Integer, Text, cast, event, type_coerce, update

from syncd.store.tables import meta

ASIDE = "syncd_aside"
"""The execution option of a statement that changes nothing that counts."""

CHANGES = "changes"
"""Under this key `meta` has a number that grows with every transaction that changes what is known or what was said."""

START = {"key": CHANGES, "value": 0}
"""The row of `meta` that counts: made with the store, so that no two transactions try to."""

_COUNT = (
    update(meta)
    .where(meta.c.key == CHANGES)
    .values(value=type_coerce(cast(cast(type_coerce(meta.c.value, Text), Integer) + 1, Text), Text))
)

_CHANGED = "syncd_changed"
_APART = frozenset({"meta", "versions", "receipts", "finding_history", "deliveries"})
"""Tables that nothing is concluded from. Any other one counts, so that a new table is not forgotten here."""


def listen(engine: Engine) -> None:
    """Notice each statement that changes rows, in the transaction that it belongs to."""
    event.listen(engine, "after_execute", _heard)


def forget(tx: Connection) -> None:
    """Nothing was changed yet by the transaction that begins."""
    tx.info.pop(_CHANGED, None)


def made(tx: Connection) -> bool:
    """Whether the transaction has changed anything so far."""
    return _CHANGED in tx.info


def count(tx: Connection) -> None:
    """Count the transaction that is about to be committed, where it changed anything.

    It is the last statement: whoever waits for its row holds no lock that the one who has it still needs.
    """
    if not made(tx):
        return
    tx.execute(_COUNT)


def _heard(tx: Connection, statement: Any, _many: Any, _one: Any, options: Any, result: Any) -> None:
    if not getattr(statement, "is_dml", False) or options.get(ASIDE) or statement.table.name in _APART:
        return
    if result.rowcount != 0:  # negative: the driver does not say
        tx.info[_CHANGED] = True
