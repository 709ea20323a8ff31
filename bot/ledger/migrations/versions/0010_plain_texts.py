"""Some people want words instead of cards, and reply to them with numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "plain_texts",
        sa.Column("tenant_id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("offered", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("plain_texts")
