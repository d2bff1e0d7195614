"""The tables. Migrations make them (syncd/store/migrations); a test holds the two together."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    false,
)

from syncd.store.columns import Instant, JsonText, PlainText

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

scopes = Table(
    "scopes",
    metadata,
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("scope_id", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("facts", JsonText, nullable=False),
    Column("facts_hash", String(32), nullable=False),
    Column("cursor", PlainText),
    Column("completed_at", Instant),
    Column("state", String(16), nullable=False),
    Column("text", PlainText),
    Column("until", Instant),
    Column("since", Instant, nullable=False),
    Column("closed", PlainText),
    PrimaryKeyConstraint("connection", "stream", "scope_id"),
)
"""What is known of each scope: its facts, cursor and whether it can be read. Scope '' of stream '' is the connection."""

records = Table(
    "records",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("scope_id", PlainText, nullable=False),
    Column("hash", String(32), nullable=False),
    Column("basis", String(32), nullable=False),
    Column("gone_at", Instant),
    Column("gone_kind", String(16)),
    Column("first_seen", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("key", PlainText),
    Column("url", PlainText),
    Column("fields", JsonText),
    Column("data", JsonText, nullable=False),
    UniqueConstraint("connection", "stream", "id"),
    Index("ix_records_scope", "connection", "stream", "scope_id"),
    Index("ix_records_key", "key"),
    Index("ix_records_url", "url"),
)
"""The raw mirror. `data` comes last, because SQLite reads a wide row up to the column that is asked for."""

versions = Table(
    "versions",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("record", Integer, ForeignKey("records.n"), nullable=False, index=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    Column("gone_at", Instant),
    Column("gone_kind", String(16)),
    Column("scope_id", PlainText, nullable=False),
    Column("key", PlainText),
    Column("url", PlainText),
    Column("hash", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Earlier states of records, JSON compressed with zlib."""

mapped = Table(
    "mapped",
    metadata,
    Column("record", Integer, ForeignKey("records.n"), primary_key=True, autoincrement=False),
    Column("basis", String(65), nullable=False),
    Column("mapping_hash", PlainText, nullable=False),
    Column("rejected", PlainText),
    Column("notes", JsonText, nullable=False),
    Column("rows", PlainText),
)
"""What the mapping made of a record: the last rows that could be read, and why it cannot be read now."""

anchors = Table(
    "anchors",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("anchor_connection", PlainText, nullable=False),
    Column("anchor_stream", PlainText, nullable=False),
    Column("anchor_id", PlainText, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Which source leads to which anchor, appended to: the last line of a source counts."""

findings = Table(
    "findings",
    metadata,
    Column("fingerprint", String(16), primary_key=True),
    Column("code", PlainText, nullable=False),
    Column("state", String(8), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("digest", String(16), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("cleared_at", Instant),
    Column("held", Boolean, nullable=False),
    Column("known_severity", String(8)),
    Column("known_weight", Integer),
    Column("finding", JsonText, nullable=False),
    Column("withheld", Boolean, nullable=False, server_default=false()),
    Column("hash", String(32)),
)
"""What is remembered of each finding. `digest` is what it says, without what only the clock changes; `hash` is that of all of it, and
none where somebody else changed it."""

finding_history = Table(
    "finding_history",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("fingerprint", String(16), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("digest", String(16), nullable=False),
    Column("finding", JsonText, nullable=False),
)
"""Every change of a finding that a reader would notice, appended to."""

enabled = Table(
    "enabled",
    metadata,
    Column("connection", PlainText, nullable=False),
    Column("project", PlainText, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("connection", "project"),
)
"""When writing was first enabled, per project: the moment of the amnesty."""

outbox = Table(
    "outbox",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("verb", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("desired", JsonText),
    Column("desired_at", Instant, nullable=False),
    Column("attempt", JsonText),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("doubt", Boolean, nullable=False, server_default=false()),
    Column("claimed_at", Instant),
    Column("not_before", Instant),
    Column("text", PlainText),
    Column("part", String(16), nullable=False, server_default=""),
    UniqueConstraint("connection", "stream", "id", "verb", "part"),
    Index("ix_outbox_due", "connection", "state", "not_before"),
    sqlite_autoincrement=True,
)
"""One row per (target, verb, part). `attempt` is the write that is or may be under way, `desired` what is to be written (after it).

`n` is never used again (hence autoincrement) and `claims` only grows, so the two name one claim for ever."""

ledger = Table(
    "ledger",
    metadata,
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("target_key", PlainText),
    Column("target_url", PlainText),
    Column("project", PlainText, nullable=False),
    Column("key", PlainText, nullable=False),
    Column("digest", PlainText, nullable=False),
    Column("remote_id", PlainText, nullable=False),
    Column("fingerprints", JsonText, nullable=False),
    Column("body", JsonText, nullable=False),
    Column("url", PlainText),
    Column("at", Instant),
    Column("muted", Boolean, nullable=False),
    Column("verb", String(16), nullable=False, server_default="comment"),
    Column("part", String(16), nullable=False, server_default=""),
    Column("heard", Instant),
    Column("listen_at", Instant),
    PrimaryKeyConstraint("connection", "stream", "id", "verb", "part"),
)
"""What stands on each ticket, by our receipts, one row per (target, verb, part). `body`: a comment's text, else what was sent, as JSON.
Of comments also up to which touch of the ticket what was answered is known or due (`heard`), and when to look (`listen_at`)."""

receipts = Table(
    "receipts",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("verb", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("remote_id", PlainText, nullable=False),
    Column("url", PlainText),
    Column("created", Boolean, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("action", JsonText, nullable=False),
    Column("touched", Instant),
    Index("ix_receipts_target", "connection", "stream", "id"),
)
"""Every receipt, appended to. `late`: it came after another claim of the same row, and changed nothing."""

meta = Table(
    "meta",
    metadata,
    Column("key", PlainText, primary_key=True),
    Column("value", JsonText, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("connection", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("hints", JsonText, nullable=False),
    PrimaryKeyConstraint("connection", "id"),
)
"""The webhook deliveries of the last days. `hints`: the streams that each spoke of; empty: of anything."""

hooks = Table(
    "hooks",
    metadata,
    Column("connection", PlainText, primary_key=True),
    Column("value", JsonText, nullable=False),
)
"""What is remembered of a connection's webhooks: counts, and what is registered where."""

baselines = Table(
    "baselines",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("connection", PlainText, nullable=False),
    Column("stream", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("value", JsonText, nullable=False),
)
"""What was agreed on for a milestone, by its anchor; appended to, never changed. `value`: the rest of it."""
