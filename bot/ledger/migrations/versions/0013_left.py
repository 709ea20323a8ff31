"""Whoever takes the bot away leaves the key that the ends of their shares need, until the last of them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("token_caches", sa.Column("left_at", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("token_caches", "left_at")
