"""The record: what was asked, done and told, never changed and kept until its time is over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SQLITE = (
    "CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record "
    "BEGIN SELECT RAISE(ABORT, 'the record is not changed'); END",
    "CREATE TRIGGER record_is_kept BEFORE DELETE ON record "
    "WHEN OLD.at >= coalesce((SELECT max(before) FROM forgotten), 0) "
    "BEGIN SELECT RAISE(ABORT, 'the record is kept'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION record_is_not_changed() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'the record is not changed'; END$$",
    "CREATE FUNCTION record_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN IF OLD.at >= coalesce((SELECT max(before) FROM forgotten), 0) "
    "THEN RAISE EXCEPTION 'the record is kept'; END IF; RETURN OLD; END$$",
    "CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record "
    "FOR EACH ROW EXECUTE FUNCTION record_is_not_changed()",
    "CREATE TRIGGER record_is_kept BEFORE DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_is_kept()",
    "CREATE TRIGGER record_is_not_emptied BEFORE TRUNCATE ON record EXECUTE FUNCTION record_is_not_changed()",
)


def upgrade() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("tenant_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("act", sa.Text),
        sa.Column("share", sa.String(64)),
        sa.Column("item", sa.Text),
        sa.Column("recipient", sa.Text),
        sa.Column("role", sa.String(8)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("code", sa.Text),
        sa.Column("until", sa.BigInteger),
        sa.Column("reference", sa.Text),
        sa.Column("once", sa.String(160), unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("record_at", "record", ["at", "id"])
    op.create_table(
        "forgotten",
        sa.Column("before", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    for each in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(each)


def downgrade() -> None:
    for table in ("record", "forgotten"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("record_is_not_changed", "record_is_kept"):
            op.execute(f"DROP FUNCTION {function}()")
