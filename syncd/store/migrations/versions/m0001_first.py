"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "m0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _mirror()
    _findings()
    _writing()
    op.create_table("meta", sa.Column("key", sa.Text, primary_key=True), _text("value"))


def _mirror() -> None:
    op.create_table(
        "scopes",
        *_texts("connection", "stream", "scope_id", "name", "facts"),
        sa.Column("facts_hash", sa.String(32), nullable=False),
        sa.Column("cursor", sa.Text),
        _instant("completed_at", True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("text", sa.Text),
        _instant("until", True),
        _instant("since"),
        sa.PrimaryKeyConstraint("connection", "stream", "scope_id", name="pk_scopes"),
    )
    op.create_table(
        "records",
        _n(),
        *_texts("connection", "stream", "id", "scope_id"),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("basis", sa.String(32), nullable=False),
        _instant("gone_at", True),
        sa.Column("gone_kind", sa.String(16)),
        _instant("first_seen"),
        _instant("changed_at"),
        sa.Column("key", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("fields", sa.Text),
        _text("data"),
        sa.UniqueConstraint("connection", "stream", "id", name="uq_records_connection"),
    )
    op.create_index("ix_records_scope", "records", ["connection", "stream", "scope_id"])
    op.create_index("ix_records_key", "records", ["key"])
    op.create_index("ix_records_url", "records", ["url"])
    op.create_table(
        "versions",
        _n(),
        sa.Column("record", sa.Integer, sa.ForeignKey("records.n", name="fk_versions_record"), nullable=False),
        _instant("since"),
        _instant("until"),
        _instant("gone_at", True),
        sa.Column("gone_kind", sa.String(16)),
        _text("scope_id"),
        sa.Column("key", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_versions_record", "versions", ["record"])
    op.create_index("ix_versions_until", "versions", ["until"])
    op.create_table(
        "mapped",
        sa.Column("record", sa.Integer, sa.ForeignKey("records.n", name="fk_mapped_record"), nullable=False),
        sa.Column("basis", sa.String(65), nullable=False),
        _text("mapping_hash"),
        sa.Column("rejected", sa.Text),
        _text("notes"),
        sa.Column("rows", sa.Text),
        sa.PrimaryKeyConstraint("record", name="pk_mapped"),
    )
    op.create_table(
        "anchors",
        _n(),
        *_texts("connection", "stream", "id", "anchor_connection", "anchor_stream", "anchor_id"),
        _instant("at"),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("fingerprint", sa.String(16), nullable=False),
        _text("code"),
        *_judgement(),
        _instant("raised_at"),
        _instant("changed_at"),
        _instant("cleared_at", True),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("known_severity", sa.String(8)),
        sa.Column("known_weight", sa.Integer),
        _text("finding"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_findings"),
    )
    op.create_table(
        "finding_history",
        _n(),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        _instant("at"),
        *_judgement(),
        _text("finding"),
    )
    op.create_index("ix_finding_history_fingerprint", "finding_history", ["fingerprint"])


def _judgement() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("severity", sa.String(8), nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(16), nullable=False),
    ]


def _writing() -> None:
    op.create_table(
        "enabled",
        *_texts("connection", "project"),
        _instant("at"),
        sa.PrimaryKeyConstraint("connection", "project", name="pk_enabled"),
    )
    op.create_table(
        "outbox",
        _n(),
        *_texts("connection", "stream", "id"),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("desired", sa.Text),
        _instant("desired_at"),
        sa.Column("attempt", sa.Text),
        sa.Column("claims", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("doubt", sa.Boolean, nullable=False, server_default=sa.false()),
        _instant("claimed_at", True),
        _instant("not_before", True),
        sa.Column("text", sa.Text),
        sa.UniqueConstraint("connection", "stream", "id", "verb", name="uq_outbox_connection"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_due", "outbox", ["connection", "state", "not_before"])
    op.create_table(
        "ledger",
        *_texts("connection", "stream", "id"),
        sa.Column("target_key", sa.Text),
        sa.Column("target_url", sa.Text),
        *_texts("project", "key", "digest", "remote_id", "fingerprints", "body"),
        sa.Column("url", sa.Text),
        _instant("at", True),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("connection", "stream", "id", name="pk_ledger"),
    )
    op.create_table(
        "receipts",
        _n(),
        *_texts("connection", "stream", "id"),
        sa.Column("verb", sa.String(16), nullable=False),
        _instant("at"),
        _text("remote_id"),
        sa.Column("url", sa.Text),
        sa.Column("created", sa.Boolean, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        _text("action"),
    )
    op.create_index("ix_receipts_target", "receipts", ["connection", "stream", "id"])


def _n() -> sa.Column[int]:
    return sa.Column("n", sa.Integer, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [_text(name) for name in names]


def _instant(name: str, absent: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=absent)
