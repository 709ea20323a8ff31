"""Changes of access: what was there before, what came of them, and whether they were undone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
        sa.Column("before", sa.Text),
        sa.Column("receipt", sa.Text),
        sa.Column("touched", sa.Text),
        sa.Column("undone", sa.Text),
    )
    op.create_index("changes_person_id", "changes", ["person_id", "at"])


def downgrade() -> None:
    op.drop_table("changes")
