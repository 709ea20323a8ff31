"""What outlives a process: what was sent and what it was before, when it ends, who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("plans", sa.Column("runs", sa.Integer, nullable=False, server_default="0"))
    op.add_column("plans", sa.Column("run", sa.String(80)))
    op.create_table(
        "attempts",
        sa.Column("tenant_id", sa.String(36), primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("role", sa.String(8), primary_key=True),
        sa.Column("plan_key", sa.String(64), nullable=False),
        sa.Column("before", sa.String(8)),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text),
    )
    op.create_index("attempts_plan_key", "attempts", ["plan_key"])
    op.create_table(
        "ends",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended", sa.Text),
    )
    op.create_index("ends_due_at", "ends", ["due_at"])
    op.create_index("ends_person_id", "ends", ["person_id"])
    op.create_table(
        "told",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("what", sa.String(32), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("told_at", "told", ["at"])


def downgrade() -> None:
    for table in ("told", "ends", "attempts"):
        op.drop_table(table)
    with op.batch_alter_table("plans") as plans:
        plans.drop_column("run")
        plans.drop_column("runs")
