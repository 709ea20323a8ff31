"""Some people want to be told of links that they paste and others can't open."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "watched_links",
        sa.Column("tenant_id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String(36), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("watched_links")
