"""Which rule of the organisation's policy decided, and what a second person has to approve."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("record", sa.Column("rule", sa.Text))
    op.create_table(
        "approvals",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("because", sa.Text),
        sa.Column("approvers", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("decision", sa.String(8)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decided_by", sa.String(36)),
        sa.Column("name", sa.Text),
        sa.Column("reason", sa.LargeBinary),
    )
    op.create_index("approvals_due_at", "approvals", ["due_at"])


def downgrade() -> None:
    op.drop_table("approvals")
    op.drop_column("record", "rule")
