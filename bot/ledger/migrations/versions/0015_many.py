"""Several deeds behind one card."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("plans", sa.Column("many", sa.String(64)))
    op.create_table(
        "many",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text),
        sa.Column("over_at", sa.BigInteger),
        sa.Column("undone_at", sa.BigInteger),
        sa.Column("undo_over_at", sa.BigInteger),
        sa.Column("undos", sa.Integer, nullable=False, server_default="0"),
        sa.Index("many_at", "at"),
    )


def downgrade() -> None:
    op.drop_table("many")
    op.drop_column("plans", "many")
