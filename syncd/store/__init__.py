"""Durable memory: the raw mirror, mapped rows, findings, outbox and ledger, in SQLite or PostgreSQL.

No decisions, no clock, no vendor.
"""

from syncd.store.errors import StoreError
from syncd.store.store import Store, open_store

__all__ = ["Store", "StoreError", "open_store"]
