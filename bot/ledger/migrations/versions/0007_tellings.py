"""How somebody was told, and where the card of a share is that is to say so."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("told", sa.Column("way", sa.String(16)))
    op.execute("UPDATE told SET way = 'teams' WHERE what = 'shared'")
    op.create_table(
        "places",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("service_url", sa.Text, nullable=False),
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("bot_id", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("places_message_id", "places", ["message_id"])
    op.create_index("places_at", "places", ["at"])


def downgrade() -> None:
    op.drop_table("places")
    with op.batch_alter_table("told") as told:
        told.drop_column("way")
