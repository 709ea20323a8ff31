"""Somebody may decide for somebody else what is asked of them; a request says whose it is to decide, and who did."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "delegates",
        sa.Column("tenant_id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("delegate_id", sa.String(36), nullable=False),
        sa.Column("delegate_name", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("key", sa.String(64), nullable=False),
    )
    op.create_index("delegates_delegate_id", "delegates", ["delegate_id"])
    op.add_column("requests", sa.Column("owner_id", sa.String(36)))
    op.add_column("requests", sa.Column("decided_by", sa.String(36)))
    op.add_column("requests", sa.Column("name", sa.Text))


def downgrade() -> None:
    op.drop_column("requests", "name")
    op.drop_column("requests", "decided_by")
    op.drop_column("requests", "owner_id")
    op.drop_table("delegates")
