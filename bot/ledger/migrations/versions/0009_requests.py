"""What recipients ask of a share, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("share_key", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("wish", sa.String(8), nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.String(8)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("ending", sa.String(8)),
        sa.Column("now", sa.String(8)),
        sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("requests_share_key", "requests", ["share_key", "person_id", "wish"], unique=True)


def downgrade() -> None:
    op.drop_table("requests")
